"""Run the jobs of automations and actions: each in a thread with a time limit, then its results in one transaction.

An automation that can handle many events gets several jobs in one call; if that fails, each of them runs alone. A
plugin has a limited number of threads, so a plugin that hangs does not delay the jobs of others. A plugin that hangs
for long is disabled.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from deskctl.core.answers.automatic_answer import Histories
from deskctl.core.automations.jobs import ClaimedJob, plugin_of, retry_delay
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.changes import Changes
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.repository import Tickets
from deskctl.daemon.clock import WallClock
from deskctl.daemon.wakeup import Wakeup
from deskctl.daemon.writer import WritePriority, Writer
from deskctl.desk.components import Components
from deskctl.desk.execution import execute_in_unit
from deskctl.desk.plugin_context import LazyContext, PluginRequestContext, check_action
from deskctl.desk.plugin_requests import call_plugin
from deskctl.errors import DeskctlError, Unavailable
from deskctl.plugins.automation import Happening, Write
from deskctl.plugins.jobs import JobType

log = logging.getLogger("deskctl.daemon.jobs")

#: Threads of one plugin that run at the same time, including threads that hang.
CONCURRENCY = 2
#: Jobs that run in one call, if the automation permits it. Their results are one transaction, so it must not be long.
BATCH = 50
#: A thread that runs longer than this multiple of its limit counts as hanging: its plugin is disabled.
GIVE_UP_AFTER = 3
#: Seconds between checks for hanging threads, and for jobs that dead daemons of the same store left.
_POLL_EVERY = 1.0
_RECOVER_EVERY = 5.0
_LATER = timedelta(seconds=10)
#: The minimum seconds between two claims, unless more jobs wait than one call takes. While mail arrives, each call then
#: gets several jobs.
_GATHER = 0.2


@dataclass(eq=False, slots=True)
class _Run:
    """Jobs of one automation in their thread. `result` has the items of each job."""

    jobs: Sequence[ClaimedJob]
    limit: float
    result: Future[list[list[Any]]]
    since: float = field(default_factory=time.monotonic)

    @property
    def automation(self) -> str:
        return self.jobs[0].automation

    @property
    def name(self) -> str:
        others = f" and {len(self.jobs) - 1} others" if len(self.jobs) > 1 else ""
        return f"job {self.jobs[0].id}{others} of {self.automation}"


class JobRunner:
    """Runs jobs. Call `run` until cancelled, then `finish`. Set `wakeup` when there are new jobs."""

    def __init__(
        self,
        components: Components,
        writer: Writer,
        readers: Executor,
        changed: Callable[[Changes], None],
        poll_interval: float | None = None,
        clock: WallClock | None = None,
    ) -> None:
        """Prepare the worker; it calls `changed` with the changes of each finished job."""
        self.wakeup = Wakeup(clock)
        self._components = components
        self._store = components.store
        self._writer = writer
        self._readers = readers
        self._changed = changed
        self._poll_interval = poll_interval
        self._recovered = time.monotonic()
        self._gather_until = 0.0
        self._runs: set[_Run] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def recover(self, started: bool = True) -> None:
        """Queue the jobs again that a daemon was running when it died."""
        self._recovered = time.monotonic()
        await self._writer.call(WritePriority.INTERNAL, lambda: self._store.jobs.recover(started))

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            free = self._free()
            due = await loop.run_in_executor(self._readers, self._store.jobs.next_due, free) if free else None
            await self.wakeup.wait(due, _POLL_EVERY if self._runs else self._poll_interval)
            self._disable_hanging_plugins()
            if self._poll_interval is not None and time.monotonic() - self._recovered > _RECOVER_EVERY:
                await self.recover(started=False)
            await asyncio.sleep(self._gather_until - loop.time())
            while (free := self._free()) and (jobs := await self._claim(free)):
                self._gather_until = loop.time() + (_GATHER if len(jobs) < BATCH else 0.0)
                self._start(jobs)

    async def finish(self, within: float) -> int:
        """Wait for running jobs. Return how many did not end; these run again at the next start."""
        if not self._tasks:
            return 0
        _, hanging = await asyncio.wait(self._tasks, timeout=within)
        for task in hanging:
            task.cancel()
        return len(hanging)

    def _free(self) -> list[str]:
        """Return the automations and actions whose plugins have a free thread."""
        busy = [plugin_of(run.automation) for run in self._runs]
        return [name for name, owned in self._components.plugins.jobs.items() if busy.count(owned.plugin) < CONCURRENCY]

    async def _claim(self, free: Sequence[str]) -> list[ClaimedJob]:
        kinds = self._components.plugins.jobs
        together = [name for name in free if name in kinds and kinds[name].type.run_many is not None]
        return await self._writer.call(WritePriority.INTERNAL, lambda: self._store.jobs.claim(BATCH, free, together))

    def _start(self, jobs: Sequence[ClaimedJob]) -> None:
        owned = self._components.plugins.jobs.get(jobs[0].automation)
        if owned is None:  # disabled meanwhile
            tasks = [asyncio.create_task(self._requeue(job, "the plugin is off", counted=False)) for job in jobs]
        else:
            run = self._start_thread(owned.type, jobs)
            tasks = [asyncio.create_task(self._finish_run(owned.type, run), name=run.name)]
        for task in tasks:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _start_thread(self, kind: JobType, jobs: Sequence[ClaimedJob]) -> _Run:
        run = _Run(jobs, kind.seconds, Future())
        self._runs.add(run)
        run.result.add_done_callback(lambda _: self._ended(run))
        threading.Thread(target=self._work, args=(kind, run), name=run.name, daemon=True).start()
        return run

    def _ended(self, run: _Run) -> None:
        self._runs.discard(run)
        self.wakeup.set()

    # --- in the thread of the job ---------------------------------------------------------------------

    def _work(self, kind: JobType, run: _Run) -> None:
        try:
            happenings = [Happening(job.event, job.kind, job.ticket, job.actor, job.at, job.facts) for job in run.jobs]
            with contextlib.ExitStack() as stack:
                context = LazyContext(
                    self._components, plugin_of(run.automation), lambda: stack.enter_context(self._store.reading())
                )
                if kind.run_many is not None and len(happenings) > 1:
                    results = [list(items) for items in kind.run_many(happenings, context)]
                else:
                    results = [list(kind.run(happening, context)) for happening in happenings]
            if len(results) != len(happenings):
                raise ValueError(f"{len(results)} results for {len(happenings)} events")
            for item in (item for items in results for item in items):
                if not isinstance(item, Write):
                    check_action(item)
        except BaseException as error:  # noqa: BLE001 - a plugin may even call sys.exit
            run.result.set_exception(_Failed(error))
        else:
            run.result.set_result(results)

    # --- in the loop --------------------------------------------------------------------------------------

    async def _finish_run(self, kind: JobType, run: _Run) -> None:
        if len(run.jobs) == 1:
            await self._finish_job(run)
        elif not await self._finish_batch(run):
            for job in run.jobs:
                if run.result.done():
                    await self._finish_job(self._start_thread(kind, [job]))
                else:  # the call hangs; a job that was tried before runs alone
                    await self._requeue(job, f"took longer than {run.limit:g} s together with others")

    async def _finish_batch(self, run: _Run) -> bool:
        """Write the results of a call for several jobs. Return False if the jobs must run alone."""
        try:
            async with asyncio.timeout(run.limit):
                results = await asyncio.shield(asyncio.wrap_future(run.result))
            changes = await self._writer.call(
                WritePriority.INTERNAL, lambda: self._execute(run.jobs, plugin_of(run.automation), results)
            )
        except Exception as error:  # noqa: BLE001 - after any error each job runs alone and reports its own
            log.warning("%s failed together and run one by one: %s", run.name, _line(_cause(error)))
            return False
        self._changed(changes)
        return True

    async def _finish_job(self, run: _Run) -> None:
        [job], plugin = run.jobs, plugin_of(run.automation)
        try:
            async with asyncio.timeout(run.limit):
                results = await asyncio.shield(asyncio.wrap_future(run.result))
            changes = await self._writer.call(WritePriority.INTERNAL, lambda: self._execute(run.jobs, plugin, results))
        except TimeoutError:
            log.error("the plugin %s took longer than %g s over job %d (%s)", plugin, run.limit, job.id, job.automation)
            await self._requeue(job, f"took longer than {run.limit:g} s")
        except Exception as error:  # noqa: BLE001 - the outcome of a job is recorded after any error
            await self._failed(job, plugin, error)
        else:
            self._changed(changes)

    def _execute(self, jobs: Sequence[ClaimedJob], plugin: str, results: Sequence[Sequence[Any]]) -> Changes:
        """Write the results of jobs and their end in one transaction.

        Nothing is written for a job that another daemon has claimed meanwhile.
        """
        actor = Actor.system(plugin)

        def work(unit: Unit, connection: Any) -> Changes:
            ours = self._store.jobs.finish(connection, [job.id for job in jobs])
            context = PluginRequestContext(self._components, plugin, connection, lambda needed: actor, unit)
            _expect(unit, {job.ticket for job in jobs if job.ticket is not None})
            for job, items in zip(jobs, results, strict=True):
                unit.job_depth = job.depth + 1
                for item in items if job.id in ours else ():
                    if isinstance(item, Write):
                        call_plugin(self._components, plugin, lambda: item.work(context))  # noqa: B023 - called at once
                    else:
                        execute_in_unit(unit, item, actor)
            return unit.changes

        return self._store.with_connection(work, name="job")

    async def _failed(self, job: ClaimedJob, plugin: str, error: BaseException) -> None:
        cause = _cause(error)
        if isinstance(cause, Unavailable) or self._store.is_at_fault(cause):
            await self._requeue(job, _line(cause), counted=False)
            return
        shown = cause if not isinstance(cause, DeskctlError) else cause.__cause__
        log.error(
            "the plugin %s failed over job %d (%s): %s", plugin, job.id, job.automation, _line(cause), exc_info=shown
        )
        await self._requeue(job, _line(cause))

    async def _requeue(self, job: ClaimedJob, error: str, *, counted: bool = True) -> None:
        """Queue a job again, durably. Waits while the store cannot be written."""
        later = retry_delay(job.tries) if counted else _LATER
        due = None if later is None else datetime.now(UTC) + later
        if due is None:
            log.error(
                "job %d of %s failed and is not retried any more: see deskctl plugin jobs", job.id, job.automation
            )
        while True:
            try:
                await self._writer.call(
                    WritePriority.INTERNAL, lambda: self._store.jobs.put_back(job.id, error, due, counted)
                )
            except Unavailable:
                await asyncio.sleep(_LATER.total_seconds())
            else:
                self.wakeup.set()
                return

    def _disable_hanging_plugins(self) -> None:
        """Disable plugins whose threads hang, until the daemon restarts."""
        now = time.monotonic()
        for run in list(self._runs):
            plugin = plugin_of(run.automation)
            if now - run.since > GIVE_UP_AFTER * run.limit and run.automation in self._components.plugins.jobs:
                why = f"its job {run.automation} hangs: {now - run.since:.0f} s over job {run.jobs[0].id}"
                log.error("the plugin %s is disabled: %s; restart the daemon after it is repaired", plugin, why)
                self._components.plugins.disable(plugin, why)


def _expect(unit: Unit, tickets: Collection[int]) -> None:
    """Let the first command of several jobs load the tickets of all of them."""
    Tickets.of(unit).expect(tickets)
    Tickets.of(unit).expect_merged(tickets)
    Messages.of(unit).expect_heads(tickets)
    Histories.of(unit).expect(tickets)


class _Failed(Exception):
    """Wraps an exception of a plugin thread, because SystemExit and similar exceptions must not end the loop."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(str(cause))
        self.cause = cause


def _cause(error: BaseException) -> BaseException:
    return error.cause if isinstance(error, _Failed) else error


def _line(error: BaseException) -> str:
    if isinstance(error, DeskctlError):
        return error.what
    text = (str(error).splitlines() or [""])[0][:200]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
