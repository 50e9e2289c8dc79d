"""A plugin that blocks the daemon is logged, and the daemon restarts without it."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from deskctl.daemon.hang_detector import HangDetector


class Restarts:
    """Records restarts instead of replacing the process."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.happened = threading.Event()

    def __call__(self, plugin: str, why: str) -> None:
        self.asked.append((plugin, why))
        self.happened.set()


async def test_channel_that_blocks_the_loop_is_logged_and_then_disabled(caplog: pytest.LogCaptureFixture) -> None:
    restarts = Restarts()
    plugins = {"pigeons": "doves"}
    watch = HangDetector(asyncio.get_running_loop(), {}, plugins.get, restarts, warn_after=0.1, restart_after=0.3)
    watch.start()

    async def receive() -> None:
        restarts.happened.wait(20)  # like a plugin that reads a socket without asyncio

    await asyncio.create_task(receive(), name="pigeons")
    watch.stop()
    assert restarts.asked[0][0] == "doves"
    assert "pigeons" in restarts.asked[0][1]
    assert "the plugin doves blocks the daemon" in caplog.text


async def test_request_that_blocks_the_writer_is_disabled_but_not_an_idle_channel() -> None:
    restarts = Restarts()
    at_work = {1: ("doves", time.monotonic())}
    watch = HangDetector(
        asyncio.get_running_loop(), at_work, {"idle": "idle"}.get, restarts, warn_after=0.1, restart_after=0.3
    )
    watch.start()
    waiting = asyncio.create_task(asyncio.Event().wait(), name="idle")
    await asyncio.to_thread(restarts.happened.wait, 20)
    watch.stop()
    waiting.cancel()
    assert {plugin for plugin, _ in restarts.asked} == {"doves"}
