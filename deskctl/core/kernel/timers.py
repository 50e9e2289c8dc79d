"""What is to happen at a time: a row with a due moment and a key that makes it happen once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TimerKind(StrEnum):
    AUTO_CLOSE = "auto_close"
    PURGE_SPAM = "purge_spam"
    CALLBACK = "callback"
    SLA = "sla"
    SLA_BOOK = "sla_book"
    ROUTE = "route"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Timer:
    """`key` is unique: setting a timer whose key exists replaces it. `due_at` is aware, UTC."""

    id: int
    kind: TimerKind
    due_at: datetime
    key: str
    ticket: int | None = None
