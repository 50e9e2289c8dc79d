"""Checks of a plugin: packaging, sources, loading, configuration, and contract tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

from ...i18n import _, joined
from . import contract_tests, packaging, sources
from .load import MARK, Contents
from .locate import PluginProject, find
from .results import CheckResult, PluginReport, failed, passed, skipped

#: Seconds to import the plugin and call its hooks.
_LOAD_SECONDS = 60


def check_plugin(plugin: str) -> Iterator[PluginReport]:
    """Return a report for each plugin at a path, or for an installed one. Raises NotFound, Refused or UsageError."""
    for project in find(plugin):
        checks = list(_checks(project))
        yield PluginReport(plugin=project.name, ok=all(row["ok"] is not False for row in checks), checks=checks)


def _checks(project: PluginProject) -> Iterator[CheckResult]:
    yield from packaging.check(project)
    if not project.module:
        return
    read = list(sources.check(project, _hooks()))
    yield from read
    if read[0]["check"] == "sources":
        return
    contents = load(project)
    if contents["error"]:
        hint = _("try: {command}", command=f'python -c "import {project.module}"')
        yield failed("loads", contents["error"], hint)
        yield skipped("contract", _("the plugin does not load"))
        return
    names = [
        *(_("channel {name}", name=kind) for kind in contents["channels"]),
        *(_("automation {name}", name=automation) for automation in contents["automations"]),
        *(_("action {name}", name=action) for action in contents["actions"]),
        *contents["others"],
    ]
    detail = _("provides {contents}", contents=joined(", ", names)) if names else _("provides only commands")
    yield passed("loads", detail)
    for config in contents["configs"]:
        table, readme = config["where"], project.metadata.readme if project.metadata else ""
        missing = [key for key in config["keys"] if not re.search(rf"\b{key}\b", f"{config['doc']}\n{readme}")]
        if not config["doc"].strip():
            what = _("{table}: the class has no docstring", table=table)
            yield failed("configuration", what, _("add a docstring that describes the keys"))
        elif missing:
            what = _("{table}: undocumented keys: {keys}", table=table, keys=", ".join(missing))
            yield failed("configuration", what, _("describe them in the README or in the docstring of the class"))
        elif config["keys"]:
            yield passed("configuration", _("{table}: {keys}", table=table, keys=", ".join(config["keys"])))
        else:
            yield passed("configuration", _("{table}: no keys", table=table))
    yield from contract_tests.check(project, contents)


def load(project: PluginProject) -> Contents:
    """Load the plugin in a separate process and return its contents."""
    paths = [] if project.root is None else [str(project.root), str(project.root / "src")]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [*paths, os.environ.get("PYTHONPATH", "")]))}
    target = project.metadata.entry_points.get(project.name, project.module) if project.metadata else project.module
    command = [sys.executable, "-B", "-m", "deskctl.cli.project.load", project.name, target]
    empty = Contents(error=None, channels=[], automations=[], actions=[], others=[], configs=[])
    try:
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=_LOAD_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {**empty, "error": _("importing the plugin takes longer than {limit} s", limit=_LOAD_SECONDS)}
    answers = [line for line in done.stdout.splitlines() if line.startswith(MARK)]  # the plugin may print other lines
    if done.returncode or not answers:
        exit_status = _("the process exited with {code}", code=done.returncode)
        last = (done.stderr.strip().splitlines() or [exit_status])[-1]
        return {**empty, "error": last}
    contents: Contents = json.loads(answers[-1].removeprefix(MARK))
    return contents


def _hooks() -> list[str]:
    from ...plugins import hookspecs

    return [name for name in vars(hookspecs) if name.startswith("deskctl_")]
