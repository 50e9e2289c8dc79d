"""Turn journal rows into tickets: in batches, one by one after a failed batch. A row that fails alone is quarantined.

Parsing happens outside the transaction; the next batch is parsed while one is written. If the store is unavailable,
the caller gets the error and no row counts as failed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from deskctl.core import features as dispatch
from deskctl.core.intake.commands import Quarantine, Receive
from deskctl.core.intake.journal import MAX_ATTEMPTS, JournalRow, JournalState
from deskctl.core.intake.preload import preload
from deskctl.core.intake.repository import Journal
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.changes import Changes
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.model import Envelope, InboundMessage
from deskctl.desk.attempt_mark import AttemptMark
from deskctl.desk.ports import Store
from deskctl.errors import Unavailable
from deskctl.faultpoints import reach

log = logging.getLogger("deskctl.intake")

T = TypeVar("T")

Parse = Callable[[bytes, Envelope], InboundMessage]
ParseAll = Callable[[Sequence[tuple[Parse, bytes, Envelope]]], list[InboundMessage]]
Submit = Callable[[Callable[[], Any]], Future[Any]]

#: The limits of a batch: large enough to share a commit, small enough for memory and for writes in between.
BATCH_ROWS = 100
BATCH_BYTES = 4 * 1024 * 1024

_INTAKE = Actor.system("intake")
_WAITING = JournalState.WAITING


def submit_directly(work: Callable[[], Any]) -> Future[Any]:
    """Run `work` now. Errors are in the result."""
    future: Future[Any] = Future()
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001 - the caller gets it with the result
        future.set_exception(error)
    return future


def parse_one_by_one(messages: Sequence[tuple[Parse, bytes, Envelope]]) -> list[InboundMessage]:
    """Parse messages in this thread."""
    return [parse(raw, envelope) for parse, raw, envelope in messages]


@dataclass(frozen=True, slots=True)
class Batch:
    """Journal rows that are parsed. Without `commands` they are processed one by one."""

    rows: Sequence[JournalRow]
    commands: Sequence[Receive] | None = None
    #: True if the journal records already that the rows are in a batch.
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Commit:
    """A batch whose transaction was started, if it has one."""

    batch: Batch
    changes: Future[Changes] | None = None

    @property
    def last(self) -> int:
        """The id of the last row."""
        return self.batch.rows[-1].id


@dataclass(slots=True)
class Intake:
    """Processes journal rows. `parsers` are by channel; `changed` is called with the changes of each commit.

    `submit` starts a write. `parse_all` parses the messages of a batch.
    `counted` are the rows whose current attempt is already recorded in the journal, with the number of their attempts:
    a retry after an error of the store in the same process is not a further attempt. `mark` records while such a row
    waits. `shared`: other daemons may process the same journal (PostgreSQL), so each row is locked and read again
    before it is processed. `isolated` are the channels whose messages are parsed in another process: parsing cannot
    end this process, so if it dies meanwhile, the message is not the cause.
    """

    store: Store
    parsers: Mapping[str, Parse]
    submit: Submit = submit_directly
    parse_all: ParseAll = parse_one_by_one
    changed: Callable[[Changes], None] = lambda changes: None
    shared: bool = False
    mark: AttemptMark | None = None
    isolated: frozenset[str] = frozenset()
    counted: dict[int, int] = field(default_factory=dict)
    #: The time of the last transaction of a batch.
    seconds_per_row: float = 0.002

    def process(self, rows: Sequence[JournalRow]) -> None:
        """Turn each row into a message or quarantine it. Raises Unavailable if the store fails."""
        self.finish(self.start(self.prepare(rows)))

    def can_prepare(self, rows: Sequence[JournalRow]) -> bool:
        """Return True if the rows can be parsed while an earlier batch is written.

        A row that is processed alone must wait, and so must a message that is parsed in this process: the journal
        records first that it may be the cause if the process dies.
        """
        return not _are_single(rows) and self._are_isolated(rows)

    def prepare(self, rows: Sequence[JournalRow]) -> Batch:
        """Parse the rows of a batch."""
        if _are_single(rows):
            return Batch(rows)
        marked = not self._are_isolated(rows)
        if marked:
            self._run(lambda: self._mark_batch(rows))
        try:
            parsers = [self._parser(row) for row in rows]
            messages = self.parse_all([(p, row.raw, row.envelope) for p, row in zip(parsers, rows, strict=True)])
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - an error of one row must not affect the others
            _log_failed_batch(rows, error)
            return Batch(rows, marked=marked)
        return Batch(rows, [_receive(row, message) for row, message in zip(rows, messages, strict=True)], marked)

    def start(self, batch: Batch) -> Commit:
        """Start the transaction of a batch."""
        commands = batch.commands
        if commands is None:
            return Commit(batch)

        def work() -> Changes:
            began = time.perf_counter()
            if not batch.marked:
                self._mark_batch(batch.rows)
            changes = self._transaction(commands)
            self.seconds_per_row = (time.perf_counter() - began) / len(commands)
            return changes

        return Commit(batch, self.submit(work))

    def finish(self, commit: Commit) -> None:
        """Wait for the transaction of a batch. If it fails, process the rows one by one."""
        rows = commit.batch.rows
        if commit.changes is not None:
            try:
                changes = commit.changes.result()
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - an error of one row must not affect the others
                _log_failed_batch(rows, error)
            else:
                self.changed(changes)
                return
        for row in rows:
            self._single(row)

    def _run(self, work: Callable[[], T]) -> T:
        result: T = self.submit(work).result()
        return result

    def _are_isolated(self, rows: Sequence[JournalRow]) -> bool:
        return all(row.channel in self.isolated for row in rows)

    def _mark_batch(self, rows: Sequence[JournalRow]) -> None:
        self.store.journal.start_batch([row.id for row in rows])

    def _single(self, row: JournalRow) -> None:
        if row.id not in self.counted:
            self._mark_waiting(row.id, row.attempts + 1)
            self.counted[row.id] = self._run(lambda: self.store.journal.start_single(row.id))
            if self.counted[row.id] > MAX_ATTEMPTS:
                self._quarantine(row, f"the process died {MAX_ATTEMPTS} times while it processed the message")
                return
        if row.channel not in self.isolated:
            self._mark_working()
        try:
            receive = _receive(row, self._parser(row)(row.raw, row.envelope))
        except Exception as error:  # noqa: BLE001 - a channel's parser must not stop intake
            self._quarantine(row, f"could not be read: {_reason(error)}")
            return
        if row.channel not in self.isolated:
            self._mark_waiting(row.id, self.counted[row.id])
        reach("intake.parsed")
        try:
            self._commit([receive])
        except Unavailable:
            self._mark_waiting(row.id, self.counted[row.id])
            raise
        except Exception as error:
            log.exception("journal row %d of %s cannot be processed", row.id, row.channel)
            self._quarantine(row, _reason(error), receive.message)
        else:
            self.counted.pop(row.id, None)

    def _mark_waiting(self, row: int, attempts: int) -> None:
        if self.mark is not None:
            self.mark.set(row, attempts)

    def _mark_working(self) -> None:
        if self.mark is not None:
            self.mark.clear()

    def _parser(self, row: JournalRow) -> Parse:
        parse = self.parsers.get(row.channel)
        if parse is None:
            raise LookupError(f"the channel {row.channel} is not configured any more")
        reach("intake.parse")
        return parse

    def _commit(self, commands: Sequence[Receive | Quarantine]) -> None:
        self.changed(self._run(lambda: self._transaction(commands)))

    def _transaction(self, commands: Sequence[Receive | Quarantine]) -> Changes:
        def work(unit: Unit) -> Changes:
            self._mark_working()
            mine = commands
            if self.shared:
                states = Journal.of(unit).source.journal_states([command.journal for command in commands])
                mine = [command for command in commands if states.get(command.journal) is _WAITING]
            preload(unit, [command for command in mine if isinstance(command, Receive)])
            for command in mine:
                dispatch.execute(unit, command, _INTAKE)
            return unit.changes

        return self.store.transaction(work, name="intake")

    def _quarantine(self, row: JournalRow, reason: str, message: InboundMessage | None = None) -> None:
        log.warning("journal row %d of %s is quarantined: %s", row.id, row.channel, reason)
        sender = message.sender if message else row.envelope.sender or None
        subject = message.subject if message else None
        self._commit([Quarantine(row.id, row.channel, reason, sender, subject)])
        self.counted.pop(row.id, None)


def _receive(row: JournalRow, message: InboundMessage) -> Receive:
    return Receive(row.id, row.channel, row.envelope, message, row.raw_sha256)


def _are_single(rows: Sequence[JournalRow]) -> bool:
    return len(rows) == 1 or any(row.singly for row in rows)


def _log_failed_batch(rows: Sequence[JournalRow], error: Exception) -> None:
    log.warning("a batch of %d messages failed and is processed one by one: %s", len(rows), _reason(error))


def _reason(error: Exception) -> str:
    """Return an error as one line, without the content of the message."""
    first = (str(error).splitlines() or [""])[0][:200]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
