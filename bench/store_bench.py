"""Measure the cost of the store per mail: journal append, reading back, and a transaction of 50 new tickets.

    python bench/store_bench.py [URL …]     default: SQLite in a temporary folder

Each mail creates a contact, an identity, a ticket, a message, participants and two events, as in the intake.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from statistics import median

from deskctl.core.contacts.model import Address, Contact, Identity
from deskctl.core.contacts.repository import Contacts
from deskctl.core.intake.journal import JournalEntry, JournalRow, JournalSettled, JournalState
from deskctl.core.intake.repository import Journal
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.settings import Settings
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.events import MessageReceived
from deskctl.core.messages.model import Envelope, MessageKind
from deskctl.core.messages.repository import Messages
from deskctl.core.messages.thread import Message
from deskctl.core.tickets.events import TicketCreated
from deskctl.core.tickets.model import Ticket
from deskctl.core.tickets.repository import Tickets
from deskctl.store import Store

BATCH = 50
ROUNDS = 20
STEMS = ("ba", "de", "fi", "go", "hu", "ka", "lo", "mi", "ne", "pu", "ra", "so", "ti", "vu")
WORDS = [stem + end for stem in STEMS for end in ("ster", "mand", "ling", "pron", "cast")]
KOREAN = [
    "결제가",
    "환불",
    "요청드립니다",
    "배송이",
    "아직도",
    "안",
    "왔어요",
    "카드로",
    "주문번호",
]


def text(chance: random.Random) -> str:
    words = KOREAN if chance.random() < 0.1 else WORDS
    return " ".join(chance.choice(words) for _ in range(250))


def receive(unit: Unit, rows: list[JournalRow], texts: dict[int, str]) -> None:
    actor = Actor.system("intake")
    Messages.of(unit).load_by_message_id([f"<{row.id}@example.org>" for row in rows])
    Contacts.of(unit).load_identities([Address("email", f"customer{row.id}@example.org") for row in rows])
    for row in rows:
        unit.begin("receive", actor, False)
        contact = Contact(unit.source.next_id("contacts"), f"Customer {row.id}", unit.now)
        Contacts.of(unit).put(contact)
        address = f"customer{row.id}@example.org"
        Contacts.of(unit).add_identity(Identity("email", address, contact.id))
        number = unit.source.next_id("tickets")
        Tickets.of(unit).add(Ticket(number, f"Subject {row.id}", row.channel, contact.id, unit.now, unit.now, unit.now))
        message = Message(
            id=unit.source.next_id("messages"),
            ticket=number,
            kind=MessageKind.IN,
            channel=row.channel,
            author=address,
            sent_at=unit.now,
            created_at=unit.now,
            subject=f"Subject {row.id}",
            text=texts[row.id],
            visible_text=texts[row.id],
            message_id=f"<{row.id}@example.org>",
            digest=row.raw_sha256,
            contact=contact.id,
            raw_sha256=row.raw_sha256,
        )
        Messages.of(unit).add(message)
        Tickets.of(unit).add_participants(number, (address,))
        unit.record(TicketCreated(number, row.channel, contact.id), actor)
        unit.record(MessageReceived(number, message.id), actor)
        Journal.of(unit).settle(JournalSettled(row.id, JournalState.DONE, message.id))


def measure(url: str) -> dict[str, float]:
    """Return the milliseconds per mail: medians of all rounds."""
    store = Store.open(url, Settings(), migrate=True)
    chance = random.Random(7)
    spent: dict[str, list[float]] = {"append": [], "waiting": [], "start_batch": [], "transaction": []}

    for turn in range(ROUNDS):
        texts = [text(chance) for _ in range(BATCH)]
        entries = [entry(f"{turn}-{place}", words) for place, words in enumerate(texts)]
        with timed(spent["append"]):
            store.journal.append(entries)
        with timed(spent["waiting"]):
            rows = store.journal.waiting(BATCH, 4_000_000)
        with timed(spent["start_batch"]):
            store.journal.start_batch([row.id for row in rows])
        work = partial(receive, rows=rows, texts={row.id: words for row, words in zip(rows, texts, strict=True)})
        with timed(spent["transaction"]):
            store.transaction(work)
    store.close()
    return {what: median(times) for what, times in spent.items()}


def entry(key: str, words: str) -> JournalEntry:
    envelope = Envelope("smtp", datetime.now(UTC), "customer@example.org", ("support@desk.example",))
    return JournalEntry("support", key, envelope, f"Subject: {key}\r\n\r\n{words}".encode())


@contextmanager
def timed(spent: list[float]) -> Iterator[None]:
    """Add the milliseconds per mail of the block."""
    begun = time.perf_counter()
    yield
    spent.append((time.perf_counter() - begun) / BATCH * 1000)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for url in sys.argv[1:] or [f"sqlite:///{folder}/desk.db"]:
            found = measure(url)
            print(url.split("?", maxsplit=1)[0])
            for what, milliseconds in found.items():
                print(f"  {what:12} {milliseconds:.3f} ms a mail")
            print(f"  {'all':12} {sum(found.values()):.3f} ms a mail")


if __name__ == "__main__":
    main()
