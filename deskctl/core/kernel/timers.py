"""Timers: stored rows with a due time; the key makes each happen once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TimerKind(StrEnum):
    """The kinds of timers; the values are stored."""

    AUTO_CLOSE = "auto_close"
    PURGE_SPAM = "purge_spam"
    CALLBACK = "callback"
    SLA = "sla"
    SLA_BOOK = "sla_book"
    ROUTE = "route"
    DIGEST = "digest"
    UNASSIGN = "unassign"


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer. `key` is unique: setting a timer with an existing key replaces it. `due_at` is aware, UTC."""

    id: int
    kind: TimerKind
    due_at: datetime
    key: str
    ticket: int | None = None
