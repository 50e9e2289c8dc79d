"""Phone calls and promised callbacks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskctl.core.delivery.repository import Outbox
from deskctl.core.merges.commands import Merge
from deskctl.core.messages.model import MessageKind
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.calls import CALLBACK
from deskctl.core.tickets.commands import Create, Reopen, Set, Solve
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from deskctl.errors import UsageError
from tests.unit.core.desk import NOW, UnitDesk


def test_incoming_call_is_a_customer_message() -> None:
    desk = UnitDesk()
    desk.do(Create("+82-2-555-0101", "", "카드 결제가 안 됩니다.\n확인 부탁드립니다.", channel="phone", seconds=240))
    [message] = Messages.of(desk.unit).changes.messages
    assert (message.kind, message.author) == (MessageKind.IN, "+82-2-555-0101")
    assert message.call is not None
    assert (message.call.direction, message.call.seconds) == ("in", 240)
    assert Tickets.of(desk.unit).get(1).subject == "카드 결제가 안 됩니다."
    assert "call_logged" in desk.kinds(1)
    assert Tickets.of(desk.unit).get(1).waiting_since == NOW


def test_outgoing_call_is_a_reply() -> None:
    desk = UnitDesk()
    desk.do(Create("+82-2-555-0101", "Refund", "Told them it is done.", channel="phone", direction="out"))
    ticket = Tickets.of(desk.unit).get(1)
    assert (ticket.status, ticket.assignee, ticket.waiting_since) == (Status.PENDING, "agent1", None)
    assert Messages.of(desk.unit).changes.messages[0].kind is MessageKind.OUT
    assert Outbox.of(desk.unit).changes.outbox == {}


def test_solving_a_ticket_cancels_its_callback() -> None:
    desk = UnitDesk()
    desk.do(Create("02-555-0101", "Refund", "Please call.", channel="phone", callback="+2h"))
    timer = desk.unit.changes.timers["callback:1"]
    assert (timer.kind, timer.due_at) == (CALLBACK, NOW + timedelta(hours=2))
    desk.do(Set(1, (("callback", "내일 10:00"),)))
    assert desk.unit.changes.timers["callback:1"].due_at == Tickets.of(desk.unit).get(1).callback_at != timer.due_at
    desk.do(Solve(1))
    assert "callback:1" not in desk.unit.changes.timers
    assert Tickets.of(desk.unit).get(1).callback_at is None
    desk.do(Reopen(1))
    desk.do(Set(1, (("callback", "+1h"),)))
    desk.do(Set(1, (("callback", "none"),)))
    assert "callback:1" not in desk.unit.changes.timers


def test_merge_moves_the_callback() -> None:
    desk = UnitDesk()
    desk.do(Create("02-555-0101", "Refund", "Please call.", channel="phone", callback="+2h"))
    desk.mail()
    desk.do(Merge(1, into=2))
    assert "callback:1" not in desk.unit.changes.timers
    assert (
        Tickets.of(desk.unit).get(2).callback_at
        == desk.unit.changes.timers["callback:2"].due_at
        == NOW + timedelta(hours=2)
    )


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"channel": "phone", "sender": "김민수"}, "not a phone number"),
        ({"channel": "phone", "direction": "sideways"}, "not a direction"),
        ({"channel": "support", "direction": "in"}, "channel support has no phone calls"),
        ({"channel": "phone", "seconds": -1}, "not a duration"),
        ({"channel": "phone", "callback": "yesterday"}, "not a time"),
        ({"channel": "phone", "callback": "2020-01-01 10:00"}, "is in the past"),
    ],
)
def test_invalid_call_is_refused(fields: dict[str, object], why: str) -> None:
    values = {"sender": "02-555-0101", "subject": "x", "text": "x", **fields}
    with pytest.raises(UsageError, match=why):
        UnitDesk().do(Create(**values))  # type: ignore[arg-type]
