"""Try a channel without a daemon: open it, check it, let it go."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from deskctl.core.queries.raw import Journalled
from deskctl.desk.calls import CHECK_WITHIN
from deskctl.desk.ports import Store
from deskctl.plugins.channel import Channel, ChannelType, Health, Part, StoreUnavailable

if TYPE_CHECKING:
    from deskctl.core.messages import Envelope


class ProbeContext:
    """A `ChannelContext` that takes no mail in: nobody is there to work it off."""

    def __init__(self, name: str, store: Store) -> None:
        self.name = name
        self.log = logging.getLogger(f"deskctl.channel.{name}")
        self._store = store

    async def deliver(self, raw: bytes, key: str, envelope: Envelope) -> None:
        raise _not_receiving()

    def deliver_blocking(self, batch: list[tuple[bytes, str, Envelope]]) -> None:
        raise _not_receiving()

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
        raise _not_receiving()

    def read_file(self, sha256: str) -> bytes:
        return self._store.blob(sha256)

    def alert(self, what: str, hint: str = "") -> None:
        self.log.warning("%s%s", what, f" ({hint})" if hint else "")

    def now(self) -> datetime:
        return datetime.now(UTC)


def _not_receiving() -> StoreUnavailable:
    return StoreUnavailable("a channel that is only being tried takes nothing in")


def check(channel_type: ChannelType, config: Any, context: ProbeContext, within: float = CHECK_WITHIN) -> Health:
    """What the channel says of each of its parts."""
    import asyncio

    return asyncio.run(_checked(channel_type, config, context, within))


async def _checked(channel_type: ChannelType, config: Any, context: ProbeContext, within: float) -> Health:
    channel = channel_type.open(config, context)
    try:
        return await tried(channel, within)
    finally:
        await channel.aclose()


async def tried(channel: Channel, within: float = CHECK_WITHIN) -> Health:
    """What an open channel says of its parts. Raises nothing."""
    import asyncio

    try:
        async with asyncio.timeout(within):
            return await channel.check()
    except TimeoutError:
        return Health((Part("check", False, f"no answer within {within:g} s"),))
    except Exception as error:  # noqa: BLE001 - a plugin's mistake is a finding
        return Health((Part("check", False, f"{type(error).__name__}: {error}", "this is a fault of the plugin"),))
