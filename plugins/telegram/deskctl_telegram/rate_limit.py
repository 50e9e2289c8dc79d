"""Telegram's rate limit: HTTP 429 "Too Many Requests" and the wait that it asks for (`retry_after`).

This module decides what happens after a 429. These modules use it:

- `api.py` turns the response into an `ApiError` of the kind `RATE_LIMITED` (`rate_limit_error`);
- `delivery.py` leaves the message in the outbox until the wait is over (`try_later`); deskctl sends it again then
  (`deskctl/core/delivery/outcomes.py`);
- `channel.py`, `polling.py` and `webhook.py` repeat `getMe`, `deleteWebhook`, `getUpdates` and `setWebhook` after the
  wait (`when_allowed`); `answerCallbackQuery` is not repeated, because no data is lost;
- `intake.py` waits before the next attempt to download a file (`download_delay`);
- `errors.py` turns the error of a call that was not repeated into the one that `receive` raises (`receive_error`);
- `check.py` makes no second call, and shows the wait (`hint`).

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from logging import Logger
from typing import Any, Final, TypeVar

from deskctl.plugins import TryLater

from .errors import ApiError, ErrorKind
from .json_access import as_int
from .messages import _

TOO_MANY_REQUESTS: Final = 429
#: Seconds to wait if Telegram names no time, and at most: a longer time is a mistake of the server.
DEFAULT_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 24 * 3600.0

T = TypeVar("T")


def rate_limit_error(what: str, parameters: Mapping[str, Any]) -> ApiError:
    """Return the error for a 429 response. `parameters` is its ResponseParameters object."""
    seconds = as_int(parameters.get("retry_after"))
    return ApiError(ErrorKind.RATE_LIMITED, what, float(seconds) if seconds is not None and seconds >= 0 else None)


def try_later(error: ApiError, what: str) -> TryLater:
    """Return the error that makes the daemon send the message again after the wait that Telegram asks for."""
    return TryLater(_("Telegram limits the sending rate: {error}", error=what), retry_after=error.retry_after)


async def when_allowed(call: Callable[[], Awaitable[T]], log: Logger) -> T:
    """Make a call and return its result. Repeat it after the wait as long as Telegram limits the rate.

    Raises ApiError for other errors.
    """
    while True:
        try:
            return await call()
        except ApiError as error:
            if error.kind is not ErrorKind.RATE_LIMITED:
                raise
            seconds = min(error.retry_after or DEFAULT_PAUSE, LONGEST_PAUSE)
            log.warning("Telegram limits the rate of requests: the next one follows in %g s", seconds)
            await asyncio.sleep(seconds)


def hint(error: ApiError) -> str:
    """Return what a person can do about an error: the wait that Telegram asks for, "" for other errors."""
    if error.kind is not ErrorKind.RATE_LIMITED:
        return ""
    return _("Try again in {seconds} s.", seconds=format(error.retry_after or DEFAULT_PAUSE, "g"))


def download_delay(error: ApiError, usual: float) -> float:
    """Return the seconds to wait before the next download attempt: `usual`, or longer if Telegram asks for it."""
    return max(usual, error.retry_after or 0.0)
