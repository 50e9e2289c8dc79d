"""What commands look up beside lists and tickets; apart from them, as each class costs its importer a millisecond."""

from __future__ import annotations

from dataclasses import dataclass

from . import Query


@dataclass(frozen=True, slots=True)
class Seen(Query):
    """The newest customer message of a ticket that `agent` has been shown. Answer: `answers.SeenMark`."""

    ticket: int
    agent: str


@dataclass(frozen=True, slots=True)
class SearchMessages(Query):
    """Tickets whose subject or messages hold every word, newest first; spam is left out.

    Answer: `list[answers.TicketRow]`.
    """

    text: str
    limit: int = 50


@dataclass(frozen=True, slots=True)
class GetAttachment(Query):
    """The bytes of an attachment by its id. Answer: `answers.FileContent`."""

    id: int


@dataclass(frozen=True, slots=True)
class Completions(Query):
    """Words that complete an argument: kind is ticket, agent, team, tag or channel. Answer: `list[str]`."""

    kind: str
    prefix: str = ""
    limit: int = 50
