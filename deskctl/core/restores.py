"""State outside tickets that undo puts back. Each is handled by the feature that owns the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .undo import Restore


@dataclass(frozen=True, slots=True)
class RestoreAgent(Restore):
    """`fields` as `plain` gives them."""

    agent: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RestoreTeam(Restore):
    team: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RestorePresence(Restore):
    agent: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RestoreContact(Restore):
    contact: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PartContacts(Restore):
    """The contact is no longer merged into `into`."""

    contact: int
    into: int


@dataclass(frozen=True, slots=True)
class JoinContacts(Restore):
    """The contact is merged into `into` again."""

    contact: int
    into: int


@dataclass(frozen=True, slots=True)
class RevokeLink(Restore):
    """The one-time code with this digest is no longer valid."""

    digest: str


@dataclass(frozen=True, slots=True)
class RestorePolicy(Restore):
    """`version` None: the policy is removed; otherwise what that version says is in force, at `place` (from 1)."""

    policy: str
    version: int | None
    place: int | None


@dataclass(frozen=True, slots=True)
class RestoreCalendar(Restore):
    """`version` None: the calendar is removed; otherwise what that version says is in force."""

    calendar: str
    version: int | None


@dataclass(frozen=True, slots=True)
class RestoreRota(Restore):
    """Shifts and absences, as `plain` gives them, are there again; those in `gone` are not."""

    shift: Mapping[str, Any] | None = None
    absence: Mapping[str, Any] | None = None
    gone: int | None = None
