"""Notifications of assignees, followers and teams, on each store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.delivery.settings import DeliverySettings
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.model import Bounce
from deskctl.core.notifications.settings import NotificationSettings
from deskctl.core.tickets import commands as c
from deskctl.core.undo.commands import Undo
from tests.commands.desk import SETTINGS, StoredDesk
from tests.commands.sla.test_clocks import fire

AT_ONCE = SETTINGS.with_features(NotificationSettings(timedelta()), DeliverySettings(timedelta()))


@pytest.fixture
def desk(desk_url: str) -> Iterator[StoredDesk]:
    """A desk that sends notifications immediately; `lead` is in team support, too."""
    desk = StoredDesk(desk_url, AT_ONCE)
    desk.do(ChangeAgent("lead", join=("support",)), "user:root")
    yield desk
    desk.close()


def opened(desk: StoredDesk) -> int:
    return int(desk.mail(message_id="<one@example.org>").facts["number"])


def answers(desk: StoredDesk, text: str = "A laser.", **fields: Any) -> None:
    desk.mail(text=text, subject="Re: Printer", in_reply_to=("<one@example.org>",), **fields)


def notified(desk: StoredDesk, after: int = 0) -> list[tuple[str, str]]:
    """Return the agent and the subject of each notification after the first `after` ones."""
    events = [e for number in (1, 2) for e in _events(desk, number) if e["kind"] == "agent_told"]
    return [(event["agent"], event["about"]) for event in sorted(events, key=lambda e: e["outbox"])][after:]


def _events(desk: StoredDesk, number: int) -> list[dict[str, Any]]:
    try:
        return list(desk.show(number)["events"])
    except Exception:  # noqa: BLE001 - the ticket does not exist
        return []


@pytest.fixture
def ticket(desk: StoredDesk) -> int:
    """A pending ticket of agent1."""
    number = opened(desk)
    desk.do(c.Take(number))
    desk.do(Reply(number, "Which model?"))
    return number


def texts(desk: StoredDesk, agent: str) -> list[tuple[str, str]]:
    rows = [desk.store.ask(ShowOutbox(row["id"])) for row in desk.outbox() if row["to"] == [f"{agent}@acme.test"]]
    return [(row["subject"], row["text"]) for row in rows]


def test_assignee_is_notified_once_of_each_customer_reply(desk: StoredDesk, ticket: int) -> None:
    before = len(notified(desk))
    answers(desk)
    assert notified(desk, before) == [("agent1", "answered")]
    subject, text = texts(desk, "agent1")[-1]
    assert subject == "[#1] Customer replied: Printer"
    assert "From: ana@example.org" in text and "A laser." in text
    answers(desk, "And it smells.")
    assert notified(desk, before) == [("agent1", "answered")] * 2


def test_assignee_and_followers_are_notified_of_actions_of_others(desk: StoredDesk, ticket: int) -> None:
    desk.do(c.Escalate(ticket, "agent:lead", "hard"))
    before = len(notified(desk))
    answers(desk, "Hurry.")
    assert sorted(notified(desk, before)) == [("agent1", "answered"), ("lead", "answered")]
    before = len(notified(desk))
    desk.do(Reply(ticket, "We are at it."), "lead")
    assert notified(desk, before) == [("agent1", "replied")]
    subject, text = texts(desk, "agent1")[-1]
    assert subject == "[#1] Colleague replied: Printer"
    assert "Reply by: Lead" in text and "We are at it." in text
    before = len(notified(desk))
    desk.do(Reply(ticket, "Done.", status="solved"), "agent2")
    assert sorted(notified(desk, before)) == [("agent1", "solved"), ("lead", "solved")]
    assert "Solved by: Agent2" in texts(desk, "lead")[-1][1]
    before = len(notified(desk))
    desk.do(c.Reopen(ticket), "lead")
    assert notified(desk, before) == [("agent1", "reopened")]
    assert "Reopened by: Lead" in texts(desk, "agent1")[-1][1]
    before = len(notified(desk))
    desk.do(c.Solve(ticket), "lead")
    assert notified(desk, before) == [("agent1", "solved")]
    before = len(notified(desk))
    answers(desk, "It is broken again.")
    assert sorted(notified(desk, before)) == [("agent1", "reopened"), ("lead", "reopened")]


def test_assignee_who_follows_is_notified_once(desk: StoredDesk, ticket: int) -> None:
    desk.do(c.Escalate(ticket, "agent:agent2", "hard"))
    desk.do(c.Assign(ticket, "agent1"), "agent2")
    before = len(notified(desk))
    answers(desk)
    assert notified(desk, before) == [("agent1", "answered")]


@pytest.mark.parametrize("status", ["pending", "solved"])
def test_automatic_mail_causes_no_notification(desk: StoredDesk, ticket: int, status: str) -> None:
    if status == "solved":
        desk.do(c.Solve(ticket))
    before = len(notified(desk))
    answers(desk, "I am away.", automatic="auto-replied")
    assert notified(desk, before) == []


@pytest.mark.parametrize("status", ["pending", "solved"])
def test_team_is_notified_if_the_assignee_is_inactive(desk: StoredDesk, ticket: int, status: str) -> None:
    if status == "solved":
        desk.do(c.Solve(ticket))
    desk.do(ChangeAgent("agent1", active=False), "user:root")
    before = len(notified(desk))
    answers(desk, "The blue one.")
    about = "reopened" if status == "solved" else "answered"
    assert sorted(notified(desk, before)) == [("agent2", about), ("lead", about)]


def test_team_is_notified_of_a_reopened_ticket_if_the_assignee_left_the_team(desk: StoredDesk, ticket: int) -> None:
    desk.do(c.Solve(ticket))
    desk.do(ChangeAgent("agent1", leave=("support",)), "user:root")
    before = len(notified(desk))
    answers(desk, "Broken again.")
    assert {("agent2", "reopened"), ("lead", "reopened")} <= set(notified(desk, before))


def test_team_is_notified_if_an_unassigned_ticket_is_reopened(desk: StoredDesk, ticket: int) -> None:
    desk.do(c.Solve(ticket))
    desk.do(ChangeAgent("agent1", active=False), "user:root")
    before = len(notified(desk))
    desk.do(c.Reopen(ticket), "lead")
    assert notified(desk, before) == [("agent2", "reopened")]


def test_agent_is_not_notified_of_their_own_message_as_a_customer(desk: StoredDesk) -> None:
    number = int(desk.mail(sender="agent1@acme.test", message_id="<one@example.org>").facts["number"])
    desk.do(c.Take(number))
    before = len(notified(desk))
    answers(desk, sender="agent1@acme.test")
    assert desk.show(number)["messages"][-1]["text"] == "A laser."
    assert notified(desk, before) == []


def test_notification_of_an_undone_command_is_cancelled(desk_url: str) -> None:
    desk = StoredDesk(desk_url, AT_ONCE.with_features(DeliverySettings(timedelta(seconds=10))))
    number = opened(desk)
    desk.do(c.Take(number))
    desk.do(Reply(number, "Done.", status="solved"), "agent2")
    assert notified(desk)[-1] == ("agent1", "solved")
    desk.do(Undo(), "agent2")
    desk.later(minutes=1)
    left = [row["to"] for row in desk.outbox() if row["state"] == "queued" and row["id"] > 5]
    assert ["agent1@acme.test"] not in left
    assert [r["state"] for r in desk.outbox() if r["to"] == ["agent1@acme.test"]][-1] == "cancelled"
    desk.close()


def test_digest_drops_entries_that_no_longer_apply(desk_url: str) -> None:
    desk = StoredDesk(desk_url, AT_ONCE.with_features(NotificationSettings(timedelta(minutes=5))))
    number = opened(desk)
    desk.do(c.Take(number))
    desk.do(c.Solve(number), "agent2")
    desk.do(Undo(), "agent2")
    desk.do(Reply(number, "Which one?"), "agent2")
    answers(desk)
    desk.do(Reply(number, "I see."))
    before = len(notified(desk))
    desk.later(minutes=6)
    fire(desk)
    assert notified(desk, before) == [("agent1", "replied")]
    desk.close()


def test_quiet_hours_delay_notifications(desk: StoredDesk, ticket: int) -> None:
    desk.do(ChangeAgent("agent1", quiet="00:00-23:00"), "user:root")
    before = len(notified(desk))
    answers(desk)
    assert notified(desk, before) == []
    desk.later(hours=14.5)
    fire(desk)
    assert notified(desk, before) == [("agent1", "answered")]


def test_agent_is_not_notified_of_a_bounce_of_their_own_mailbox(desk: StoredDesk) -> None:
    report = Bounce(("agent1@acme.test",), "5.1.1", reason="user unknown")
    desk.mail(sender="mailer-daemon@acme.test", subject="Undelivered", bounce=report, automatic="bounce")
    assert "agent1" not in [agent for agent, _ in notified(desk)]


def test_second_message_of_a_new_ticket_causes_no_notification(desk: StoredDesk) -> None:
    opened(desk)
    before = len(notified(desk))
    answers(desk)
    assert notified(desk, before) == []


def reply_id(desk: StoredDesk) -> str:
    """Return the Message-ID of the newest reply to the customer."""
    return str([row["message_id"] for row in desk.outbox() if row["to"] == ["ana@example.org"]][-1])


@pytest.mark.parametrize("status", ["pending", "solved"])
def test_assignee_is_notified_of_an_unverified_message(desk: StoredDesk, ticket: int, status: str) -> None:
    if status == "solved":
        desk.do(c.Solve(ticket))
    before = len(notified(desk))
    desk.mail("sup@supplier.example", name="Sup", text="3 EUR.", in_reply_to=(reply_id(desk),))
    assert notified(desk, before) == [("agent1", "unverified")]
    assert desk.ticket(ticket).status == status
    subject, text = texts(desk, "agent1")[-1]
    assert subject == "[#1] Message from an unverified sender: Printer"
    assert "From: Sup <sup@supplier.example>" in text and "3 EUR." in text
    assert "Not verified: the sender is not a participant" in text


def test_team_is_notified_of_an_unverified_message_on_an_unassigned_ticket(desk: StoredDesk) -> None:
    number = opened(desk)
    desk.do(Reply(number, "Which model?"))
    before = len(notified(desk))
    desk.mail(subject="Re: Printer [#1]", text="Send it there.", reply_to=("eve@evil.example",))
    assert {about for _, about in notified(desk, before)} == {"unverified"}
    assert {"agent1", "agent2", "lead"} >= {agent for agent, _ in notified(desk, before)} >= {"agent2", "lead"}
    assert "Not verified: nothing proves the sender" in texts(desk, "lead")[-1][1]


def test_unverified_message_after_a_digest_is_notified(desk_url: str) -> None:
    desk = StoredDesk(desk_url, AT_ONCE.with_features(NotificationSettings(timedelta(minutes=5))))
    number = opened(desk)
    desk.do(c.Take(number))
    desk.do(Reply(number, "Which one?"))
    desk.later(minutes=6)
    fire(desk)
    desk.do(Reply(number, "Please."), "agent2")
    before = len(notified(desk))
    desk.mail("sup@supplier.example", text="3 EUR.", in_reply_to=(reply_id(desk),))
    desk.later(minutes=6)
    fire(desk)
    assert ("agent1", "unverified") in notified(desk, before) or any(
        "3 EUR." in text for _, text in texts(desk, "agent1")
    )
    desk.close()


def test_notification_names_the_sender_of_the_message(desk: StoredDesk) -> None:
    desk.mail(name="Ana", message_id="<one@example.org>", cc=("bob@example.org",), to=("support@acme.test",))
    desk.do(c.Take(1))
    desk.do(Reply(1, "Which model?"))
    answers(desk, "The blue one.", sender="bob@example.org", name="Bob")
    subject, text = texts(desk, "agent1")[-1]
    assert subject == "[#1] Customer replied: Printer"
    assert "From: Bob <bob@example.org>" in text and "Ana" not in text
