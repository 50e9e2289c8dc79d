"""SLA clocks on each store: start, pause, fulfillment, breach and notifications."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from deskctl.core import features as dispatch
from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.calendars.commands import AddCalendar
from deskctl.core.contacts.commands import SetContact
from deskctl.core.delivery.commands import SettleDelivery
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.kernel.unit import Unit
from deskctl.core.merges.commands import Merge
from deskctl.core.messages.commands import Reply
from deskctl.core.sla import commands as lv
from deskctl.core.sla.queries import ExplainClocks
from deskctl.core.tickets import commands as c
from deskctl.core.tickets.model import Priority
from deskctl.core.tickets.queries import ListTickets
from deskctl.core.undo.commands import Undo
from tests.commands.desk import StoredDesk

POLICY = lv.AddPolicy(
    "gold",
    "",
    "24x7",
    (
        ("first_response", "urgent=15m"),
        ("first_response", "normal=4h"),
        ("next_response", "8h"),
        ("resolution", "3d"),
        ("update", "1d"),
    ),
    ("50%", "30m"),
)


@pytest.fixture
def gold(desk: StoredDesk) -> Iterator[StoredDesk]:
    """A desk with a policy for all tickets: an answer within four hours."""
    desk.do(POLICY, "user:root")
    yield desk


def opened(desk: StoredDesk, **fields: Any) -> int:
    return int(desk.mail(**fields).facts["number"])


def fire(desk: StoredDesk) -> None:
    """Process all due timers, as the daemon does."""
    while due := desk.store.timers.due(100):
        for timer in due:
            desk.do(FireTimer(timer.id), "system:clock")


def clock(desk: StoredDesk, ticket: int, metric: str, instance: int = 1) -> dict[str, Any]:
    now = desk.now.isoformat()
    rows: list[dict[str, Any]] = desk.store.ask(ExplainClocks(ticket, now))
    (found,) = [row for row in rows if (row["metric"], row["instance"]) == (metric, instance)]
    return found


def events_of(desk: StoredDesk, ticket: int, *kinds: str) -> list[dict[str, Any]]:
    return [event for event in desk.show(ticket)["events"] if event["kind"] in kinds]


def notified(desk: StoredDesk, about: str) -> list[str]:
    events = [e for row in desk.store.ask(ListTickets(all=True)) for e in events_of(desk, row["number"], "agent_told")]
    return [event["agent"] for event in events if event["about"] == about]


def test_first_response_clock_warns_and_is_fulfilled_by_an_agents_answer(gold: StoredDesk) -> None:
    ticket = opened(gold)
    gold.do(c.Take(ticket))
    gold.later(hours=2)
    fire(gold)
    assert notified(gold, "due_soon") == ["agent1"]
    gold.later(hours=1, minutes=35)
    fire(gold)
    assert [e["level"] for e in events_of(gold, ticket, "warn")] == ["50%", "30m"]
    gold.do(Reply(ticket, "Try again."))
    assert clock(gold, ticket, "first_response")["state"] == "fulfilled"
    (kept,) = events_of(gold, ticket, "fulfill")
    assert (kept["metric"], kept["instance"], kept["in_time"]) == ("first_response", 1, True)


def test_after_downtime_only_the_highest_threshold_fires_marked_as_late(gold: StoredDesk) -> None:
    gold.do(lv.AddStep("gold", "breach", ("priority=urgent", "notify=lead")), "user:root")
    ticket = opened(gold)
    gold.later(hours=9)
    fire(gold)
    (breach,) = events_of(gold, ticket, "breach")
    assert (breach["metric"], breach["late"], breach["breached"]) == ("first_response", True, "2026-03-02T13:00:00Z")
    assert [(e["level"], e["late"]) for e in events_of(gold, ticket, "warn", "step")] == [("breach", True)] * 2
    assert gold.ticket(ticket).priority is Priority.URGENT
    assert "lead" in notified(gold, "overdue")
    fire(gold)
    gold.later(days=1)
    fire(gold)
    assert len([e for e in events_of(gold, ticket, "step") if e["metric"] == "first_response"]) == 1


def test_undone_or_failed_answer_does_not_affect_the_clock(gold: StoredDesk) -> None:
    ticket = opened(gold)
    due = clock(gold, ticket, "first_response")["due"]
    gold.later(minutes=10)
    gold.do(Reply(ticket, "Oops."))
    gold.later(seconds=5)
    gold.do(Undo())
    assert (clock(gold, ticket, "first_response")["state"], clock(gold, ticket, "first_response")["due"]) == (
        "running",
        due,
    )
    sent = gold.do(Reply(ticket, "Again."))
    assert clock(gold, ticket, "first_response")["state"] == "fulfilled"
    gold.later(hours=5)
    gold.do(SettleDelivery(sent.facts["outbox"], "rejected", "no such user"), "system:sender")
    assert clock(gold, ticket, "first_response")["state"] == "breached"
    assert [e["metric"] for e in events_of(gold, ticket, "unfulfil")] == ["first_response"] * 2


def test_resolution_clock_pauses_for_the_customer_and_continues_after_reopening(gold: StoredDesk) -> None:
    ticket = opened(gold)
    gold.later(hours=1)
    gold.do(Reply(ticket, "Which printer?"))
    gold.later(days=10)
    assert clock(gold, ticket, "resolution")["state"] == "paused"
    gold.mail(subject=f"Re: Printer [#{ticket}]", references=("<1@example.org>",))
    gold.later(hours=2)
    gold.do(c.Solve(ticket))
    assert clock(gold, ticket, "resolution")["spent"] == 3 * 3600
    gold.later(days=2)
    gold.do(c.Reopen(ticket))
    resolution = clock(gold, ticket, "resolution")
    assert (resolution["state"], resolution["left"]) == ("running", 69 * 3600)
    assert [s["why"] for s in resolution["segments"] if s["state"] == "paused"] == [
        "waiting for the customer",
        "the ticket is solved",
    ]


def test_next_response_counts_from_the_oldest_unanswered_message_of_a_person(
    gold: StoredDesk,
) -> None:
    ticket = opened(gold)
    gold.do(Reply(ticket, "Try again."))
    gold.later(hours=1)
    follow: dict[str, Any] = {"subject": f"Re: Printer [#{ticket}]", "references": ("<1@example.org>",)}
    gold.mail(**follow, automatic="auto-reply")
    assert not [row for row in gold.store.ask(ExplainClocks(ticket)) if row["metric"] == "next_response"]
    gold.mail(**follow)
    first = clock(gold, ticket, "next_response")["due"]
    gold.later(hours=1)
    gold.mail(**follow)
    assert clock(gold, ticket, "next_response")["due"] == first


def test_priority_change_keeps_the_start_and_a_due_time_set_by_hand(gold: StoredDesk) -> None:
    ticket = opened(gold)
    gold.later(minutes=5)
    gold.do(c.Set(ticket, (("priority", "urgent"),)))
    assert clock(gold, ticket, "first_response")["due"] == "2026-03-02T09:15:00Z"
    assert gold.ticket(ticket).queue_at == gold.now + timedelta(minutes=10)
    gold.do(c.Set(ticket, (("due.first_response", "2026-03-02T11:00Z"),)))
    gold.do(c.Set(ticket, (("priority", "normal"),)))
    assert clock(gold, ticket, "first_response")["due"] == "2026-03-02T11:00:00Z"
    gold.do(c.Set(ticket, (("due.first_response", "none"),)))
    assert clock(gold, ticket, "first_response")["due"] == "2026-03-02T13:00:00Z"


def test_policy_that_matches_later_counts_from_the_start_of_the_ticket(gold: StoredDesk) -> None:
    vip = lv.AddPolicy("vip", "contact.tier:vip", "24x7", (("first_response", "2h"),))
    gold.do(vip, "user:root")
    gold.do(lv.MovePolicy("vip", 1), "user:root")
    ticket = opened(gold)
    gold.later(hours=1)
    gold.do(SetContact(gold.ticket(ticket).contact, (("tier", "vip"),)), "user:root")
    found = clock(gold, ticket, "first_response")
    assert (found["policy"], found["due"]) == ("vip", "2026-03-02T11:00:00Z")


def test_new_policy_version_affects_running_clocks_only(gold: StoredDesk) -> None:
    done, waiting = opened(gold), opened(gold, sender="bob@example.net")
    gold.later(hours=1)
    gold.do(Reply(done, "Try again."))
    before = clock(gold, done, "first_response")
    gold.do(lv.ChangePolicy("gold", targets=(("first_response", "normal=2h"),)), "user:root")
    assert clock(gold, waiting, "first_response")["due"] == "2026-03-02T11:00:00Z"
    assert clock(gold, done, "first_response") == before


def test_merge_pauses_the_clocks_and_undo_restores_them(gold: StoredDesk) -> None:
    ticket, other = opened(gold), opened(gold, sender="bob@example.net")
    due = gold.ticket(ticket).due_at
    gold.do(Merge(ticket, other))
    assert (clock(gold, ticket, "first_response")["why"], gold.ticket(ticket).due_at) == (
        "the ticket was merged into another",
        None,
    )
    gold.do(Undo())
    assert gold.ticket(ticket).due_at == due


def test_promise_notifies_before_and_at_its_due_time_and_is_fulfilled_by_an_answer(desk: StoredDesk) -> None:
    ticket = opened(desk)
    desk.do(c.Take(ticket))
    desk.do(lv.Promise(ticket, "+2h"))
    desk.later(minutes=95)
    fire(desk)
    assert notified(desk, "due_soon") == ["agent1"]
    desk.later(minutes=30)
    fire(desk)
    assert notified(desk, "overdue") == ["agent1"]
    assert [row["number"] for row in desk.store.ask(ListTickets(sla="breached"))] == [ticket]
    desk.do(Reply(ticket, "Sorry."))
    assert clock(desk, ticket, "promise")["state"] == "fulfilled"
    assert desk.store.ask(ListTickets(sla="breached")) == []


def test_step_for_a_deactivated_agent_notifies_the_assignee(gold: StoredDesk) -> None:
    gold.do(lv.AddStep("gold", "breach", ("escalate=agent2", "tag=+late")), "user:root")
    gold.do(ChangeAgent("agent2", active=False), "user:root")
    ticket = opened(gold)
    gold.do(c.Take(ticket))
    gold.later(hours=4)
    fire(gold)
    assert [e["action"] for e in events_of(gold, ticket, "step_failed")] == ["escalate"]
    assert gold.ticket(ticket).tags == {"late"}
    assert "agent1" in notified(gold, "overdue")


def test_desk_without_policies_has_no_clocks(desk: StoredDesk) -> None:
    ticket = opened(desk)
    desk.do(Reply(ticket, "Try again."))
    assert desk.store.ask(ExplainClocks(ticket)) == []
    assert [timer.kind for timer in desk.store.timers.due(10)] == []
    assert not events_of(desk, ticket, "activate", "policy_applied", "due_changed")


def test_many_due_clocks_produce_one_notification_and_one_digest(gold: StoredDesk) -> None:
    tickets = [opened(gold, sender=f"customer{n}@example.org") for n in range(12)]
    for ticket in tickets:
        gold.do(c.Take(ticket))
    gold.later(minutes=2)
    fire(gold)
    gold.later(hours=2)
    before = {row["id"] for row in gold.outbox()}
    due = [timer.id for timer in gold.store.timers.due(100)]

    def together(unit: Unit) -> None:
        for timer in due:
            dispatch.execute(unit, FireTimer(timer), Actor.system("clock"))

    gold.store.transaction(together)
    gold.later(minutes=1)
    fire(gold)
    notified = [row for row in gold.outbox() if row["id"] not in before]
    assert len(notified) == 2
    digest = gold.store.ask(ShowOutbox(notified[-1]["id"]))
    assert digest["ticket"] is None
    assert [f"deskctl show {ticket}\n" in digest["text"] for ticket in tickets] == [False] + [True] * 11
    assert all(events_of(gold, ticket, "agent_told")[-1]["about"] == "due_soon" for ticket in tickets)


# --- calendars ------------------------------------------------------------------------------------


def test_breach_is_notified_even_if_a_later_step_is_due_too(gold: StoredDesk) -> None:
    gold.do(lv.AddStep("gold", "breach+2h", ("tag=+late",)), "user:root")
    ticket = opened(gold)
    gold.do(c.Take(ticket))
    gold.later(hours=9)
    fire(gold)
    assert notified(gold, "overdue") == ["agent1"]
    assert [e["level"] for e in events_of(gold, ticket, "step")] == ["breach+2h"]
    assert "late" in gold.ticket(ticket).tags


def test_only_the_furthest_of_several_missed_thresholds_fires(desk: StoredDesk) -> None:
    """A shorter target after a pause makes several thresholds due at once; 90% is later than 30 minutes before."""
    targets = (("resolution", "normal=8h"), ("resolution", "high=4h10m"))
    desk.do(AddCalendar("day", "UTC", "mon-sun 08:00-20:00"), "user:root")
    desk.do(lv.AddPolicy("gold", "", "day", targets, ("90%", "50%", "30m")), "user:root")
    ticket = opened(desk)
    desk.later(hours=3, minutes=55)
    desk.do(c.Set(ticket, (("status", "pending"),)))
    desk.later(minutes=30)
    desk.do(c.Set(ticket, (("priority", "high"),)))
    desk.do(c.Reopen(ticket))
    fire(desk)
    assert [e["level"] for e in events_of(desk, ticket, "warn")] == ["90%"]


def test_delayed_mail_counts_from_its_arrival(gold: StoredDesk) -> None:
    received = gold.now
    ticket = opened(gold, processed_after=timedelta(hours=3))
    assert gold.now == received + timedelta(hours=3)
    first = clock(gold, ticket, "first_response")
    assert first["started_at"] == gold.show(ticket)["waiting_since"] == "2026-03-02T09:00:00Z"
    assert (first["due"], first["spent"]) == ("2026-03-02T13:00:00Z", 3 * 3600)


@pytest.mark.parametrize("direction", ["in", "out"])
def test_call_is_a_question_and_its_answer(gold: StoredDesk, direction: str) -> None:
    call = c.Create("+82255501000", "Call", "x", channel="phone", direction=direction)
    ticket = int(gold.do(call).facts["number"])
    notified = gold.store.ask(ExplainClocks(ticket, gold.now.isoformat()))
    rows = {(row["metric"], row["instance"]): row["state"] for row in notified}
    asked = {("first_response", 1): "fulfilled"} if direction == "in" else {}
    other = opened(gold)
    gold.do(Reply(other, "Try again."))
    gold.do(Merge(ticket, other))
    assert {e["metric"] for e in events_of(gold, other, "activate")} == {"first_response", "update", "resolution"}
    assert rows == {**asked, ("update", 1): "running", ("resolution", 1): "paused" if direction == "out" else "running"}


def test_due_time_set_by_hand_is_shown_while_the_clock_is_paused(gold: StoredDesk) -> None:
    ticket = opened(gold)
    gold.do(c.Set(ticket, (("due", "2026-03-05 18:00"),)))
    gold.do(Reply(ticket, "Try again."))
    resolution = clock(gold, ticket, "resolution")
    assert (resolution["state"], resolution["due"]) == ("paused", "2026-03-05T18:00:00Z")
    gold.later(days=9)
    fire(gold)
    assert clock(gold, ticket, "resolution")["breached_at"] is None, "what stands still breaks no promise"


def test_explanation_shows_the_hours_that_counted_and_earlier_targets(desk: StoredDesk) -> None:
    desk.do(AddCalendar("short", "UTC", "mon-fri 09:00-12:00"), "user:root")
    desk.do(lv.AddPolicy("gold", "", "short", (("resolution", "normal=8h"), ("resolution", "urgent=4h"))), "user:root")
    ticket = opened(desk)
    desk.later(hours=1)
    desk.do(lv.ChangePolicy("gold", calendar="24x7"), "user:root")
    desk.later(hours=4)
    desk.do(c.Set(ticket, (("priority", "urgent"),)))
    desk.later(minutes=1)
    found = clock(desk, ticket, "resolution")
    assert [(s["from"][11:16], s["why"], s["working"]) for s in found["segments"]] == [
        ("09:00", "in the hours of short", 3600),
        ("10:00", "24 hours a day", 4 * 3600 + 60),
    ]
    assert sum(s["working"] for s in found["segments"]) == found["spent"]
    assert [(r["from"][11:16], r["version"], r["target"]) for r in found["rules"]] == [
        ("09:00", 1, 8 * 3600),
        ("10:00", 2, 8 * 3600),
        ("14:00", 2, 4 * 3600),
    ]


def test_clock_without_a_matching_policy_is_not_overdue(desk: StoredDesk) -> None:
    desk.do(lv.AddPolicy("gold", "tag:gold", "24x7", (("resolution", "1h"),)), "user:root")
    ticket = opened(desk)
    desk.do(c.Tag(ticket, ("gold",)))
    desk.later(hours=2)
    fire(desk)
    assert [row["number"] for row in desk.store.ask(ListTickets(sla="breached"))] == [ticket]
    desk.do(c.Tag(ticket, (), ("gold",)))
    desk.later(hours=2)
    found = clock(desk, ticket, "resolution")
    assert (found["state"], found["why"]) == ("breached", "no policy matches this ticket any more")
    assert [s["state"] for s in found["segments"]] == ["counted", "paused"]
    assert found["spent"] == 2 * 3600
    assert desk.store.ask(ListTickets(sla="breached")) == []


def test_overdue_clock_is_listed_before_the_daemon_processed_it(gold: StoredDesk) -> None:
    ticket = opened(gold)
    then = (gold.now + timedelta(hours=5)).isoformat()
    assert [row["sla"] for row in gold.store.ask(ListTickets(now=then))] == ["breached"]
    assert [row["number"] for row in gold.store.ask(ListTickets(sla="breached", now=then))] == [ticket]
    assert gold.store.ask(ListTickets(sla="breached", now=gold.now.isoformat())) == []


def test_query_selects_tickets_by_the_state_of_their_worst_clock(desk: StoredDesk) -> None:
    desk.do(lv.AddPolicy("gold", "tag:gold", "24x7", (("resolution", "4h"),)), "user:root")
    ticket, other = opened(desk), opened(desk)
    desk.do(c.Tag(ticket, ("gold",)))

    def found(query: str, *, hours: int = 0) -> set[int]:
        now = (desk.now + timedelta(hours=hours)).isoformat()
        return {row["number"] for row in desk.store.ask(ListTickets(query=query, now=now))}

    assert found("sla:(running OR warned)") == {ticket}
    assert found("sla:breached") == set()
    assert found("sla:breached", hours=5) == {ticket}
    assert found("is:overdue", hours=5) == {ticket}
    assert found("due:<now+5h") == {ticket}
    assert found("sla:*", hours=5) == {ticket}
    assert found("sla:none", hours=5) == {other}
