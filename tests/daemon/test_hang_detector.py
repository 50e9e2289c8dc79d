"""A plugin that blocks the daemon is logged, and the daemon restarts without it."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from deskctl.daemon.hang_detector import HangDetector
from deskctl.daemon.loop_activity import LoopActivity
from deskctl.desk.plugin_requests import RunningPlugins


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


def test_loop_that_reports_its_activity_is_watched_without_regular_checks(caplog: pytest.LogCaptureFixture) -> None:
    restarts, activity, running = Restarts(), LoopActivity(), RunningPlugins()

    async def work() -> None:
        loop = asyncio.get_running_loop()
        plugins = {"pigeons": "doves"}
        watch = HangDetector(loop, running, plugins.get, restarts, 0.1, 0.3, activity=activity)
        running.on_start = watch.arm
        watch.start()

        async def receive() -> None:
            restarts.happened.wait(20)

        await asyncio.create_task(receive(), name="pigeons")
        watch.stop()

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(activity)) as runner:
        runner.run(work())
    assert restarts.asked[0][0] == "doves"
    assert "the plugin doves blocks the daemon" in caplog.text


def test_plugin_that_hangs_in_a_thread_is_found_while_the_loop_is_idle() -> None:
    restarts, activity, running = Restarts(), LoopActivity(), RunningPlugins()

    def hang() -> None:
        running[threading.get_ident()] = "doves", time.monotonic()
        running.on_start()
        restarts.happened.wait(20)

    async def work() -> None:
        watch = HangDetector(asyncio.get_running_loop(), running, lambda _: None, restarts, 0.1, 0.3, activity=activity)
        running.on_start = watch.arm
        watch.start()
        await asyncio.to_thread(hang)
        watch.stop()

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(activity)) as runner:
        runner.run(work())
    assert {plugin for plugin, _ in restarts.asked} == {"doves"}
