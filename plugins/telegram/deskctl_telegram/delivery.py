"""Delivery of one message: make its calls in order, each at most once, and report failures to the daemon."""

from __future__ import annotations

import asyncio
from typing import Any

from deskctl.plugins import (
    ChannelContext,
    DeskctlError,
    OutboundMessage,
    Receipt,
    Rejected,
    StoreUnavailable,
    TryLater,
    Uncertain,
)
from deskctl.plugins.faultpoints import reach

from . import rate_limit
from .api import Api
from .compose import ApiCall, as_document, compose
from .errors import ApiError, ErrorKind
from .json_access import as_dict, as_int
from .messages import _
from .state import DeliveryProgress
from .updates import message_id


async def send(
    api: Api, message: OutboundMessage, upload_limit: int, context: ChannelContext, progress: DeliveryProgress
) -> Receipt:
    """Send the parts of a message that earlier attempts did not deliver. Raises TryLater, Rejected or Uncertain."""
    calls = compose(message, upload_limit)
    delivered = await asyncio.to_thread(progress.delivered, message.outbox_id) if len(calls) > 1 else []
    try:
        me = await api.me()
    except ApiError as error:
        raise _not_sent(error, context) from None
    marked = False
    for number, call in list(enumerate(calls))[len(delivered) :]:
        content = await _read_content(call, context)
        if not marked:
            await asyncio.to_thread(context.sending, message.outbox_id)
            marked = True
        try:
            result = await _call(api, call, content)
        except ApiError as error:
            if error.kind is ErrorKind.BAD_TOKEN:
                raise _not_sent(error, context) from None
            raise _delivery_error(error, number, len(calls)) from None
        reach("telegram.sent")
        delivered = [*delivered, as_int(as_dict(result).get("message_id")) or 0]
        await _save_progress(progress, message.outbox_id, delivered, len(calls))
    chat = int(calls[-1].params["chat_id"])
    return Receipt(_remark(message, delivered), tuple(message_id(chat, number, me) for number in delivered))


def _not_sent(error: ApiError, context: ChannelContext) -> TryLater:
    """Return the error for a message of which no part was sent. Alert people if the token is wrong."""
    if error.kind is not ErrorKind.BAD_TOKEN:
        what = _("Telegram did not accept the message: {error}", error=error.what)
        return TryLater(what, retry_after=error.retry_after)
    what, hint = _("Telegram refuses the token: {error}", error=error.what), _("Copy the token again from BotFather.")
    context.alert(what, hint)
    return TryLater(what, hint)


async def _read_content(call: ApiCall, context: ChannelContext) -> bytes:
    return await asyncio.to_thread(context.read_file, call.file.sha256) if call.file is not None else b""


async def _call(api: Api, call: ApiCall, content: bytes) -> Any:
    """Make the call. Follow a group to its new chat id, and send a refused photo as a file."""
    try:
        if call.file is None:
            return await api.call(call.method, **call.params)
        return await api.upload(call.method, call.field, content, call.file.filename, **call.params)
    except ApiError as error:
        if error.kind is ErrorKind.CHAT_MOVED and call.params["chat_id"] != str(error.moved_to):
            call.params["chat_id"] = str(error.moved_to)
            call.params.pop("reply_parameters", None)
            return await _call(api, call, content)
        if error.kind is ErrorKind.REFUSED and call.method == "sendPhoto" and not _is_unknown_chat(error):
            return await _call(api, as_document(call), content)
        raise


async def _save_progress(progress: DeliveryProgress, outbox_id: int, delivered: list[int], parts: int) -> None:
    """Save the delivered parts while others remain; the daemon records the end of the delivery."""
    if parts == 1:
        return
    try:
        if len(delivered) < parts:
            await asyncio.to_thread(progress.save, outbox_id, delivered)
        else:
            await asyncio.to_thread(progress.remove, outbox_id)
    except StoreUnavailable:
        if len(delivered) < parts:
            raise Uncertain(
                _(
                    "{count} of {parts} parts were delivered, but this could not be saved",
                    count=len(delivered),
                    parts=parts,
                ),
                _("Check the chat before you send the message again."),
            ) from None


def _is_unknown_chat(error: ApiError) -> bool:
    return "chat not found" in error.what.lower() or "peer_id_invalid" in error.what.lower()


def _delivery_error(error: ApiError, delivered: int, parts: int) -> DeskctlError:
    """Return the error for the daemon after `delivered` of `parts` parts were delivered."""
    what = error.what
    if delivered:
        what = _("{error} ({count} of {parts} parts were delivered)", error=error.what, count=delivered, parts=parts)
    match error.kind:
        case ErrorKind.NO_ANSWER:
            return Uncertain(_("the message may have been delivered: {error}", error=what))
        case ErrorKind.RATE_LIMITED:
            return rate_limit.try_later(error, what)
        case ErrorKind.NOT_SENT | ErrorKind.SERVER_ERROR | ErrorKind.CONFLICT:
            return TryLater(_("Telegram did not accept the message: {error}", error=what))
        case ErrorKind.FORBIDDEN:
            return Rejected(
                _forbidden_reason(error.what, what), _("Reply on another channel, if the customer has one.")
            )
    if _is_unknown_chat(error):
        return Rejected(
            _("the bot has no such chat on Telegram: {error}", error=what),
            _("The customer must write to the bot first."),
        )
    return Rejected(_("Telegram refuses the message: {error}", error=what))


def _forbidden_reason(description: str, what: str) -> str:
    lower = description.lower()
    if "blocked" in lower:
        return _("the customer has blocked the bot: {error}", error=what)
    if "deactivated" in lower:
        return _("the customer's Telegram account is deactivated: {error}", error=what)
    if "initiate" in lower:
        return _("the customer never wrote to this bot: {error}", error=what)
    if "kicked" in lower or "not a member" in lower:
        return _("the bot is no longer a member of the group: {error}", error=what)
    return _("Telegram forbids the message: {error}", error=what)


def _remark(message: OutboundMessage, delivered: list[int]) -> str:
    """Return the receipt's remark for the log."""
    copies = len(message.cc) + len(message.bcc)
    skipped = f"; {copies} copy recipients skipped, Telegram has no copies" if copies else ""
    return f"message {', '.join(map(str, delivered))}{skipped}"
