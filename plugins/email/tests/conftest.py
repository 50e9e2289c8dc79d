"""Shared fixtures for the tests of the email channel."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from deskctl.testing.fakes import MemoryContext
from deskctl_email.channel import EmailChannel
from deskctl_email.config import EmailConfig, Listen
from tests.servers.waiting import answers


@pytest.fixture
def context() -> MemoryContext:
    return MemoryContext("support")


@pytest.fixture
def running() -> Callable[[EmailConfig, MemoryContext], Any]:
    """Run a channel: `async with running(config, context) as channel`."""
    return _running


@contextlib.asynccontextmanager
async def _running(config: EmailConfig, context: MemoryContext) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(config, context)
    task = asyncio.create_task(channel.receive())
    try:
        listen = config.listen
        if listen is not None:
            await context.wait_for(lambda: task.done() or _listens(listen), "the listener accepts connections")
            if not task.done():
                await _greeted(listen)
        if task.done():
            task.result()
        yield channel
        if task.done():
            task.result()
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=15)
        await channel.aclose()


def _listens(listen: Listen) -> bool:
    return listen.path.exists() if listen.path is not None else answers(listen.port or 0)


async def _greeted(listen: Listen) -> None:
    """Wait for a first connection to be served: asyncio loses a connection that is accepted when the test ends."""
    if listen.path is not None:
        reader, writer = await asyncio.open_unix_connection(listen.path)
    else:
        reader, writer = await asyncio.open_connection(listen.host, listen.port)
    await reader.readline()
    writer.close()
    await writer.wait_closed()
