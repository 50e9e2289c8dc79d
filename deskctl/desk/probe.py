"""Check a channel without a daemon: open it, check it, close it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from deskctl.core.messages.raw_queries import Journalled
from deskctl.desk.ports import Store
from deskctl.i18n import _
from deskctl.plugins.channel import Channel, ChannelType, Health, Part, StoreUnavailable

if TYPE_CHECKING:
    from deskctl.core.messages.model import Envelope


#: Seconds that checking a channel may take.
CHECK_WITHIN = 180.0


class ProbeContext:
    """A `ChannelContext` that refuses messages, because they would not be processed."""

    def __init__(self, name: str, store: Store) -> None:
        self.name = name
        self.log = logging.getLogger(f"deskctl.channel.{name}")
        self._store = store

    async def deliver(self, raw: bytes, key: str, envelope: Envelope) -> None:
        raise _refusal()

    def deliver_blocking(self, batch: list[tuple[bytes, str, Envelope]]) -> None:
        raise _refusal()

    def journalled(self, keys: Sequence[str]) -> set[str]:
        return set(self._store.ask(Journalled(self.name, tuple(keys))))

    def sending(self, outbox_id: int) -> None:
        self._store.outbox.mark_sending(outbox_id)

    def listening(self) -> None:
        pass

    def accepting(self) -> bool:
        return self._store.writable()

    def load_state(self) -> dict[str, Any]:
        return self._store.state.load(self.name)

    def save_state(self, state: Mapping[str, Any]) -> None:
        raise _refusal()

    def read_file(self, sha256: str) -> bytes:
        return self._store.blob(sha256)

    def alert(self, what: str, hint: str = "") -> None:
        self.log.warning("%s%s", what, f" ({hint})" if hint else "")

    def now(self) -> datetime:
        return datetime.now(UTC)


def _refusal() -> StoreUnavailable:
    return StoreUnavailable(_("a channel cannot deliver messages during a check"))


def check(channel_type: ChannelType, config: Any, context: ProbeContext, within: float = CHECK_WITHIN) -> Health:
    """Open a channel, check each of its parts, and close it."""
    import asyncio

    return asyncio.run(_checked(channel_type, config, context, within))


async def _checked(channel_type: ChannelType, config: Any, context: ProbeContext, within: float) -> Health:
    channel = channel_type.open(config, context)
    try:
        return await check_open_channel(channel, within)
    finally:
        await channel.aclose()


async def check_open_channel(channel: Channel, within: float = CHECK_WITHIN) -> Health:
    """Check each part of an open channel. Errors become part of the result."""
    import asyncio

    try:
        async with asyncio.timeout(within):
            return await channel.check()
    except TimeoutError:
        return Health((Part("check", False, f"no answer within {within:g} s"),))
    except Exception as error:  # noqa: BLE001 - an error in a plugin is a finding
        return Health((Part("check", False, f"{type(error).__name__}: {error}", "this is an error in the plugin"),))
