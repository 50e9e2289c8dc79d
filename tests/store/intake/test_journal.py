"""The journal keeps each accepted mail until it becomes a message or a person decides about it."""

from __future__ import annotations

import base64
import os
import random
import threading

import pytest

from deskctl.core.intake.journal import JournalSettled, JournalState
from deskctl.core.intake.queries import ListInbox, ShowInbox
from deskctl.core.intake.repository import Journal
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.queries import ShowTicket
from deskctl.errors import NotFound
from deskctl.store import Store
from tests.store.build import mail, open_ticket


def test_row_is_returned_as_delivered(store: Store) -> None:
    entry = mail("k1", b"\x00\xff raw \r\n" * 10)
    assert store.journal.append([entry]) == [True]
    [row] = store.journal.waiting(10, 1000)
    assert (row.channel, row.envelope, row.raw, row.received_at) == (
        "support",
        entry.envelope,
        entry.raw,
        entry.envelope.received_at,
    )
    assert (row.attempts, row.singly) == (0, False)
    assert store.blob(row.raw_sha256) == entry.raw


def test_many_rows_keep_all_characters_and_bytes(store: Store) -> None:
    texts = ["tab\there", "line\nbreak\r\n", "back\\slash \\N \\.", "\\.", "quote \"'", "한국어 🖨", "%s {} $1", ""]
    entries = [mail(f"{number} {words}", bytes(range(256)) + words.encode()) for number, words in enumerate(texts)]
    store.journal.append(entries)
    rows = store.journal.waiting(20, 10**6)
    assert [row.raw for row in rows] == [entry.raw for entry in entries]
    assert store.journal.append(entries) == [False] * len(texts), "the keys are stored as given"

    def work(unit: Unit) -> None:
        for row, words in zip(rows, texts, strict=True):
            open_ticket(unit, subject=f"s {words}".strip(), text=f"t {words}", raw_sha256=row.raw_sha256)

    store.transaction(work)
    messages = [store.ask(ShowTicket(number))["messages"][0] for number in range(1, len(texts) + 1)]
    assert [message["text"] for message in messages] == [f"t {words}" for words in texts]


def test_same_delivery_twice_is_one_row(store: Store) -> None:
    assert store.journal.append([mail("a"), mail("b"), mail("a")]) == [True, True, False]
    assert store.journal.append([mail("b"), mail("c"), mail("b", channel="other")]) == [False, True, True]
    assert store.journal.count_waiting() == 4


def test_append_accepts_an_empty_list(store: Store) -> None:
    assert store.journal.append([]) == []


def test_waiting_returns_rows_in_order_up_to_number_and_size(store: Store) -> None:
    store.journal.append([mail(str(n), os.urandom(1000)) for n in range(6)])
    assert [row.id for row in store.journal.waiting(4, 10**6)] == [1, 2, 3, 4]
    assert [row.id for row in store.journal.waiting(10, 3500)] == [1, 2, 3]
    assert [row.id for row in store.journal.waiting(10, 10)] == [1]


def test_rows_of_interrupted_batch_are_processed_alone(store: Store) -> None:
    store.journal.append([mail(str(n)) for n in range(4)])
    store.journal.start_batch([2, 3])
    assert [(r.id, r.singly) for r in store.journal.waiting(10, 10**6)] == [
        (1, False),
        (2, False),
        (3, False),
        (4, False),
    ]
    store.journal.release()
    assert [(r.id, r.singly) for r in store.journal.waiting(10, 10**6)] == [(1, False)]
    _done(store, 1)
    assert [(r.id, r.singly) for r in store.journal.waiting(10, 10**6)] == [(2, True)]


def test_each_single_attempt_is_counted(store: Store) -> None:
    store.journal.append([mail("a"), mail("b")])
    assert [store.journal.start_single(1) for _ in range(3)] == [1, 2, 3]
    [row] = store.journal.waiting(10, 10**6)
    assert (row.id, row.attempts, row.singly) == (1, 3, True)


def _done(store: Store, row: int) -> None:
    def work(unit: Unit) -> None:
        open_ticket(unit, raw_sha256=store.journal.waiting(1, 1)[0].raw_sha256)
        Journal.of(unit).settle(JournalSettled(row, JournalState.DONE, Messages.of(unit).changes.messages[0].id))

    store.transaction(work)


def test_settled_row_does_not_wait(store: Store) -> None:
    store.journal.append([mail("a")])
    _done(store, 1)
    assert store.journal.waiting(10, 10**6) == []
    assert store.journal.count_waiting() == 0
    assert store.ask(ListInbox()) == []
    [row] = store.ask(ListInbox(all=True))
    assert (row["state"], row["message"], row["from"]) == ("done", 1, "ana@example.org")
    assert store.transaction(lambda unit: Journal.of(unit).source.journal_states((1,))) == {1: JournalState.DONE}


def test_quarantined_row_is_shown_and_can_be_put_back(store: Store) -> None:
    store.journal.append([mail("a", b"broken \xff")])
    store.journal.start_single(1)
    aside = JournalSettled(1, JournalState.QUARANTINED, None, False, "parse failed: \0", "eve@example.org", "Hello")
    store.transaction(lambda unit: Journal.of(unit).settle(aside))
    assert store.journal.waiting(10, 10**6) == []
    [row] = store.ask(ListInbox())
    assert (row["state"], row["reason"], row["from"], row["subject"], row["attempts"]) == (
        "quarantined",
        "parse failed: \N{REPLACEMENT CHARACTER}",
        "eve@example.org",
        "Hello",
        1,
    )
    shown = store.ask(ShowInbox(1))
    assert base64.b64decode(shown["raw_base64"]) == b"broken \xff"
    assert shown["envelope"]["recipients"] == ["support@desk.example"]
    store.transaction(lambda unit: Journal.of(unit).changes.retried_journal.add(1))
    [waiting] = store.journal.waiting(10, 10**6)
    assert (waiting.attempts, waiting.singly) == (0, False)


def test_unknown_row_is_not_found(store: Store) -> None:
    for row in (1, -1, 2**70):
        with pytest.raises(NotFound):
            store.ask(ShowInbox(row))
    assert store.transaction(lambda unit: Journal.of(unit).source.journal_states((1, -1, 2**70))) == {}


def test_threads_that_append_the_same_mails_make_one_row_each(store: Store) -> None:
    new: list[bool] = []
    lock = threading.Lock()

    def run(seed: int) -> None:
        keys = [f"k{n}" for n in range(30)]
        random.Random(seed).shuffle(keys)
        for start in range(0, 30, 5):
            found = store.journal.append([mail(key, key.encode() * 100) for key in keys[start : start + 5]])
            with lock:
                new.extend(found)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(new) == 120
    assert sum(new) == store.journal.count_waiting() == 30


def test_mail_of_thirty_megabytes_is_returned_completely(store: Store) -> None:
    raw = os.urandom(15_000_000) + b"compressible " * 1_200_000
    assert store.journal.append([mail("big", raw), mail("small")]) == [True, True]
    [row] = store.journal.waiting(10, 4_000_000)
    assert row.raw == raw
    _done(store, row.id)
    assert [r.id for r in store.journal.waiting(10, 4_000_000)] == [2]
