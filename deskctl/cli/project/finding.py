"""What a check found."""

from __future__ import annotations

from typing import TypedDict


class Finding(TypedDict):
    """`ok`: null when it could not be tried, and `detail` says why. `hint`: what to do, "" when there is nothing."""

    check: str
    ok: bool | None
    detail: str
    hint: str


class Judgement(TypedDict):
    """`ok`: no check failed."""

    plugin: str
    ok: bool
    checks: list[Finding]


def fine(check: str, detail: str) -> Finding:
    return Finding(check=check, ok=True, detail=detail, hint="")


def wrong(check: str, detail: str, hint: str) -> Finding:
    return Finding(check=check, ok=False, detail=detail, hint=hint)


def untried(check: str, why: str, hint: str = "") -> Finding:
    return Finding(check=check, ok=None, detail=why, hint=hint)
