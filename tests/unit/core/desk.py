"""A unit on an empty store, with three agents."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from deskctl.core import features
from deskctl.core.agents.commands import AddAgent
from deskctl.core.agents.model import Agent, Team
from deskctl.core.contacts.link_codes import LinkCode, LinkTries
from deskctl.core.contacts.model import Address, Contact, Identity, PersonalData
from deskctl.core.delivery.model import OutboxEntry
from deskctl.core.delivery.repository import Outbox
from deskctl.core.intake.commands import Receive
from deskctl.core.intake.journal import JournalState
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.command import Command
from deskctl.core.kernel.outcome import Outcome
from deskctl.core.kernel.records import CommandRecord, RecordedEvent
from deskctl.core.kernel.settings import Settings
from deskctl.core.kernel.timers import Timer
from deskctl.core.messages.channels import ChannelInfo, Channels
from deskctl.core.messages.conversations import ConversationKey, LastMessage
from deskctl.core.messages.model import Automatic, Envelope, FileRef, InboundMessage
from deskctl.core.messages.thread import MessageHead
from deskctl.core.notifications.model import Notification, Window
from deskctl.core.routing.model import Presence, QueuedTicket, Turn
from deskctl.core.shifts.model import Rota
from deskctl.core.sla.clocks import Clock
from deskctl.core.sla.policy_book import PolicyBook
from deskctl.core.tickets.model import Ticket

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MAIL = ChannelInfo("support", "email", "support@acme.test", team="support", sends=True)
OTHER = ChannelInfo("sales", "email", "sales@acme.test", sends=True)
SETTINGS = Settings(name="Acme Support").with_features(Channels({"support": MAIL, "sales": OTHER}))


class EmptySource:
    """The source of an empty store: every query finds nothing, ids count up."""

    def __init__(self) -> None:
        self._ids: dict[str, itertools.count[int]] = defaultdict(lambda: itertools.count(1))

    def rota(self) -> Rota:
        return Rota()

    def tickets(self, numbers: Collection[int]) -> Iterable[Ticket]:
        return ()

    def contacts(self, ids: Collection[int]) -> Iterable[Contact]:
        return ()

    def identities(self, addresses: Collection[Address]) -> Iterable[Identity]:
        return ()

    def addresses_of(self, contacts: Collection[int]) -> Iterable[Identity]:
        return ()

    def contacts_into(self, ids: Collection[int]) -> Iterable[Contact]:
        return ()

    def lock_contacts(self) -> None:
        pass

    def active_tickets_of(self, contacts: Collection[int]) -> Sequence[int]:
        return ()

    def personal_data(self, contacts: Collection[int]) -> PersonalData:
        return PersonalData((), 0, 0, 0)

    def link_code(self, digest: str) -> LinkCode | None:
        return None

    def link_tries(self, address: Address) -> LinkTries | None:
        return None

    def agents(self) -> Iterable[Agent]:
        return ()

    def teams(self) -> Iterable[Team]:
        return ()

    def messages_by_id(self, message_ids: Collection[str]) -> Iterable[MessageHead]:
        return ()

    def participants(self, tickets: Collection[int]) -> Mapping[int, frozenset[str]]:
        return {}

    def heads(self, tickets: Collection[int]) -> Iterable[MessageHead]:
        return ()

    def last_messages(self, talks: Collection[ConversationKey]) -> Iterable[LastMessage]:
        return ()

    def offers(self, tickets: Collection[int]) -> Iterable[MessageHead]:
        return ()

    def new_ticket_requests(self, keys: Collection[tuple[str, str]]) -> Collection[tuple[str, str]]:
        return ()

    def seen(self, agent: str, messages: Collection[int]) -> Mapping[int, int]:
        return {}

    def accepted(self, outbox: int) -> Mapping[str, int]:
        return {}

    def visible_texts(self, messages: Collection[int]) -> Mapping[int, str]:
        return {}

    def files_of(self, messages: Collection[int]) -> Sequence[tuple[int, FileRef]]:
        return ()

    def queue(self, teams: Mapping[str | None, Collection[str]], limit: int) -> Sequence[int]:
        return ()

    def active_of(self, agent: str, teams: Collection[str] | None, limit: int) -> Sequence[int]:
        return ()

    def merged_into(self, numbers: Collection[int]) -> Iterable[tuple[int, int]]:
        return ()

    def outbox(self, ids: Collection[int]) -> Iterable[OutboxEntry]:
        return ()

    def outbox_of(self, ticket: int) -> Iterable[OutboxEntry]:
        return ()

    def outbox_by_message_id(self, message_ids: Collection[str]) -> Iterable[OutboxEntry]:
        return ()

    def automatic_sent(self, addresses: Collection[str], since: datetime) -> Mapping[str, int]:
        return {}

    def tickets_by_token(self, tokens: Collection[str]) -> Mapping[str, int]:
        return {}

    def blocked(self, addresses: Collection[str]) -> frozenset[str]:
        return frozenset()

    def blocks(self) -> Sequence[str]:
        return ()

    def timers(self, ids: Collection[int]) -> Iterable[Timer]:
        return ()

    def book(self) -> PolicyBook:
        return PolicyBook()

    def clocks(self, tickets: Collection[int]) -> Iterable[Clock]:
        return ()

    def events_of_kinds(self, commands: Collection[int], kinds: Collection[str]) -> Sequence[RecordedEvent]:
        return ()

    def changed_tickets(self, commands: Collection[int], besides: Collection[str]) -> Collection[int]:
        return ()

    def later_changes(
        self, commands: Collection[int], besides: Collection[str], by_customer: Collection[str]
    ) -> Sequence[RecordedEvent]:
        return ()

    def histories(self, tickets: Collection[int], kinds: Sequence[str]) -> Iterable[RecordedEvent]:
        return ()

    def active_after(self, ticket: int, limit: int) -> Sequence[int]:
        return ()

    def presences(self) -> Iterable[Presence]:
        return ()

    def turns(self, agents: Collection[str]) -> Iterable[Turn]:
        return ()

    def loads(self, agents: Collection[str]) -> Mapping[tuple[str, str], int]:
        return {}

    def waiting(
        self, team: str, limit: int, after: tuple[datetime, int] | None = None, besides: str | None = None
    ) -> Sequence[QueuedTicket]:
        return ()

    def busy(self, team: str) -> Mapping[str, tuple[int, datetime]]:
        return {}

    def unattended(self, team: str) -> bool:
        return False

    def windows(self) -> Iterable[Window]:
        return ()

    def notices(self, agent: str) -> Sequence[Notification]:
        return ()

    def journal_states(self, rows: Collection[int], /) -> Mapping[int, JournalState]:
        return {}

    def command(self, number: int, /) -> CommandRecord | None:
        return None

    def last_command(self, actor: Actor) -> CommandRecord | None:
        return None

    def latest_commands(self, actor: Actor, limit: int) -> Sequence[CommandRecord]:
        return ()

    def commands_of(self, invocation: str, actor: Actor) -> Sequence[CommandRecord]:
        return ()

    def command_before(self, record: CommandRecord) -> int | None:
        return None

    def commands_beyond_tickets(self, commands: Collection[int]) -> Collection[int]:
        return ()

    def events_of_command(self, number: int, /) -> Sequence[RecordedEvent]:
        return ()

    def events_since(self, ticket: int, after: int) -> Sequence[RecordedEvent]:
        return ()

    def expect_rows(self, count: int) -> None:
        pass

    def next_id(self, kind: str) -> int:
        return next(self._ids[kind])

    def token(self) -> str:
        return f"{self.next_id('tokens'):032x}"


class UnitDesk:
    """A desk in one transaction, with agents `agent1` and `agent2` in team support and `lead` in team leads."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        self.unit = features.new_unit(EmptySource(), settings, NOW)
        for handle, team in (("agent1", "support"), ("agent2", "support"), ("lead", "leads")):
            self.do(AddAgent(handle, handle.title(), f"{handle}@acme.test", (team,)), Actor.user("root"))
        self._journal = itertools.count(1)

    def do(self, command: Command, who: str = "agent1") -> Outcome:
        actor = who if isinstance(who, Actor) else Actor.agent(who)
        return features.execute(self.unit, command, actor)

    def mail(self, sender: str = "ana@example.org", subject: str = "Printer", **fields: Any) -> Outcome:
        """Receive a mail. `automatic`: the sign that it is automatic; `at`: the channel."""
        number = next(self._journal)
        why = fields.pop("automatic", "")
        channel = fields.pop("at", "support")
        message = InboundMessage(
            sender=sender,
            sender_name=fields.pop("name", None),
            subject=subject,
            text=fields.pop("text", "It burns."),
            visible_text=fields.pop("visible_text", "It burns."),
            digest=fields.pop("digest", f"digest-{number}"),
            message_id=fields.pop("message_id", f"<{number}@example.org>"),
            automatic=Automatic(bool(why), why),
            **fields,
        )
        receive = Receive(number, channel, Envelope("smtp", NOW), message, "00" * 32)
        return self.do(receive, Actor.system("intake"))

    def kinds(self, ticket: int) -> list[str]:
        return [r.event.kind for r in self.unit.changes.events if r.event.ticket == ticket]

    def sent_to(self, address: str) -> list[OutboxEntry]:
        return [entry for entry in Outbox.of(self.unit).changes.outbox.values() if address in entry.to]
