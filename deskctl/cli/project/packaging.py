"""Checks of a plugin's packaging metadata."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ... import __version__
from ...i18n import _
from .create import bounds
from .locate import Metadata, PluginProject
from .results import CheckResult, failed, passed, skipped


def check(project: PluginProject) -> Iterator[CheckResult]:
    about = project.metadata
    if about is None:
        yield skipped("packaging", _("a single file, for the folder of [plugins] dir"))
        return
    yield _entry_point(project, about)
    yield _python(about)
    yield _dependency(about)
    yield (
        passed("licence", about.license.splitlines()[0][:60])
        if about.license.strip()
        else failed("licence", _("missing"), _('add license = "MIT", or another SPDX expression, to [project]'))
    )
    yield (
        passed("README", _("{count} words", count=len(about.readme.split())))
        if len(about.readme.split()) >= 20
        else failed("README", _("missing or too short"), _('write one and add readme = "README.md" to [project]'))
    )
    if project.code.is_dir():
        typed = (project.code / "py.typed").is_file()
        file = f"{project.code.name}/py.typed"
        hint = _("add an empty file {file}, so that type checkers read the annotations", file=file)
        yield passed("py.typed", _("present")) if typed else failed("py.typed", _("missing"), hint)


def _entry_point(project: PluginProject, about: Metadata) -> CheckResult:
    check = "entry point"
    if not about.entry_points:
        line = f'{project.name} = "{project.name.replace("-", "_")}"'
        hint = _("add [project.entry-points.deskctl] with the line: {line}", line=line)
        return failed(check, _("none in the group deskctl, so deskctl does not find the plugin"), hint)
    target = about.entry_points[project.name]
    if project.root is not None and project.code == project.root:
        what = _("{module} does not exist in the project", module=target)
        return failed(check, what, _("correct the entry point {name}", name=project.name))
    return passed(check, f"{project.name} = {target}")


def _python(about: Metadata) -> CheckResult:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    check, hint = "requires-python", _('add requires-python = ">=3.11" to [project]')
    if not about.requires_python:
        return failed(check, _("missing"), hint)
    try:
        wanted = SpecifierSet(about.requires_python)
    except InvalidSpecifier:
        return failed(check, _('not a version specifier: "{value}"', value=about.requires_python), hint)
    here = ".".join(map(str, sys.version_info[:3]))
    if not wanted.contains(here):
        what = _("{range} excludes this Python, {version}", range=about.requires_python, version=here)
        return failed(check, what, hint)
    return passed(check, about.requires_python)


def _dependency(about: Metadata) -> CheckResult:
    from packaging.requirements import InvalidRequirement, Requirement

    check, hint = "dependency", _('add "{requirement}" to dependencies', requirement=bounds(__version__))
    for line in about.requires:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            return failed(check, _('not a requirement: "{value}"', value=line), hint)
        if requirement.name.lower() != "deskctl":
            continue
        kinds = {specifier.operator for specifier in requirement.specifier}
        if not requirement.specifier.contains(__version__, prereleases=True):
            what = _("{range} excludes this deskctl, {version}", range=line, version=__version__)
            return failed(check, what, hint)
        if kinds & {"==", "~=", "==="} or (kinds & {">", ">="} and kinds & {"<", "<="}):
            return passed(check, line)
        return failed(check, _("{range} has no lower and upper bound", range=line), hint)
    return failed(check, _("deskctl is not in dependencies"), hint)
