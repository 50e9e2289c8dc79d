"""Wait until an outgoing message is sent, and show on a terminal what it waits for."""

from __future__ import annotations

import sys
import time
from typing import Any

from ....safe import visible
from ...context import CliContext
from ...messages import _, word

#: The seconds between two queries of the outbox.
POLL_INTERVAL = 3

#: States that the daemon does not change any more.
_FINAL = frozenset({"sent", "failed", "uncertain", "cancelled"})


def wait_for_delivery(context: CliContext, outbox: int, seconds: int) -> Any:
    """Return the row of an outgoing message (`outbox_answers.OutboxRow`) in a final state, or after `seconds`.

    If standard error is a terminal, print there what the message waits for when it changes.
    """
    desk = context.desk()
    deadline = time.monotonic() + seconds
    printed = ""
    while True:
        left = max(deadline - time.monotonic(), 0)
        row = desk.call("wait_delivery", outbox=outbox, seconds=int(min(left, POLL_INTERVAL)))
        if row["state"] in _FINAL or left <= POLL_INTERVAL or not desk.info.daemon:
            return row
        line = _status_line(row)
        if line != printed and sys.stderr.isatty():
            sys.stderr.write(f"{visible(line)}\n")
            printed = line


def _status_line(row: Any) -> str:
    from ...stored_texts import stored
    from ...times import age, now

    if not row["last_error"]:
        state = _("message {id} is {state}", id=row["id"], state=word(row["state"]))
    else:
        state = stored(str(row["last_error"]))
        when = age(row["next_attempt_at"], now())
        if when:
            state = _("{error}; next attempt: {time}", error=state, time=when)
    return _("waiting: {state}; Ctrl-C stops waiting, the message stays in the outbox", state=state)
