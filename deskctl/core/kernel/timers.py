"""Timers: stored rows with a due time; the key makes each happen once."""

from __future__ import annotations

from datetime import datetime

from ...dataclass import dataclass


class TimerKind(str):
    """A kind of timers; the value is stored. Each feature declares its own kinds and their handlers."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer. `key` is unique: setting a timer with an existing key replaces it. `due_at` is aware, UTC."""

    id: int
    kind: TimerKind
    due_at: datetime
    key: str
    ticket: int | None = None
