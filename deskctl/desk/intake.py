"""Turn journal rows into tickets: in batches, one by one after a failed batch. A row that fails alone is quarantined.

Parsing happens outside the transaction. If the store is unavailable, the caller gets the error and no row counts as
failed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

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
from deskctl.desk.ports import Run, Store, run_directly
from deskctl.errors import Unavailable
from deskctl.faultpoints import reach

log = logging.getLogger("deskctl.intake")

Parse = Callable[[bytes, Envelope], InboundMessage]

#: The limits of a batch: large enough to share a commit, small enough for memory and for writes in between.
BATCH_ROWS = 50
BATCH_BYTES = 4 * 1024 * 1024

_INTAKE = Actor.system("intake")
_WAITING = JournalState.WAITING


@dataclass(slots=True)
class Intake:
    """Processes journal rows. `parsers` are by channel; `changed` is called with the changes of each commit.

    `counted` are the rows whose current attempt is already recorded in the journal, with the number of their attempts:
    a retry after an error of the store in the same process is not a further attempt. `mark` records while such a row
    waits. `shared`: other daemons may process the same journal (PostgreSQL), so each row is locked and read again
    before it is processed. `isolated` are the channels whose messages are parsed in another process: parsing cannot
    end this process, so if it dies meanwhile, the message is not the cause.
    """

    store: Store
    parsers: Mapping[str, Parse]
    run: Run = run_directly
    changed: Callable[[Changes], None] = lambda changes: None
    shared: bool = False
    mark: AttemptMark | None = None
    isolated: frozenset[str] = frozenset()
    counted: dict[int, int] = field(default_factory=dict)

    def process(self, rows: Sequence[JournalRow]) -> None:
        """Turn each row into a message or quarantine it. Raises Unavailable if the store fails."""
        if len(rows) == 1 or any(row.singly for row in rows):
            for row in rows:
                self._single(row)
            return
        self.run(lambda: self.store.journal.start_batch([row.id for row in rows]))
        try:
            self._commit([self._receive(row) for row in rows])
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - an error of one row must not affect the others
            log.warning("a batch of %d messages failed and is processed one by one: %s", len(rows), _reason(error))
            for row in rows:
                self._single(row)

    def _single(self, row: JournalRow) -> None:
        if row.id not in self.counted:
            self._mark_waiting(row.id, row.attempts + 1)
            self.counted[row.id] = self.run(lambda: self.store.journal.start_single(row.id))
            if self.counted[row.id] > MAX_ATTEMPTS:
                self._quarantine(row, f"the process died {MAX_ATTEMPTS} times while it processed the message")
                return
        if row.channel not in self.isolated:
            self._mark_working()
        try:
            receive = self._receive(row)
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

    def _receive(self, row: JournalRow) -> Receive:
        parse = self.parsers.get(row.channel)
        if parse is None:
            raise LookupError(f"the channel {row.channel} is not configured any more")
        reach("intake.parse")
        return Receive(row.id, row.channel, row.envelope, parse(row.raw, row.envelope), row.raw_sha256)

    def _commit(self, commands: Sequence[Receive | Quarantine]) -> None:
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

        self.changed(self.run(lambda: self.store.transaction(work, name="intake")))

    def _quarantine(self, row: JournalRow, reason: str, message: InboundMessage | None = None) -> None:
        log.warning("journal row %d of %s is quarantined: %s", row.id, row.channel, reason)
        sender = message.sender if message else row.envelope.sender or None
        subject = message.subject if message else None
        self._commit([Quarantine(row.id, row.channel, reason, sender, subject)])
        self.counted.pop(row.id, None)


def _reason(error: Exception) -> str:
    """Return an error as one line, without the content of the message."""
    first = (str(error).splitlines() or [""])[0][:200]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
