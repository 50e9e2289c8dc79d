"""`show`: one ticket with all that was said and done."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from deskctl.core.events import Absorbed, Mentions, WaitingChanged
from deskctl.core.messages import IncomingFile, MessageKind
from deskctl.core.people import Actor
from deskctl.core.queries.lookups import GetAttachment, Seen
from deskctl.core.queries.tickets import ShowTicket
from deskctl.core.tickets import Status
from deskctl.core.unit import Unit
from deskctl.errors import NotFound
from deskctl.store import Store
from tests.store.build import Clock, add_message, enqueue, open_ticket


def test_the_document_has_every_part(store: Store, clock: Clock) -> None:
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
        "contact": {"id": 1, "name": "Ana", "address": "ana@example.org"},
        "tags": ["a", "b"],
        "language": None,
        "created_at": "2026-03-01T12:00:00.500000Z",
        "updated_at": "2026-03-01T12:00:00.500000Z",
        "waiting_since": None,
        "followers": ["lead"],
        "merged_into": None,
        "merged": [],
        "follows": None,
        "newest_in": 1,
    }
    assert [(a["filename"], a["content_type"], a["size"]) for a in said["attachments"]] == [
        ("사진.png", "image/png", 3),
        ("attachment-2", "text/plain", 3),
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


def test_merged_tickets_bring_their_messages_along(store: Store) -> None:
    def work(unit: Unit) -> tuple[int, ...]:
        main, near, far, other = (open_ticket(unit, text=t).number for t in ("one", "two", "three", "four"))
        unit.put_ticket_field(near, merged_into=main, status=Status.MERGED)
        unit.put_ticket_field(far, merged_into=near, status=Status.MERGED)
        return main, near, far, other

    main, near, far, _ = store.transaction(work)
    document = store.ask(ShowTicket(main))
    assert [(m["ticket"], m["text"]) for m in document["messages"]] == [(main, "one"), (near, "two"), (far, "three")]
    assert document["merged"] == [near, far]
    assert document["newest_in"] == document["messages"][-1]["id"]
    assert store.ask(ShowTicket(near))["merged_into"] == main
    assert store.transaction(lambda unit: list(unit.source.merged_into(main))) == [near]


def test_a_withdrawn_message_is_gone(store: Store) -> None:
    def work(unit: Unit) -> tuple[int, int]:
        ticket = open_ticket(unit)
        return ticket.number, add_message(unit, ticket.number, kind=MessageKind.NOTE, text="oops").id

    ticket, note = store.transaction(work)
    store.transaction(lambda unit: unit.withdraw(note))
    assert [m["text"] for m in store.ask(ShowTicket(ticket))["messages"]] == ["It burns."]
    assert store.transaction(lambda unit: len(unit.heads(ticket))) == 1


def test_who_did_it_is_a_handle_or_a_part_of_the_desk(store: Store, clock: Clock) -> None:
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


def test_seen_tells_what_an_agent_knows(store: Store) -> None:
    ticket = store.transaction(lambda unit: open_ticket(unit).number)
    assert store.ask(Seen(ticket, "agent1")) == {"seen": None, "newest": 1}
    store.transaction(lambda unit: unit.mark_seen("agent1", ticket, 1))
    store.transaction(lambda unit: add_message(unit, ticket))
    store.transaction(lambda unit: add_message(unit, ticket, automatic="Auto-Submitted"))
    store.transaction(lambda unit: add_message(unit, ticket, kind=MessageKind.NOTE))
    assert store.ask(Seen(ticket, "agent1")) == {"seen": 1, "newest": 2}
    store.transaction(lambda unit: unit.mark_seen("agent1", ticket, 2))
    assert store.ask(Seen(ticket, "agent1")) == {"seen": 2, "newest": 2}


def test_what_does_not_exist_is_not_found(store: Store) -> None:
    for query in (ShowTicket(9), Seen(9, "agent1"), GetAttachment(9), GetAttachment(2**90)):
        with pytest.raises(NotFound):
            store.ask(query)
    with pytest.raises(NotFound):
        store.blob("0" * 64)
