"""Alerts open, solve and reopen tickets."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from deskctl.plugins.actions import Reopen, Solve
from deskctl.testing.automating import MemoryChannel, MemoryPluginContext, happened, message_document, ticket_document
from deskctl.testing.builders import MOMENT
from deskctl.testing.desk import TemporaryDesk
from webhook_peer import SECRET, Gateway, post

from deskctl_webhook.alerts import update_ticket
from deskctl_webhook.parse import FIRING, RESOLVED

CHANNEL = MemoryChannel("monitoring", "webhook")


def alert(number: int, state: str, minute: int | None = None) -> dict[str, Any]:
    sent_at = MOMENT + timedelta(minutes=number if minute is None else minute)
    return message_document(number, "", "auto", automatic=state, sent_at=sent_at.isoformat())


@pytest.mark.parametrize(
    ("states", "status", "commands"),
    [
        ((FIRING,), "new", []),
        ((FIRING, RESOLVED), "open", [Solve(1)]),
        ((FIRING, RESOLVED), "solved", []),
        ((FIRING, RESOLVED), "closed", []),
        ((FIRING, RESOLVED, FIRING), "solved", [Reopen(1)]),
        ((FIRING, RESOLVED, FIRING), "open", []),
        ((FIRING, RESOLVED, FIRING), "closed", []),
    ],
)
def test_latest_alert_decides(states: tuple[str, ...], status: str, commands: list[object]) -> None:
    messages = [alert(number, state) for number, state in enumerate(states, 1)]
    context = MemoryPluginContext(
        ticket_document(channel="monitoring", status=status, messages=messages), channels=[CHANNEL]
    )
    assert update_ticket(happened(message=len(states), automatic=states[-1]), context) == commands


def test_alert_that_arrives_late_does_not_override_a_later_one() -> None:
    messages = [alert(1, RESOLVED, minute=9), alert(2, FIRING, minute=5)]
    context = MemoryPluginContext(ticket_document(channel="monitoring", messages=messages), channels=[CHANNEL])
    assert update_ticket(happened(message=2, automatic=FIRING), context) == [Solve(1)]


def test_alert_on_another_kind_of_channel_is_ignored() -> None:
    context = MemoryPluginContext(
        ticket_document(channel="support", messages=[alert(1, RESOLVED)]), channels=[MemoryChannel("support", "email")]
    )
    assert update_ticket(happened(message=1, automatic=RESOLVED), context) == []


def test_alert_opens_solves_and_reopens_a_ticket(desk: TemporaryDesk, unused_port: int) -> None:
    gateway = Gateway()
    desk.load("webhook", "deskctl_webhook")
    desk.configure(
        f'[channels.monitoring]\ntype = "webhook"\nsecret = "{SECRET}"\nlisten = {{ port = {unused_port} }}\n'
        f'url = "{gateway.url}"\n'
    )

    def post_message(identity: str, **fields: str) -> None:
        status, _ = post(unused_port, json.dumps({"from": "prometheus", **fields}).encode(), identity)
        assert status == 202

    def has(number: int, status: str, messages: int) -> bool:
        ticket = desk.ticket(number)
        return (ticket["status"], len(ticket["messages"])) == (status, messages)

    disk = {"type": "alert", "key": "db1/disk", "subject": "Disk full on db1"}
    try:
        with desk.daemon():
            post_message("a1", **disk, status="firing")
            post_message("a1", **disk, status="firing")
            post_message("b1", type="alert", key="db2/disk", subject="Disk full on db2", status="firing")
            desk.wait_until(lambda: len(desk.tickets()) == 2, "each alert has a ticket")
            post_message("a2", **disk, status="resolved")
            desk.wait_until(lambda: has(1, "solved", 2), "the first ticket is solved")
            post_message("a3", **disk, status="firing")
            desk.wait_until(lambda: has(1, "open", 3), "the first ticket is reopened")
            assert desk.ticket(2)["status"] == "new"

            post_message("s1", text="프린터가 안 돼요", thread="+8225550101", **{"from": "+8225550101"})
            desk.wait_until(lambda: len(desk.tickets()) == 3, "the text message has a ticket")
            desk.run("reply", "3", "-m", "곧 갑니다.", "--wait")
            post_message("s2", text="고마워요, 그런데 아직요", thread="+8225550101", **{"from": "+8225550101"})
            desk.wait_until(lambda: len(desk.ticket(3)["messages"]) == 3, "the thread continues on its ticket")
    finally:
        gateway.close()
    assert [(body["to"], body["text"]) for body in gateway.bodies] == [(["+8225550101"], "곧 갑니다.")]
