"""Compare versions of policies and calendars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from ..calendars.model import Calendar
from .policy import Policy

Versioned = TypeVar("Versioned", Calendar, Policy)


def has_content_of(current: Versioned | None, version: int | None, versions: Sequence[Versioned]) -> bool:
    """Return True if the present policy or calendar has the content of a version.

    The numbers can differ, because an undo adds a version with the content of an old one. None as `current` and as
    `version` means that it was removed.
    """
    if current is None or version is None:
        return current is None and version is None
    earlier = next(each for each in versions if each.version == version)
    return replace(earlier, version=current.version, since=current.since) == current
