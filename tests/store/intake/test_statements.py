"""The number of SQL statements of intake: a batch of fifty messages costs about as many as a single one."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from deskctl.core import features
from deskctl.core.agents.commands import AddAgent
from deskctl.core.intake.journal import JournalEntry
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.command import Command
from deskctl.core.kernel.settings import Settings
from deskctl.core.messages.channels import Acknowledgement, ChannelInfo, Channels
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.model import Envelope
from deskctl.core.notifications.settings import NotificationSettings
from deskctl.core.tickets.commands import Assign
from deskctl.desk.intake import Intake
from deskctl.plugins import Choice
from deskctl.plugins.actions import Answer
from deskctl.store import Store
from deskctl_email.parse import parse as parse_mail
from deskctl_telegram.parse import parse as parse_update
from deskctl_telegram.updates import BotIdentity
from tests.servers import stores
from tests.servers.fixtures import StoreCopy

BATCH = 50
#: The statements that a batch of fifty may cost more than a batch of one.
MARGIN = 20
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SETTINGS = Settings().with_features(
    Channels(
        {
            "support": ChannelInfo(
                "support",
                "email",
                "support@acme.test",
                team="support",
                sends=True,
                acknowledge=Acknowledgement(),
                answer=True,
            ),
            "tg": ChannelInfo(
                "tg",
                "telegram",
                team="support",
                sends=True,
                conversational=True,
                acknowledge=Acknowledgement(),
                answer=True,
            ),
        }
    ),
    NotificationSettings(timedelta()),  # every agent gets every notification at once
)
ENVELOPE = Envelope("smtp", NOW)
UPDATES = replace(ENVELOPE, extra=BotIdentity("777", "desk_test_bot").as_extra())


class Desk:
    """A desk that receives mail and updates in batches, and whose statements are counted."""

    def __init__(self, store: Store, number: int = 1) -> None:
        """`number` is that of the next received message."""
        self.store = store
        self._numbers = itertools.count(number)
        self._intake = Intake(store, {"support": parse_mail, "tg": parse_update})

    def add_agents(self) -> None:
        for agent in ("agent1", "agent2"):
            self.do(AddAgent(agent, agent.title(), f"{agent}@firm.test", ("support",)))

    def do(self, command: Command, actor: str = "agent:agent1") -> dict[str, Any]:
        return self.store.transaction(lambda unit: features.execute(unit, command, Actor(actor))).facts

    def receive(self, *raw: bytes, channel: str = "support") -> None:
        envelope = UPDATES if channel == "tg" else ENVELOPE
        entries = [JournalEntry(channel, f"key-{next(self._numbers)}", envelope, one) for one in raw]
        self.store.journal.append(entries)
        self._intake.process(self.store.journal.waiting(BATCH, 1 << 22))
        assert self.store.journal.count_waiting() == 0

    def count(self, make: Callable[[int], bytes], numbers: range, channel: str = "support") -> Counter[str]:
        """Return the statements for a batch of messages, by their beginning."""
        raw = [make(number) for number in numbers]
        with statements() as asked:
            self.receive(*raw, channel=channel)
        return asked


@contextmanager
def statements() -> Iterator[Counter[str]]:
    asked: Counter[str] = Counter()

    def listen(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked[statement[:90]] += 1

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", listen)


def opened(url: str) -> Store:
    return Store.open(url, SETTINGS, lambda: NOW)


@pytest.fixture
def desk(desk_url: str) -> Iterator[Desk]:
    with closing(opened(desk_url)) as store:
        desk = Desk(store)
        desk.add_agents()
        yield desk


@pytest.fixture
def mail_desk(store_copy: StoreCopy) -> Iterator[Desk]:
    """A desk with answered tickets by mail, filled once per engine."""

    def fill(url: str) -> None:
        stores.prepare(url)
        with closing(opened(url)) as store:
            desk = Desk(store)
            desk.add_agents()
            converse(desk, mail)

    with closing(opened(store_copy("answered mail", fill))) as store:
        yield Desk(store, BATCH + 2)


def mail(number: int, subject: str = "Printer", text: str = "It burns.", **headers: str) -> bytes:
    lines = {
        "From": f"Customer {number} <customer{number}@example.org>",
        "To": "support@acme.test",
        "Subject": f"{subject} {number}",
        "Message-ID": f"<{subject}-{number}@example.org>",
        "Date": "Mon, 02 Mar 2026 09:00:00 +0000",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode() + f"\r\n{text}\r\n".encode()


def update(number: int, text: str = "It burns.", base: int = 0) -> bytes:
    person = {"id": number, "is_bot": False, "first_name": f"Customer {number}", "language_code": "en"}
    chat = {"id": number, "type": "private"}
    message = {"message_id": base + number, "date": 1772442000, "chat": chat, "from": person, "text": text}
    return json.dumps({"update_id": base + number, "message": message}).encode()


def assert_constant(one: Mapping[str, int], many: Mapping[str, int]) -> None:
    assert sum(many.values()) <= sum(one.values()) + MARGIN, {
        statement: (one.get(statement, 0), count) for statement, count in many.items() if count > one.get(statement, 0)
    }


def converse(desk: Desk, make: Callable[[int], bytes], channel: str = "support") -> None:
    """Open tickets, each with an automatic answer with choices or a reply."""
    desk.receive(*(make(number) for number in range(1, BATCH + 1)), channel=channel)
    desk.receive(make(BATCH + 1), channel=channel)
    with desk.store.reading() as connection:
        firsts = connection.exec_driver_sql(
            "SELECT ticket, min(id) FROM messages GROUP BY ticket ORDER BY ticket"
        ).all()
    assert len(firsts) == BATCH + 1
    for ticket, first in firsts:
        desk.do(Answer(ticket, first, "Read this.", (Choice("solved", "This solved it"),), "kb"), "system:kb")
        desk.do(Assign(ticket, "agent1" if ticket % 2 else "agent2"))
        if ticket % 5 == 0:
            desk.do(Reply(ticket, "We are on it."))


def newest_ids(desk: Desk) -> list[str]:
    """Return the newest Message-ID of each ticket, in order."""
    with desk.store.reading() as connection:
        newest = (
            "SELECT message_id FROM messages WHERE id IN (SELECT max(id) FROM messages GROUP BY ticket) ORDER BY ticket"
        )
        return list(connection.exec_driver_sql(newest).scalars())


ONE, MANY = range(BATCH + 1, BATCH + 2), range(1, BATCH + 1)


def test_new_mail_costs_a_constant_number_of_statements(desk: Desk) -> None:
    assert_constant(desk.count(mail, ONE), desk.count(mail, MANY))


def test_replies_cost_a_constant_number_of_statements(mail_desk: Desk) -> None:
    sent = newest_ids(mail_desk)

    def reply(number: int) -> bytes:
        return mail(number, "Re: Printer", "It still burns.", In_Reply_To=sent[number - 1])

    assert_constant(mail_desk.count(reply, ONE), mail_desk.count(reply, MANY))


def test_picked_choices_cost_a_constant_number_of_statements(mail_desk: Desk) -> None:
    sent = newest_ids(mail_desk)

    def pick(number: int) -> bytes:
        return mail(number, "Re: Printer", "1", In_Reply_To=sent[number - 1])

    assert_constant(mail_desk.count(pick, ONE), mail_desk.count(pick, MANY))


def test_replies_from_other_addresses_cost_a_constant_number_of_statements(mail_desk: Desk) -> None:
    def reply(number: int) -> bytes:
        sender = f"colleague{number}@example.org"
        return mail(
            number, f"Re: Printer [#{number}]", "Mine too.", In_Reply_To=f"<Printer-{number}@example.org>", From=sender
        )

    assert_constant(mail_desk.count(reply, ONE), mail_desk.count(reply, MANY))


def test_automatic_mail_costs_a_constant_number_of_statements(mail_desk: Desk) -> None:
    sent = newest_ids(mail_desk)

    def automatic(number: int) -> bytes:
        said = {"In_Reply_To": sent[number - 1], "Auto_Submitted": "auto-replied"}
        return mail(number, "Out of office: Printer", "Back on Monday.", **said)

    assert_constant(mail_desk.count(automatic, ONE), mail_desk.count(automatic, MANY))


def test_delivery_reports_cost_a_constant_number_of_statements(mail_desk: Desk) -> None:
    sent = newest_ids(mail_desk)

    def report(number: int) -> bytes:
        parts = (
            "--b\r\nContent-Type: text/plain\r\n\r\nNot delivered.\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
            f"Final-Recipient: rfc822; customer{number}@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
            f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {sent[number - 1]}\r\n\r\n--b--"
        )
        about = 'multipart/report; report-type=delivery-status; boundary="b"'
        return mail(
            number, "Undelivered", parts, Content_Type=about, From="MAILER-DAEMON@mx.example.org", MIME_Version="1.0"
        )

    assert_constant(mail_desk.count(report, ONE), mail_desk.count(report, MANY))
    with mail_desk.store.reading() as connection:
        reports = connection.exec_driver_sql("SELECT count(*) FROM events WHERE kind = 'bounced'").scalar_one()
    assert reports == BATCH + 1


def test_new_chats_cost_a_constant_number_of_statements(desk: Desk) -> None:
    assert_constant(desk.count(update, ONE, "tg"), desk.count(update, MANY, "tg"))


def test_messages_in_chats_cost_a_constant_number_of_statements(desk: Desk) -> None:
    converse(desk, update, "tg")

    def later_update(number: int) -> bytes:
        return update(number, "It still burns.", base=1000)

    assert_constant(desk.count(later_update, ONE, "tg"), desk.count(later_update, MANY, "tg"))
