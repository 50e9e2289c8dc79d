"""The ticket document, as `show` displays it."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from deskctl.core.contacts.model import Address
from deskctl.core.contacts.repository import Contacts
from deskctl.core.delivery.events import Bounced
from deskctl.core.delivery.model import OutboxState
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.unit import Unit
from deskctl.core.merges.events import Absorbed
from deskctl.core.messages.model import FileRef, IncomingFile, MessageKind
from deskctl.core.messages.queries import GetAttachment
from deskctl.core.messages.repository import Messages
from deskctl.core.search.queries import Seen
from deskctl.core.tickets.events import MarkedSpam, Mentions, WaitingChanged
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.queries import ShowTicket
from deskctl.core.tickets.repository import Tickets
from deskctl.errors import NotFound
from deskctl.store import Store
from tests.store.build import Clock, add_message, change_ticket, enqueue, open_ticket

ABC = sha256(b"abc").hexdigest()


def test_document_has_every_part(store: Store, clock: Clock) -> None:
    clock.advance(microseconds=500000)

    def work(unit: Unit) -> int:
        files = (IncomingFile("사진.png", "image/png", b"png", inline=True), IncomingFile(None, "text/plain", b"abc"))
        ticket = open_ticket(unit, files=files, followers=frozenset({"lead"}), tags=frozenset({"b", "a"}))
        reply = add_message(
            unit, ticket.number, kind=MessageKind.OUT, author="agent1", text="full", visible_text="part"
        )
        enqueue(unit, ticket.number, message=reply.id)
        return ticket.number

    document = store.ask(ShowTicket(store.transaction(work)))
    events = document.pop("events")
    said, reply = document.pop("messages")
    assert document == {
        "number": 1,
        "subject": "Printer",
        "status": "new",
        "priority": "normal",
        "channel": "support",
        "team": None,
        "assignee": None,
        "contact": {"id": 1, "name": "Ana", "address": "ana@example.org", "tier": None, "org": None},
        "tags": ["a", "b"],
        "language": None,
        "created_at": "2026-03-01T12:00:00.500000Z",
        "updated_at": "2026-03-01T12:00:00.500000Z",
        "waiting_since": None,
        "callback_at": None,
        "due_at": None,
        "sla": None,
        "tier": None,
        "approval": None,
        "followers": ["lead"],
        "merged_into": None,
        "merged": [],
        "follows": None,
        "spam": False,
        "spam_reason": None,
        "bounced": [],
        "addresses": ["ana@example.org"],
        "elsewhere": [],
        "newest_in": 1,
        "composing": [],
        "fields": {},
        "field_texts": [],
        "reply": {"to": [], "cc": [], "why": "channel support is no longer configured", "warnings": []},
    }
    assert [(a["filename"], a["content_type"], a["size"]) for a in said["attachments"]] == [
        ("사진.png", "image/png", 3),
        ("attachment-2.txt", "text/plain", 3),
    ]
    assert (said["kind"], said["author"], said["text"], said["visible_text"], said["delivery"]) == (
        "in",
        "ana@example.org",
        "It burns.",
        "It burns.",
        None,
    )
    assert (reply["kind"], reply["text"], reply["visible_text"], reply["delivery"]) == ("out", "full", "part", "queued")
    assert [e["kind"] for e in events] == ["ticket_created", "message_received"]
    assert {"kind": "message_received", "by": "system:intake", "ticket": 1, "message": 1}.items() <= events[1].items()
    content = store.ask(GetAttachment(said["attachments"][0]["id"]))
    assert base64.b64decode(content["base64"]) == b"png"


def test_document_has_spam_reason_and_bounced_address(store: Store) -> None:
    def work(unit: Unit) -> tuple[int, int]:
        by_relay = open_ticket(unit, spam=True, status=Status.CLOSED).number
        unit.record(MarkedSpam(by_relay, Status.NEW, "X-Spam-Flag: YES"), Actor.system("intake"))
        by_agent = open_ticket(unit, spam=True, status=Status.CLOSED).number
        unit.record(MarkedSpam(by_agent, Status.OPEN), Actor.agent("agent1"))
        Contacts.of(unit).mark_bounced(Address("email", "ana@example.org"), "5.1.1 unknown user")
        return by_relay, by_agent

    by_relay, by_agent = (store.ask(ShowTicket(number)) for number in store.transaction(work))
    assert (by_relay["spam"], by_relay["spam_reason"]) == (True, "X-Spam-Flag: YES")
    assert by_agent["spam_reason"] == "agent1 said so"
    assert by_agent["bounced"] == [{"address": "ana@example.org", "reason": "5.1.1 unknown user"}]


def test_message_has_its_delivery_error(store: Store) -> None:
    def work(unit: Unit) -> tuple[int, int]:
        ticket = open_ticket(unit).number
        file = IncomingFile("a.txt", "text/plain", b"abc")
        reply = add_message(unit, ticket, kind=MessageKind.OUT, author="agent1", files=(file,))
        report = add_message(unit, ticket, kind=MessageKind.AUTO, automatic="bounce")
        entry = enqueue(
            unit, ticket, message=reply.id, cc=("bo@example.org",), files=(FileRef("a.txt", "text/plain", 3, ABC),)
        )
        Outbox.of(unit).put(
            replace(entry, state=OutboxState.FAILED, due_at=None, last_error="bounced: 5.1.1 no such user")
        )
        unit.record(Bounced(ticket, report.id, entry.id, True, "5.1.1"), Actor.system("intake"))
        enqueue(unit, ticket)
        return ticket, entry.id

    ticket, entry = store.transaction(work)
    messages = store.ask(ShowTicket(ticket))["messages"]
    assert [(m["delivery"], m["delivery_error"]) for m in messages] == [
        (None, None),
        ("failed", "bounced: 5.1.1 no such user"),
        (None, None),
    ]
    failed = store.ask(ShowOutbox(entry))
    assert failed["bounces"] == [
        {"at": "2026-03-01T12:00:00Z", "permanent": True, "status": "5.1.1", "message": messages[2]["id"]}
    ]
    assert (failed["cc"], failed["gives_up_at"]) == (["bo@example.org"], None)
    assert failed["attachments"] == [{"filename": "a.txt", "content_type": "text/plain", "size": 3, "sha256": ABC}]
    waiting = store.ask(ShowOutbox(entry + 1))
    assert (waiting["bounces"], waiting["gives_up_at"]) == ([], "2026-03-05T12:00:00Z")


def test_document_includes_messages_of_merged_tickets(store: Store) -> None:
    def work(unit: Unit) -> tuple[int, ...]:
        main, near, far, other = (open_ticket(unit, text=t).number for t in ("one", "two", "three", "four"))
        change_ticket(unit, near, merged_into=main, status=Status.MERGED)
        change_ticket(unit, far, merged_into=near, status=Status.MERGED)
        return main, near, far, other

    main, near, far, _ = store.transaction(work)
    document = store.ask(ShowTicket(main))
    assert [(m["ticket"], m["text"]) for m in document["messages"]] == [(main, "one"), (near, "two"), (far, "three")]
    assert document["merged"] == [near, far]
    assert document["newest_in"] == document["messages"][-1]["id"]
    assert store.ask(ShowTicket(near))["merged_into"] == main
    assert store.transaction(lambda unit: list(Tickets.of(unit).merged_into(main))) == [near]


def test_withdrawn_message_is_not_shown(store: Store) -> None:
    def work(unit: Unit) -> tuple[int, int]:
        ticket = open_ticket(unit)
        return ticket.number, add_message(unit, ticket.number, kind=MessageKind.NOTE, text="oops").id

    ticket, note = store.transaction(work)
    store.transaction(lambda unit: Messages.of(unit).withdraw(note))
    assert [m["text"] for m in store.ask(ShowTicket(ticket))["messages"]] == ["It burns."]
    assert store.transaction(lambda unit: len(Messages.of(unit).heads(ticket))) == 1


def test_actor_of_event_is_a_handle_or_a_part_of_the_desk(store: Store, clock: Clock) -> None:
    def work(unit: Unit) -> int:
        ticket = open_ticket(unit).number
        agent = Actor.agent("agent1")
        unit.begin("note", agent, undoable=True)
        unit.record(Mentions(ticket, other=7), agent)
        unit.record(Absorbed(ticket, other=8), Actor.contact(3))
        unit.record(WaitingChanged(ticket, None, clock.now + timedelta(hours=1)), Actor.system("timer"))
        return ticket

    events = store.ask(ShowTicket(store.transaction(work)))["events"][2:]
    assert [e["by"] for e in events] == ["agent1", "contact:3", "system:timer"]
    assert events[0]["other"] == 7
    assert events[2]["new"] == "2026-03-01T13:00:00Z"


def test_seen_returns_messages_that_the_agent_has_seen(store: Store) -> None:
    ticket = store.transaction(lambda unit: open_ticket(unit).number)
    assert _seen(store, ticket) == (None, 1, None, [[1, 0]])
    store.transaction(lambda unit: Messages.of(unit).changes.seen.update({("agent1", 1): 0}))
    store.transaction(lambda unit: add_message(unit, ticket))
    store.transaction(lambda unit: add_message(unit, ticket, automatic="Auto-Submitted"))
    store.transaction(lambda unit: add_message(unit, ticket, kind=MessageKind.NOTE))
    store.transaction(lambda unit: add_message(unit, ticket, kind=MessageKind.OUT, author="agent2"))
    assert _seen(store, ticket) == (1, 2, [[1, 0]], [[1, 0], [2, 0], [5, 0]])
    store.transaction(lambda unit: Messages.of(unit).changes.seen.update({("agent1", 2): 0}))
    assert _seen(store, ticket) == (2, 2, [[1, 0], [2, 0]], [[1, 0], [2, 0], [5, 0]])


def _seen(store: Store, ticket: int) -> tuple[Any, ...]:
    mark = store.ask(Seen(ticket, "agent1"))
    return mark["seen"], mark["newest"], mark["shown"], mark["now"]


def test_missing_rows_raise_not_found(store: Store) -> None:
    for query in (ShowTicket(9), Seen(9, "agent1"), GetAttachment(9), GetAttachment(2**90)):
        with pytest.raises(NotFound):
            store.ask(query)
    with pytest.raises(NotFound):
        store.blob("0" * 64)
