"""Errors of Bot API calls, classified by their cause."""

from __future__ import annotations

from enum import StrEnum

from telegram.error import TelegramError

from deskctl.plugins import AuthFailed, Unavailable

from .messages import _


class ErrorKind(StrEnum):
    """The cause of a failed call. It decides whether the call may be repeated."""

    NOT_SENT = "not sent"  # the request did not leave
    NO_ANSWER = "no answer"  # the request left; its effect is unknown
    SERVER_ERROR = "server error"  # the server reports an internal fault
    RATE_LIMITED = "rate limited"  # HTTP 429, see rate_limit.py
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    BAD_TOKEN = "bad token"
    CONFLICT = "conflict"  # another process uses the same token
    CHAT_MOVED = "chat moved"  # the group has a new chat id


class ApiError(TelegramError):
    """A failed call. `what` is shown to users and contains no secret; `retry_after` is in seconds."""

    def __init__(
        self, kind: ErrorKind, what: str, retry_after: float | None = None, moved_to: int | None = None
    ) -> None:
        super().__init__(what)
        self.kind = kind
        self.what = what
        self.retry_after = retry_after
        self.moved_to = moved_to


def receive_error(error: ApiError) -> Exception:
    """Return the exception that `Channel.receive` raises for a failed call."""
    if error.kind is ErrorKind.BAD_TOKEN:
        return AuthFailed(
            _("Telegram refuses the token: {error}", error=error.what),
            _("Copy the token again from BotFather and check `api`."),
        )
    if error.kind is ErrorKind.CONFLICT:
        return Unavailable(
            _("another process receives this bot's messages: {error}", error=error.what),
            _("Two programs share one token. Stop the other, or revoke the token in BotFather and use a new one here."),
        )
    if error.kind is ErrorKind.RATE_LIMITED:
        return Unavailable(_("Telegram limits the rate of requests: {error}", error=error.what))
    return Unavailable(_("cannot reach Telegram: {error}", error=error.what))
