"""What the core needs of the world. The store and the plugin manager fit these."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ..agents.model import Agent, Team
from ..contacts.link_codes import LinkCode, LinkTries
from ..contacts.model import Address, Belongings, Contact, Identity
from ..delivery.model import OutboxEntry
from ..intake.journal import JournalState
from ..messages.conversations import Said, Talk
from ..messages.model import FileRef
from ..messages.thread import MessageHead
from ..tickets.model import Ticket
from .actor import Actor
from .records import CommandRecord, RecordedEvent
from .timers import Timer

if TYPE_CHECKING:
    from ..notifications.model import Notification, Window
    from ..routing.model import Presence, QueuedTicket, Turn
    from ..shifts.model import Rota
    from ..sla.clocks import Clock
    from ..sla.policy_book import PolicyBook


class Source(Protocol):
    """Loads what a transaction needs, in bulk, as it is inside that transaction. Unknown keys are left out.

    All numbers and ids are positive integers.
    """

    def tickets(self, numbers: Collection[int]) -> Iterable[Ticket]: ...
    def contacts(self, ids: Collection[int]) -> Iterable[Contact]: ...
    def identities(self, addresses: Collection[Address]) -> Iterable[Identity]: ...
    def addresses_of(self, contact: int) -> Sequence[Identity]:
        """Oldest first."""
        ...

    def contacts_into(self, ids: Collection[int]) -> Iterable[Contact]:
        """The contacts that point to one of these."""
        ...

    def hold_contacts(self) -> None:
        """Until this transaction ends nobody else changes who is who."""
        ...

    def active_tickets_of(self, contacts: Collection[int]) -> Sequence[int]:
        """The numbers of these contacts' own tickets that are new, open, pending or on hold."""
        ...

    def belongings(self, contacts: Collection[int]) -> Belongings: ...
    def link_code(self, digest: str) -> LinkCode | None: ...
    def link_tries(self, address: Address) -> LinkTries | None: ...

    def agents(self) -> Iterable[Agent]: ...
    def teams(self) -> Iterable[Team]: ...

    def messages_by_id(self, message_ids: Collection[str]) -> Iterable[MessageHead]:
        """Messages, in and out, that carry one of these Message-IDs (with angle brackets, compared exactly)."""
        ...

    def talked(self, talks: Collection[Talk]) -> Iterable[Said]:
        """The newest public message on the channel, of each living ticket (not closed, not merged) of the contact."""
        ...

    def offers(self, tickets: Collection[int]) -> Iterable[MessageHead]:
        """Of each ticket the newest message with choices."""
        ...

    def anew(self, keys: Collection[tuple[str, str]]) -> Collection[tuple[str, str]]:
        """Those (channel, lower-cased address) whose next message opens a ticket of its own."""
        ...

    def seen(self, agent: str, messages: Collection[int]) -> Mapping[int, int]:
        """By message: the version that the agent was shown last."""
        ...

    def accepted(self, outbox: int) -> Mapping[str, int]:
        """What was accepted in answer to a notification, by a hash of its content: the message that it became."""
        ...

    def visible_texts(self, messages: Collection[int]) -> Mapping[int, str]: ...
    def files_of(self, messages: Collection[int]) -> Sequence[tuple[int, FileRef]]:
        """Files that came or went with these messages (by id), pictures inside a text left out; in their order."""
        ...

    def participants(self, tickets: Collection[int]) -> Mapping[int, frozenset[str]]:
        """By ticket: the addresses (lower-cased) that took part: its requester, and whoever was written to."""
        ...

    def heads(self, ticket: int) -> Sequence[MessageHead]:
        """A ticket's own messages that were not withdrawn, oldest first."""
        ...

    def queue(self, teams: Mapping[str | None, Collection[str]], limit: int) -> Sequence[int]:
        """Unassigned new and open tickets of these teams (None: of no team), by `queue_at`, then number; by team the
        tiers whose tickets are left out."""
        ...

    def active_of(self, agent: str) -> Sequence[int]:
        """The tickets that an agent has and that are not done, by number."""
        ...

    def merged_into(self, number: int) -> Sequence[int]:
        """The tickets that point to this one."""
        ...

    def outbox(self, ids: Collection[int]) -> Iterable[OutboxEntry]: ...
    def outbox_of(self, ticket: int) -> Iterable[OutboxEntry]: ...
    def outbox_by_message_id(self, message_ids: Collection[str]) -> Iterable[OutboxEntry]:
        """What we sent under these Message-IDs, notifications included."""
        ...

    def automatic_sent(self, address: str, since: datetime) -> int:
        """How many automatic messages were enqueued for an address since a moment, notifications left out."""
        ...

    def tickets_by_token(self, tokens: Collection[str]) -> Mapping[str, int]: ...

    def blocked(self, addresses: Collection[str]) -> frozenset[str]:
        """Those of the (lower-cased) addresses that are blocked, themselves or by their `@domain`."""
        ...

    def blocks(self) -> Sequence[str]:
        """Every blocked pattern, in order."""
        ...

    def timers(self, ids: Collection[int]) -> Iterable[Timer]: ...
    def book(self) -> PolicyBook:
        """Policies and calendars as they are."""
        ...

    def clocks(self, tickets: Collection[int]) -> Iterable[Clock]: ...
    def histories(self, tickets: Collection[int], kinds: Sequence[str]) -> Iterable[RecordedEvent]:
        """The tickets' events of these kinds, oldest first."""
        ...

    def active_after(self, ticket: int, limit: int) -> Sequence[int]:
        """The next numbers above `ticket` of tickets that are new, open, pending or on hold."""
        ...

    def rota(self) -> Rota: ...
    def presences(self) -> Iterable[Presence]: ...
    def turns(self, agents: Collection[str]) -> Iterable[Turn]: ...
    def loads(self, agents: Collection[str]) -> Mapping[tuple[str, str], int]:
        """How many new and open tickets these agents have, by agent and channel."""
        ...

    def waiting(
        self, team: str, limit: int, after: tuple[datetime, int] | None = None, besides: str | None = None
    ) -> Sequence[QueuedTicket]:
        """The head of a team's queue, or what follows `after` (queue_at and number). `besides`: not those of which it
        is recorded that they wait because of this."""
        ...

    def busy(self, team: str) -> Mapping[str, tuple[int, datetime]]:
        """By channel: how many wait in a team's queue, and since when the first of them does."""
        ...

    def unattended(self, team: str) -> bool:
        """Whether a team was told that nobody is there, and nobody has come since."""
        ...

    def windows(self) -> Iterable[Window]:
        """Of every agent who has been told something."""
        ...

    def notices(self, agent: str) -> Sequence[Notification]:
        """What waits to be told, oldest first."""
        ...

    def journal_state(self, row: int, /) -> JournalState | None: ...
    def command(self, number: int, /) -> CommandRecord | None: ...

    def last_command(self, actor: Actor) -> CommandRecord | None:
        """The actor's newest command that undo takes notice of and that was not undone."""
        ...

    def latest_commands(self, actor: Actor, limit: int) -> Sequence[CommandRecord]:
        """The actor's newest commands that undo takes notice of, newest first: those of at least `limit` invocations,
        where there are so many."""
        ...

    def commands_of(self, invocation: str, actor: Actor) -> Sequence[CommandRecord]:
        """The actor's commands of an invocation, oldest first."""
        ...

    def events_of_command(self, number: int, /) -> Sequence[RecordedEvent]: ...

    def events_since(self, ticket: int, after: int) -> Sequence[RecordedEvent]:
        """A ticket's events with an id above `after`, oldest first."""
        ...

    def next_id(self, kind: str) -> int:
        """A fresh id. `kind` is the table: tickets, messages, contacts, outbox, timers, events or commands."""
        ...

    def token(self) -> str:
        """128 random bits in lower-case hexadecimal."""
        ...
