"""Internal queries about raw messages. The socket does not accept them."""

from __future__ import annotations

from ...dataclass import dataclass
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class Journalled(Query):
    """Return those of the keys that are in a channel's journal. Answer: `list[str]`."""

    channel: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WithoutSecrets(Query):
    """Get the stored bytes with this SHA-256, without Message-IDs of notifications. Answer: `bytes`."""

    sha256: str


@dataclass(frozen=True, slots=True)
class RawMessages(Query):
    """List messages with raw bytes, in the order of their ids: at most `limit` with an id above `after`.

    `ids`, `message_id` (with angle brackets), `ticket` and `since` (RFC 3339) restrict them. `came` selects received
    messages only, without those that agents wrote by mail, and adds the envelopes. Answer: `list[answers.RawMessage]`.
    """

    after: int = 0
    limit: int = 50
    ids: tuple[int, ...] = ()
    message_id: str | None = None
    ticket: int | None = None
    since: str | None = None
    came: bool = False
