"""What the desk itself asks about raw messages. Never spoken over the socket."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class Journalled(Query):
    """Which of these keys are in a channel's journal. Answer: `list[str]`."""

    channel: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WithoutSecrets(Query):
    """The stored bytes with this SHA-256, without Message-IDs of notifications. Answer: `bytes`."""

    sha256: str


@dataclass(frozen=True, slots=True)
class RawMessages(Query):
    """Messages whose raw bytes are kept, in the order of their ids, `limit` of them with an id above `after`.

    `ids`, `message_id` (with angle brackets), `ticket` and `since` (RFC 3339) narrow them down; with `came` only what
    was received is among them, not what an agent wrote by mail, and the envelopes are there, too.
    Answer: `list[answers.RawMessage]`.
    """

    after: int = 0
    limit: int = 50
    ids: tuple[int, ...] = ()
    message_id: str | None = None
    ticket: int | None = None
    since: str | None = None
    came: bool = False
