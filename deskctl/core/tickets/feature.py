"""The tickets feature: creation, fields, states, assignment, approvals, callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from ..kernel.feature import Feature, Reaction
from . import approvals, assignment, calls, closing, creation, fields, status, tags
from .commands import Set
from .projection import apply_event
from .special_fields import Setter


def feature(more_fields: Mapping[str, Setter]) -> Feature:
    """Return the feature. `more_fields` are the setters of special fields of other features."""
    return Feature(
        "tickets",
        handlers={
            **status.HANDLERS,
            **assignment.HANDLERS,
            **tags.HANDLERS,
            Set: partial(fields.set_fields, more=more_fields),
            **creation.HANDLERS,
            **calls.HANDLERS,
            **approvals.HANDLERS,
        },
        reactions=(
            Reaction("close_later", closing.schedule_auto_close),
            Reaction("return_to_queue", closing.return_to_queue),
            Reaction("callbacks", calls.schedule_callback),
            Reaction("approvals", approvals.withdraw_when_done),
        ),
        projections=(apply_event,),
        timers={closing.AUTO_CLOSE: closing.auto_close, calls.CALLBACK: calls.remind_of_callback},
    )
