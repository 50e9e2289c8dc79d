"""The checks of `deskctl channel test` for a bot. They send no message and receive no update."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from deskctl.plugins import Part

from . import rate_limit
from .api import Api
from .config import TelegramConfig, Webhook
from .errors import ApiError, ErrorKind, receive_error
from .json_access import as_dict, as_int, one_line
from .messages import _

if TYPE_CHECKING:
    from .webhook import Listener


async def check(api: Api, config: TelegramConfig, listener: Listener | None) -> tuple[Part, ...]:
    """Check each part of the channel. An error of Telegram becomes a failed part, not an exception."""
    try:
        me = as_dict(await api.call("getMe"))
    except ApiError as error:
        failure = receive_error(error)
        todo = rate_limit.hint(error) or getattr(failure, "hint", "")
        return (Part("bot", False, getattr(failure, "what", ""), todo),)
    parts = [Part("bot", True, f"@{one_line(me.get('username'), 64)}, {one_line(me.get('first_name'), 64)}")]
    parts.append(await _check_updates(api, config.webhook))
    if config.webhook is not None:
        parts.append(await _check_listener(config.webhook, listener))
    if config.groups:
        parts.append(_check_groups(me))
    return tuple(parts)


async def _check_updates(api: Api, hook: Webhook | None) -> Part:
    """Compare the way in which Telegram delivers updates now with the configured one."""
    name = "polling" if hook is None else "webhook"
    try:
        info = as_dict(await api.call("getWebhookInfo"))
    except ApiError as error:
        if error.kind is ErrorKind.SERVER_ERROR:  # an emulator or an old Bot API server lacks the method
            return Part(name, True, _("the server does not report its webhook"))
        return Part(name, False, error.what, rate_limit.hint(error))
    url = one_line(info.get("url"), 300)
    count = as_int(info.get("pending_update_count")) or 0
    pending = _("pending updates: {count}", count=count)
    if hook is None:
        if url:
            what = _("updates go to a webhook at {url}", url=url)
            return Part(name, False, what, _("Another program set it; the daemon removes it when it starts."))
        return Part(name, True, pending)
    if url != hook.url:
        what = _("Telegram sends updates to {url}", url=url) if url else _("no webhook is set at Telegram")
        return Part(name, False, what, _("The daemon sets it when it starts; check that it is running."))
    if (as_int(info.get("last_error_date")) or 0) and count:
        error_message = one_line(info.get("last_error_message"), 200)
        what = _("Telegram could not deliver: {error}; {pending}", error=error_message, pending=pending)
        hint = _("Check that the proxy forwards {url} to {place}.", url=hook.url, place=hook.place)
        return Part(name, False, what, hint)
    return Part(name, True, _("{url}; {pending}", url=url, pending=pending))


async def _check_listener(hook: Webhook, listener: Listener | None) -> Part:
    """Connect to the address to which the proxy forwards updates."""
    port = listener.port if listener is not None and listener.port is not None else hook.port
    place = listener.place if listener is not None else hook.place
    try:
        async with asyncio.timeout(5):
            if hook.path is not None:
                _reader, writer = await asyncio.open_unix_connection(hook.path)
            else:
                _reader, writer = await asyncio.open_connection(hook.host, port)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        return Part(
            "listener",
            False,
            _("no program listens at {place}", place=place),
            _("The daemon listens there; check that it is running."),
        )
    return Part("listener", True, place)


def _check_groups(me: dict[str, object]) -> Part:
    if me.get("can_join_groups") is False:
        hint = _("Send /setjoingroups to BotFather and choose Enable, or set groups = false.")
        return Part("groups", False, _("the bot cannot be added to groups"), hint)
    reads_all = me.get("can_read_all_group_messages") is True
    if reads_all:
        return Part("groups", True, _("receives all messages, keeps those addressed to it"))
    return Part("groups", True, _("receives messages addressed to it"))
