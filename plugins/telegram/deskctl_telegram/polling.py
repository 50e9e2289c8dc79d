"""Long polling: request updates, journal them, then confirm them with the offset of the next request.

Telegram stores the confirmed offset, so the channel keeps no state between two runs. After a crash between journal and
confirmation Telegram delivers the update again, and the journal recognises its key.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any, Final

from deskctl.plugins import ChannelContext
from deskctl.plugins.faultpoints import reach

from .api import Api
from .errors import ApiError, ErrorKind, receive_error
from .intake import Intake
from .json_access import as_dicts, as_int
from .rate_limit import when_allowed
from .updates import ALLOWED

#: Seconds for which Telegram holds a request open until there is an update.
POLL_SECONDS: Final = 25
#: An empty response within fewer seconds means that the server does not hold requests open.
MIN_POLL_SECONDS: Final = 0.5
#: https://core.telegram.org/bots/api#getupdates
BATCH: Final = 100
#: Updates whose files are downloaded and kept in memory at once; each file can reach the channel's limit.
MAX_FILES_PER_BATCH: Final = 4


async def poll(api: Api, intake: Intake, context: ChannelContext) -> None:
    """Receive updates until cancelled. Raises Unavailable, AuthFailed or StoreUnavailable."""
    try:
        await when_allowed(lambda: api.call("deleteWebhook", drop_pending_updates=False), context.log)
    except ApiError as error:
        raise receive_error(error) from None
    offset: int | None = None
    while True:
        requested = time.monotonic()
        updates = await _get_updates(api, context, offset)
        # The offset has confirmed the previous updates. After an empty response the next request has no offset and
        # starts at Telegram's position: after a week without updates Telegram continues from a random number, which
        # can be lower than the last one.
        offset = None
        numbers = [number for update in updates if (number := as_int(update.get("update_id"))) is not None]
        if not numbers and time.monotonic() - requested < MIN_POLL_SECONDS:
            await asyncio.sleep(MIN_POLL_SECONDS)
        for batch in batches(intake, updates):
            reach("telegram.received")
            entries = await asyncio.gather(*(intake.entry(update) for update in batch if intake.accepts(update)))
            await asyncio.to_thread(context.deliver_blocking, entries)
            reach("telegram.journalled")
            intake.committed(batch)
        if numbers:
            offset = max(numbers) + 1


async def _get_updates(api: Api, context: ChannelContext, offset: int | None) -> list[dict[str, Any]]:
    params = {"timeout": POLL_SECONDS, "limit": BATCH, "allowed_updates": json.dumps(ALLOWED)}
    if offset is not None:
        params["offset"] = offset
    try:
        return as_dicts(await when_allowed(lambda: api.call("getUpdates", wait=POLL_SECONDS, **params), context.log))
    except ApiError as error:
        failure = receive_error(error)
        if error.kind is ErrorKind.CONFLICT:
            context.alert(str(failure), getattr(failure, "hint", ""))
        raise failure from None


def batches(intake: Intake, updates: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Split the updates, in order, into batches for one commit each, with at most `MAX_FILES_PER_BATCH` files."""
    batch: list[dict[str, Any]] = []
    files = 0
    for update in updates:
        has_file = intake.has_file(update)
        if batch and files + has_file > MAX_FILES_PER_BATCH:
            yield batch
            batch, files = [], 0
        batch.append(update)
        files += has_file
    if batch:
        yield batch
