"""Read the workload from a mailbox with a new desk, on either store, and measure time and processor time."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.real.desk import DESKCTL, BenchDesk
from bench.real.intake import MAILS, fill
from bench.real.measure import until
from tests.servers.dovecot import Mailbox

#: Seconds between two checks of progress. A check costs processor time that the daemon does not get.
PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Reading:
    """The result: mails per second, the processor time of the daemon's own process per mail in milliseconds, and the
    numbers of tickets and of generated threads.
    """

    rate: float
    processor: float
    tickets: int
    threads: int

    @property
    def milliseconds(self) -> float:
        """The time per mail."""
        return 1000 / self.rate

    @property
    def differing(self) -> float:
        return float(abs(self.tickets - self.threads))


def read(
    box: Mailbox,
    name: str,
    *,
    url: str = "",
    program: Sequence[str | Path] = (DESKCTL,),
    store: Path | None = None,
) -> Reading:
    """Start the daemon on a full mailbox and wait until every mail is processed. The time contains its start.

    `url` and `program` are those of `BenchDesk`. With `store`, the desk begins with a copy of this SQLite file.
    """
    table = f'[channels.support.imap]\nhost = "{box.host}"\nport = {box.port}\nsecurity = "plain"\n'
    table += f'user = "{box.user}"\npassword = "{box.password}"\n'
    desk = BenchDesk(name, table, url=url, program=program)
    if store is not None:
        _copy(store, desk.store)
    last = desk.count("coalesce(max(id), 0) FROM messages")
    tickets = desk.count("count(*) FROM tickets")
    with desk:  # reading starts with the first login
        until(lambda: desk.count("count(*) FROM channel_state") > 0, 30, "the first login")
    threads = fill(box)
    stored, waiting = f"count(*) FROM messages WHERE id > {last}", "count(*) FROM journal WHERE state = 'waiting'"
    began = time.perf_counter()
    with desk:
        until(lambda: desk.count(stored) >= MAILS and not desk.count(waiting), 900, "every mail is processed", PAUSE)
        seconds = time.perf_counter() - began
        processor = desk.processor()[0] / MAILS * 1000
    return Reading(MAILS / seconds, processor, desk.count("count(*) FROM tickets") - tickets, threads)


def _copy(store: Path, to: Path) -> None:
    """Replace a SQLite file by a copy of another one, and wait until it is on the disk."""
    shutil.copyfile(store, to)
    with to.open("rb") as file:
        os.fsync(file.fileno())
