"""Questions about the desk itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from . import Query


@dataclass(frozen=True, slots=True)
class ListAgents(Query):
    """Answer: `list[answers.AgentRow]`."""

    names_agent: ClassVar[bool] = False
    all: bool = False


@dataclass(frozen=True, slots=True)
class ListTeams(Query):
    """Answer: `list[answers.TeamRow]`."""

    names_agent: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ListBlocks(Query):
    """Whose mail is spam, in alphabetical order. Answer: `list[answers.BlockRow]`."""


@dataclass(frozen=True, slots=True)
class ListInbox(Query):
    """Journal rows that are not done; all of them with `all`. Answer: `list[answers.InboxRow]`."""

    all: bool = False
    limit: int = 1000
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class ShowInbox(Query):
    """One journal row with its raw bytes. Answer: `answers.InboxDocument`."""

    id: int


@dataclass(frozen=True, slots=True)
class ListOutbox(Query):
    """Outgoing messages that are not yet sent; `state` picks one state, `all` takes all in.

    Answer: `list[answers.OutboxRow]`.
    """

    all: bool = False
    state: str | None = None
    ticket: int | None = None
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class ShowOutbox(Query):
    """One outgoing message whole. Answer: `outbox_answers.OutboxDocument`."""

    id: int


@dataclass(frozen=True, slots=True)
class StoreStatus(Query):
    """Answer: `answers.StoreReport`."""

    names_agent: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class DeskHealth(Query):
    """What the daemon's parts say of themselves. Answer: `answers.HealthReport`."""

    names_agent: ClassVar[bool] = False
