"""What `deskctl channel test` finds out about a bot, part by part. It sends nothing and takes nothing in."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from deskctl.plugins import Part

from .api import Api, ApiError, Trouble, while_receiving
from .config import TelegramConfig, Webhook
from .reading import line, table, whole

if TYPE_CHECKING:
    from .webhook import Listener


async def check(api: Api, config: TelegramConfig, listener: Listener | None) -> tuple[Part, ...]:
    """Raises nothing that Telegram could cause."""
    try:
        me = table(await api.call("getMe"))
    except ApiError as error:
        failure = while_receiving(error)
        return (Part("bot", False, getattr(failure, "what", ""), getattr(failure, "hint", "")),)
    parts = [Part("bot", True, f"@{line(me.get('username'), 64)}, {line(me.get('first_name'), 64)}")]
    parts.append(await _updates(api, config.webhook))
    if config.webhook is not None:
        parts.append(await _listens(config.webhook, listener))
    if config.groups:
        parts.append(_groups(me))
    return tuple(parts)


async def _updates(api: Api, hook: Webhook | None) -> Part:
    """How Telegram hands updates over at present."""
    name = "polling" if hook is None else "webhook"
    try:
        info = table(await api.call("getWebhookInfo"))
    except ApiError as error:
        if error.trouble is Trouble.BROKEN:  # an emulator, or an old server of one's own
            return Part(name, True, "the server does not tell")
        return Part(name, False, error.what)
    url = line(info.get("url"), 300)
    waiting = f"{whole(info.get('pending_update_count')) or 0} updates wait"
    if hook is None:
        if url:
            what = f"updates go to a webhook at {url}"
            return Part(name, False, what, "Another program set it; the daemon removes it when it starts.")
        return Part(name, True, waiting)
    if url != hook.url:
        what = f"Telegram brings updates to {url}" if url else "Telegram has no webhook"
        return Part(name, False, what, "The daemon sets it when it starts; is it running?")
    if (whole(info.get("last_error_date")) or 0) and (whole(info.get("pending_update_count")) or 0):
        what = f"Telegram could not deliver: {line(info.get('last_error_message'), 200)}; {waiting}"
        return Part(name, False, what, f"Does the proxy pass {hook.url} on to {hook.place}?")
    return Part(name, True, f"{url}; {waiting}")


async def _listens(hook: Webhook, listener: Listener | None) -> Part:
    """Whether the place that the proxy passes updates on to can be connected to."""
    port = listener.port if listener is not None and listener.port is not None else hook.port
    place = listener.place if listener is not None else hook.place
    try:
        async with asyncio.timeout(5):
            if hook.path is not None:
                _, writer = await asyncio.open_unix_connection(hook.path)
            else:
                _, writer = await asyncio.open_connection(hook.host, port)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        return Part("listener", False, f"nobody listens at {place}", "The daemon does; is it running?")
    return Part("listener", True, place)


def _groups(me: dict[str, object]) -> Part:
    if me.get("can_join_groups") is False:
        hint = "BotFather: /setjoingroups, Enable. Or set groups = false."
        return Part("groups", False, "the bot may not be added to groups", hint)
    reads = me.get("can_read_all_group_messages") is True
    return Part("groups", True, "hears everything, answers when spoken to" if reads else "hears what is said to it")
