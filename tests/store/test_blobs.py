"""Contents are stored once with a reference count, and text that a database rejects is cleaned."""

from __future__ import annotations

import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.model import FileRef, IncomingFile
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.errors import DeskctlError, NotFound
from deskctl.store import Store, blobs
from deskctl.store.encoding import clean, from_json, to_json
from deskctl.store.engine import database
from tests.store.build import add_message, enqueue, mail, open_ticket


def _blobs(desk_url: str) -> dict[str, tuple[int, int]]:
    """Return the size and the reference count of each blob."""
    engine = create_engine(desk_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = connection.execute(text("SELECT sha256, size, refs FROM blobs")).all()
        kept = connection.execute(text("SELECT count(*) FROM blob_bytes")).scalar_one()
    engine.dispose()
    assert kept == len(found)
    return {row.sha256: (row.size, row.refs) for row in found}


def test_equal_contents_are_stored_once_and_counted_for_each_row(store: Store, desk_url: str) -> None:
    raw, picture = b"raw mail", os.urandom(300_000)
    raw_name, picture_name = hashlib.sha256(raw).hexdigest(), hashlib.sha256(picture).hexdigest()
    store.journal.append([mail("a", raw), mail("b", raw)])
    assert _blobs(desk_url) == {raw_name: (8, 2)}
    store.journal.append([mail("a", raw)])  # a duplicate delivery takes no reference
    assert _blobs(desk_url) == {raw_name: (8, 2)}

    def work(unit: Unit) -> None:
        file = IncomingFile("p.png", "image/png", picture)
        ticket = open_ticket(unit, raw_sha256=raw_name, files=(file, file))
        add_message(unit, ticket.number, files=(file,))
        enqueue(unit, ticket.number, files=(FileRef("p.png", "image/png", len(picture), picture_name),))

    store.transaction(work)
    assert _blobs(desk_url) == {raw_name: (8, 3), picture_name: (300_000, 4)}
    assert store.blob(picture_name) == picture
    [entry] = store.outbox.claim(1)
    assert entry.files == (FileRef("p.png", "image/png", 300_000, picture_name),)


def test_contents_are_deleted_with_their_last_reference(store: Store, desk_url: str) -> None:
    store.journal.append([mail("a", b"once"), mail("b", b"twice"), mail("c", b"twice")])
    once, twice = (hashlib.sha256(content).hexdigest() for content in (b"once", b"twice"))
    opened = database(desk_url, busy=5)
    with opened.writing("test") as connection:
        connection.execute(text("DELETE FROM journal WHERE key IN ('a', 'b')"))
        blobs.release(connection, [once, twice])
    assert _blobs(desk_url) == {twice: (5, 1)}
    assert store.blob(twice) == b"twice"
    with pytest.raises(NotFound):
        store.blob(once)
    opened.close()


def test_reference_to_missing_contents_is_rejected(store: Store) -> None:
    with pytest.raises(DeskctlError, match="not stored"):
        store.transaction(lambda unit: open_ticket(unit, raw_sha256="0" * 64))
    assert store.ask(ListTickets(all=True)) == []


def test_failed_transaction_takes_no_reference(store: Store, desk_url: str) -> None:
    store.journal.append([mail("a", b"raw")])

    def work(unit: Unit) -> None:
        open_ticket(unit, raw_sha256=hashlib.sha256(b"raw").hexdigest(), files=(IncomingFile("a", "a/b", b"new"),))
        add_message(unit, 4711)

    with pytest.raises(Exception, match="refused"):
        store.transaction(work)
    assert list(_blobs(desk_url).values()) == [(3, 1)]


@pytest.mark.parametrize(
    "content", [b"", b"x", b"a" * 1_000_000, os.urandom(1_000_000)], ids=["0", "1", "soft", "hard"]
)
def test_any_contents_are_returned_unchanged(store: Store, content: bytes) -> None:
    store.journal.append([mail("a", content)])
    [row] = store.journal.waiting(1, 1)
    assert row.raw == content


def test_nul_and_lone_surrogates_are_replaced_everywhere(store: Store) -> None:
    evil = "a\0b\ud800c"

    def work(unit: Unit) -> int:
        ticket = open_ticket(
            unit,
            address="e\0v\udfffil@example.org",
            subject=evil,
            text=evil,
            files=(IncomingFile(evil, evil, b"x", content_id=evil),),
        )
        add_message(unit, ticket.number, message_id=evil, references=(evil,), to=(evil,), automatic=evil, author=evil)
        enqueue(unit, ticket.number, subject=evil, text=evil, to=(evil,), headers={evil: evil}, last_error=evil)
        return ticket.number

    number = store.transaction(work)
    document = store.ask(ShowTicket(number))
    good = "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
    assert document["subject"] == good
    assert document["messages"][0]["text"] == good
    assert document["messages"][0]["attachments"][0]["filename"] == good
    assert [head.message_id for head in store.transaction(lambda unit: Messages.of(unit).by_message_id(evil))] == [evil]
    assert store.ask(ListTickets(contact="e\0vil")) == []
    store.journal.append([mail(evil, channel=evil)])
    assert store.journal.append([mail(evil, channel=evil)]) == [False]
    store.state.save("support", {"cursor": evil})
    assert store.state.load("support") == {"cursor": good}
    assert store.state.load("other") == {}


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_clean_text_can_be_stored_and_keeps_everything_else(dirty: str) -> None:
    tidy = clean(dirty)
    assert "\0" not in tidy
    tidy.encode()
    assert len(tidy) == len(dirty)
    assert clean(tidy) == tidy
    assert all(a == b or b == "\N{REPLACEMENT CHARACTER}" for a, b in zip(dirty, tidy, strict=True))


@given(st.lists(st.text()) | st.dictionaries(st.text(), st.none() | st.integers() | st.text()))
def test_json_is_returned_unchanged(value: object) -> None:
    assert "\0" not in to_json(value)
    if "\\u0000" not in to_json(value) and "\0" not in str(value) and "\\x00" not in repr(value):
        assert from_json(to_json(value)) == value


def test_state_is_the_last_that_was_saved(store: Store) -> None:
    assert store.state.load("support") == {}
    store.state.save("support", {"uid": 7, "이름": ["a"]})
    store.state.save("support", {"uid": 8})
    assert store.state.load("support") == {"uid": 8}
