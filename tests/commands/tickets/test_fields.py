"""The subject and the requester of a ticket: set, find, undo."""

from __future__ import annotations

import pytest

from deskctl.core.contacts.commands import EraseContact
from deskctl.core.messages.commands import Reply
from deskctl.core.search.queries import SearchMessages
from deskctl.core.tickets.commands import Create, Set
from deskctl.core.tickets.queries import ListTickets
from deskctl.core.undo.commands import Undo
from deskctl.errors import UsageError
from tests.commands.desk import StoredDesk


def _found(desk: StoredDesk, text: str) -> list[int]:
    return [hit["number"] for hit in desk.store.ask(SearchMessages(text))["hits"]]


def test_subject_is_set_found_and_undone(desk: StoredDesk) -> None:
    desk.mail(subject="Printer", text="It burns.")
    said = desk.do(Set(1, (("subject", "  송장   4711 "),))).summary
    assert desk.ticket(1).subject == "송장 4711"
    assert "subject is 송장 4711" in said
    assert _found(desk, "4711") == [1]
    desk.do(Reply(1, "Here you are."))
    assert desk.show(1)["messages"][-1]["subject"] == "Re: 송장 4711 [#1]"
    desk.do(Undo())
    desk.do(Undo())
    assert desk.ticket(1).subject == "Printer"
    assert _found(desk, "4711") == []
    assert all("4711" not in str(event) for event in desk.show(1)["events"]), "events contain no texts"


@pytest.mark.parametrize("value", ["", "   ", "x" * 501])
def test_invalid_subject_is_refused(desk: StoredDesk, value: str) -> None:
    desk.mail()
    with pytest.raises(UsageError, match="subject"):
        desk.do(Set(1, (("subject", value),)))


def test_requester_becomes_another_contact(desk: StoredDesk) -> None:
    desk.mail("clerk@agency.example")
    desk.do(Set(1, (("requester", "Ana@Example.org"),)))
    document = desk.show(1)
    assert document["contact"]["address"] == "ana@example.org"
    assert [row["number"] for row in desk.store.ask(ListTickets(contact="ana@example.org"))] == [1]
    assert desk.store.ask(ListTickets(contact="clerk@agency.example")) == []
    reply = desk.do(Reply(1, "Hello Ana."))
    assert reply.facts["to"] == ["ana@example.org"]
    desk.do(Undo())
    desk.do(Undo())
    assert desk.show(1)["contact"]["address"] == "clerk@agency.example"


def test_new_requester_is_a_verified_participant(desk: StoredDesk) -> None:
    first = desk.mail("clerk@agency.example")
    desk.do(Set(1, (("requester", "ana@example.org"),)))
    sent = desk.do(Reply(1, "Hello Ana.", status="solved")).facts["message_id"]
    assert first.tickets == (1,)
    answer = desk.mail("ana@example.org", subject="Re: Printer", references=(sent,))
    assert answer.tickets == (1,)
    assert desk.show(1)["messages"][-1]["verified"]
    assert desk.show(1)["status"] == "open"


def test_requester_is_a_contact_number_or_an_address(desk: StoredDesk) -> None:
    desk.mail("ana@example.org")
    desk.mail("bo@example.org")
    desk.do(Set(1, (("requester", "#2"),)))
    assert desk.show(1)["contact"]["id"] == 2
    desk.do(Create("+82-2-555-0101", "", "called", channel="phone"))
    desk.do(Set(1, (("requester", "+82 2 555 0101"),)))
    assert desk.show(1)["contact"]["address"] == "+8225550101"
    for value in ("nobody", "", "support@acme.test"):
        with pytest.raises(UsageError, match="not a customer"):
            desk.do(Set(1, (("requester", value),)))


def test_erased_subject_is_not_in_the_data_for_undo(desk: StoredDesk) -> None:
    desk.mail("ana@example.org", subject="Ana's secret illness")
    desk.do(Set(1, (("subject", "A matter of Ana"),)))
    desk.do(EraseContact(1))
    with desk.store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM events").all()
    assert "illness" not in str(rows)
    assert "matter of" not in str(rows)
