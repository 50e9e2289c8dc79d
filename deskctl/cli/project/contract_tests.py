"""Run of a plugin's contract tests in a separate process."""

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

from ...i18n import _
from .load import Contents
from .locate import PluginProject
from .results import CheckResult, failed, passed, skipped

#: The contract classes for channels, automations and actions.
_CONTRACTS = {"channels": "ChannelContract", "automations": "AutomationContract", "actions": "ActionContract"}
#: Parts of the channel contract, which test a second way of receiving. They are run, but do not replace the whole.
_PARTS = ("ParseContract", "ReceiveContract", "SendContract", "EndContract")
#: Seconds for all tests.
_TEST_SECONDS = 600
_INSTALL = "pip install 'deskctl[testing]'"


def check(project: PluginProject, contents: Contents) -> Iterator[CheckResult]:
    provided = (contents["channels"], contents["automations"], contents["actions"])
    wanted = [contract for contract, is_there in zip(_CONTRACTS.values(), provided, strict=True) if is_there]
    if project.root is None:
        yield skipped("contract", _("an installed plugin has no tests; check the project folder instead"))
        return
    found = {} if project.tests is None else declared(project.tests)
    for contract in wanted:
        if not found.get(contract):
            hint = _("add a test class that subclasses {contract} of deskctl.testing.contract", contract=contract)
            yield failed("contract", _("no test class subclasses {contract}", contract=contract), hint)
    nodes = [node for contract in (*wanted, *_PARTS) for node in found.get(contract, ())]
    if nodes:
        yield _run(project, nodes)
    elif not wanted:
        yield skipped("contract", _("there are contract tests for channels, automations and actions only"))


def declared(tests: Path) -> dict[str, list[str]]:
    """Return the pytest ids of the subclasses of each contract, direct or through a class of the same file."""
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


def _run(project: PluginProject, nodes: list[str]) -> CheckResult:
    assert project.root is not None
    if importlib.util.find_spec("pytest") is None:
        return failed("contract", _("pytest is not installed"), _INSTALL)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        paths = [str(project.root), str(project.root / "src"), os.environ.get("PYTHONPATH", "")]
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *nodes]
        try:
            done = subprocess.run(
                command, cwd=project.root, env=environ, capture_output=True, timeout=_TEST_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            what = _("the tests did not finish within {limit} s", limit=_TEST_SECONDS)
            return failed("contract", what, _("run pytest to see which test hangs"))
        if not report.exists() or done.returncode not in (0, 1):
            output = (done.stdout + done.stderr).decode("utf-8", "replace").strip().splitlines()
            last = next((line.strip() for line in reversed(output) if line.strip()), f"exit {done.returncode}")
            hint = _("{command}; then run pytest in {folder}", command=_INSTALL, folder=project.root)
            return failed("contract", _("cannot run pytest: {error}", error=last), hint)
        return _read(report, project.root)


def _read(report: Path, root: Path) -> CheckResult:
    """Return the result in a JUnit report of pytest."""
    cases = list(ET.parse(report).getroot().iter("testcase"))
    failures = [
        case.get("name", "") for case in cases if case.find("failure") is not None or case.find("error") is not None
    ]
    skips = [case.find("skipped") for case in cases]
    reasons = dict.fromkeys(
        skip.get("message", "").removeprefix("declared by `faults`: ").removeprefix("declared: ")
        for skip in skips
        if skip is not None
    )
    count = len(cases) - len(failures) - sum(skip is not None for skip in skips)
    hint = _("run pytest in {folder}", folder=root)
    if failures:
        names = ", ".join(failures[:3])
        if len(failures) > 3:
            names = _("{names} and {count} more", names=names, count=len(failures) - 3)
        facts = {"failed": len(failures), "total": len(cases), "names": names}
        return failed("contract", _("{failed} of {total} tests failed: {names}", **facts), hint)
    ran = _("{count} tests passed", count=count) if count else _("no test ran")
    detail = _("{result}; skipped: {reasons}", result=ran, reasons=", ".join(reasons)) if reasons else ran
    return passed("contract", detail) if count else failed("contract", detail, hint)
