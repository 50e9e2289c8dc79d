"""Queries of the feature intake."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListInbox(Query, audience=Audience.AGENT):
    """Journal rows that are not done; all of them with `all`. Answer: `list[answers.InboxRow]`."""

    all: bool = False
    limit: int = 1000
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class ShowInbox(Query, audience=Audience.AGENT):
    """One journal row with its raw bytes. Answer: `answers.InboxDocument`."""

    id: int
