"""A mail received directly and through a mailing list, on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.messages.commands import Reply
from deskctl.core.tickets.commands import Close
from deskctl.core.tickets.queries import ShowTicket
from tests.commands.desk import StoredDesk

SENT = datetime(2026, 3, 2, 8, 59, tzinfo=UTC)
FOOTER = "\n_____________________\nusers mailing list"


@pytest.fixture
def desk(desk_url: str) -> Iterator[StoredDesk]:
    desk = StoredDesk(desk_url)
    yield desk
    desk.close()


def receive_mail(desk: StoredDesk, *, listed: bool = False, **more: Any) -> int:
    """Receive a mail of Anna, directly or through a list; return the number of its ticket."""
    text = more.pop("text", "It crashes on start.") + (FOOTER if listed else "")
    subject = more.pop("subject", "[users] Crash on start" if listed else "Crash on start")
    given = {"message_id": "<a1@corp.test>", "sent_at": SENT, "text": text, **more}
    if listed:
        given["headers"] = {"list-id": "<users.lists.test>"}
    number: int = desk.mail("anna@corp.test", subject=subject, **given).facts["number"]
    return number


def messages(desk: StoredDesk, number: int) -> list[Any]:
    return list(desk.store.ask(ShowTicket(number))["messages"])


@pytest.mark.parametrize("first", [False, True])
def test_mail_and_its_copy_through_list_are_one_ticket(desk: StoredDesk, first: bool) -> None:
    assert receive_mail(desk, listed=first) == 1
    notifications = len(desk.outbox())
    assert receive_mail(desk, listed=not first) == 1
    assert len(desk.outbox()) == notifications  # no second notification
    assert [message["automatic"] for message in messages(desk, 1)] == [None, "copy"]


def test_copy_reopens_nothing(desk: StoredDesk) -> None:
    receive_mail(desk)
    desk.do(Reply(1, "Done.", status="solved"))
    assert receive_mail(desk, listed=True) == 1
    document = desk.store.ask(ShowTicket(1))
    assert (document["status"], document["waiting_since"]) == ("solved", None)


@pytest.mark.parametrize("automatic", ["", "Precedence: list"])
def test_copy_is_added_to_closed_ticket_of_its_mail(desk: StoredDesk, automatic: str) -> None:
    receive_mail(desk)
    desk.do(Close(1))
    assert receive_mail(desk, listed=True, automatic=automatic) == 1
    assert messages(desk, 1)[-1]["automatic"] == "copy"
    assert desk.store.ask(ShowTicket(1))["status"] == "closed"


def test_other_text_with_same_message_id_is_second_message(desk: StoredDesk) -> None:
    receive_mail(desk)
    assert receive_mail(desk, text="Now it burns, too.") == 1
    assert [message["kind"] for message in messages(desk, 1)] == ["in", "in"]


@pytest.mark.parametrize(
    "other",
    [
        {"sent_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC)},
        {"message_id": "<a2@corp.test>"},
        {"at": "sales"},
    ],
)
def test_mail_that_differs_in_identifying_field_is_not_copy(desk: StoredDesk, other: dict[str, Any]) -> None:
    receive_mail(desk)
    assert receive_mail(desk, **other) == 2


def test_mail_of_other_sender_with_same_message_id_is_not_copy(desk: StoredDesk) -> None:
    receive_mail(desk)
    forged = desk.mail("eve@other.test", subject="Crash", message_id="<a1@corp.test>", sent_at=SENT)
    assert forged.facts["number"] == 2


def test_open_ticket_matches_first_of_two_numbers(desk: StoredDesk) -> None:
    first = desk.mail("anna@corp.test", subject="Old topic").facts["number"]
    desk.do(Close(first))
    second = desk.mail("anna@corp.test", subject="Re: Old topic [#1]").facts["number"]
    desk.do(Reply(second, "Which one?"))
    sent = desk.store.ask(ShowOutbox(desk.outbox()[-1]["id"]))
    assert sent["subject"] == "Re: Old topic [#2]"
    for subject in ("Re: Old topic [#1] [#2]", "Re: Old topic [#2] [#1]"):
        assert desk.mail("anna@corp.test", subject=subject).facts["number"] == second
