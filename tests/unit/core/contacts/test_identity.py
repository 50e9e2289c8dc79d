"""The identity of contacts: merge, unmerge, vouched addresses, forged senders."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl.core.contacts.commands import MergeContacts, UnmergeContact
from deskctl.core.contacts.identity import address_key, person_addresses, person_contacts, primary_contact
from deskctl.core.contacts.repository import Contacts
from deskctl.core.tickets.repository import Tickets
from deskctl.core.values import phone
from deskctl.errors import DeskctlError, Refused
from tests.unit.core.desk import UnitDesk

PEOPLE = st.integers(1, 5)
STEPS = st.lists(st.tuples(st.booleans(), PEOPLE, PEOPLE), max_size=12)


def five_contacts() -> UnitDesk:
    """Return a desk on which contact 1 wrote ticket 1, contact 2 ticket 2, up to 5."""
    desk = UnitDesk()
    for number in range(1, 6):
        desk.mail(f"{number}@example.org", f"matter {number}")
    return desk


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_each_ticket_has_one_primary_contact_after_any_merges_and_unmerges(steps: list[tuple[bool, int, int]]) -> None:
    desk = five_contacts()
    for merging, first, second in steps:
        before = {n: Contacts.of(desk.unit).get(n) for n in range(1, 6)}
        try:
            desk.do(MergeContacts(first, second) if merging else UnmergeContact(second))
        except DeskctlError as refused:
            assert isinstance(refused, Refused)
            assert {n: Contacts.of(desk.unit).get(n) for n in range(1, 6)} == before
        primary = [n for n in range(1, 6) if Contacts.of(desk.unit).get(n).merged_into is None]
        members = [member for n in primary for member in person_contacts(desk.unit, n)]
        assert sorted(members) == [1, 2, 3, 4, 5]
        for number in range(1, 6):
            who = primary_contact(desk.unit, Tickets.of(desk.unit).get(number).contact)
            assert who.merged_into is None
            assert number in person_contacts(desk.unit, who.id)
            assert f"{number}@example.org" in {i.address for i in person_addresses(desk.unit, who.id)}
    for number in range(1, 6):
        if Contacts.of(desk.unit).get(number).merged_into is not None:
            desk.do(UnmergeContact(number))
    assert [person_contacts(desk.unit, n) for n in range(1, 6)] == [[n] for n in range(1, 6)]
    assert [Tickets.of(desk.unit).get(n).contact for n in range(1, 6)] == [1, 2, 3, 4, 5]


@settings(max_examples=30, deadline=None)
@given(STEPS, PEOPLE, PEOPLE)
def test_unmerge_restores_the_contacts_before_the_merge(
    steps: list[tuple[bool, int, int]], into: int, other: int
) -> None:
    desk = five_contacts()
    for merging, first, second in steps:
        try:
            desk.do(MergeContacts(first, second) if merging else UnmergeContact(second))
        except Refused:
            continue
    before = [person_contacts(desk.unit, n) for n in range(1, 6)]
    try:
        desk.do(MergeContacts(into, other))
    except Refused:
        return
    desk.do(UnmergeContact(other))
    assert [person_contacts(desk.unit, n) for n in range(1, 6)] == before


def test_same_vouched_address_on_two_channels_is_one_contact() -> None:
    desk = UnitDesk()
    desk.mail("ana@example.org")
    desk.mail("4711@chat.example", also=(("email", "Ana@example.org"), ("phone", "+82 2-555-0101")))
    assert person_contacts(desk.unit, 2) == [1, 2]
    assert {i.address for i in person_addresses(desk.unit, 1)} == {
        "ana@example.org",
        "4711@chat.example",
        "+8225550101",
    }
    desk.do(UnmergeContact(2))
    desk.mail("4711@chat.example", also=(("email", "ana@example.org"),))
    assert person_contacts(desk.unit, 2) == [2], "an unmerged contact is not merged again"


def test_forged_sender_does_not_link_contacts() -> None:
    desk = UnitDesk()
    desk.mail("ana@example.org", name="Ana")
    desk.mail("eve@example.net", name="Ana", reply_to=("ana@example.org",), cc=("ana@example.org",))
    desk.mail("ana@example.org", name="Eve", reply_to=("eve@example.net",), headers={"x-original-from": "eve"})
    assert [person_contacts(desk.unit, n) for n in (1, 2)] == [[1], [2]]
    assert Contacts.of(desk.unit).get(1).name == "Ana"


def test_spellings_of_a_telephone_number_are_one_address() -> None:
    written = [
        "+82-2-555-0101",
        "+82 2 555 0101",
        "+82 (2) 555.0101",
        "+82 (0)2-555-0101",
        "＋８２２５５５０１０１",
        "tel:+8225550101",
    ]
    assert {address_key("phone", number).address for number in written} == {"+8225550101"}
    assert phone.normalised("02-555-0101") == "025550101", "the country is unknown"
    assert [phone.normalised(text) for text in ("", "+", "김민수", "02-555-0101 ext 3", "1" * 30)] == [None] * 5
