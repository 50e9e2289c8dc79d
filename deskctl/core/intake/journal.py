"""The journal: each raw message is stored in it durably before its receipt is acknowledged."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ...dataclass import dataclass
from ..messages.model import Envelope


class JournalState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    QUARANTINED = "quarantined"
    DROPPED = "dropped"


#: A row during whose processing alone the process died this often is quarantined.
MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A raw message from a channel. `key` is unique in the channel: a repeated delivery adds no second row."""

    channel: str
    key: str
    envelope: Envelope
    raw: bytes


@dataclass(frozen=True, slots=True)
class PreparedEntry:
    """A raw message whose bytes are hashed and compressed as the store keeps them. `size` is that of the message."""

    channel: str
    key: str
    envelope: Envelope
    sha256: str
    size: int
    compression: int
    data: bytes


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A journal row to process. `singly`: process it alone, because the process died during a batch with it."""

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
    """The result of processing a row: a message (`duplicate`: it was already stored), quarantine, or dropped."""

    id: int
    state: JournalState
    message: int | None = None
    duplicate: bool = False
    reason: str | None = None
    sender: str | None = None
    subject: str | None = None
