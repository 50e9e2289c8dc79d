"""Open channels. Each has one instance at a time; it is replaced after a failure and closed after its last send."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from deskctl.config import ChannelTable
from deskctl.daemon.context import DaemonContext
from deskctl.plugins.channel import Channel, ChannelType

log = logging.getLogger("deskctl.daemon.channels")

#: Seconds that a channel may take to close its connections.
CLOSE_WITHIN = 10.0


@dataclass(slots=True)
class _Instance:
    channel: Channel
    context: DaemonContext
    users: int = 0
    retired: bool = False


class OpenChannel:
    """A configured channel in the daemon. `type` comes from its plugin, `table` from the configuration."""

    def __init__(
        self, table: ChannelTable, channel_type: ChannelType, new_context: Callable[[str], DaemonContext]
    ) -> None:
        self.name = table.name
        self.table = table
        self.type = channel_type
        self._new_context = new_context
        self._instance: _Instance | None = None

    def context(self) -> DaemonContext:
        """Return a new context for an action that runs beside the channel's work."""
        return self._new_context(self.name)

    @asynccontextmanager
    async def use(self) -> AsyncIterator[tuple[Channel, DaemonContext]]:
        """Yield the channel, opened if necessary. It stays open at least until the block ends."""
        if self._instance is None:
            context = self._new_context(self.name)
            self._instance = _Instance(self.type.open(self.table.config, context), context)
        instance = self._instance
        instance.users += 1
        try:
            yield instance.channel, instance.context
        finally:
            instance.users -= 1
            if instance.retired and not instance.users:
                await _close(self.name, instance.channel)

    async def receive(self) -> None:
        """Receive messages until cancelled. After a failure the next caller gets a new instance."""
        async with self.use() as (channel, _):
            try:
                await channel.receive()
            finally:
                self._retire()

    async def aclose(self) -> None:
        instance = self._instance
        self._retire()
        if instance is not None and not instance.users:
            await _close(self.name, instance.channel)

    def _retire(self) -> None:
        if self._instance is not None:
            self._instance.retired = True
            self._instance = None


async def _close(name: str, channel: Channel) -> None:
    try:
        async with asyncio.timeout(CLOSE_WITHIN):
            await channel.aclose()
    except Exception:
        log.warning("closing the channel %s failed", name, exc_info=True)
