"""Record the steps of deliveries durably: marks before the transmission, and results after it.

Steps that wait while the writer is busy share one commit. Most of the cost of a result is the cost of its commit and of
loading what all results need, so results can also wait for others.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from deskctl.core.delivery.commands import SettleDelivery
from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.unit import Unit
from deskctl.core.tickets.repository import Tickets
from deskctl.daemon.writer import WritePriority, Writer
from deskctl.desk.execution import Executed, execute_in_unit
from deskctl.desk.ports import Store
from deskctl.errors import Refused, Unavailable

log = logging.getLogger("deskctl.daemon.deliveries")

#: The maximum number of steps of one commit. Other writes wait for it, so it must not be long.
LIMIT = 50
#: The number of held results that are recorded without a further reason. If the daemon dies before that, these messages
#: are uncertain.
MOST_HELD = 16

_SENDER = Actor.system("sender")


@dataclass(eq=False, slots=True)
class _Mark:
    entry: int
    future: Future[None]


@dataclass(eq=False, slots=True)
class _Result:
    command: SettleDelivery
    future: Future[Executed | None]


_Step = _Mark | _Result


class DeliveryRecorder:
    """Records the steps of deliveries in the writer thread. Its methods can be called in any thread."""

    def __init__(self, store: Store, writer: Writer) -> None:
        self._store = store
        self._writer = writer
        self._lock = threading.Lock()
        self._waiting: list[_Step] = []
        self._held: list[_Step] = []

    def mark_sending(self, entry: int) -> Future[None]:
        """Mark a claimed message as being sent. Fails with Refused if it must not be sent any more."""
        future: Future[None] = Future()
        self._add(_Mark(entry, future))
        return future

    def settle(self, command: SettleDelivery, hold: bool = False) -> Future[Executed | None]:
        """Record the result of an attempt. Fails with Unavailable while the store cannot be written.

        With `hold`, the result waits for `flush`, for a result without `hold`, or for MOST_HELD results. Of the results
        that share a commit, one gets the changes of all, the others None.
        """
        future: Future[Executed | None] = Future()
        with self._lock:
            self._held.append(_Result(command, future))
            hold = hold and len(self._held) < MOST_HELD
        if not hold:
            self.flush()
        return future

    def flush(self) -> None:
        """Record the results that are held."""
        with self._lock:
            held, self._held = self._held, []
        self._add(*held)

    def _add(self, *steps: _Step) -> None:
        with self._lock:
            first = not self._waiting
            self._waiting += steps
        if first and steps:
            self._submit()

    def _submit(self) -> None:
        try:
            self._writer.submit(WritePriority.INTERNAL, self._record_waiting)
        except Unavailable as error:  # the daemon is stopping
            while self._waiting:
                for step in self._take():
                    step.future.set_exception(error)

    def _take(self) -> list[_Step]:
        with self._lock:
            taken, self._waiting = self._waiting[:LIMIT], self._waiting[LIMIT:]
        return [step for step in taken if step.future.set_running_or_notify_cancel()]

    # --- the writer thread ------------------------------------------------------------------------

    def _record_waiting(self) -> None:
        """Record waiting steps; the others in a further write, so that writes with a higher priority come between."""
        steps = self._take()
        with self._lock:
            more = bool(self._waiting)
        if more:
            try:
                self._writer.submit(WritePriority.INTERNAL, self._record_waiting)
                more = False
            except Unavailable:  # the daemon is stopping: no other write comes
                pass
        if steps:
            self._record(steps)
        if more:
            self._record_waiting()

    def _record(self, steps: Sequence[_Step]) -> None:
        marks = [step for step in steps if isinstance(step, _Mark)]
        results = [step for step in steps if isinstance(step, _Result)]
        try:
            refusals, performed = self._write([step.entry for step in marks], [step.command for step in results])
        except BaseException as error:  # noqa: BLE001 - the callers get the error; the thread continues
            if len(steps) == 1 or isinstance(error, Unavailable):
                for step in steps:
                    step.future.set_exception(error)
            else:
                log.debug("%d steps are recorded one by one: %s", len(steps), error)
                for step in steps:  # one of them caused the error; the others must not fail with it
                    self._record([step])
            return
        for step in marks:
            if step.entry in refusals:
                step.future.set_exception(refusals[step.entry])
            else:
                step.future.set_result(None)
        for number, result in enumerate(results):
            result.future.set_result(None if number else performed)

    def _write(self, entries: list[int], commands: list[SettleDelivery]) -> tuple[dict[int, Refused], Executed | None]:
        if not commands:
            return self._store.outbox.mark_all_sending(entries), None

        def work(unit: Unit, connection: Any) -> tuple[dict[int, Refused], Executed]:
            refusals = self._store.outbox.mark_sending_in(connection, entries) if entries else {}
            Outbox.of(unit).load([command.outbox for command in commands])
            Tickets.of(unit).load([entry.ticket for entry in Outbox.of(unit).loaded if entry.ticket is not None])
            executed = [execute_in_unit(unit, command, _SENDER) for command in commands]
            return refusals, executed[-1]

        return self._store.with_connection(work, name="settle")
