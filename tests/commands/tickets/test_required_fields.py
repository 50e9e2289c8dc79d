"""Fields that a ticket needs before an agent solves it: each way of solving, on each store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from deskctl.core.answers.commands import Answer
from deskctl.core.contacts.commands import EraseContact
from deskctl.core.kernel.command import Command
from deskctl.core.merges.commands import Merge
from deskctl.core.messages.channels import Channels
from deskctl.core.messages.commands import MarkSpam, Reply
from deskctl.core.messages.model import Choice
from deskctl.core.tickets import commands as c
from deskctl.core.tickets.settings import TicketSettings
from deskctl.core.undo.commands import Undo
from deskctl.core.values.field import Field, FieldType
from deskctl.errors import Refused
from tests.commands.desk import SETTINGS, StoredDesk
from tests.commands.intake.test_notification_replies import answer, escalated, receive, sent_to
from tests.commands.sla.test_clocks import fire

REQUIRED = Field("order_number", FieldType.TEXT, {"en": "Order number", "ko": "주문번호"}, required_to_solve=True)
NEEDED = TicketSettings(fields={REQUIRED.name: REQUIRED})


@pytest.fixture
def strict(desk_url: str) -> Iterator[StoredDesk]:
    """Return a desk whose tickets need an order number."""
    channels = SETTINGS.of(Channels).channels
    answering = Channels({**channels, "support": replace(channels["support"], answer=True)})
    desk = StoredDesk(desk_url, SETTINGS.with_features(answering, NEEDED))
    yield desk
    desk.close()


def status(desk: StoredDesk, number: int = 1) -> Any:
    return desk.show(number)["status"]


@pytest.mark.parametrize("command", [c.Solve(1), c.Close(1), Reply(1, "Done.", status="solved")])
def test_ticket_without_required_value_is_not_solved(strict: StoredDesk, command: Command) -> None:
    strict.mail()
    with pytest.raises(Refused) as refused:
        strict.do(command)
    assert "without Order number (order_number)" in refused.value.what
    assert refused.value.hint == "set it first: deskctl set 1 order_number=…"
    assert (status(strict), sent_to(strict, "ana@example.org")) == ("new", [])
    strict.do(c.Set(1, (("order_number", "4711"),)))
    strict.do(command)
    assert status(strict) in ("solved", "closed")


@pytest.mark.parametrize("directive", ["#solve", "#close", "#solve\n\nIt is repaired now.\n"])
def test_ticket_without_required_value_is_not_solved_by_mail(strict: StoredDesk, directive: str) -> None:
    mail = answer(escalated(strict))
    mail.set_content(directive)
    receive(strict, mail.as_bytes())
    assert status(strict) == "open"
    assert sent_to(strict, "ana@example.org") == []
    assert strict.show(1)["messages"][-1]["kind"] == "note"
    assert "order_number" in sent_to(strict, "lead@acme.test")[-1].text


def test_other_replies_and_closing_of_solved_tickets_need_no_value(strict: StoredDesk) -> None:
    strict.mail()
    strict.do(Reply(1, "Which order?"))
    assert status(strict) == "pending"
    strict.do(c.Set(1, (("order_number", "4711"),)))
    strict.do(c.Solve(1))
    strict.later(days=5)
    fire(strict)
    assert status(strict) == "closed"


def test_tickets_solved_before_the_requirement_close_automatically_and_by_hand(desk_url: str) -> None:
    before = StoredDesk(desk_url)
    for number in (1, 2):
        before.mail(f"{number}@example.org")
        before.do(c.Solve(number))
    before.close()
    desk = StoredDesk(desk_url, SETTINGS.with_features(NEEDED))
    desk.do(c.Close(2))
    desk.later(days=5)
    fire(desk)
    assert (status(desk, 1), status(desk, 2)) == ("closed", "closed")
    desk.close()


def test_spam_merge_and_erase_need_no_value(strict: StoredDesk) -> None:
    for number in (1, 2, 3, 4):
        strict.mail(f"{number}@example.org")
    strict.do(MarkSpam(1))
    strict.do(Merge(2, 3))
    strict.do(EraseContact(4), "user:root")
    assert [status(strict, number) for number in (1, 2, 4)] == ["closed", "merged", "closed"]


def test_customer_can_confirm_that_an_automatic_answer_was_enough(strict: StoredDesk) -> None:
    strict.mail("ana@example.org")
    choices = (Choice("solved", "Solved"), Choice("person", "Agent"))
    strict.do(Answer(1, 1, "Turn it off and on.", choices), "system:kb")
    [sent] = sent_to(strict, "ana@example.org")
    strict.mail("ana@example.org", "Re: Printer", text="1", in_reply_to=(sent.message_id,))
    assert status(strict) == "solved"


def test_required_value_of_solved_ticket_is_changed_and_not_cleared(strict: StoredDesk) -> None:
    strict.mail()
    strict.do(c.Set(1, (("order_number", "4711"),)))
    strict.do(c.Solve(1))
    with pytest.raises(Refused, match="needs a value for Order number"):
        strict.do(c.Set(1, (("order_number", ""),)))
    strict.do(c.Set(1, (("order_number", "4712"),)))
    strict.do(Undo())
    assert strict.show(1)["fields"]["order_number"] == "4711"
    strict.do(Undo())
    assert status(strict) == "new"
