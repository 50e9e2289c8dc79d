"""What the tests of the email channel share: an open channel, and the servers around it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from deskctl.testing.fakes import MemoryContext
from deskctl_email.channel import EmailChannel
from deskctl_email.config import EmailConfig
from tests.servers.waiting import answers


@pytest.fixture
def context() -> MemoryContext:
    return MemoryContext("support")


@pytest.fixture
def running() -> Callable[[EmailConfig, MemoryContext], Any]:
    """`async with running(config, context) as channel`: a channel that takes mail in meanwhile."""
    return _running


@contextlib.asynccontextmanager
async def _running(config: EmailConfig, context: MemoryContext) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(config, context)
    task = asyncio.create_task(channel.receive())
    try:
        listen = config.listen
        if listen is not None:
            there = listen.path.exists if listen.path is not None else functools.partial(answers, listen.port)
            await context.wait_for(lambda: task.done() or there(), "the listener accepts connections")
        if task.done():
            task.result()
        yield channel
        if task.done():
            task.result()
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=15)
        await channel.aclose()
