"""Fixtures of the Telegram tests: a Bot API server and open channels."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from deskctl.plugins import Secret
from deskctl.testing.fakes import MemoryContext
from deskctl_telegram.channel import TelegramChannel
from deskctl_telegram.config import TelegramConfig
from tests.servers.telegram import TOKEN, BotServer


@pytest.fixture
def bots() -> Iterator[BotServer]:
    with BotServer() as server:
        yield server


@pytest.fixture
def config(bots: BotServer) -> TelegramConfig:
    return TelegramConfig(token=Secret.of(TOKEN), api=bots.url)


@pytest.fixture
def context() -> MemoryContext:
    return MemoryContext("tg")


@pytest.fixture
def running() -> Callable[[TelegramConfig, MemoryContext], Any]:
    """Return the context manager `async with running(config, context) as channel`, which receives updates meanwhile."""
    return _running


@contextlib.asynccontextmanager
async def _running(config: TelegramConfig, context: MemoryContext) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(config, context)
    task = asyncio.create_task(channel.receive())
    try:
        yield channel
        if task.done():
            task.result()
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=15)
        await channel.aclose()
