"""Results of the checks of a plugin."""

from __future__ import annotations

from typing import TypedDict


class CheckResult(TypedDict):
    """The result of one check. `ok` is null if the check was skipped; `detail` then gives the reason.

    `hint` explains how to fix the problem, or is empty.
    """

    check: str
    ok: bool | None
    detail: str
    hint: str


class PluginReport(TypedDict):
    """The results for one plugin. `ok` is true if no check failed."""

    plugin: str
    ok: bool
    checks: list[CheckResult]


def passed(check: str, detail: str) -> CheckResult:
    return CheckResult(check=check, ok=True, detail=detail, hint="")


def failed(check: str, detail: str, hint: str) -> CheckResult:
    return CheckResult(check=check, ok=False, detail=detail, hint=hint)


def skipped(check: str, why: str, hint: str = "") -> CheckResult:
    return CheckResult(check=check, ok=None, detail=why, hint=hint)
