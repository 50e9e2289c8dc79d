"""Follow an outgoing message until it is sent, and say on a terminal what it waits for."""

from __future__ import annotations

import sys
import time
from typing import Any

from ....safe import visible
from ...context import CliContext
from ...messages import _, word

#: Seconds of silence before the first remark, and between looks at the outbox.
SLICE = 3

#: States in which nothing more happens by itself.
_SETTLED = frozenset({"sent", "failed", "uncertain", "cancelled"})


def follow(context: CliContext, outbox: int, seconds: int) -> Any:
    """Return the row of an outgoing message (`outbox_answers.OutboxRow`) once it is settled, or after `seconds`.

    What it waits for is written to standard error when it changes, if that is a terminal.
    """
    desk = context.desk()
    deadline = time.monotonic() + seconds
    told = ""
    while True:
        left = max(deadline - time.monotonic(), 0)
        row = desk.call("wait_delivery", outbox=outbox, seconds=int(min(left, SLICE)))
        if row["state"] in _SETTLED or left <= SLICE or not desk.info.daemon:
            return row
        words = _words(row)
        if words != told and sys.stderr.isatty():
            sys.stderr.write(f"{visible(words)}\n")
            told = words


def _words(row: Any) -> str:
    if not row["last_error"]:
        return _(
            "waiting: message {id} is {state}; Ctrl-C stops waiting, the message stays in the outbox",
            id=row["id"],
            state=word(row["state"]),
        )
    from ...times import age, now

    if not row["next_attempt_at"]:
        return _("waiting: {reason}; Ctrl-C stops waiting, the message stays in the outbox", reason=row["last_error"])
    return _(
        "waiting: {reason}; next attempt: {when}; Ctrl-C stops waiting, the message stays in the outbox",
        reason=row["last_error"],
        when=age(row["next_attempt_at"], now()),
    )
