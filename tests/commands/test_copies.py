"""One mail that comes by two ways, on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.messages.commands import Reply
from deskctl.core.tickets.commands import Close
from deskctl.core.tickets.queries import ShowTicket

from .desk import StoredDesk

SENT = datetime(2026, 3, 2, 8, 59, tzinfo=UTC)
FOOTER = "\n_____________________\nusers mailing list"


@pytest.fixture
def desk(desk_url: str) -> Iterator[StoredDesk]:
    desk = StoredDesk(desk_url)
    yield desk
    desk.close()


def arrives(desk: StoredDesk, *, listed: bool = False, **more: Any) -> int:
    """Anna's mail, directly or over a list; the number of its ticket."""
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
def test_a_mail_and_its_copy_over_a_list_are_one_ticket(desk: StoredDesk, first: bool) -> None:
    assert arrives(desk, listed=first) == 1
    told = len(desk.outbox())
    assert arrives(desk, listed=not first) == 1
    assert len(desk.outbox()) == told  # nobody is told again
    assert [message["automatic"] for message in messages(desk, 1)] == [None, "copy"]


def test_a_copy_wakes_nothing_and_opens_nothing(desk: StoredDesk) -> None:
    arrives(desk)
    desk.do(Reply(1, "Done.", status="solved"))
    assert arrives(desk, listed=True) == 1
    document = desk.store.ask(ShowTicket(1))
    assert (document["status"], document["waiting_since"]) == ("solved", None)


@pytest.mark.parametrize("automatic", ["", "Precedence: list"])
def test_a_copy_stays_with_its_mail_on_a_closed_ticket(desk: StoredDesk, automatic: str) -> None:
    arrives(desk)
    desk.do(Close(1))
    assert arrives(desk, listed=True, automatic=automatic) == 1
    assert messages(desk, 1)[-1]["automatic"] == "copy"
    assert desk.store.ask(ShowTicket(1))["status"] == "closed"


def test_other_words_under_the_same_id_are_told_and_kept(desk: StoredDesk) -> None:
    arrives(desk)
    assert arrives(desk, text="Now it burns, too.") == 1
    assert [message["kind"] for message in messages(desk, 1)] == ["in", "in"]


@pytest.mark.parametrize(
    "other",
    [
        {"sent_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC)},
        {"message_id": "<a2@corp.test>"},
        {"at": "sales"},
    ],
)
def test_what_is_no_copy_is_a_mail_of_its_own(desk: StoredDesk, other: dict[str, Any]) -> None:
    arrives(desk)
    assert arrives(desk, **other) == 2


def test_somebody_elses_mail_under_the_same_id_is_no_copy(desk: StoredDesk) -> None:
    arrives(desk)
    forged = desk.mail("eve@other.test", subject="Crash", message_id="<a1@corp.test>", sent_at=SENT)
    assert forged.facts["number"] == 2


def test_of_two_numbers_the_open_ticket_counts(desk: StoredDesk) -> None:
    first = desk.mail("anna@corp.test", subject="Old matter").facts["number"]
    desk.do(Close(first))
    second = desk.mail("anna@corp.test", subject="Re: Old matter [#1]").facts["number"]
    desk.do(Reply(second, "Which one?"))
    sent = desk.store.ask(ShowOutbox(desk.outbox()[-1]["id"]))
    assert sent["subject"] == "Re: Old matter [#2]"
    for subject in ("Re: Old matter [#1] [#2]", "Re: Old matter [#2] [#1]"):
        assert desk.mail("anna@corp.test", subject=subject).facts["number"] == second
