"""Alerts open tickets, and what is resolved closes them: on a real desk, and word by word."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from deskctl.plugins.actions import Reopen, Solve
from deskctl.testing.automating import MemoryChannel, MemoryPluginContext, happened, message_document, ticket_document
from deskctl.testing.builders import MOMENT
from deskctl.testing.desk import TemporaryDesk
from webhook_other_side import SECRET, Gateway, post

from deskctl_webhook.alerts import follow
from deskctl_webhook.parse import FIRING, RESOLVED

CHANNEL = MemoryChannel("monitoring", "webhook")


def alert(number: int, said: str, minute: int | None = None) -> dict[str, Any]:
    moment = MOMENT + timedelta(minutes=number if minute is None else minute)
    return message_document(number, "", "auto", automatic=said, sent_at=moment.isoformat())


@pytest.mark.parametrize(
    ("said", "status", "follows"),
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
def test_the_last_word_counts(said: tuple[str, ...], status: str, follows: list[object]) -> None:
    messages = [alert(number, word) for number, word in enumerate(said, 1)]
    context = MemoryPluginContext(
        ticket_document(channel="monitoring", status=status, messages=messages), channels=[CHANNEL]
    )
    assert follow(happened(message=len(said), automatic=said[-1]), context) == follows


def test_a_word_that_comes_late_is_not_the_last() -> None:
    messages = [alert(1, RESOLVED, minute=9), alert(2, FIRING, minute=5)]
    context = MemoryPluginContext(ticket_document(channel="monitoring", messages=messages), channels=[CHANNEL])
    assert follow(happened(message=2, automatic=FIRING), context) == [Solve(1)]


def test_another_channel_cannot_say_resolved() -> None:
    context = MemoryPluginContext(
        ticket_document(channel="support", messages=[alert(1, RESOLVED)]), channels=[MemoryChannel("support", "email")]
    )
    assert follow(happened(message=1, automatic=RESOLVED), context) == []


def test_an_alert_opens_a_ticket_and_its_end_solves_it(desk: TemporaryDesk, unused_port: int) -> None:
    gateway = Gateway()
    desk.load("webhook", "deskctl_webhook")
    desk.configure(
        f'[channels.monitoring]\ntype = "webhook"\nsecret = "{SECRET}"\nlisten = {{ port = {unused_port} }}\n'
        f'url = "{gateway.url}"\n'
    )

    def said(identity: str, **fields: str) -> None:
        status, _ = post(unused_port, json.dumps({"from": "prometheus", **fields}).encode(), identity)
        assert status == 202

    def stands(number: int, status: str, messages: int) -> bool:
        ticket = desk.ticket(number)
        return (ticket["status"], len(ticket["messages"])) == (status, messages)

    disk = {"type": "alert", "key": "db1/disk", "subject": "Disk full on db1"}
    try:
        with desk.daemon():
            said("a1", **disk, status="firing")
            said("a1", **disk, status="firing")
            said("b1", type="alert", key="db2/disk", subject="Disk full on db2", status="firing")
            desk.wait_until(lambda: len(desk.tickets()) == 2, "two alerts are two tickets")
            said("a2", **disk, status="resolved")
            desk.wait_until(lambda: stands(1, "solved", 2), "the first is solved")
            said("a3", **disk, status="firing")
            desk.wait_until(lambda: stands(1, "open", 3), "it fires again, and is open again")
            assert desk.ticket(2)["status"] == "new"

            said("s1", text="프린터가 안 돼요", thread="+8225550101", **{"from": "+8225550101"})
            desk.wait_until(lambda: len(desk.tickets()) == 3, "a text message is a ticket")
            desk.run("reply", "3", "-m", "곧 갑니다.", "--wait")
            said("s2", text="고마워요, 그런데 아직요", thread="+8225550101", **{"from": "+8225550101"})
            desk.wait_until(lambda: len(desk.ticket(3)["messages"]) == 3, "its thread goes on there")
    finally:
        gateway.close()
    assert [(body["to"], body["text"]) for body in gateway.bodies] == [(["+8225550101"], "곧 갑니다.")]
