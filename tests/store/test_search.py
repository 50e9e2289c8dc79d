"""Searching finds words in subject and messages, Korean words of two syllables inside longer ones included."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from deskctl.core.messages import MessageKind
from deskctl.core.queries.lookups import SearchMessages
from deskctl.core.unit import Unit
from deskctl.store import Store
from deskctl.store.search.cut import cut, pieces
from tests.store.build import Clock, add_message, change_ticket, open_ticket


def _found(store: Store, words: str, limit: int = 50) -> list[int]:
    return [row["number"] for row in store.ask(SearchMessages(words, limit))]


def _ticket(store: Store, subject: str, text: str) -> int:
    return store.transaction(lambda unit: open_ticket(unit, subject=subject, text=text).number)


_SAID_AND_SEARCHED = [
    ("카드결제가 안 됩니다", "결제"),
    ("환불해주세요", "환불"),
    ("전환불금액", "환불금"),
    ("the Printer BURNS", "printer"),
    ("the Printer BURNS", "burns PRINTER"),
    ("Straße", "STRASSE"),
    ("Crème brûlée", "crème"),
    ("error ERR_CONN_RESET at 10.0.0.1", "err_conn"),
    ("error ERR_CONN_RESET at 10.0.0.1", "10.0.0.1"),
    ("write to ana@example.org now", "ana@example.org"),
    ("注文番号は東京都です", "東京"),
    ("カタカナ文字", "タカ"),
    ("돈 주세요", "돈"),
    ("돈까스", "돈"),
    (unicodedata.normalize("NFD", "환불해주세요"), "환불"),
    ("환불해주세요", unicodedata.normalize("NFD", "환불")),
    ("x" * 60, "x" * 60),
    ("Привет мир", "привет"),
    ("it's \"quoted\" (and) 'more': *stars*", "'more' *stars*"),
]


def test_a_word_is_found(store: Store) -> None:
    for text, words in _SAID_AND_SEARCHED:
        wanted = _ticket(store, "Subject", text)
        assert wanted in _found(store, words), words


_NOT_SAID = ("불환", "printe", "burns badly", "결재", "", "   ", "!!!", "example@ana", "org.example")


def test_what_was_not_said_is_not_found(store: Store) -> None:
    ticket = _ticket(store, "Printer", "it burns 결제 환불 ana@example.org")
    for words in _NOT_SAID:
        assert _found(store, words) == [], words
    # each word counts for itself, but what is written together must stand together
    assert _found(store, "example ana") == [ticket]


def test_every_word_counts_wherever_on_the_ticket_it_stands(store: Store, clock: Clock) -> None:
    def work(unit: Unit) -> int:
        ticket = open_ticket(unit, subject="환불 문의", text="first").number
        add_message(unit, ticket, kind=MessageKind.NOTE, text="second 결제")
        return ticket

    older = store.transaction(work)
    clock.advance(minutes=1)
    newer = _ticket(store, "환불", "second")
    assert _found(store, "환불 결제 first second") == [older]
    assert _found(store, "환불 second") == [newer, older]
    assert _found(store, "환불 second", limit=1) == [newer]


def test_spam_is_not_found(store: Store) -> None:
    store.transaction(lambda unit: open_ticket(unit, subject="Lottery", spam=True))
    wanted = _ticket(store, "Lottery", "no spam")
    assert _found(store, "lottery") == [wanted]


def test_a_new_subject_is_found(store: Store) -> None:
    ticket = _ticket(store, "Printer", "text")
    store.transaction(lambda unit: change_ticket(unit, ticket, subject="Scanner"))
    assert _found(store, "scanner") == [ticket]


def test_a_withdrawn_message_is_found_no_longer(store: Store) -> None:
    def work(unit: Unit) -> int:
        ticket = open_ticket(unit).number
        return add_message(unit, ticket, kind=MessageKind.NOTE, text="secret").id

    note = store.transaction(work)
    assert _found(store, "secret") == [1]
    store.transaction(lambda unit: unit.withdraw(note))
    assert _found(store, "secret") == []


def test_words_at_the_end_of_a_very_long_text_are_found(store: Store) -> None:
    ticket = _ticket(store, "Log", "line " * 60_000 + "needle 결제오류")
    assert _found(store, "needle") == _found(store, "결제") == [ticket]


@given(st.text())
def test_any_text_is_cut_into_words_that_both_engines_take(text: str) -> None:
    for word in cut(text):
        assert 0 < len(word) <= 40
        assert not set(word) & set("\0'\"\\ :*&|!()<>-")


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs"])))
def test_a_text_holds_what_it_is_made_of(text: str) -> None:
    """Whatever stands between blanks in a text is a phrase of that text."""
    whole = cut(text)
    for part in text.split():
        words = cut(part)
        assert not words or any(whole[i : i + len(words)] == words for i in range(len(whole)))


def test_pieces_are_short_enough_for_an_index() -> None:
    found = list(pieces("w " * 20_000))
    assert [len(piece) for piece in found] == [8000, 8000, 4000]
