"""Each journal row becomes a message once, and errors of the store do not count against a row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from deskctl.core.intake.journal import MAX_ATTEMPTS, JournalEntry
from deskctl.core.intake.queries import ListInbox
from deskctl.core.kernel.settings import Settings
from deskctl.core.messages.channels import ChannelInfo, Channels
from deskctl.core.messages.model import Envelope, InboundMessage
from deskctl.core.tickets.queries import ListTickets
from deskctl.desk.intake import Intake
from deskctl.errors import Unavailable
from deskctl.store import Store
from tests.servers import stores


@pytest.fixture
def store(desk_url: str) -> Iterator[Store]:
    settings = Settings().with_features(Channels({"ops": ChannelInfo("ops", "console")}))
    store = Store.open(desk_url, settings, migrate=True)
    yield store
    store.close()


def parse(raw: bytes, envelope: Envelope) -> InboundMessage:
    text = raw.decode()
    if text == "BROKEN":
        raise ValueError("no channel can read this")
    return InboundMessage("ann@example.org", None, text, text, text, hashlib.sha256(raw).hexdigest())


def deliver(store: Store, *texts: str) -> None:
    now = datetime.now(UTC)
    store.journal.append([JournalEntry("ops", text, Envelope("console", now), text.encode()) for text in texts])


def subjects(store: Store) -> list[str]:
    return sorted(ticket["subject"] for ticket in store.ask(ListTickets()))


def states(store: Store) -> list[tuple[str, str | None]]:
    return [(row["state"], row["reason"]) for row in store.ask(ListInbox())]


def test_row_processed_by_another_daemon_is_skipped(store: Store) -> None:
    deliver(store, "one", "two", "three")
    one, other = (Intake(store, {"ops": parse}, shared=True) for _ in range(2))
    rows = store.journal.waiting(50, 1 << 20)
    one.process(rows)
    other.process(rows)
    assert subjects(store) == ["one", "three", "two"]


def test_failing_row_of_a_batch_is_quarantined_alone(store: Store) -> None:
    deliver(store, "one", "BROKEN", "two")
    Intake(store, {"ops": parse}).process(store.journal.waiting(50, 1 << 20))
    assert subjects(store) == ["one", "two"]
    assert states(store) == [("quarantined", "could not be read: ValueError: no channel can read this")]


def test_mail_of_a_removed_channel_is_quarantined(store: Store) -> None:
    deliver(store, "one")
    Intake(store, {}).process(store.journal.waiting(50, 1 << 20))
    [(state, reason)] = states(store)
    assert state == "quarantined"
    assert "the channel ops is not configured any more" in str(reason)


def test_store_errors_do_not_quarantine_a_row(store: Store, desk_url: str) -> None:
    deliver(store, "one")
    intake = Intake(store, {"ops": parse})
    with stores.without_table(desk_url, "participants"):
        for _ in range(MAX_ATTEMPTS * 3):
            with pytest.raises(Unavailable):
                intake.process(store.journal.waiting(50, 1 << 20))
    assert states(store) == [("waiting", None)]
    intake.process(store.journal.waiting(50, 1 << 20))
    assert subjects(store) == ["one"]


def test_rows_of_a_dead_batch_are_processed_one_by_one_without_counting_an_attempt(store: Store) -> None:
    deliver(store, "one", "two")
    store.journal.start_batch([row.id for row in store.journal.waiting(50, 1 << 20)])
    store.journal.release()  # the next process
    intake = Intake(store, {"ops": parse})
    for _ in range(2):
        [row] = store.journal.waiting(50, 1 << 20)
        assert (row.singly, row.attempts) == (True, 0)
        intake.process([row])
    assert subjects(store) == ["one", "two"]


def test_row_that_killed_its_process_too_often_is_quarantined(store: Store) -> None:
    deliver(store, "one")
    [row] = store.journal.waiting(50, 1 << 20)
    for _ in range(MAX_ATTEMPTS):
        store.journal.start_single(row.id)  # and then the process died
    Intake(store, {"ops": parse}).process(store.journal.waiting(50, 1 << 20))
    assert states(store) == [("quarantined", f"the process died {MAX_ATTEMPTS} times while it processed the message")]
    assert subjects(store) == []
