"""The journal: every raw message is in it, durably, before anybody is told that the desk has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..messages.model import Envelope


class JournalState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    QUARANTINED = "quarantined"
    DROPPED = "dropped"


#: A row that has killed the process this often, tried singly, is quarantined.
MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What a channel hands over. `key` is unique in its channel: the same delivery twice is one row."""

    channel: str
    key: str
    envelope: Envelope
    raw: bytes


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A row that waits to become a message. `singly`: it was in a batch that died with the process."""

    id: int
    channel: str
    envelope: Envelope
    raw: bytes
    raw_sha256: str
    received_at: datetime
    attempts: int = 0
    singly: bool = False


@dataclass(frozen=True, slots=True)
class JournalSettled:
    """How a row ended: a message (`duplicate` when the message was there before) or quarantine."""

    id: int
    state: JournalState
    message: int | None = None
    duplicate: bool = False
    reason: str | None = None
    sender: str | None = None
    subject: str | None = None
