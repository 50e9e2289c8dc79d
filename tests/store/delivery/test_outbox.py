"""Each outgoing message is claimed by one sender, and claims of ended senders are recovered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deskctl.core.delivery.model import OutboxState
from deskctl.core.delivery.queries import ListOutbox, ShowOutbox
from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.unit import Unit
from deskctl.errors import NotFound, Refused, UsageError
from deskctl.store import Store
from tests.store.build import Clock, enqueue, lose_instances, open_ticket


def _enqueue(store: Store, **fields: Any) -> int:
    return store.transaction(lambda unit: enqueue(unit, **fields).id)


def _settle(store: Store, entry: int, **fields: Any) -> None:
    store.transaction(lambda unit: Outbox.of(unit).put(replace(Outbox.of(unit).get(entry), **fields)))


def test_due_messages_are_claimed_once_longest_due_first(store: Store, clock: Clock) -> None:
    late = _enqueue(store, due_at=clock.now + timedelta(minutes=1))
    second = _enqueue(store)
    first = _enqueue(store, due_at=clock.now - timedelta(minutes=1))
    taken = store.outbox.claim(10)
    assert [entry.id for entry in taken] == [first, second]
    assert {entry.state for entry in taken} == {OutboxState.CLAIMED}
    assert store.outbox.claim(10) == []
    assert store.outbox.next_due() == clock.now + timedelta(minutes=1)
    clock.advance(minutes=1)
    assert [entry.id for entry in store.outbox.claim(10)] == [late]
    assert store.outbox.next_due() is None


def test_claim_respects_its_limit(store: Store) -> None:
    for _ in range(3):
        _enqueue(store)
    assert len(store.outbox.claim(2)) == 2
    assert len(store.outbox.claim(2)) == 1


def test_claim_respects_its_channels(store: Store) -> None:
    sales = _enqueue(store, channel="sales")
    mine = _enqueue(store, channel="support")
    assert [entry.id for entry in store.outbox.claim(10, ["support"])] == [mine]
    assert [entry.id for entry in store.outbox.claim(10, ["sales"])] == [sales]


def test_concurrent_senders_never_claim_the_same_message(store: Store) -> None:
    store.transaction(lambda unit: [enqueue(unit) for _ in range(40)])
    taken: list[int] = []

    def run() -> None:
        while found := store.outbox.claim(3):
            taken.extend(entry.id for entry in found)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == list(range(1, 41))


def test_recover_releases_claimed_and_returns_sending_messages(store: Store) -> None:
    claimed, sending, retried = _enqueue(store), _enqueue(store), _enqueue(store, attempts=2)
    store.outbox.claim(10)
    store.outbox.mark_sending(sending)
    assert store.outbox.recover() == [sending]
    states = {row["id"]: row["state"] for row in store.ask(ListOutbox())}
    assert states == {claimed: "queued", sending: "sending", retried: "retry"}
    assert [entry.id for entry in store.outbox.claim(10)] == [claimed, retried]


def test_claims_of_living_daemon_are_kept(
    store: Store, reopen: Callable[..., Store], desk_url: str, clock: Clock
) -> None:
    """This applies to a shared store. A SQLite store has one owner, and its claims are recovered at once."""
    if desk_url.startswith("sqlite"):
        pytest.skip("a store in a file has one daemon")
    other = reopen("another daemon")
    claimed, sending, taken_back = _enqueue(store), _enqueue(store), _enqueue(store)
    store.outbox.claim(10)
    store.outbox.mark_sending(sending)
    assert other.outbox.recover() == other.outbox.recover(started=False) == []
    assert other.outbox.claim(10) == []
    with pytest.raises(Refused):
        other.outbox.mark_sending(claimed)
    clock.advance(hours=21)
    assert store.outbox.recover(started=False) == []  # its own claim, and it is alive
    assert other.outbox.recover(started=False) == []  # regardless of the time
    lose_instances(desk_url)
    assert other.outbox.recover(started=False) == [sending]
    assert store.outbox.recover(started=False) == []
    assert [entry.id for entry in other.outbox.claim(10)] == [claimed, taken_back]
    with pytest.raises(Refused):
        store.outbox.mark_sending(taken_back)


def test_message_cancelled_after_claim_is_not_sent(store: Store) -> None:
    entry = _enqueue(store)
    store.outbox.claim(1)
    _settle(store, entry, state=OutboxState.CANCELLED, due_at=None)
    with pytest.raises(Refused):
        store.outbox.mark_sending(entry)
    assert store.ask(ShowOutbox(entry))["state"] == "cancelled"


def test_list_shows_unsent_messages(store: Store, clock: Clock) -> None:
    def work(unit: Unit) -> tuple[int, int]:
        ticket = open_ticket(unit).number
        return ticket, enqueue(unit, ticket).id

    ticket, waiting = store.transaction(work)
    sent = _enqueue(store, state=OutboxState.SENT, due_at=None, sent_at=clock.now)
    failed = _enqueue(store, state=OutboxState.FAILED, due_at=None, last_error="550 no such user")
    assert [row["id"] for row in store.ask(ListOutbox())] == [waiting, failed]
    assert [row["id"] for row in store.ask(ListOutbox(all=True))] == [waiting, sent, failed]
    assert [row["id"] for row in store.ask(ListOutbox(all=True, limit=2))] == [sent, failed]
    assert [row["id"] for row in store.ask(ListOutbox(state="sent"))] == [sent]
    assert [row["id"] for row in store.ask(ListOutbox(ticket=ticket))] == [waiting]
    row = store.ask(ListOutbox())[0]
    assert row.pop("message_id").endswith("@desk.example>")
    assert row == {
        "id": waiting,
        "ticket": ticket,
        "to": ["ana@example.org"],
        "state": "queued",
        "attempts": 0,
        "next_attempt_at": "2026-03-01T12:00:00Z",
        "last_error": None,
    }
    with pytest.raises(UsageError):
        store.ask(ListOutbox(state="lost"))
    with pytest.raises(NotFound):
        store.ask(ShowOutbox(2**64))


def test_document_has_the_row_and_the_text(store: Store, clock: Clock) -> None:
    entry = _enqueue(store)
    _settle(store, entry, state=OutboxState.SENT, sent_at=clock.now, due_at=None)
    document = store.ask(ShowOutbox(entry))
    assert (document["text"], document["sent_at"], document["next_attempt_at"]) == (
        "We are on it.",
        "2026-03-01T12:00:00Z",
        None,
    )
