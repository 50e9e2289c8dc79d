"""Start, run and stop the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from deskctl import __version__
from deskctl.bootstrap import load, open_components
from deskctl.config.locate import fingerprint
from deskctl.core.agents.repository import AgentChanges
from deskctl.core.automations.repository import JobChanges
from deskctl.core.delivery.model import DUE_STATES
from deskctl.core.delivery.repository import OutboxChanges
from deskctl.core.intake.repository import JournalChanges
from deskctl.core.kernel.changes import Changes
from deskctl.daemon import logs
from deskctl.daemon.channels import OpenChannel
from deskctl.daemon.clock import ClockAlarm, WallClock
from deskctl.daemon.context import DaemonContext
from deskctl.daemon.delivery_recorder import DeliveryRecorder
from deskctl.daemon.file_watch import FileWatch
from deskctl.daemon.hang_detector import HangDetector, restart_without
from deskctl.daemon.health import DaemonHealth
from deskctl.daemon.jobs import JobRunner
from deskctl.daemon.journal import JournalWorker, Traffic
from deskctl.daemon.loop_activity import LoopActivity
from deskctl.daemon.memory import configure_allocator
from deskctl.daemon.parse_pool import ParsePool
from deskctl.daemon.request_handler import RequestHandler
from deskctl.daemon.sdnotify import notify, watchdog_seconds
from deskctl.daemon.sender import Sender
from deskctl.daemon.socket import SocketServer
from deskctl.daemon.supervisor import Service, Supervisor
from deskctl.daemon.timers import TimerRunner
from deskctl.daemon.writer import WritePriority, Writer
from deskctl.desk.attempt_mark import MARK_NAME, AttemptMark
from deskctl.desk.components import Components
from deskctl.desk.execution import Executed
from deskctl.desk.intake import Intake
from deskctl.desk.lock import OwnerLock
from deskctl.desk.plugin_requests import RUNNING_PLUGINS
from deskctl.errors import StoreLost, Unavailable

log = logging.getLogger("deskctl.daemon")

#: Time limits in seconds. At the start: for a command that holds the lock. At the stop: for receivers, clients, the
#: current batch, messages that are being sent, and jobs (these run again at the next start).
LOCK_WITHIN = 60.0
RECEIVERS_WITHIN = 10.0
CLIENTS_WITHIN = 10.0
BATCH_WITHIN = 30.0
SENDS_WITHIN = 30.0
JOBS_WITHIN = 5.0
#: Seconds within which listeners of channels should be open. After that the daemon reports READY without them.
_CHANNELS_WITHIN = 10.0
#: Seconds between checks of the store's files: without reports of changes, with them, and at least after a report.
_STORE_EVERY = 2.0
_STORE_EVERY_WATCHED = 600.0
_STORE_PAUSE = 0.1
#: Seconds for clients and receivers to end when the store's files are gone.
_ABANDON_WITHIN = 3.0
#: Seconds between checks for work that other daemons of the same store (PostgreSQL) left.
_SHARED_POLL_EVERY = 5.0
#: The longest wait in seconds before the daemon's own services restart: short, because they need only the store.
_MAX_BACKOFF = 15.0


def run(config_path: Path, *, log_format: str | None = None, log_level: str | None = None) -> int:
    """Run the daemon of a configuration until SIGTERM, SIGINT or SIGHUP, and return its exit code.

    Raises ConfigError, Unavailable, and Refused if another daemon runs.
    """
    configure_allocator()
    config_sha256 = fingerprint(config_path)
    config, plugins = load(config_path)
    logs.configure(log_level or config.daemon.log_level, log_format or config.daemon.log_format)
    lock = OwnerLock(config.run_dir)
    lock.take_as_daemon(LOCK_WITHIN)
    try:
        components = open_components(config, plugins)
        try:
            components.store.require_index()
            activity = LoopActivity()
            with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(activity)) as runner:
                runner.run(_Daemon(components, lock, config_sha256, activity).main())
        finally:
            components.store.close()
    finally:
        lock.release()
    return 0


class _Daemon:
    def __init__(self, components: Components, lock: OwnerLock, config_sha256: str, activity: LoopActivity) -> None:
        poll_interval = None if components.on_sqlite else _SHARED_POLL_EVERY
        self.components = components
        self.lock = lock
        self.store = components.store
        self.traffic = Traffic()
        self.writer = Writer(self.store.journal, self._delivered)
        self.recorder = DeliveryRecorder(self.store, self.writer)
        self.mark = AttemptMark(components.config.run_dir / MARK_NAME)
        self.parsing = ParsePool()
        parsers = components.parsers()
        self.intake = Intake(
            self.store,
            self.parsing.wrap(parsers),
            lambda work: self.writer.submit(WritePriority.INTAKE, work),
            self.parsing.parse_all,
            self._changed,
            not components.on_sqlite,
            self.mark,
            frozenset(channel for channel, parse in parsers.items() if self.parsing.can_run(parse)),
        )
        self.journal = JournalWorker(self.store.journal, self.intake, self.traffic, poll_interval)
        self.readers = ThreadPoolExecutor(2, thread_name_prefix="reader")
        self.supervisor = Supervisor()
        self.off = [
            name for name in components.config.channels if not components.plugins.is_on(components.plugin_of(name))
        ]
        self.health = DaemonHealth(self.supervisor, self.writer, self.journal, config_sha256)
        self.poll_interval = poll_interval
        self.clock = WallClock()
        self._shift_tasks: set[asyncio.Task[None]] = set()
        self.socket_path = lock.socket_path
        self.channels: dict[str, OpenChannel] = {}
        self.sender: Sender | None = None
        self.timers: TimerRunner | None = None
        self.jobs: JobRunner | None = None
        self.desk: RequestHandler | None = None
        self.lost: StoreLost | None = None
        self._activity = activity
        self._stopping = threading.Event()
        self._files: FileWatch | None = None

    async def main(self) -> None:
        """Run until SIGTERM. An unexpected error ends the process, so that no daemon runs with half of its services."""
        try:
            await self._serve()
        finally:
            self._stop_watching()
            self.supervisor.disable_restarts()
            self.parsing.close()

    async def _serve(self) -> None:
        stop = _stop_signal()
        self._watch_store(stop)
        self.sender, self.timers, self.desk, server = await self._start()
        ticking = asyncio.create_task(self._watchdog())
        loop = asyncio.get_running_loop()
        stuck = HangDetector(loop, RUNNING_PLUGINS, self._plugin_of_task, restart_without, activity=self._activity)
        RUNNING_PLUGINS.on_start = stuck.arm
        stuck.start()
        alarm = ClockAlarm(self.clock.check)
        await self._wait_for_channels(stop)
        if not stop.is_set():
            with contextlib.suppress(OSError):  # the disk of the log may be full
                print(f"deskctl {__version__}: the desk is ready (pid {os.getpid()})", file=sys.stderr, flush=True)  # noqa: T201
            notify("READY=1")
            gc.collect()
            gc.freeze()  # the present objects are permanent, so later collections skip them
        await stop.wait()
        self._stop_watching()
        stuck.stop()
        alarm.close()
        notify("STOPPING=1")
        if self.lost is not None:
            log.critical("%s; the daemon stops: %s", self.lost.what, self.lost.hint)
            await self._abandon(server, self.lost)
        log.info("stopping: finishing current work")
        await self._drain(server, self.sender)
        ticking.cancel()
        log.info("stopped")

    async def _wait_for_channels(self, stop: asyncio.Event) -> None:
        """Wait until each channel accepts messages or has failed, until the time limit, or until `stop` is set."""
        started = asyncio.create_task(self.supervisor.wait_started(_CHANNELS_WITHIN))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({started, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if started.done() and (late := started.result()):
            log.warning("ready without %s: not listening after %g s", ", ".join(late), _CHANNELS_WITHIN)
        started.cancel()

    def _watch_store(self, stop: asyncio.Event) -> None:
        """Set `stop` when the store's files are removed, no matter which component notices it."""
        loop = asyncio.get_running_loop()

        def lost(error: StoreLost) -> None:
            if self.lost is None:
                self.lost = error
                loop.call_soon_threadsafe(stop.set)

        self.store.watch(lost)
        folder = self.store.folder
        if folder is None:
            return
        with contextlib.suppress(OSError):  # without reports of the system, check often
            self._files = FileWatch(folder)
        threading.Thread(target=self._check_store, name="store", daemon=True).start()

    def _check_store(self) -> None:
        """Check the store's files when something in their folder changes, so that an idle daemon notices a loss too.

        Runs in a separate thread: a disk that does not answer does not block the loop, and a check that finds nothing
        does not wake it. Changes by another machine are not reported, so the files are also checked from time to time.
        """
        while self.lost is None:
            with contextlib.suppress(Unavailable):  # a loss is reported through `watch`; callers handle other errors
                self.store.check()
            if self._files is None:
                self._stopping.wait(_STORE_EVERY)
            else:
                self._files.wait(_STORE_EVERY_WATCHED)
                self._stopping.wait(_STORE_PAUSE)
            if self._stopping.is_set():
                return

    def _stop_watching(self) -> None:
        self._stopping.set()
        if self._files is not None:
            self._files.wake()

    async def _start(self) -> tuple[Sender, TimerRunner, RequestHandler, SocketServer]:
        self.writer.start()
        types = {name: self.components.type_of(name) for name in self.components.config.channels}
        self.channels = {
            name: OpenChannel(table, types[name], self._context)
            for name, table in self.components.config.channels.items()
        }
        on = {name: channel for name, channel in self.channels.items() if name not in self.off}
        self.clock.on_step = self._on_clock_step
        again, clock = self.poll_interval, self.clock
        sender = Sender(self.store, self.writer, self.readers, on, self.recorder, self._performed, again, clock)
        timers = TimerRunner(self.store, self.writer, self.readers, self._performed, self.traffic, again, clock)
        desk = RequestHandler(
            self.components,
            self.writer,
            self.readers,
            self.health,
            self.channels,
            self._performed,
            self._changed,
            self.supervisor.restart,
            self._jobs_changed,
        )
        jobs = JobRunner(self.components, self.writer, self.readers, self._changed, again, clock)
        self.sender, self.timers, self.desk, self.jobs = sender, timers, desk, jobs
        await self.writer.call(WritePriority.INTAKE, lambda: self.store.journal.release(self.mark.read()))
        await sender.recover()
        await jobs.recover()
        server = SocketServer(self.socket_path, desk)
        await server.start()
        self.journal.start()
        self.supervisor.start(Service("sender", sender.run, longest=_MAX_BACKOFF))
        self.supervisor.start(Service("timers", timers.run, longest=_MAX_BACKOFF))
        self.supervisor.start(Service("jobs", jobs.run, longest=_MAX_BACKOFF))
        for name, channel in on.items():
            if channel.table.receives and types[name].capabilities.receives:
                owner, listens = f"the plugin of {types[name].kind}", types[name].listens(channel.table.config)
                self.supervisor.start(Service(name, channel.receive, owner, listens=listens))
        return sender, timers, desk, server

    async def _drain(self, server: SocketServer, sender: Sender) -> None:
        """Stop receivers first, so that no new messages arrive, then clients, the current batch and the sender."""
        hanging = await self.supervisor.stop(RECEIVERS_WITHIN)
        await server.stop(CLIENTS_WITHIN)
        loop = asyncio.get_running_loop()
        sends, batch, _ = await asyncio.gather(
            sender.finish(SENDS_WITHIN),
            loop.run_in_executor(None, self.journal.stop, BATCH_WITHIN),
            self.jobs.finish(JOBS_WITHIN) if self.jobs is not None else asyncio.sleep(0),
        )
        await loop.run_in_executor(None, self.parsing.close)
        if sends:
            log.warning("%d messages were still being sent; their delivery is uncertain", sends)
        if not batch:
            log.warning("a batch of the journal did not end; its messages are processed again at the next start")
        await asyncio.gather(*(channel.aclose() for channel in self.channels.values()))
        await loop.run_in_executor(None, self.writer.stop)
        if batch:
            self.mark.close()
        self.readers.shutdown(wait=True)
        if hanging or sends or not batch:
            log.warning("did not end within the time limit: %s", ", ".join(hanging) or "see above")
            _leave()

    async def _abandon(self, server: SocketServer, lost: StoreLost) -> None:
        """End with an error after the store was lost. Clients get the error.

        Closing the store saves data that is only in a deleted write-ahead log.
        """
        await self.supervisor.stop(_ABANDON_WITHIN)
        await server.stop(_ABANDON_WITHIN)
        loop = asyncio.get_running_loop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ABANDON_WITHIN):
                await loop.run_in_executor(None, self.journal.stop, _ABANDON_WITHIN)
                await loop.run_in_executor(None, self.writer.stop)
        self.parsing.close()
        if lost.closable:
            with contextlib.suppress(Exception):
                self.store.close()
        self.lock.release()
        with contextlib.suppress(OSError):
            print(f"error: {lost.what}\nhint: {lost.hint}", file=sys.stderr, flush=True)  # noqa: T201
        _leave(lost.exit_code)

    def _context(self, name: str) -> DaemonContext:
        return DaemonContext(
            name,
            self.store,
            self.writer,
            self.recorder,
            self.traffic,
            self.health.record_alert,
            self.supervisor.mark_started,
        )

    def _plugin_of_task(self, task: str) -> str | None:
        """Return the plugin of a task. Services have the name of their channel; sending tasks start with that name."""
        channel = task.partition(":")[0]
        return self.components.plugin_of(channel) if channel in self.channels else None

    async def _watchdog(self) -> None:
        every = watchdog_seconds()
        while every is not None:
            if self.health.alive():
                notify("WATCHDOG=1")
            await asyncio.sleep(every)

    # --- steps of the clock, called in the loop ---------------------------------------------------------

    def _on_clock_step(self, step: float) -> None:
        if step < 0:
            task = asyncio.create_task(self._shift_delays(timedelta(seconds=-step)))
            self._shift_tasks.add(task)
            task.add_done_callback(self._shift_tasks.discard)
        self._wake_all()

    async def _shift_delays(self, by: timedelta) -> None:
        try:
            await self.writer.call(WritePriority.INTERNAL, lambda: self.store.delays.set_back(by))
        except Unavailable as error:
            log.warning("retries and digests may wait up to %s longer: %s", by, error.what)
        self._wake_all()

    def _wake_all(self) -> None:
        for service in (self.sender, self.timers, self.jobs):
            if service is not None:
                service.wakeup.set()

    # --- after commits, called in the writer thread, the journal thread or the loop ------------------

    def _delivered(self) -> None:
        self.journal.wake()

    def _performed(self, performed: Executed) -> None:
        for changes in (performed.changes, *performed.then):
            self._changed(changes)

    def _jobs_changed(self) -> None:
        if self.jobs is not None:
            self.jobs.wakeup.set()

    def _changed(self, changes: Changes) -> None:
        """Wake the services that have new work."""
        if changes.of(OutboxChanges).outbox and self.sender is not None:
            if any(entry.state in DUE_STATES for entry in changes.of(OutboxChanges).outbox.values()):
                self.sender.wakeup.set()
            if self.desk is not None and set(changes.of(OutboxChanges).outbox) - changes.of(OutboxChanges).new_outbox:
                self.desk.delivery_settled()
        if changes.timers and self.timers is not None:
            self.timers.wakeup.set()
        if changes.of(JobChanges).jobs:
            self._jobs_changed()
        if changes.of(JournalChanges).retried_journal:
            self.journal.wake()
        if (changes.of(AgentChanges).agents or changes.of(AgentChanges).teams) and self.desk is not None:
            self.desk.forget_agents()


def _stop_signal() -> asyncio.Event:
    """Return an event that the first SIGTERM, SIGINT or SIGHUP sets. A second signal ends the process at once.

    This loses no accepted data: all of it is on disk.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked() -> None:
        if stop.is_set():
            _leave(1)
        stop.set()

    names = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # with nohup, a closed terminal must not end the daemon
        names.append(signal.SIGHUP)
    for name in names:
        loop.add_signal_handler(name, asked)
    return stop


def _leave(code: int = 0) -> None:
    """End the process without waiting for threads that hang. All accepted data is on disk."""
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(code)
