"""Who hears of what happens on a ticket, on each store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.model import Bounce
from deskctl.core.tickets import commands as c
from deskctl.core.undo.commands import Undo
from tests.commands.desk import SETTINGS, StoredDesk
from tests.commands.test_sla import fire

AT_ONCE = replace(SETTINGS, digest=timedelta(), undo_window=timedelta())


@pytest.fixture
def desk(desk_url: str) -> Iterator[StoredDesk]:
    """Nobody's notifications wait; `lead` is in team support, too."""
    desk = StoredDesk(desk_url, AT_ONCE)
    desk.do(ChangeAgent("lead", join=("support",)), "user:root")
    yield desk
    desk.close()


def opened(desk: StoredDesk) -> int:
    return int(desk.mail(message_id="<one@example.org>").facts["number"])


def answers(desk: StoredDesk, text: str = "A laser.", **fields: Any) -> None:
    desk.mail(text=text, subject="Re: Printer", in_reply_to=("<one@example.org>",), **fields)


def told(desk: StoredDesk, after: int = 0) -> list[tuple[str, str]]:
    """Whom of what, since so many were told."""
    events = [e for number in (1, 2) for e in _events(desk, number) if e["kind"] == "agent_told"]
    return [(event["agent"], event["about"]) for event in sorted(events, key=lambda e: e["outbox"])][after:]


def _events(desk: StoredDesk, number: int) -> list[dict[str, Any]]:
    try:
        return list(desk.show(number)["events"])
    except Exception:  # noqa: BLE001 - there is no such ticket
        return []


@pytest.fixture
def ticket(desk: StoredDesk) -> int:
    """A ticket of agent1, who waits for the customer."""
    number = opened(desk)
    desk.do(c.Take(number))
    desk.do(Reply(number, "Which model?"))
    return number


def texts(desk: StoredDesk, agent: str) -> list[tuple[str, str]]:
    rows = [desk.store.ask(ShowOutbox(row["id"])) for row in desk.outbox() if row["to"] == [f"{agent}@acme.test"]]
    return [(row["subject"], row["text"]) for row in rows]


def test_the_owner_hears_of_the_customers_answer_once(desk: StoredDesk, ticket: int) -> None:
    before = len(told(desk))
    answers(desk)
    assert told(desk, before) == [("agent1", "answered")]
    subject, text = texts(desk, "agent1")[-1]
    assert subject == "[#1] Customer replied: Printer"
    assert "From: ana@example.org" in text and "A laser." in text
    answers(desk, "And it smells.")
    assert told(desk, before) == [("agent1", "answered")] * 2


def test_owner_and_followers_hear_of_what_others_do_and_not_of_what_they_do(desk: StoredDesk, ticket: int) -> None:
    desk.do(c.Escalate(ticket, "agent:lead", "hard"))
    before = len(told(desk))
    answers(desk, "Hurry.")
    assert sorted(told(desk, before)) == [("agent1", "answered"), ("lead", "answered")]
    before = len(told(desk))
    desk.do(Reply(ticket, "We are at it."), "lead")
    assert told(desk, before) == [("agent1", "replied")]
    subject, text = texts(desk, "agent1")[-1]
    assert subject == "[#1] Colleague replied: Printer"
    assert "Reply by: Lead" in text and "We are at it." in text
    before = len(told(desk))
    desk.do(Reply(ticket, "Done.", status="solved"), "agent2")
    assert sorted(told(desk, before)) == [("agent1", "solved"), ("lead", "solved")]
    assert "Solved by: Agent2" in texts(desk, "lead")[-1][1]
    before = len(told(desk))
    desk.do(c.Reopen(ticket), "lead")
    assert told(desk, before) == [("agent1", "reopened")]
    assert "Reopened by: Lead" in texts(desk, "agent1")[-1][1]
    before = len(told(desk))
    desk.do(c.Solve(ticket), "lead")
    assert told(desk, before) == [("agent1", "solved")]
    before = len(told(desk))
    answers(desk, "It is broken again.")
    assert sorted(told(desk, before)) == [("agent1", "reopened"), ("lead", "reopened")]


def test_an_owner_who_also_follows_is_told_once(desk: StoredDesk, ticket: int) -> None:
    desk.do(c.Escalate(ticket, "agent:agent2", "hard"))
    desk.do(c.Assign(ticket, "agent1"), "agent2")
    before = len(told(desk))
    answers(desk)
    assert told(desk, before) == [("agent1", "answered")]


@pytest.mark.parametrize("status", ["pending", "solved"])
def test_automatic_mail_tells_nobody(desk: StoredDesk, ticket: int, status: str) -> None:
    if status == "solved":
        desk.do(c.Solve(ticket))
    before = len(told(desk))
    answers(desk, "I am away.", automatic="auto-replied")
    assert told(desk, before) == []


@pytest.mark.parametrize("status", ["pending", "solved"])
def test_the_team_hears_of_the_tickets_of_somebody_who_has_left(desk: StoredDesk, ticket: int, status: str) -> None:
    if status == "solved":
        desk.do(c.Solve(ticket))
    desk.do(ChangeAgent("agent1", active=False), "user:root")
    before = len(told(desk))
    answers(desk, "The blue one.")
    about = "reopened" if status == "solved" else "answered"
    assert sorted(told(desk, before)) == [("agent2", about), ("lead", about)]


def test_the_team_hears_of_a_reopened_ticket_of_somebody_who_left_the_team(desk: StoredDesk, ticket: int) -> None:
    desk.do(c.Solve(ticket))
    desk.do(ChangeAgent("agent1", leave=("support",)), "user:root")
    before = len(told(desk))
    answers(desk, "Broken again.")
    assert {("agent2", "reopened"), ("lead", "reopened")} <= set(told(desk, before))


def test_the_team_hears_when_somebody_reopens_what_nobody_has(desk: StoredDesk, ticket: int) -> None:
    desk.do(c.Solve(ticket))
    desk.do(ChangeAgent("agent1", active=False), "user:root")
    before = len(told(desk))
    desk.do(c.Reopen(ticket), "lead")
    assert told(desk, before) == [("agent2", "reopened")]


def test_an_agent_who_writes_as_a_customer_is_not_told_of_it(desk: StoredDesk) -> None:
    number = int(desk.mail(sender="agent1@acme.test", message_id="<one@example.org>").facts["number"])
    desk.do(c.Take(number))
    before = len(told(desk))
    answers(desk, sender="agent1@acme.test")
    assert desk.show(number)["messages"][-1]["text"] == "A laser."
    assert told(desk, before) == []


def test_what_is_undone_within_the_window_is_told_to_nobody(desk_url: str) -> None:
    desk = StoredDesk(desk_url, replace(AT_ONCE, undo_window=timedelta(seconds=10)))
    number = opened(desk)
    desk.do(c.Take(number))
    desk.do(Reply(number, "Done.", status="solved"), "agent2")
    assert told(desk)[-1] == ("agent1", "solved")
    desk.do(Undo(), "agent2")
    desk.later(minutes=1)
    left = [row["to"] for row in desk.outbox() if row["state"] == "queued" and row["id"] > 5]
    assert ["agent1@acme.test"] not in left
    assert [r["state"] for r in desk.outbox() if r["to"] == ["agent1@acme.test"]][-1] == "cancelled"
    desk.close()


def test_what_waited_for_a_digest_and_no_longer_applies_is_dropped(desk_url: str) -> None:
    desk = StoredDesk(desk_url, replace(AT_ONCE, digest=timedelta(minutes=5)))
    number = opened(desk)
    desk.do(c.Take(number))
    desk.do(c.Solve(number), "agent2")
    desk.do(Undo(), "agent2")
    desk.do(Reply(number, "Which one?"), "agent2")
    answers(desk)
    desk.do(Reply(number, "I see."))
    before = len(told(desk))
    desk.later(minutes=6)
    fire(desk)
    assert told(desk, before) == [("agent1", "replied")]
    desk.close()


def test_quiet_hours_hold_these_back(desk: StoredDesk, ticket: int) -> None:
    desk.do(ChangeAgent("agent1", quiet="00:00-23:00"), "user:root")
    before = len(told(desk))
    answers(desk)
    assert told(desk, before) == []
    desk.later(hours=14.5)
    fire(desk)
    assert told(desk, before) == [("agent1", "answered")]


def test_an_agent_whose_mailbox_bounces_is_not_told_of_that_bounce(desk: StoredDesk) -> None:
    report = Bounce(("agent1@acme.test",), "5.1.1", reason="user unknown")
    desk.mail(sender="mailer-daemon@acme.test", subject="Undelivered", bounce=report, automatic="bounce")
    assert "agent1" not in [agent for agent, _ in told(desk)]


def test_the_second_message_of_a_new_ticket_is_told_to_nobody_who_does_not_follow_it(desk: StoredDesk) -> None:
    opened(desk)
    before = len(told(desk))
    answers(desk)
    assert told(desk, before) == []


def reply_id(desk: StoredDesk) -> str:
    """The Message-ID of the desk's newest reply to the customer."""
    return str([row["message_id"] for row in desk.outbox() if row["to"] == ["ana@example.org"]][-1])


@pytest.mark.parametrize("status", ["pending", "solved"])
def test_the_owner_hears_of_a_message_that_is_not_verified(desk: StoredDesk, ticket: int, status: str) -> None:
    if status == "solved":
        desk.do(c.Solve(ticket))
    before = len(told(desk))
    desk.mail("sup@supplier.example", name="Sup", text="3 EUR.", in_reply_to=(reply_id(desk),))
    assert told(desk, before) == [("agent1", "unverified")]
    assert desk.ticket(ticket).status == status
    subject, text = texts(desk, "agent1")[-1]
    assert subject == "[#1] Message from an unverified sender: Printer"
    assert "From: Sup <sup@supplier.example>" in text and "3 EUR." in text
    assert "Not verified: the sender is not a participant" in text


def test_the_team_hears_of_a_message_that_is_not_verified_where_nobody_has_the_ticket(desk: StoredDesk) -> None:
    number = opened(desk)
    desk.do(Reply(number, "Which model?"))
    before = len(told(desk))
    desk.mail(subject="Re: Printer [#1]", text="Send it there.", reply_to=("eve@evil.example",))
    assert {about for _, about in told(desk, before)} == {"unverified"}
    assert {"agent1", "agent2", "lead"} >= {agent for agent, _ in told(desk, before)} >= {"agent2", "lead"}
    assert "Not verified: nothing proves the sender" in texts(desk, "lead")[-1][1]


def test_a_message_that_is_not_verified_is_told_after_a_digest_too(desk_url: str) -> None:
    desk = StoredDesk(desk_url, replace(AT_ONCE, digest=timedelta(minutes=5)))
    number = opened(desk)
    desk.do(c.Take(number))
    desk.do(Reply(number, "Which one?"))
    desk.later(minutes=6)
    fire(desk)
    desk.do(Reply(number, "Please."), "agent2")
    before = len(told(desk))
    desk.mail("sup@supplier.example", text="3 EUR.", in_reply_to=(reply_id(desk),))
    desk.later(minutes=6)
    fire(desk)
    assert ("agent1", "unverified") in told(desk, before) or any("3 EUR." in text for _, text in texts(desk, "agent1"))
    desk.close()


def test_a_notification_names_who_wrote_and_not_whose_ticket_it_is(desk: StoredDesk) -> None:
    desk.mail(name="Ana", message_id="<one@example.org>", cc=("bob@example.org",), to=("support@acme.test",))
    desk.do(c.Take(1))
    desk.do(Reply(1, "Which model?"))
    answers(desk, "The blue one.", sender="bob@example.org", name="Bob")
    subject, text = texts(desk, "agent1")[-1]
    assert subject == "[#1] Customer replied: Printer"
    assert "From: Bob <bob@example.org>" in text and "Ana" not in text
