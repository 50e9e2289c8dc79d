"""Queries for search, completion and names. They have their own module because each class costs import time."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class Seen(Query, audience=Audience.AGENT):
    """Return the newest customer message of a ticket that `agent` has seen. Answer: `SeenMark`."""

    ticket: int
    agent: str


@dataclass(frozen=True, slots=True)
class SearchMessages(Query, audience=Audience.AGENT):
    """Search for messages that contain all words of `text`. Answer: `views.SearchAnswer`.

    The words may occur in the text or subject of the message, in the subject of its ticket or in the names of its
    attachments; words in double quotes must be adjacent. The newest messages come first; with `rank`, the best matches
    among the newest. `spam` includes spam; `notes=False` excludes notes. `fields` are conditions on declared fields of
    the ticket. The value of a text, number or date field as `text` finds the tickets that have it. Conditions of the
    query language in `text`, such as `status:open`, limit the search to the tickets that match.
    """

    text: str
    limit: int = 50
    rank: bool = False
    spam: bool = False
    notes: bool = True
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchContacts(Query, audience=Audience.AGENT):
    """Search for contacts whose name or addresses contain each word of `text`, whole or as the start of a word.

    Answer: `list[views.ContactHit]`, newest first.
    """

    text: str
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CheckNames(Query, audience=Audience.AGENT):
    """Check that a team, an agent and a channel exist or are named by a ticket. Answer: null. Raises NotFound."""

    team: str | None = None
    agent: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Completions(Query, audience=Audience.AGENT):
    """Complete an argument.

    `kind`: ticket, agent, team, tag, channel, contact, view, calendar, policy, tier, skill, action (`NAME=`, or
    `NAME=VALUE` if the prefix has a name) or query (`FIELD:`, or `FIELD:VALUE` if the prefix has a field). Answer:
    `list[str]`.
    """

    names_agent: ClassVar[bool] = False
    kind: str
    prefix: str = ""
    limit: int = 50
