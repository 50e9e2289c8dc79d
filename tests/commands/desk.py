"""A desk on a real store: mail is received through the journal, and each command has its own transaction."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from deskctl.core import features
from deskctl.core.agents.commands import AddAgent
from deskctl.core.delivery.queries import ListOutbox
from deskctl.core.intake.commands import Receive
from deskctl.core.intake.journal import JournalEntry
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.command import Command
from deskctl.core.kernel.outcome import Outcome
from deskctl.core.kernel.settings import Settings
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.channels import ChannelInfo, Channels
from deskctl.core.messages.model import Automatic, Envelope, InboundMessage
from deskctl.core.tickets.model import Ticket
from deskctl.core.tickets.queries import ShowTicket
from deskctl.core.tickets.repository import Tickets
from deskctl.store import Store
from tests.servers import stores

SETTINGS = Settings(name="Acme Support").with_features(
    Channels(
        {
            "support": ChannelInfo("support", "email", "support@acme.test", team="support", sends=True),
            "chat": ChannelInfo("chat", "chat", team="support", sends=True, conversational=True),
        }
    )
)


AGENTS = (("agent1", "support"), ("agent2", "support"), ("lead", "leads"))


class StoredDesk:
    """A desk with agents `agent1` and `agent2` in team support and `lead` in team leads, and a clock that tests set.

    A store that already has agents is used unchanged.
    """

    def __init__(self, url: str, settings: Settings = SETTINGS) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        if url.startswith("sqlite:"):
            stores.prepare(url)
        self.store = Store.open(url, settings, lambda: self.now)
        with self.store.reading() as connection:
            self.prepared = bool(connection.exec_driver_sql("SELECT count(*) FROM agents").scalar_one())
        self._mails = itertools.count(1)
        for handle, team in () if self.prepared else AGENTS:
            self.do(AddAgent(handle, handle.title(), f"{handle}@acme.test", (team,)), "user:root")

    @classmethod
    def fill(cls, url: str) -> None:
        """Prepare a new store that tests copy."""
        stores.prepare(url)
        cls(url).close()

    def close(self) -> None:
        self.store.close()

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def do(
        self, command: Command, who: str = "agent1", *, invocation: str | None = None, dry_run: bool = False
    ) -> Outcome:
        """Execute a command. Commands with the same `invocation` belong to one shell command."""
        actor = Actor(who if ":" in who else f"agent:{who}")

        def work(unit: Unit) -> Outcome:
            unit.invocation = invocation
            return features.execute(unit, command, actor)

        return self.store.transaction(work, dry_run=dry_run)

    def mail(self, sender: str = "ana@example.org", subject: str = "Printer", **fields: Any) -> Outcome:
        """Append a mail to the journal and process it, at once or after `processed_after`; `at` is its channel."""
        number = next(self._mails)
        why = fields.pop("automatic", "")
        at = fields.pop("at", "support")
        text = fields.pop("text", "It burns.")
        envelope = Envelope("smtp", self.now)
        self.store.journal.append([JournalEntry(at, f"key-{number}", envelope, b"raw %d" % number)])
        self.now += fields.pop("processed_after", timedelta())
        row = self.store.journal.waiting(1, 1 << 20)[0]
        message = InboundMessage(
            sender=sender,
            sender_name=fields.pop("name", None),
            subject=subject,
            text=text,
            visible_text=fields.pop("visible_text", text),
            digest=f"digest-{number}",
            message_id=fields.pop("message_id", f"<{number}@example.org>"),
            automatic=fields.pop("sign", Automatic(bool(why), why)),
            **fields,
        )
        return self.do(Receive(row.id, at, envelope, message, row.raw_sha256), "system:intake")

    def show(self, number: int) -> dict[str, Any]:
        document: dict[str, Any] = self.store.ask(ShowTicket(number))
        return document

    def ticket(self, number: int) -> Ticket:
        return self.store.transaction(lambda unit: Tickets.of(unit).get(number))

    def outbox(self, **filters: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.store.ask(ListOutbox(**{"all": True, **filters}))
        return rows
