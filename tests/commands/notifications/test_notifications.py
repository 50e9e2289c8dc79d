"""Notifications to agents on each store: digests, quiet hours, preferred channels and relevance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deskctl.core import features as dispatch
from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.contacts.commands import EraseContact
from deskctl.core.delivery.commands import SettleDelivery
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.outcome import Outcome
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.kernel.unit import Unit
from deskctl.core.merges.commands import Merge
from deskctl.core.messages.channels import Channels
from deskctl.core.messages.commands import MarkSpam, Reply
from deskctl.core.notifications.settings import NotificationSettings
from deskctl.core.sla import commands as lv
from deskctl.core.tickets import commands as c
from deskctl.core.tickets.queries import ListTickets
from deskctl.errors import DeskctlError
from tests.commands.desk import SETTINGS, StoredDesk


def notifications(desk: StoredDesk, agent: str = "agent1") -> list[dict[str, Any]]:
    """Return the notifications that were enqueued for an agent, in order."""
    rows = [desk.store.ask(ShowOutbox(row["id"])) for row in sorted(desk.outbox(), key=lambda row: int(row["id"]))]
    return [row for row in rows if row["kind"] == "notification" and row["to"][0].startswith((agent, "4711"))]


def fire(desk: StoredDesk) -> None:
    """Process all due timers, as the daemon does."""
    while due := [timer.id for timer in desk.store.timers.due(100)]:

        def work(unit: Unit, due: list[int] = due) -> None:
            for number in due:
                dispatch.execute(unit, FireTimer(number), Actor.system("clock"))

        desk.store.transaction(work)


def change(desk: StoredDesk, **fields: Any) -> Outcome:
    return desk.do(ChangeAgent("agent1", **fields), "user:root")


def at(desk: StoredDesk, moment: str) -> None:
    desk.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_notifications_after_the_first_are_sent_as_one_digest(desk: StoredDesk) -> None:
    for number in range(40):
        desk.mail(f"c{number}@example.org", f"프린터 {number}\x1b[2J")
    assert len(notifications(desk)) == 1
    assert not notifications(desk, "lead")
    desk.later(seconds=31)
    fire(desk)
    first, digest = notifications(desk)
    assert (first["ticket"], digest["ticket"]) == (1, None)
    assert digest["subject"] == "39 notifications: New ticket 39"
    assert all(f"deskctl show {number}\n" in digest["text"] for number in range(2, 41))
    assert "프린터 7" in digest["text"]
    assert "\x1b" not in digest["text"]
    assert "belongs to none of them" in digest["text"]
    fire(desk)
    desk.later(hours=1)
    fire(desk)
    assert len(notifications(desk)) == 2
    assert desk.store.timers.next_due() is None


def test_digests_become_less_frequent_during_a_storm(desk: StoredDesk) -> None:
    for number in range(240):  # ten minutes with two tickets every five seconds
        desk.mail(f"c{number}@example.org")
        if number % 2:
            desk.later(seconds=5)
            fire(desk)
    desk.later(minutes=10)
    fire(desk)
    assert len(notifications(desk)) <= 7
    said = "".join(row["subject"] + row["text"] + "\n" for row in notifications(desk))
    assert all(f"deskctl show {row['number']}\n" in said for row in desk.store.ask(ListTickets(all=True, limit=500)))
    desk.later(minutes=10)
    desk.mail("late@example.org")
    assert notifications(desk)[-1]["ticket"] == 241


def test_a_few_urgent_notifications_are_sent_at_once(desk: StoredDesk) -> None:
    for number in range(6):
        desk.mail(f"c{number}@example.org")
    before = len(notifications(desk))
    for number in range(1, 7):
        desk.do(c.Escalate(number, "agent:agent1", "look"), "agent2")
    now = notifications(desk)[before:]
    assert [row["ticket"] for row in now] == [1, 2, 3]
    desk.later(seconds=31)
    fire(desk)
    digest = notifications(desk)[-1]
    assert digest["text"].index("#4 Escalated to you, New ticket") < digest["text"].index("#2 New ticket")


def test_single_postponed_notification_can_be_answered(desk: StoredDesk) -> None:
    desk.mail("ana@example.org", "One")
    desk.mail("bob@example.org", "Two", text="It smokes.", name="Bob")
    desk.later(seconds=31)
    fire(desk)
    waited = notifications(desk)[-1]
    assert (waited["ticket"], waited["subject"]) == (2, "[#2] New ticket: Two")
    assert "From: Bob <bob@example.org>" in waited["text"]
    assert "It smokes." in waited["text"]
    desk.mail("agent1@acme.test", "Re", text="On it.", in_reply_to=(waited["message_id"],))
    assert [m["text"] for m in desk.show(2)["messages"]][-1] == "On it."


def test_answer_to_a_digest_is_stored_and_not_sent_to_a_customer(desk: StoredDesk) -> None:
    for number in range(3):
        desk.mail(f"c{number}@example.org")
    desk.later(seconds=31)
    fire(desk)
    digest = notifications(desk)[-1]
    tickets = len(desk.store.ask(ListTickets(all=True)))
    desk.mail("agent1@acme.test", f"Re: {digest['subject']}", text="Done.", in_reply_to=(digest["message_id"],))
    assert len(desk.store.ask(ListTickets(all=True))) == tickets + 1
    assert all(len(desk.show(number)["messages"]) == 1 for number in (1, 2, 3, 4))
    assert not [row for row in desk.outbox() if row["ticket"] in (1, 2, 3) and row["to"][0].startswith("c")]


def test_notifications_in_quiet_hours_are_sent_as_one_digest_at_the_end(desk: StoredDesk) -> None:
    change(desk, quiet="22:00-07:00; sat-sun", timezone="Asia/Seoul")
    at(desk, "2026-03-06 13:30:00")  # Friday, 22:30 in Seoul
    for number in range(4):
        desk.mail(f"c{number}@example.org")
        desk.later(hours=12)
        fire(desk)
    assert (len(notifications(desk)), len(notifications(desk, "agent2"))) == (0, 4)
    at(desk, "2026-03-08 21:59:59")
    fire(desk)
    assert not notifications(desk)
    assert desk.store.timers.next_due() == datetime(2026, 3, 8, 22, 0, tzinfo=UTC)  # Monday, 7:00
    at(desk, "2026-03-08 22:00:00")
    fire(desk)
    assert [row["subject"] for row in notifications(desk)] == ["4 notifications: New ticket 4"]


@pytest.mark.parametrize("waking", [True, False])
def test_escalation_is_notified_in_quiet_hours_unless_turned_off(desk: StoredDesk, waking: bool) -> None:
    change(desk, quiet="22:00-07:00", waking=waking)
    at(desk, "2026-03-02 23:00:00")
    desk.mail()
    desk.do(c.Escalate(1, "agent:agent1", "now"), "agent2")
    desk.do(c.Escalate(1, "team:support", "now"), "agent2")
    assert [row["subject"] for row in notifications(desk)] == ["[#1] Escalated to you: Printer"] * waking
    at(desk, "2026-03-03 07:00:00")
    fire(desk)
    assert len(notifications(desk)) == 1 + waking
    assert "New ticket" in notifications(desk)[-1]["text"]


def test_pending_notifications_wait_until_quiet_hours_end(desk: StoredDesk) -> None:
    change(desk, quiet="22:00-07:00")
    at(desk, "2026-03-02 21:59:50")
    desk.mail("a@example.org")
    desk.mail("b@example.org")
    desk.later(seconds=31)
    fire(desk)
    assert len(notifications(desk)) == 1
    at(desk, "2026-03-03 07:00:00")
    fire(desk)
    assert [row["ticket"] for row in notifications(desk)] == [1, 2]


def test_preferred_channel_is_used_and_mail_if_it_fails(desk: StoredDesk) -> None:
    change(desk, notify="chat:4711")
    desk.mail()
    (row,) = notifications(desk)
    assert (row["channel"], row["to"]) == ("chat", ["4711"])
    assert row["text"].startswith("[#1] New ticket: Printer\n\nFrom: ")
    assert "does not reach the customer" in row["text"]
    desk.do(SettleDelivery(row["id"], "rejected", "blocked by the user"), "system:sender")
    by_mail = notifications(desk)[-1]
    assert (by_mail["channel"], by_mail["to"], by_mail["ticket"]) == ("support", ["agent1@acme.test"], 1)
    assert by_mail["text"].startswith("From: ")
    assert "does not reach the customer" not in by_mail["text"]
    desk.do(SettleDelivery(by_mail["id"], "rejected", "no such user"), "system:sender")
    assert len(notifications(desk)) == 2
    assert change(desk, notify="gone:4711").facts["remarks"] == [
        "no channel is called gone; until there is one, notifications are sent by mail"
    ]
    desk.later(minutes=1)
    desk.mail("bob@example.org")
    assert notifications(desk)[-1]["to"] == ["agent1@acme.test"]


def test_digest_on_a_short_message_channel_lists_the_rest_by_number(desk: StoredDesk) -> None:
    change(desk, notify="chat:4711")
    for number in range(200):
        desk.mail(f"c{number}@example.org", "주문한 상품이 아직도 도착하지 않았어요 확인 부탁드립니다")
    desk.later(seconds=31)
    fire(desk)
    _, digest = notifications(desk)
    assert len(digest["text"]) < 4096
    assert "And 169 more: #32–#200" in digest["text"]


@pytest.mark.parametrize(
    "fields",
    [
        {"notify": "chat"},
        {"notify": "chat:a b"},
        {"notify": "support:support@acme.test"},
        {"quiet": "night"},
        {"quiet": "00:00-24:00"},
        {"timezone": "Asia/Nowhere"},
    ],
)
def test_invalid_preferences_are_refused_without_changes(desk: StoredDesk, fields: dict[str, str]) -> None:
    with pytest.raises(DeskctlError):
        change(desk, **fields)
    desk.mail()
    assert len(notifications(desk)) == 1


def test_digest_is_in_the_language_of_the_desk(desk_url: str) -> None:
    korean = StoredDesk(desk_url, replace(SETTINGS, language="ko"))
    for number in range(3):
        korean.mail(f"c{number}@example.org", "환불")
    korean.later(seconds=31)
    fire(korean)
    digest = notifications(korean)[-1]
    assert digest["subject"] == "알림 2건: 새 문의 2"
    assert "#2 새 문의: 환불" in digest["text"]
    korean.close()


@pytest.fixture
def at_once(desk_url: str) -> Iterator[StoredDesk]:
    desk = StoredDesk(desk_url, SETTINGS.with_features(NotificationSettings(timedelta())))
    yield desk
    desk.close()


def test_without_a_window_all_notifications_are_sent_at_once(at_once: StoredDesk) -> None:
    for number in range(5):
        at_once.mail(f"c{number}@example.org")
    assert len(notifications(at_once)) == 5
    assert at_once.store.timers.next_due() is None


def test_no_notifications_are_stored_for_agents_who_cannot_be_notified(desk_url: str) -> None:
    mute = StoredDesk(desk_url, SETTINGS.with_features(Channels({})))
    mute.mail(at="manual")
    mute.mail("bob@example.org", at="manual")
    assert mute.outbox() == []
    assert mute.store.timers.next_due() is None
    mute.close()


def test_deactivated_agent_gets_no_notifications(desk: StoredDesk) -> None:
    desk.mail("a@example.org")
    desk.mail("b@example.org")
    change(desk, active=False)
    desk.later(seconds=31)
    fire(desk)
    assert (len(notifications(desk)), len(notifications(desk, "agent2"))) == (1, 2)
    change(desk, active=True)
    desk.later(minutes=5)
    fire(desk)
    assert len(notifications(desk)) == 1


def test_erasure_removes_pending_notifications_about_the_customer(desk: StoredDesk) -> None:
    desk.mail("a@example.org", "Mine")
    for number in range(2):
        desk.mail("forget@example.org", f"Secret {number}")
    desk.later(seconds=31)
    fire(desk)
    assert "Secret" in notifications(desk)[-1]["text"]
    desk.mail("forget@example.org", "Secret 3")
    desk.do(EraseContact(desk.ticket(2).contact), "agent1")
    desk.later(seconds=31)
    fire(desk)
    assert "Secret" not in "".join(row["subject"] + row["text"] for row in notifications(desk))


GOLD = lv.AddPolicy("gold", "", "24x7", (("first_response", "4h"), ("resolution", "3d")), ("50%",))


@pytest.mark.parametrize("waking", [True, False])
def test_agent_named_by_an_sla_step_is_notified_in_quiet_hours(desk: StoredDesk, waking: bool) -> None:
    desk.do(GOLD, "user:root")
    desk.do(lv.AddStep("gold", "50%", ("notify=agent1",)), "user:root")
    change(desk, quiet="22:00-07:00", waking=waking)
    desk.do(ChangeAgent("agent2", quiet="22:00-07:00"), "user:root")
    at(desk, "2026-03-02 22:30:00")
    desk.mail()
    desk.do(c.Take(1), "agent2")
    desk.later(hours=2, minutes=1)
    fire(desk)
    desk.later(seconds=31)
    fire(desk)
    assert [row["subject"] for row in notifications(desk)] == ["[#1] Due soon: Printer"] * waking
    assert not notifications(desk, "agent2")  # it is theirs, and not overdue


def test_sla_step_for_the_owner_is_sent_in_quiet_hours_while_the_warning_waits(desk: StoredDesk) -> None:
    desk.do(GOLD, "user:root")
    desk.do(lv.AddStep("gold", "50%", ("notify=agent1",)), "user:root")
    change(desk, quiet="22:00-07:00")
    at(desk, "2026-03-02 22:30:00")
    desk.mail()
    desk.do(c.Take(1))
    desk.later(hours=2, minutes=1)
    fire(desk)
    desk.later(seconds=31)
    fire(desk)
    assert [row["subject"] for row in notifications(desk)] == ["[#1] Due soon: Printer"]
    at(desk, "2026-03-03 02:00:00")
    desk.do(Reply(1, "On it."))
    at(desk, "2026-03-03 07:00:00")
    fire(desk)
    assert [row["subject"] for row in notifications(desk)][1:] == ["[#1] New ticket: Printer"]


def test_one_breach_produces_one_notification(desk: StoredDesk) -> None:
    desk.do(GOLD, "user:root")
    desk.do(lv.AddStep("gold", "breach", ("notify=owner", "notify=agent1")), "user:root")
    desk.mail()
    desk.do(c.Take(1))
    before = len(notifications(desk))
    desk.later(hours=4, seconds=5)
    fire(desk)
    desk.later(minutes=1)
    fire(desk)
    overdue = [row["subject"] for row in notifications(desk)[before:]]
    assert overdue == ["[#1] Overdue: Printer"]


def test_overdue_replaces_due_soon_in_a_digest(desk: StoredDesk) -> None:
    desk.do(GOLD, "user:root")
    at(desk, "2026-03-02 21:00:00")
    desk.mail()
    desk.do(c.Assign(1, "agent1"), "agent2")
    change(desk, quiet="22:00-07:00", waking=False)
    at(desk, "2026-03-02 23:00:00")
    fire(desk)
    at(desk, "2026-03-03 01:00:00")
    fire(desk)
    before = len(notifications(desk))
    at(desk, "2026-03-03 07:00:00")
    fire(desk)
    assert [row["subject"] for row in notifications(desk)[before:]] == ["[#1] Overdue: Printer"]


def test_notifications_that_no_longer_apply_are_dropped(desk: StoredDesk) -> None:
    """All notifications of the night are settled before they are sent, except that three tickets are new."""
    desk.do(GOLD, "user:root")
    at(desk, "2026-03-02 21:00:00")
    for agent in ("agent1", "agent2"):
        desk.do(ChangeAgent(agent, quiet="20:00-07:00", waking=False), "user:root")
    for number in range(1, 7):
        desk.mail(f"c{number}@example.org", f"Subject {number}")
    desk.do(c.Assign(1, "agent1"), "agent2")
    desk.do(c.Escalate(2, "agent:agent1", "look"), "agent2")
    desk.do(c.Escalate(3, "team:support", "look"), "lead")
    at(desk, "2026-03-03 01:30:00")
    fire(desk)  # all are overdue
    desk.do(c.Assign(1, "lead"), "agent2")
    desk.do(c.Assign(2, "lead"), "agent2")
    desk.do(c.Take(3), "lead")
    for number in (1, 2, 3):
        desk.do(Reply(number, "Done.", status="open"), "lead")
    desk.do(Merge(6, 4), "lead")
    desk.do(c.Solve(4), "lead")
    desk.do(MarkSpam(5), "lead")
    at(desk, "2026-03-03 07:00:00")
    fire(desk)
    said = "".join(row["subject"] + row["text"] for row in notifications(desk))
    assert "Assigned" not in said
    assert "Escalated" not in said
    assert "Overdue" not in said
    assert "Due soon" not in said
    assert not [number for number in (4, 5, 6) if f"#{number}" in said]
    assert "#1" in said  # its arrival still applies


def test_no_digest_is_sent_if_no_notification_applies(desk: StoredDesk) -> None:
    change(desk, quiet="22:00-07:00")
    at(desk, "2026-03-02 23:00:00")
    desk.mail()
    desk.do(c.Solve(1), "agent2")
    at(desk, "2026-03-03 07:00:00")
    fire(desk)
    assert not notifications(desk)
    assert desk.store.timers.next_due() is None or not desk.store.timers.due(10)
    desk.mail("bob@example.org")
    assert [row["ticket"] for row in notifications(desk)] == [2]


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ["From: Ana <ana@example.org>", "Escalated by: Agent1", "Reason: refund over limit"]),
        ("ko", ["보낸 사람: Ana <ana@example.org>", "에스컬레이션한 사람: Agent1", "사유: refund over limit"]),
    ],
)
def test_escalation_notification_names_customer_author_and_reason(
    desk_url: str, language: str, lines: list[str]
) -> None:
    made = StoredDesk(desk_url, replace(SETTINGS, language=language))
    made.mail(name="Ana")
    made.do(c.Escalate(1, "agent:agent2", "refund over limit"), "agent1")
    assert notifications(made, "agent2")[-1]["text"].splitlines()[:3] == lines
    made.close()


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ["From: ana@example.org", "Escalated by: an SLA policy", "Reason: overdue: first response"]),
        ("ko", ["보낸 사람: ana@example.org", "에스컬레이션한 사람: SLA 정책", "사유: 기한 초과: 첫 응답"]),
    ],
)
def test_escalation_by_a_clock_names_the_sla_policy_as_author(desk_url: str, language: str, lines: list[str]) -> None:
    made = StoredDesk(desk_url, replace(SETTINGS, language=language).with_features(NotificationSettings(timedelta())))
    made.do(GOLD, "user:root")
    made.do(lv.AddStep("gold", "breach", ("escalate=agent:agent2",)), "user:root")
    made.mail()
    made.later(hours=4, seconds=5)
    fire(made)
    texts = [row["text"].splitlines()[:3] for row in notifications(made, "agent2")]
    assert lines in texts
    made.close()


def test_pending_notifications_are_sent_when_quiet_hours_are_removed(desk: StoredDesk) -> None:
    change(desk, quiet="22:00-07:00")
    at(desk, "2026-03-02 23:00:00")
    for number in range(2):
        desk.mail(f"c{number}@example.org")
    change(desk, name="Ana Agent")
    fire(desk)
    assert not notifications(desk)
    change(desk, timezone="America/New_York")  # there it is afternoon
    fire(desk)
    assert [row["subject"] for row in notifications(desk)] == ["2 notifications: New ticket 2"]
    change(desk, timezone="")
    desk.later(minutes=5)
    desk.mail("bob@example.org")
    change(desk, quiet="none")
    fire(desk)
    assert [row["ticket"] for row in notifications(desk)] == [None, 3]


def test_time_zone_without_quiet_hours_produces_a_warning(desk: StoredDesk) -> None:
    (remark,) = change(desk, timezone="Asia/Seoul").facts["remarks"]
    assert remark == "a time zone without quiet hours has no effect: deskctl agent set agent1 --quiet 22:00-07:00"
    for fields in ({"quiet": "22:00-07:00"}, {"quiet": "none"}, {"name": "Ana"}):
        assert change(desk, **fields).facts["remarks"] == []
