"""Sending one message: its calls in order, each at most once, and what each failure means."""

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

from .api import Api, ApiError, Trouble
from .compose import Step, as_document, compose
from .reading import table, whole
from .state import Progress
from .updates import message_id


async def send(
    api: Api, message: OutboundMessage, upload_limit: int, context: ChannelContext, progress: Progress
) -> Receipt:
    """Raises TryLater, Rejected or Uncertain. Parts that arrived in an earlier try are not sent again."""
    steps = compose(message, upload_limit)
    arrived = await asyncio.to_thread(progress.arrived, message.outbox_id) if len(steps) > 1 else []
    try:
        me = await api.me()
    except ApiError as error:
        raise _unsent(error, context) from None
    marked = False
    for number, step in list(enumerate(steps))[len(arrived) :]:
        content = await _content(step, context)
        if not marked:
            await asyncio.to_thread(context.sending, message.outbox_id)
            marked = True
        try:
            result = await _call(api, step, content)
        except ApiError as error:
            if error.trouble is Trouble.TOKEN:
                raise _unsent(error, context) from None
            raise _failure(error, number, len(steps)) from None
        reach("telegram.sent")
        arrived = [*arrived, whole(table(result).get("message_id")) or 0]
        await _keep(progress, message.outbox_id, arrived, len(steps))
    chat = int(steps[-1].params["chat_id"])
    return Receipt(_remark(message, arrived), tuple(message_id(chat, number, me) for number in arrived))


def _unsent(error: ApiError, context: ChannelContext) -> TryLater:
    """Nothing left, and something about the bot is wrong or out of reach."""
    if error.trouble is not Trouble.TOKEN:
        return TryLater(f"Telegram did not take it: {error.what}", retry_after=error.retry_after)
    what, hint = f"Telegram refuses the token: {error.what}", "Copy it again from BotFather."
    context.alert(what, hint)
    return TryLater(what, hint)


async def _content(step: Step, context: ChannelContext) -> bytes:
    return await asyncio.to_thread(context.read_file, step.file.sha256) if step.file is not None else b""


async def _call(api: Api, step: Step, content: bytes) -> Any:
    try:
        if step.file is None:
            return await api.call(step.method, **step.params)
        return await api.upload(step.method, step.field, content, step.file.filename, **step.params)
    except ApiError as error:
        if error.trouble is Trouble.MOVED and step.params["chat_id"] != str(error.moved_to):
            step.params["chat_id"] = str(error.moved_to)
            step.params.pop("reply_parameters", None)
            return await _call(api, step, content)
        if error.trouble is Trouble.REFUSED and step.method == "sendPhoto" and not _no_chat(error):
            return await _call(api, as_document(step), content)
        raise


async def _keep(progress: Progress, outbox_id: int, arrived: list[int], parts: int) -> None:
    """Remember what arrived while more is to come; the daemon remembers the end."""
    if parts == 1:
        return
    try:
        if len(arrived) < parts:
            await asyncio.to_thread(progress.keep, outbox_id, arrived)
        else:
            await asyncio.to_thread(progress.forget, outbox_id)
    except StoreUnavailable:
        if len(arrived) < parts:
            raise Uncertain(
                f"{len(arrived)} of {parts} parts arrived, and that could not be written down",
                "Look into the chat before it is sent again.",
            ) from None


def _no_chat(error: ApiError) -> bool:
    return "chat not found" in error.what.lower() or "peer_id_invalid" in error.what.lower()


def _failure(error: ApiError, number: int, parts: int) -> DeskctlError:
    """What the daemon is told. `number` parts of `parts` have arrived."""
    so_far = f" ({number} of {parts} parts arrived before)" if number else ""
    what = f"{error.what}{so_far}"
    match error.trouble:
        case Trouble.NO_ANSWER:
            return Uncertain(f"it may have arrived: {what}")
        case Trouble.FLOOD:
            return TryLater(f"Telegram asks to send more slowly: {what}", retry_after=error.retry_after)
        case Trouble.NOT_SENT | Trouble.BROKEN | Trouble.CONFLICT:
            return TryLater(f"Telegram did not take it: {what}")
        case Trouble.FORBIDDEN:
            return Rejected(f"{_forbidden(error.what)}{so_far}", "Answer on another channel, if the customer has one.")
    if _no_chat(error):
        return Rejected(
            f"Telegram knows no such chat for this bot: {what}", "The customer must write to the bot first."
        )
    return Rejected(f"Telegram refuses it: {what}")


def _forbidden(said: str) -> str:
    low = said.lower()
    if "blocked" in low:
        return f"the customer has blocked the bot: {said}"
    if "deactivated" in low:
        return f"the customer's Telegram account is gone: {said}"
    if "initiate" in low:
        return f"the customer never wrote to this bot: {said}"
    if "kicked" in low or "not a member" in low:
        return f"the bot is no longer in that group: {said}"
    return f"Telegram forbids it: {said}"


def _remark(message: OutboundMessage, arrived: list[int]) -> str:
    """For the log."""
    copies = len(message.cc) + len(message.bcc)
    left_out = f"; {copies} in copy cannot be reached on Telegram" if copies else ""
    return f"message {', '.join(map(str, arrived))}{left_out}"
