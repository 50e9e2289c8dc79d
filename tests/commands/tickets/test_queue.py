"""The order of the queue, and the closing of solved tickets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.seen_commands import MarkSeen
from deskctl.core.routing.queries import ShowQueue
from deskctl.core.search.queries import Seen
from deskctl.core.sla import commands as lv
from deskctl.core.tickets import commands as c
from deskctl.core.tickets.commands import Create, Next, Reopen, Set, Solve
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.settings import TicketSettings
from deskctl.core.undo.commands import Undo
from deskctl.errors import DeskctlError
from tests.commands.desk import SETTINGS, StoredDesk
from tests.commands.routing.test_routing import ROOT, routing_desk
from tests.commands.tickets.test_escalation import queue

__all__ = ["routing_desk"]


def test_urgent_tickets_come_first_and_waiting_low_ones_move_up(desk: StoredDesk) -> None:
    desk.do(Create("1", "low, but old", "x", priority="low"), "agent1")
    desk.later(days=2, hours=23, minutes=30)
    desk.do(Create("2", "normal", "x"), "agent1")
    desk.do(Create("3", "urgent", "x", priority="urgent"), "agent1")
    assert [desk.do(Next()).facts["number"] for _ in range(3)] == [1, 3, 2]
    with pytest.raises(DeskctlError, match="your queue is empty") as caught:
        desk.do(Next())
    assert caught.value.exit_code == 1


def test_next_gives_two_agents_different_tickets(desk: StoredDesk) -> None:
    desk.mail()
    desk.mail(subject="Other")
    assert {desk.do(Next(), agent).facts["number"] for agent in ("agent1", "agent2")} == {1, 2}


def test_next_ignores_tickets_of_other_teams(desk: StoredDesk) -> None:
    desk.mail()
    with pytest.raises(DeskctlError, match="your queue is empty"):
        desk.do(Next(), "lead")


def test_ticket_closes_after_four_days_as_solved(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Solve(1))
    due = desk.store.timers.next_due()
    assert due == desk.now + SETTINGS.of(TicketSettings).close_after
    desk.later(days=4)
    timer = desk.store.timers.due(10)[0]
    desk.do(FireTimer(timer.id), "system:timers")
    assert desk.ticket(1).status is Status.CLOSED
    assert desk.store.timers.next_due() is None


def test_close_timer_of_a_reopened_ticket_does_nothing(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Solve(1))
    desk.later(days=4)
    timer = desk.store.timers.due(10)[0]
    desk.do(Reopen(1))
    desk.do(FireTimer(timer.id), "system:timers")
    assert desk.ticket(1).status is Status.OPEN


def test_change_of_priority_moves_the_ticket_in_the_queue(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Set(1, (("priority", "urgent"),)))
    assert desk.ticket(1).queue_at == desk.now + timedelta(hours=1)


def test_first_sender_stays_in_cc_when_a_colleague_replies(desk: StoredDesk) -> None:
    desk.mail(message_id="<one@example.org>", to=("support@acme.test",), cc=("ben@example.org",))
    desk.mail("ben@example.org", in_reply_to=("<one@example.org>",), to=("support@acme.test",))
    outbox = desk.do(Reply(1, "Hello.")).facts["outbox"]
    entry = desk.store.transaction(lambda unit: Outbox.of(unit).get(outbox))
    assert (entry.to, entry.cc) == (("ben@example.org",), ("ana@example.org",))


def test_seen_messages_are_recorded_for_each_agent(desk: StoredDesk) -> None:
    first = desk.mail(message_id="<one@example.org>").facts["message"]
    desk.do(MarkSeen(1, first))
    second = desk.mail(in_reply_to=("<one@example.org>",)).facts["message"]
    desk.mail(in_reply_to=("<one@example.org>",), automatic="auto-submitted")
    mine, theirs = (desk.store.ask(Seen(1, agent)) for agent in ("agent1", "agent2"))
    assert (mine["seen"], mine["newest"], mine["shown"]) == (first, second, [[first, 0]])
    assert (theirs["seen"], theirs["newest"], theirs["shown"]) == (None, second, None)


def test_queue_shows_tickets_behind_those_of_higher_tiers(routing_desk: StoredDesk) -> None:
    for number in range(25):
        routing_desk.mail(f"c{number}@example.org")
        if number < 22:
            routing_desk.do(c.Escalate(number + 1, "tier:lead", "angry"))
    assert queue(routing_desk, "agent1") == [23, 24, 25]
    assert queue(routing_desk, "lead")[:2] == [1, 2]
    assert routing_desk.do(c.Next()).tickets == (23,)


def test_reopened_ticket_is_queued_at_the_time_of_reopening(desk: StoredDesk) -> None:
    desk.do(c.Create("ana@example.org", "One", "x", team="support", priority="normal"))
    desk.do(c.Solve(1))
    desk.later(days=2)
    desk.do(c.Create("ben@example.org", "Two", "x", team="support", priority="normal"))
    desk.later(hours=1)
    desk.do(c.Reopen(1))
    assert queue(desk, "agent1") == [2, 1]
    assert desk.ticket(1).queue_at > desk.now


def test_queue_can_be_shown_for_another_moment(desk: StoredDesk) -> None:
    desk.do(lv.AddPolicy("gold", "", "24x7", (("resolution", "8h"),)), ROOT)
    desk.mail()
    shown = desk.store.ask(ShowQueue(now="2099-01-01T09:00:00Z"))
    assert (shown["now"], shown["tickets"][0]["overdue"]) == ("2099-01-01T09:00:00Z", True)
    with pytest.raises(DeskctlError, match="no agent is called"):
        desk.store.ask(ShowQueue("agnet1"))


def test_undo_restores_the_queue_position(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Reply(1, "Try again.", status="open"))
    before = desk.ticket(1).queue_at
    desk.do(c.Set(1, (("status", "hold"),)))
    desk.later(hours=5)
    desk.do(c.Reopen(1))
    assert desk.ticket(1).queue_at > before
    desk.do(Undo())
    desk.later(hours=1)
    desk.do(Undo())
    assert (desk.ticket(1).status, desk.ticket(1).queue_at) == (Status.OPEN, before)
