"""Tickets: creation, fields, states, assignment, merge, split, approvals, callbacks."""

from __future__ import annotations

from ..kernel.feature import Feature, Reaction
from ..kernel.timers import TimerKind
from . import approvals, assignment, calls, closing, creation, fields, merge, split, status

FEATURE = Feature(
    "tickets",
    handlers={
        **status.HANDLERS,
        **assignment.HANDLERS,
        **fields.HANDLERS,
        **creation.HANDLERS,
        **merge.HANDLERS,
        **split.HANDLERS,
        **calls.HANDLERS,
        **approvals.HANDLERS,
    },
    reactions=(
        Reaction("close_later", closing.close_later),
        Reaction("return_to_queue", closing.return_to_queue),
        Reaction("callbacks", calls.follow_callbacks),
        Reaction("approvals", approvals.withdraw_when_done),
    ),
    timers={TimerKind.AUTO_CLOSE: closing.close, TimerKind.CALLBACK: calls.remind},
)
