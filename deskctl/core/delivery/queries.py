"""Queries of the feature delivery."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListOutbox(Query, audience=Audience.AGENT):
    """Outgoing messages that are not yet sent; `state` picks one state, `all` takes all in.

    Answer: `list[answers.OutboxRow]`.
    """

    all: bool = False
    state: str | None = None
    ticket: int | None = None
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class ShowOutbox(Query, audience=Audience.AGENT):
    """One outgoing message whole. Answer: `outbox_answers.OutboxDocument`."""

    id: int
