"""Run the contract suite that a plugin's tests declare, in a process of its own."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from .finding import Finding, fine, untried, wrong
from .found import PluginProject
from .loading import Brings

#: The class that a test subclasses, by what a plugin brings.
_CONTRACTS = {"channels": "ChannelContract", "automations": "AutomationContract"}
#: Parts of the contract of a channel, for a second door of one that keeps the whole; they are run and no more.
_PARTS = ("ParseContract", "ReceiveContract", "SendContract", "EndContract")
#: Seconds for the whole suite.
_WITHIN = 600
_KIT = "pip install 'deskctl[testing]'"


def judge(project: PluginProject, brings: Brings) -> Iterator[Finding]:
    wanted = [
        contract
        for contract, is_there in zip(_CONTRACTS.values(), (brings["channels"], brings["automations"]), strict=True)
        if is_there
    ]
    if project.root is None:
        yield untried("contract", "what is installed has no tests; check the project's folder instead")
        return
    found = {} if project.tests is None else declared(project.tests)
    for contract in wanted:
        if not found.get(contract):
            hint = f"write a test class that subclasses {contract} of deskctl.testing.contract"
            yield wrong("contract", f"no test subclasses {contract}", hint)
    nodes = [node for contract in (*wanted, *_PARTS) for node in found.get(contract, ())]
    if nodes:
        yield _run(project, nodes)
    elif not wanted:
        yield untried("contract", "it brings no channel and no automation, and there is a contract for no others")


def declared(tests: Path) -> dict[str, list[str]]:
    """The pytest ids of the classes that subclass each contract, directly or through a class of the same file."""
    known = (*_CONTRACTS.values(), *_PARTS)
    found: dict[str, list[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue
        kinds: dict[str, str] = {}
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
                kind = next((kinds.get(b, b) for b in bases if kinds.get(b, b) in known), None)
                if kind is not None:
                    kinds[node.name] = kind
                    if node.name.startswith("Test"):
                        found.setdefault(kind, []).append(f"{path}::{node.name}")
    return found


def _run(project: PluginProject, nodes: list[str]) -> Finding:
    assert project.root is not None
    if importlib.util.find_spec("pytest") is None:
        return wrong("contract", "pytest is not installed", _KIT)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        paths = [str(project.root), str(project.root / "src"), os.environ.get("PYTHONPATH", "")]
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *nodes]
        try:
            done = subprocess.run(
                command, cwd=project.root, env=environ, capture_output=True, timeout=_WITHIN, check=False
            )
        except subprocess.TimeoutExpired:
            return wrong("contract", f"the tests did not end within {_WITHIN} s", "run them with pytest and see where")
        if not report.exists() or done.returncode not in (0, 1):
            said = (done.stdout + done.stderr).decode("utf-8", "replace").strip().splitlines()
            last = next((line.strip() for line in reversed(said) if line.strip()), f"exit {done.returncode}")
            return wrong("contract", f"pytest could not run: {last}", f"{_KIT}; then run pytest in {project.root}")
        return _read(report, project.root)


def _read(report: Path, root: Path) -> Finding:
    """A finding of a JUnit report, which pytest wrote."""
    cases = list(ET.parse(report).getroot().iter("testcase"))
    failed = [
        case.get("name", "") for case in cases if case.find("failure") is not None or case.find("error") is not None
    ]
    skips = [case.find("skipped") for case in cases]
    reasons = dict.fromkeys(
        skip.get("message", "").removeprefix("declared by `faults`: ").removeprefix("declared: ")
        for skip in skips
        if skip is not None
    )
    passed = len(cases) - len(failed) - sum(skip is not None for skip in skips)
    left_out = f"; left out: {', '.join(reasons)}" if reasons else ""
    if failed:
        names = ", ".join(failed[:3]) + (f" and {len(failed) - 3} more" if len(failed) > 3 else "")
        return wrong("contract", f"{len(failed)} of {len(cases)} promises broken: {names}", f"run pytest in {root}")
    if not passed:
        return wrong("contract", f"no test ran{left_out}", f"run pytest in {root}")
    return fine("contract", f"{passed} promises kept{left_out}")
