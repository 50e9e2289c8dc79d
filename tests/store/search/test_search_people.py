"""Search for people and ticket numbers: an address finds the tickets of a person, `#42` finds the ticket."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deskctl.core.contacts.model import Contact, Identity
from deskctl.core.contacts.repository import Contacts
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.model import MessageKind
from deskctl.core.search.queries import SearchContacts, SearchMessages
from deskctl.core.tickets.repository import Tickets
from deskctl.core.values import phone
from deskctl.store import Store
from tests.store.build import add_message, change_ticket, open_ticket


def _found(store: Store, words: str, limit: int = 50, *, notes: bool = True) -> list[int]:
    """Return the ticket numbers in order. Both orders of hits find the same tickets."""
    newest = [hit["number"] for hit in store.ask(SearchMessages(words, limit, notes=notes))["hits"]]
    if limit == 50:
        ranked = store.ask(SearchMessages(words, limit, rank=True, notes=notes))["hits"]
        assert {hit["number"] for hit in ranked} == set(newest)
    return newest


@pytest.fixture
def people(store: Store) -> Store:
    """Kim's tickets 1 and 4 (the latter from the address of a merged contact), Lee's 2 with Kim in copy, Ana's 3."""

    def work(unit: Unit) -> None:
        kim = open_ticket(unit, address="kim@work.example", subject="Lamp", text="It is dark.").contact
        lee = open_ticket(unit, address="lee@work.example", subject="Invoice", text="Please pay the refund.")
        Tickets.of(unit).add_participants(lee.number, ("kim@work.example",))
        open_ticket(unit, address="ana@other.example", subject="Door", text="It is open. A refund?")
        home = open_ticket(unit, address="kim@home.example", subject="Chair", text="Refund, please.").contact
        Contacts.of(unit).put(replace(Contacts.of(unit).get(home), merged_into=kim))

    store.transaction(work)
    return store


@pytest.mark.parametrize("words", ["kim@work.example", "KIM@Work.Example", "<kim@work.example>", "ｋｉｍ@work.example"])
def test_address_finds_tickets_of_participant(people: Store, words: str) -> None:
    assert _found(people, words) == [4, 2, 1]


def test_address_finds_the_tickets_of_merged_contacts(people: Store) -> None:
    assert _found(people, "kim@home.example") == [4, 2, 1]
    assert _found(people, "lee@work.example") == [2]
    assert _found(people, "nobody@work.example") == []


def test_part_of_an_address_finds_matching_people(people: Store) -> None:
    assert _found(people, "ana@") == [3]
    assert _found(people, "kim@wor") == [4, 2, 1]
    assert _found(people, "@work.example") == [4, 2, 1]
    assert _found(people, "@other.example") == [3]


def test_exact_address_is_not_a_part_of_another(store: Store) -> None:
    def work(unit: Unit) -> None:
        for address in ("kim@work.example", "kim@work.example.org", "a.kim@work.example"):
            open_ticket(unit, address=address)

    store.transaction(work)
    assert _found(store, "kim@work.example") == [1]


def test_other_words_narrow_the_tickets_of_a_person(people: Store) -> None:
    assert _found(people, "kim@work.example refund") == [4, 2]
    assert _found(people, "refund kim@work.example dark") == []
    assert _found(people, "lee@work.example kim@work.example") == [2]
    assert _found(people, "kim@work.example", 1) == [4]


def test_address_in_a_text_is_found(people: Store) -> None:
    people.transaction(lambda unit: add_message(unit, 3, text="Ask kim@work.example for the key."))
    assert _found(people, "kim@work.example") == [3, 4, 2, 1]


def test_person_with_many_messages_gives_one_result_for_each_ticket(people: Store) -> None:
    def work(unit: Unit) -> None:
        for n in range(5):
            add_message(unit, 1, author="kim@work.example", text=f"Once more {n}.")
        add_message(unit, 1, kind=MessageKind.NOTE, author="mina", text="Known customer.")

    people.transaction(work)
    assert _found(people, "kim@work.example") == [1, 4, 2]
    [hit] = [h for h in people.ask(SearchMessages("kim@work.example"))["hits"] if h["number"] == 1]
    assert hit["snippet"] == "Once more 4."  # the last message of the person, not the note about it


def test_spam_and_notes_are_found_on_request_only(people: Store) -> None:
    people.transaction(lambda unit: change_ticket(unit, 4, spam=True))
    assert _found(people, "kim@work.example", notes=False) == [2, 1]
    assert _found(people, "#4")[0] == 4  # requested by its number


@pytest.mark.parametrize("words", ["#3", "[#3]", "＃３", "door #3"])
def test_ticket_number_is_the_first_result(people: Store, words: str) -> None:
    people.transaction(lambda unit: add_message(unit, 1, text="Door: see 3 lamps, and #3."))
    assert _found(people, words) == [3, 1]


def test_number_of_a_merged_ticket_finds_its_target(people: Store) -> None:
    people.transaction(lambda unit: change_ticket(unit, 1, merged_into=2))
    assert _found(people, "#1") == [2]
    assert _found(people, "#99") == []


@pytest.mark.parametrize(
    "words",
    ["+82-2-555-0101", "02-555-0101", "+82 2 555 0101", "0082 2 555 0101", "(02) 555-0101", "０２-５５５-０１０１"],
)
def test_telephone_number_finds_the_person_in_any_spelling(store: Store, words: str) -> None:
    def work(unit: Unit) -> None:
        kim = Contact(unit.source.next_id("contacts"), "김철수", unit.now)
        Contacts.of(unit).put(kim)
        Contacts.of(unit).add_identity(Identity("phone", phone.normalised("+82-2-555-0101") or "", kim.id))
        change_ticket(unit, open_ticket(unit, address="ana@example.org").number, contact=kim.id)
        open_ticket(unit, address="ben@example.org")

    store.transaction(work)
    assert _found(store, words) == [1]
    assert [row["name"] for row in store.ask(SearchContacts(words))] == ["김철수"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("+8225550101", "025550101", True),
        ("+8225550101", "+8225550101", True),
        ("+8225550101", "008225550101", True),
        ("+8225550101", "+4925550101", False),
        ("+8225550101", "5550101", True),
        ("+8225550101", "0101", False),
        ("+821025550101", "025550101", False),
        ("025550101", "25550101", True),
    ],
)
def test_numbers_are_the_same_with_and_without_the_country_code(one: str, other: str, same: bool) -> None:
    assert phone.same(one, other) is same is phone.same(other, one)
