"""Queries of intake."""

from __future__ import annotations

from ...dataclass import dataclass
from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListInbox(Query, audience=Audience.AGENT):
    """List the journal rows that are not done; with `all`, all rows. Answer: `list[views.InboxRow]`."""

    all: bool = False
    limit: int = 1000
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class ShowInbox(Query, audience=Audience.AGENT):
    """Show a journal row with its raw bytes. Answer: `views.InboxDocument`."""

    id: int
