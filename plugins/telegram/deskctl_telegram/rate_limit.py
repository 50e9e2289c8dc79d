"""Telegram's rate limit: HTTP 429 "Too Many Requests" and the wait that it asks for (`retry_after`).

The reactions to a 429 while messages are sent and received are in this module:

- `api.py` turns the response into an `ApiError` of the kind `RATE_LIMITED` (`rate_limit_error`);
- `delivery.py` leaves the message in the outbox until the wait is over (`try_later`);
- `polling.py` waits before the next getUpdates call (`pause_polling`);
- `intake.py` waits before the next attempt to download a file (`download_delay`).

A 429 for another call, such as getMe at the start or setWebhook, is an error; the daemon retries it with its own
backoff.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from deskctl.plugins import TryLater

from .errors import ApiError, ErrorKind
from .json_access import as_int
from .messages import _

TOO_MANY_REQUESTS: Final = 429
#: Seconds to pause polling if Telegram names no time, and at most.
DEFAULT_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 300.0


def rate_limit_error(what: str, parameters: Mapping[str, Any]) -> ApiError:
    """Return the error for a 429 response. `parameters` is its ResponseParameters object."""
    seconds = as_int(parameters.get("retry_after"))
    return ApiError(ErrorKind.RATE_LIMITED, what, float(seconds) if seconds is not None and seconds >= 0 else None)


def try_later(error: ApiError, what: str) -> TryLater:
    """Return the error that makes the daemon send the message again after the wait that Telegram asks for."""
    return TryLater(_("Telegram limits the sending rate: {error}", error=what), retry_after=error.retry_after)


async def pause_polling(error: ApiError) -> None:
    """Wait as long as Telegram asks, at most `LONGEST_PAUSE`."""
    await asyncio.sleep(min(error.retry_after or DEFAULT_PAUSE, LONGEST_PAUSE))


def download_delay(error: ApiError, usual: float) -> float:
    """Return the seconds to wait before the next download attempt: `usual`, or longer if Telegram asks for it."""
    return max(usual, error.retry_after or 0.0)
