"""Sees that a plugin holds the desk up, says which, and has the desk start again without it.

Plugins run in the daemon's loop (channels) and in its writer and readers (requests). Code that never gives these back
cannot be stopped from outside: after a while the process replaces itself, and the plugin is off until the next start.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import NoReturn

from deskctl.plugins.manager import OFF

log = logging.getLogger("deskctl.daemon.hang_detector")

#: Seconds of one step after which a plugin is named in the log, and after which the desk goes on without it.
NAMED = 5.0
HOPELESS = 60.0
#: Seconds between looks.
_EVERY = 1.0


class HangDetector:
    """A thread that looks at the loop and at `running`: by thread, the plugin that runs there and since when.

    `plugin_of(task)` names the plugin that a task of the loop runs for. `restart(plugin, why)` does not return.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        running: Mapping[int, tuple[str, float]],
        plugin_of: Callable[[str], str | None],
        restart: Callable[[str, str], None],
        named: float = NAMED,
        hopeless: float = HOPELESS,
    ) -> None:
        self._loop = loop
        self._at_work = running
        self._plugin_of = plugin_of
        self._restart = restart
        self._named = named
        self._hopeless = hopeless
        self._answered = time.monotonic()
        self._told: set[tuple[str, float]] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stuck", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        every = min(_EVERY, self._named / 2)
        while not self._stopped.wait(every):
            try:
                self._loop.call_soon_threadsafe(self._answer)
            except RuntimeError:  # the loop has ended
                return
            self._look(every)

    def _answer(self) -> None:
        self._answered = time.monotonic()

    def _look(self, every: float) -> None:
        now = time.monotonic()
        found = [(plugin, since, "a request of its own") for plugin, since in list(self._at_work.values())]
        if now - self._answered > self._named + every:
            task = asyncio.current_task(self._loop)
            name = task.get_name() if task is not None else ""
            plugin = self._plugin_of(name)
            if plugin is not None:
                found.append((plugin, self._answered, name))
            elif (name, self._answered) not in self._told:
                self._told.add((name, self._answered))
                log.error("the loop has not answered for %.0f s; it is busy with %s", now - self._answered, name or "?")
        for plugin, since, what in found:
            if now - since > self._hopeless:
                self._restart(plugin, f"it held the desk up for {now - since:.0f} s ({what})")
            elif now - since > self._named and (plugin, since) not in self._told:
                self._told.add((plugin, since))
                log.error("the plugin %s holds the desk up: %.0f s by now (%s)", plugin, now - since, what)


def restart_without(plugin: str, why: str) -> NoReturn:
    """Replace this process by itself, with a plugin off. Everything promised is on disk; locks go with the process."""
    log.error("the desk starts again without the plugin %s: %s", plugin, why)
    sys.stderr.flush()
    off = {**json.loads(os.environ.get(OFF, "{}")), plugin: f"{why}; restart the daemon once it is mended"}
    os.environ[OFF] = json.dumps(off)
    os.execv(sys.executable, sys.orig_argv)
