"""The writer thread: commands of agents go first, deliveries share commits, and no write starves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deskctl.core.intake.journal import JournalEntry, PreparedEntry
from deskctl.core.kernel.settings import Settings
from deskctl.core.messages.model import Envelope
from deskctl.daemon.writer import MAX_WAIT, Stopped, WritePriority, Writer
from deskctl.desk.ports import Journal
from deskctl.errors import Unavailable
from deskctl.store import Store

WaitUntil = Callable[..., object]


def entry(key: str, raw: bytes = b"hello") -> JournalEntry:
    return JournalEntry("support", key, Envelope("test", datetime.now(UTC)), raw)


class Watched:
    """A journal that counts its commits and fails on request."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.commits: list[int] = []
        self.unavailable = False

    def append(self, entries: Sequence[JournalEntry | PreparedEntry]) -> list[bool]:
        if self.unavailable:
            raise Unavailable("the disk is full")
        if any(e.key == "poison" for e in entries):
            raise ValueError("poison")
        self.commits.append(len(entries))
        return self._journal.append(entries)

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Watched]:
    store = Store.open(f"sqlite:///{tmp_path / 'desk.db'}", Settings(), migrate=True)
    yield Watched(store.journal)
    store.close()


@pytest.fixture
def writer(journal: Watched) -> Iterator[Writer]:
    writer = Writer(journal)  # type: ignore[arg-type]
    writer.start()
    yield writer
    writer.stop()


class Busy:
    """Keeps the writer busy until `end`, so that other writes have to wait."""

    def __init__(self, writer: Writer) -> None:
        self._let_go, begun = threading.Event(), threading.Event()

        def work() -> None:
            begun.set()
            self._let_go.wait(10)

        self.future = writer.submit(WritePriority.COMMAND, work)
        assert begun.wait(10)

    def end(self) -> None:
        self._let_go.set()
        self.future.result(10)


def test_command_of_an_agent_goes_first(writer: Writer) -> None:
    order: list[str] = []
    busy = Busy(writer)
    waiting = [
        writer.submit(turn, lambda turn=turn: order.append(turn.name))
        for turn in (WritePriority.INTAKE, WritePriority.INTERNAL, WritePriority.COMMAND)
    ]
    busy.end()
    for future in waiting:
        future.result(10)
    assert order == ["COMMAND", "INTERNAL", "INTAKE"]


def test_overdue_batch_does_not_wait_for_all_commands(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MAX_WAIT, WritePriority.INTAKE, -1.0)
    order: list[str] = []
    busy = Busy(writer)
    turns = (*[WritePriority.COMMAND] * 10, WritePriority.INTAKE)
    waiting = [writer.submit(turn, lambda turn=turn: order.append(turn.name)) for turn in turns]
    busy.end()
    for future in waiting:
        future.result(10)
    assert sorted(order[:2]) == ["COMMAND", "INTAKE"]


def test_waiting_deliveries_share_one_commit(writer: Writer, journal: Watched) -> None:
    async def deliver() -> list[bool]:
        busy = Busy(writer)
        tasks = [asyncio.create_task(writer.deliver(entry(f"k{n}"))) for n in range(20)]
        await asyncio.sleep(0)
        busy.end()
        return await asyncio.gather(*tasks)

    assert asyncio.run(deliver()) == [True] * 20
    assert journal.commits == [20]


def test_single_delivery_commits_at_once(writer: Writer, journal: Watched) -> None:
    assert writer.deliver_blocking([entry("only")]) == [True]
    assert journal.commits == [1]


def test_repeated_key_is_not_new(writer: Writer) -> None:
    assert writer.deliver_blocking([entry("a"), entry("b")]) == [True, True]
    assert writer.deliver_blocking([entry("b"), entry("c")]) == [False, True]


def test_failing_delivery_does_not_affect_others_of_its_commit(writer: Writer) -> None:
    async def deliver() -> list[object]:
        busy = Busy(writer)
        tasks = [asyncio.create_task(writer.deliver(entry(raw.decode(), raw))) for raw in (b"a", b"poison", b"b")]
        await asyncio.sleep(0)
        busy.end()
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, second, third = asyncio.run(deliver())
    assert (first, third) == (True, True)
    assert isinstance(second, ValueError)


def test_unavailable_store_is_an_error_for_each_delivery(writer: Writer, journal: Watched) -> None:
    journal.unavailable = True
    with pytest.raises(Unavailable, match="disk is full"):
        writer.deliver_blocking([entry("a")])
    journal.unavailable = False
    assert writer.deliver_blocking([entry("a")]) == [True]


def test_writer_finishes_waiting_writes_before_it_stops(journal: Watched) -> None:
    writer = Writer(journal)  # type: ignore[arg-type]
    writer.start()
    busy = Busy(writer)
    last = writer.submit(WritePriority.INTAKE, lambda: "written")
    threading.Timer(0.05, busy.end).start()
    writer.stop()
    assert last.result(0) == "written"
    with pytest.raises(Stopped):
        writer.submit(WritePriority.COMMAND, lambda: None)
