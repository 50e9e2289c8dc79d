"""Judge a plugin: its packaging, its sources, what it brings, and whether it keeps the contract."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

from . import packaging, sources, suite
from .finding import Finding, Judgement, fine, untried, wrong
from .found import PluginProject, find
from .loading import MARK, Brings

#: Seconds for importing it and asking its hooks.
_WITHIN = 60


def judge(words: str) -> Iterator[Judgement]:
    """One judgement a plugin of the project, or of that name. Raises NotFound, Refused and UsageError."""
    for project in find(words):
        checks = list(_checks(project))
        yield Judgement(plugin=project.name, ok=all(row["ok"] is not False for row in checks), checks=checks)


def _checks(project: PluginProject) -> Iterator[Finding]:
    yield from packaging.judge(project)
    if not project.module:
        return
    read = list(sources.judge(project, _hooks()))
    yield from read
    if read[0]["check"] == "sources":
        return
    brings = load(project)
    if brings["error"]:
        yield wrong("loads", brings["error"], f'try: python -c "import {project.module}"')
        yield untried("contract", "it does not load")
        return
    things = [*(f"channel {kind}" for kind in brings["channels"]), *(f"automation {a}" for a in brings["automations"])]
    yield fine("loads", f"brings {', '.join([*things, *brings['others']]) or 'nothing but commands'}")
    for config in brings["configs"]:
        where, readme = config["where"], project.metadata.readme if project.metadata else ""
        missing = [key for key in config["keys"] if not re.search(rf"\b{key}\b", f"{config['doc']}\n{readme}")]
        if not config["doc"].strip():
            yield wrong("configuration", f"{where}: its class says nothing", "give the class a docstring on its keys")
        elif missing:
            hint = "explain them in the README or in the docstring of the class"
            yield wrong("configuration", f"{where}: nothing explains {', '.join(missing)}", hint)
        else:
            yield fine("configuration", f"{where}: {', '.join(config['keys']) or 'no keys'}")
    yield from suite.judge(project, brings)


def load(project: PluginProject) -> Brings:
    """What it brings, found out in a process of its own."""
    paths = [] if project.root is None else [str(project.root), str(project.root / "src")]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [*paths, os.environ.get("PYTHONPATH", "")]))}
    target = project.metadata.entry_points.get(project.name, project.module) if project.metadata else project.module
    command = [sys.executable, "-B", "-m", "deskctl.cli.project.loading", project.name, target]
    nothing = Brings(error=None, channels=[], automations=[], others=[], configs=[])
    try:
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=_WITHIN, check=False)
    except subprocess.TimeoutExpired:
        return {**nothing, "error": f"importing it takes longer than {_WITHIN} s"}
    said = [line for line in done.stdout.splitlines() if line.startswith(MARK)]  # it may print, too
    if done.returncode or not said:
        last = (done.stderr.strip().splitlines() or [f"the process ended with {done.returncode}"])[-1]
        return {**nothing, "error": last}
    brings: Brings = json.loads(said[-1].removeprefix(MARK))
    return brings


def _hooks() -> list[str]:
    from ...plugins import hookspecs

    return [name for name in vars(hookspecs) if name.startswith("deskctl_")]
