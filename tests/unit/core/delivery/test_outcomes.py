"""The state of an outgoing message after each delivery attempt."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl.core.delivery.commands import CancelOutbox, RetryOutbox, SettleDelivery
from deskctl.core.delivery.model import GIVE_UP_AFTER, OutboxState
from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.actor import Actor
from deskctl.core.messages.commands import Reply
from deskctl.core.tickets.commands import Take
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from deskctl.errors import Refused
from tests.unit.core.desk import UnitDesk

SENDER = Actor.system("sender")


def replied() -> tuple[UnitDesk, int]:
    desk = UnitDesk()
    desk.mail()
    desk.do(Take(1))
    return desk, int(desk.do(Reply(1, "We are on it.")).facts["outbox"])


def test_accepted_message_is_sent() -> None:
    desk, outbox = replied()
    desk.do(SettleDelivery(outbox, "sent"), SENDER)
    entry = Outbox.of(desk.unit).get(outbox)
    assert (entry.state, entry.due_at, entry.attempts) == (OutboxState.SENT, None, 1)
    assert Tickets.of(desk.unit).get(1).status is Status.PENDING


def test_deferred_message_does_not_count_as_an_attempt() -> None:
    desk, outbox = replied()
    for _ in range(20):
        desk.do(SettleDelivery(outbox, "deferred", "waits its turn: 30/min", 90.0), SENDER)
    entry = Outbox.of(desk.unit).get(outbox)
    assert (entry.state, entry.attempts, entry.last_error) == (OutboxState.QUEUED, 0, "waits its turn: 30/min")
    assert entry.due_at == desk.unit.now + timedelta(seconds=90)
    assert "delivery_settled" not in desk.kinds(1)
    assert desk.do(CancelOutbox(outbox)).changed


def test_rejected_reply_reopens_the_ticket_and_notifies_the_assignee() -> None:
    desk, outbox = replied()
    desk.do(SettleDelivery(outbox, "rejected", "550 no such user"), SENDER)
    assert Outbox.of(desk.unit).get(outbox).state is OutboxState.FAILED
    assert Tickets.of(desk.unit).get(1).status is Status.OPEN
    assert desk.kinds(1).count("delivery_settled") == 1
    assert "550 no such user" in desk.sent_to("agent1@acme.test")[-1].text


def test_lost_connection_makes_the_message_uncertain_without_a_retry() -> None:
    desk, outbox = replied()
    desk.do(SettleDelivery(outbox, "uncertain", "connection lost"), SENDER)
    entry = Outbox.of(desk.unit).get(outbox)
    assert (entry.state, entry.due_at) == (OutboxState.UNCERTAIN, None)
    assert desk.do(RetryOutbox(outbox)).changed
    assert Outbox.of(desk.unit).get(outbox).state is OutboxState.QUEUED


@given(st.lists(st.none() | st.floats(0, 86_400), max_size=40))
def test_retry_delay_is_at_least_the_requested_one_and_retries_end_after_four_days(asked: list[float | None]) -> None:
    desk, outbox = replied()
    for retry_after in asked:
        before = Outbox.of(desk.unit).get(outbox)
        desk.unit.now = before.due_at or desk.unit.now
        late = desk.unit.now - before.created_at >= GIVE_UP_AFTER
        desk.do(SettleDelivery(outbox, "try_later", "451", retry_after), SENDER)
        after = Outbox.of(desk.unit).get(outbox)
        if late:
            assert after.state is OutboxState.FAILED
            return
        assert after.state is OutboxState.RETRY
        assert after.due_at is not None
        assert after.due_at - desk.unit.now >= timedelta(seconds=max(30, retry_after or 0))


def test_only_waiting_messages_can_be_cancelled() -> None:
    desk, outbox = replied()
    desk.do(CancelOutbox(outbox))
    assert Outbox.of(desk.unit).get(outbox).state is OutboxState.CANCELLED
    assert Tickets.of(desk.unit).get(1).status is Status.OPEN
    with pytest.raises(Refused):
        desk.do(CancelOutbox(outbox))


def test_failed_notification_causes_no_notification() -> None:
    desk = UnitDesk()
    desk.mail()
    notification = desk.sent_to("agent1@acme.test")[0]
    before = len(Outbox.of(desk.unit).changes.outbox)
    desk.do(SettleDelivery(notification.id, "rejected", "550"), SENDER)
    assert len(Outbox.of(desk.unit).changes.outbox) == before


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -float("inf"), -1.0, 0.0, 1e300, 10.0**9, 4e8])
@pytest.mark.parametrize("result", ["deferred", "try_later"])
def test_invalid_requested_delay_is_limited(result: str, seconds: float) -> None:
    desk, outbox = replied()
    desk.do(SettleDelivery(outbox, result, "come again", seconds), SENDER)
    due = Outbox.of(desk.unit).get(outbox).due_at
    assert due is not None
    assert desk.unit.now < due <= desk.unit.now + GIVE_UP_AFTER
