"""What commands look up beside lists and tickets; apart from them, as each class costs its importer a millisecond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class Seen(Query, audience=Audience.AGENT):
    """The newest customer message of a ticket that `agent` has been shown. Answer: `answers.SeenMark`."""

    ticket: int
    agent: str


@dataclass(frozen=True, slots=True)
class SearchMessages(Query, audience=Audience.AGENT):
    """Messages that hold every word of `text`, in their own text or subject, their ticket's subject or the names of
    their attachments; what stands in double quotes must stand side by side. Newest first, or with `rank` the best of
    the newest. Without spam unless `spam` says so; with notes unless `notes` says not. Answer: `answers.SearchAnswer`.
    """

    text: str
    limit: int = 50
    rank: bool = False
    spam: bool = False
    notes: bool = True


@dataclass(frozen=True, slots=True)
class SearchContacts(Query, audience=Audience.AGENT):
    """Contacts in whose name or addresses every word of `text` stands, or begins a word. Answer:
    `list[answers.ContactHit]`, newest first.
    """

    text: str
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CheckNames(Query, audience=Audience.AGENT):
    """Whether a team, an agent and a channel exist, or did for some ticket. Answer: null. Raises NotFound."""

    team: str | None = None
    agent: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Completions(Query, audience=Audience.AGENT):
    """Words that complete an argument: kind is ticket, agent, team, tag, channel or contact. Answer: `list[str]`."""

    names_agent: ClassVar[bool] = False
    kind: str
    prefix: str = ""
    limit: int = 50
