"""Long polling: updates are asked for, journalled, and only then confirmed by asking for what comes after them.

Telegram itself remembers what was confirmed: nothing is kept here between two runs. What was journalled but not yet
confirmed when a daemon died is given again, and the journal knows it by its key.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any, Final

from deskctl.plugins import ChannelContext
from deskctl.plugins.faultpoints import reach

from .api import Api, ApiError, Trouble, while_receiving
from .intake import Intake
from .reading import tables, whole
from .updates import ALLOWED

#: Seconds that Telegram holds a question open until there is something to tell.
POLL_SECONDS: Final = 25
#: An answer with nothing in it that came sooner than this, in seconds: the server does not hold questions open.
TOO_SOON: Final = 0.5
#: https://core.telegram.org/bots/api#getupdates
BATCH: Final = 100
#: Files are fetched for so many updates at once; each may be as large as the channel allows.
FILES_AT_ONCE: Final = 4


async def poll(api: Api, intake: Intake, context: ChannelContext) -> None:
    """Take updates in until cancelled. Raises Unavailable, AuthFailed, StoreUnavailable."""
    try:
        await api.call("deleteWebhook", drop_pending_updates=False)
    except ApiError as error:
        raise while_receiving(error) from None
    offset: int | None = None
    while True:
        asked = time.monotonic()
        updates = await _ask(api, context, offset)
        # What was asked with an offset is confirmed now. Without one the next question begins where Telegram
        # stands: after a quiet week it counts from a random number, which may be below the last.
        offset = None
        numbers = [number for update in updates if (number := whole(update.get("update_id"))) is not None]
        if not numbers and time.monotonic() - asked < TOO_SOON:
            await asyncio.sleep(TOO_SOON)
        for some in slices(intake, updates):
            reach("telegram.received")
            entries = await asyncio.gather(*(intake.entry(update) for update in some if intake.wants(update)))
            await asyncio.to_thread(context.deliver_blocking, entries)
            reach("telegram.journalled")
            intake.committed(some)
        if numbers:
            offset = max(numbers) + 1


async def _ask(api: Api, context: ChannelContext, offset: int | None) -> list[dict[str, Any]]:
    params = {"timeout": POLL_SECONDS, "limit": BATCH, "allowed_updates": json.dumps(ALLOWED)}
    if offset is not None:
        params["offset"] = offset
    try:
        return tables(await api.call("getUpdates", wait=POLL_SECONDS, **params))
    except ApiError as error:
        if error.trouble is Trouble.FLOOD:
            await asyncio.sleep(min(error.retry_after or 1.0, 300.0))
            return []
        failure = while_receiving(error)
        if error.trouble is Trouble.CONFLICT:
            context.alert(str(failure), getattr(failure, "hint", ""))
        raise failure from None


def slices(intake: Intake, updates: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The updates in their order, in as few commits as the memory for their files allows."""
    some: list[dict[str, Any]] = []
    files = 0
    for update in updates:
        has_file = intake.has_file(update)
        if some and files + has_file > FILES_AT_ONCE:
            yield some
            some, files = [], 0
        some.append(update)
        files += has_file
    if some:
        yield some
