"""Detect plugins that block the daemon, log their names, and restart the daemon without them.

Plugins run in the daemon's event loop (channels) and in its writer and reader threads (requests). Code that blocks
there cannot be stopped from outside. After a time limit the process replaces itself, and the plugin is off until the
next start.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import NoReturn

from deskctl.daemon.loop_activity import LoopActivity, ThreadTimer
from deskctl.plugins.manager import DISABLED_ENVIRONMENT

log = logging.getLogger("deskctl.daemon.hang_detector")

#: Seconds of one call after which a plugin is logged, and after which the daemon restarts without it.
WARN_AFTER = 5.0
RESTART_AFTER = 60.0
#: Seconds between checks while something runs, or always where the loop does not report its activity.
_EVERY = 2.0


class HangDetector:
    """A thread that checks the event loop and `running`: the plugin that runs in each thread, and since when.

    `plugin_of(task)` returns the plugin of a task in the loop. `restart(plugin, why)` does not return. With the
    `activity` of the loop, the thread runs only while the loop or a plugin is busy for long; call `arm` when a plugin
    starts in a thread.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        running: Mapping[int, tuple[str, float]],
        plugin_of: Callable[[str], str | None],
        restart: Callable[[str, str], None],
        warn_after: float = WARN_AFTER,
        restart_after: float = RESTART_AFTER,
        activity: LoopActivity | None = None,
    ) -> None:
        self._loop = loop
        self._at_work = running
        self._plugin_of = plugin_of
        self._restart = restart
        self._warn_after = warn_after
        self._restart_after = restart_after
        self._answered = time.monotonic()
        self._warned: set[tuple[str, float]] = set()
        self._stopped = threading.Event()
        self._activity = activity
        self._timer: ThreadTimer | None = None
        self._armed = False
        if activity is not None:
            with contextlib.suppress(OSError):  # regular checks work everywhere
                self._timer = ThreadTimer()
        self._thread = threading.Thread(target=self._run, name="stuck", daemon=True)

    def start(self) -> None:
        if self._activity is not None and self._timer is not None:
            self._activity.on_busy, self._activity.on_idle = self.arm, self._disarm
            self.arm()
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._activity is not None:
            self._activity.on_busy = self._activity.on_idle = _ignore
        if self._timer is not None:
            self._timer.start(0)

    def arm(self) -> None:
        """Check after some time if the loop or a plugin is still busy. Can be called in any thread."""
        if not self._armed and self._timer is not None:
            self._armed = True
            self._timer.start(self._warn_after)

    def _disarm(self) -> None:
        if self._armed and self._timer is not None and not self._at_work:
            self._armed = False
            self._timer.stop()

    def _run(self) -> None:
        if self._activity is not None and self._timer is not None:
            self._run_when_busy(self._activity, self._timer)
            return
        every = min(_EVERY, self._warn_after / 2)
        while not self._stopped.wait(every):
            try:
                self._loop.call_soon_threadsafe(self._answer)
            except RuntimeError:  # the loop has ended
                return
            self._look(every)

    def _run_when_busy(self, activity: LoopActivity, timer: ThreadTimer) -> None:
        every = min(_EVERY, self._warn_after / 2)
        while True:
            timer.wait()
            if self._stopped.is_set():
                return
            self._armed = False
            since = activity.busy_since
            self._answered = time.monotonic() if since is None else since
            self._look(0)
            if activity.busy_since is not None or self._at_work:
                self._armed = True
                timer.start(every)

    def _answer(self) -> None:
        self._answered = time.monotonic()

    def _look(self, every: float) -> None:
        now = time.monotonic()
        found = [(plugin, since, "a plugin request") for plugin, since in list(self._at_work.values())]
        if now - self._answered > self._warn_after + every:
            task = asyncio.current_task(self._loop)
            name = task.get_name() if task is not None else ""
            plugin = self._plugin_of(name)
            if plugin is not None:
                found.append((plugin, self._answered, name))
            elif (name, self._answered) not in self._warned:
                self._warned.add((name, self._answered))
                log.error("the event loop is blocked for %.0f s by %s", now - self._answered, name or "an unknown task")
        for plugin, since, what in found:
            if now - since > self._restart_after:
                self._restart(plugin, f"it blocked the daemon for {now - since:.0f} s ({what})")
            elif now - since > self._warn_after and (plugin, since) not in self._warned:
                self._warned.add((plugin, since))
                log.error("the plugin %s blocks the daemon: %.0f s so far (%s)", plugin, now - since, what)


def _ignore() -> None:
    pass


def restart_without(plugin: str, why: str) -> NoReturn:
    """Restart this process with a plugin disabled. All accepted data is on disk; the locks end with the process."""
    log.error("the daemon restarts without the plugin %s: %s", plugin, why)
    sys.stderr.flush()
    off = {
        **json.loads(os.environ.get(DISABLED_ENVIRONMENT, "{}")),
        plugin: f"{why}; restart the daemon after it is repaired",
    }
    os.environ[DISABLED_ENVIRONMENT] = json.dumps(off)
    os.execv(sys.executable, sys.orig_argv)
