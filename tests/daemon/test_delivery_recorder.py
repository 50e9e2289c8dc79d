"""Steps of deliveries share commits, and a step that fails does not affect the others."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, event

from deskctl.core.delivery.commands import SettleDelivery
from deskctl.core.delivery.model import OutboxState
from deskctl.core.delivery.queries import ListOutbox
from deskctl.core.delivery.repository import Outbox, OutboxChanges
from deskctl.core.kernel.settings import Settings
from deskctl.daemon.delivery_recorder import LIMIT, MOST_HELD, DeliveryRecorder
from deskctl.daemon.writer import Stopped, Writer
from deskctl.errors import NotFound, Refused
from deskctl.store import Store
from tests.store.build import enqueue, open_ticket

_WITHIN = 20


@pytest.fixture
def store(desk_url: str) -> Iterator[Store]:
    store = Store.open(desk_url, Settings(), busy=20.0, owner="this daemon")
    yield store
    store.close()


@pytest.fixture
def writer(store: Store) -> Iterator[Writer]:
    """Return a writer that is not started, so that steps collect until the test starts it."""
    writer = Writer(store.journal)
    yield writer
    writer.stop()


@pytest.fixture
def recorder(store: Store, writer: Writer) -> DeliveryRecorder:
    return DeliveryRecorder(store, writer)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Collect the statements of all connections, commits included."""
    seen: list[str] = []

    def executed(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    def committed(connection: object) -> None:
        seen.append("COMMIT")

    event.listen(Engine, "before_cursor_execute", executed)
    event.listen(Engine, "commit", committed)
    yield seen
    event.remove(Engine, "before_cursor_execute", executed)
    event.remove(Engine, "commit", committed)


def claimed(store: Store, count: int) -> list[int]:
    """Enqueue a reply for each of several tickets, and claim them."""
    store.transaction(lambda unit: [enqueue(unit, open_ticket(unit).number) for _ in range(count)])
    return [entry.id for entry in store.outbox.claim(count)]


def states(store: Store) -> dict[int, str]:
    return {row["id"]: row["state"] for row in store.ask(ListOutbox(all=True))}


def sent(entry: int) -> SettleDelivery:
    return SettleDelivery(entry, "sent")


def writes(statements: list[str]) -> int:
    """Return the number of commits that wrote to the outbox."""
    return sum("UPDATE outbox" in part for part in "\0".join(statements).split("COMMIT"))


def test_marks_that_wait_share_a_commit(
    store: Store, writer: Writer, recorder: DeliveryRecorder, statements: list[str]
) -> None:
    entries = claimed(store, 5)
    del statements[:]
    marks = [recorder.mark_sending(entry) for entry in entries]
    writer.start()
    for mark in marks:
        mark.result(_WITHIN)
    assert writes(statements) == 1
    assert set(states(store).values()) == {"sending"}


def test_cancelled_message_is_refused_and_others_are_marked(
    store: Store, writer: Writer, recorder: DeliveryRecorder
) -> None:
    first, cancelled, last = claimed(store, 3)
    store.transaction(
        lambda unit: Outbox.of(unit).put(replace(Outbox.of(unit).get(cancelled), state=OutboxState.CANCELLED))
    )
    marks = {entry: recorder.mark_sending(entry) for entry in (first, cancelled, last)}
    writer.start()
    with pytest.raises(Refused):
        marks[cancelled].result(_WITHIN)
    assert marks[first].result(_WITHIN) is marks[last].result(_WITHIN) is None
    assert states(store) == {first: "sending", cancelled: "cancelled", last: "sending"}


def test_results_that_are_held_share_a_commit_with_the_next_one(
    store: Store, writer: Writer, recorder: DeliveryRecorder, statements: list[str]
) -> None:
    entries = claimed(store, 10)
    writer.start()
    del statements[:]
    held = [recorder.settle(sent(entry), hold=True) for entry in entries[:-1]]
    assert not any(result.done() for result in held)
    results = [*held, recorder.settle(sent(entries[-1]))]
    changes = [result.result(_WITHIN) for result in results]
    assert writes(statements) == 1
    assert len(statements) <= 3 * len(entries), "the statements of one commit, not of ten"
    assert set(states(store).values()) == {"sent"}
    [executed] = [found for found in changes if found is not None]
    assert sorted(executed.changes.of(OutboxChanges).outbox) == entries


@pytest.mark.parametrize("how", ["flush", "number"])
def test_results_are_not_held_for_ever(store: Store, writer: Writer, recorder: DeliveryRecorder, how: str) -> None:
    entries = claimed(store, 3 if how == "flush" else MOST_HELD)
    writer.start()
    results = [recorder.settle(sent(entry), hold=True) for entry in entries]
    if how == "flush":
        recorder.flush()
    for result in results:
        result.result(_WITHIN)
    assert set(states(store).values()) == {"sent"}


def test_result_that_fails_does_not_affect_others(store: Store, writer: Writer, recorder: DeliveryRecorder) -> None:
    entry, marked = claimed(store, 2)
    steps: list[Future[Any]] = [recorder.settle(sent(2**40)), recorder.settle(sent(entry))]
    steps.append(recorder.mark_sending(marked))
    writer.start()
    with pytest.raises(NotFound):
        steps[0].result(_WITHIN)
    for step in steps[1:]:
        step.result(_WITHIN)
    assert states(store) == {entry: "sent", marked: "sending"}


def test_commit_is_limited_and_no_step_is_left(
    store: Store, writer: Writer, recorder: DeliveryRecorder, statements: list[str]
) -> None:
    entries = claimed(store, 2 * LIMIT + 1)
    del statements[:]
    marks = [recorder.mark_sending(entry) for entry in entries]
    writer.start()
    for mark in marks:
        mark.result(_WITHIN)
    assert writes(statements) == 3


def test_cancelled_step_is_not_recorded(store: Store, writer: Writer, recorder: DeliveryRecorder) -> None:
    first, second = claimed(store, 2)
    cancelled, kept = recorder.mark_sending(first), recorder.mark_sending(second)
    assert cancelled.cancel()
    writer.start()
    kept.result(_WITHIN)
    assert states(store) == {first: "claimed", second: "sending"}


def test_steps_that_wait_at_the_stop_are_recorded(store: Store, writer: Writer, recorder: DeliveryRecorder) -> None:
    entries = claimed(store, 3 * LIMIT)
    marks = [recorder.mark_sending(entry) for entry in entries]
    writer.stop()
    writer.start()  # finishes the waiting writes only
    for mark in marks:
        mark.result(_WITHIN)
    assert set(states(store).values()) == {"sending"}


def test_step_after_the_stop_fails(store: Store, writer: Writer, recorder: DeliveryRecorder) -> None:
    [entry] = claimed(store, 1)
    writer.stop()
    with pytest.raises(Stopped):
        recorder.mark_sending(entry).result(_WITHIN)
    with pytest.raises(Stopped):
        recorder.settle(sent(entry)).result(_WITHIN)
