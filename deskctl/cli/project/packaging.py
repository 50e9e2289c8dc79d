"""Whether a plugin's distribution says what whoever installs it has to know."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ... import __version__
from .create import bounds
from .finding import Finding, fine, untried, wrong
from .found import Metadata, PluginProject


def judge(project: PluginProject) -> Iterator[Finding]:
    about = project.metadata
    if about is None:
        yield untried("packaging", "a single file, for the folder of [plugins] dir")
        return
    yield _entry_point(project, about)
    yield _python(about)
    yield _dependency(about)
    yield (
        fine("licence", about.license.splitlines()[0][:60])
        if about.license.strip()
        else wrong("licence", "none is named", 'add license = "MIT", or another SPDX expression, to [project]')
    )
    yield (
        fine("README", f"{len(about.readme.split())} words")
        if len(about.readme.split()) >= 20
        else wrong("README", "missing, or next to nothing", 'write one, and name it: readme = "README.md"')
    )
    if project.code.is_dir():
        typed = (project.code / "py.typed").is_file()
        hint = f"add an empty file {project.code.name}/py.typed, so that type checkers read the annotations"
        yield fine("py.typed", "is there") if typed else wrong("py.typed", "missing", hint)


def _entry_point(project: PluginProject, about: Metadata) -> Finding:
    check = "entry point"
    if not about.entry_points:
        example = f'[project.entry-points.deskctl] with a line: {project.name} = "{project.name.replace("-", "_")}"'
        return wrong(check, "nothing in the group deskctl, so no desk finds the plugin", f"add {example}")
    target = about.entry_points[project.name]
    if project.root is not None and project.code == project.root:
        return wrong(check, f"{target} is nowhere in the project", f"correct the entry point {project.name}")
    return fine(check, f"{project.name} = {target}")


def _python(about: Metadata) -> Finding:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    check, hint = "requires-python", 'add requires-python = ">=3.11" to [project]'
    if not about.requires_python:
        return wrong(check, "not said", hint)
    try:
        wanted = SpecifierSet(about.requires_python)
    except InvalidSpecifier:
        return wrong(check, f"{about.requires_python!r} cannot be read", hint)
    here = ".".join(map(str, sys.version_info[:3]))
    if not wanted.contains(here):
        return wrong(check, f"{about.requires_python} leaves out the Python that runs this, {here}", hint)
    return fine(check, about.requires_python)


def _dependency(about: Metadata) -> Finding:
    from packaging.requirements import InvalidRequirement, Requirement

    check, hint = "dependency", f'ask for "{bounds(__version__)}" in dependencies'
    for line in about.requires:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            return wrong(check, f"{line!r} cannot be read", hint)
        if requirement.name.lower() != "deskctl":
            continue
        kinds = {specifier.operator for specifier in requirement.specifier}
        if not requirement.specifier.contains(__version__, prereleases=True):
            return wrong(check, f"{line} leaves out this deskctl, {__version__}", hint)
        if kinds & {"==", "~=", "==="} or (kinds & {">", ">="} and kinds & {"<", "<="}):
            return fine(check, line)
        return wrong(check, f"{line} has no lower and upper bound", hint)
    return wrong(check, "deskctl is not among the dependencies", hint)
