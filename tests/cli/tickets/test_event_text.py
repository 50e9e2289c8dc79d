"""The sentences of events in `log` and `show --full`."""

from __future__ import annotations

from typing import Any

import pytest

from deskctl.cli.commands.tickets.event_text import event_sentence

BOUNCED = {"kind": "bounced", "message": 4, "outbox": 2, "permanent": True, "status": "5.1.1", "action": "failed"}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {**BOUNCED, "reason_class": "user_unknown", "partly": True},
            "outgoing message 2 not delivered to some recipients: user unknown 5.1.1",
        ),
        ({**BOUNCED, "action": "delayed", "reason_class": "network"}, "outgoing message 2 delayed: network 5.1.1"),
        ({"kind": "bounced", "message": 4, "outbox": 2, "permanent": True}, "outgoing message 2 not delivered"),
        ({"kind": "forwarded", "agent": "ana", "message": 3, "proven": True}, "message 3 forwarded by ana"),
        (
            {"kind": "forwarded", "agent": "ana", "message": 3, "proven": False},
            "message 3 forwarded by ana, not proven by DMARC",
        ),
        ({"kind": "person_asked", "message": 5}, "customer asks for an agent: message 5"),
        ({"kind": "person_asked", "message": None}, "customer asks for an agent"),
        ({"kind": "choice_made", "message": 5, "key": "1"}, "customer chose 1 of message 5"),
        (
            {"kind": "machine_answered", "message": 6, "outbox": 7, "answers": 5, "about": "answer"},
            "automatic answer to message 5: message 6, outgoing message 7",
        ),
        ({"kind": "rejoined", "other": 2, "messages": [3, 4]}, "messages 3,4 back from #2"),
    ],
)
def test_event_sentence_describes_mail_events(row: dict[str, Any], words: str) -> None:
    assert event_sentence(row, "UTC") == words


STEP = {"metric": "first_response", "instance": 1, "level": "breach", "action": "pager.page"}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"kind": "action_run", "action": "pager.page", "value": "night", "reason": "overdue: first response"},
            "action pager.page=night: overdue: first response",
        ),
        (
            {"kind": "step_failed", **STEP, "why": "no one is on call"},
            "first response clock: the action pager.page failed: no one is on call",
        ),
        ({"kind": "step_failed", **STEP}, "first response clock: the action pager.page failed"),
    ],
)
def test_event_sentence_describes_actions(row: dict[str, Any], words: str) -> None:
    assert event_sentence(row, "UTC") == words
