"""The writer's turns: agents first, deliveries share commits, nobody starves, one fault hurts one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deskctl.core.journal import JournalEntry
from deskctl.core.messages import Envelope
from deskctl.core.settings import Settings
from deskctl.daemon.writer import PATIENCE, Stopped, WritePriority, Writer
from deskctl.desk.ports import Journal
from deskctl.errors import Unavailable
from deskctl.store import Store

WaitUntil = Callable[..., object]


def entry(key: str, raw: bytes = b"hello") -> JournalEntry:
    return JournalEntry("support", key, Envelope("test", datetime.now(UTC)), raw)


class Watched:
    """A journal that counts its commits, and fails where it is told to."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.commits: list[int] = []
        self.unavailable = False

    def append(self, entries: Sequence[JournalEntry]) -> list[bool]:
        if self.unavailable:
            raise Unavailable("the disk is full")
        if any(e.raw == b"poison" for e in entries):
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
    """Keeps the writer at work until it is let go, so that others have to wait in line."""

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


def test_an_agents_command_goes_before_everything_that_waits(writer: Writer) -> None:
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


def test_a_batch_that_waited_long_does_not_wait_for_every_agent(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PATIENCE, WritePriority.INTAKE, -1.0)
    order: list[str] = []
    busy = Busy(writer)
    turns = (*[WritePriority.COMMAND] * 10, WritePriority.INTAKE)
    waiting = [writer.submit(turn, lambda turn=turn: order.append(turn.name)) for turn in turns]
    busy.end()
    for future in waiting:
        future.result(10)
    assert sorted(order[:2]) == ["COMMAND", "INTAKE"]


def test_deliveries_that_wait_share_one_commit(writer: Writer, journal: Watched) -> None:
    async def deliver() -> list[bool]:
        busy = Busy(writer)
        tasks = [asyncio.create_task(writer.deliver(entry(f"k{n}"))) for n in range(20)]
        await asyncio.sleep(0)
        busy.end()
        return await asyncio.gather(*tasks)

    assert asyncio.run(deliver()) == [True] * 20
    assert journal.commits == [20]


def test_a_lone_delivery_waits_for_no_company(writer: Writer, journal: Watched) -> None:
    assert writer.deliver_blocking([entry("only")]) == [True]
    assert journal.commits == [1]


def test_the_same_key_again_is_known(writer: Writer) -> None:
    assert writer.deliver_blocking([entry("a"), entry("b")]) == [True, True]
    assert writer.deliver_blocking([entry("b"), entry("c")]) == [False, True]


def test_one_delivery_that_cannot_be_kept_does_not_spoil_the_others(writer: Writer) -> None:
    async def deliver() -> list[object]:
        busy = Busy(writer)
        tasks = [asyncio.create_task(writer.deliver(entry(raw.decode(), raw))) for raw in (b"a", b"poison", b"b")]
        await asyncio.sleep(0)
        busy.end()
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, second, third = asyncio.run(deliver())
    assert (first, third) == (True, True)
    assert isinstance(second, ValueError)


def test_a_store_that_cannot_be_written_is_told_to_each(writer: Writer, journal: Watched) -> None:
    journal.unavailable = True
    with pytest.raises(Unavailable, match="disk is full"):
        writer.deliver_blocking([entry("a")])
    journal.unavailable = False
    assert writer.deliver_blocking([entry("a")]) == [True]


def test_what_waits_is_written_before_the_writer_stops(journal: Watched) -> None:
    writer = Writer(journal)  # type: ignore[arg-type]
    writer.start()
    busy = Busy(writer)
    last = writer.submit(WritePriority.INTAKE, lambda: "written")
    threading.Timer(0.05, busy.end).start()
    writer.stop()
    assert last.result(0) == "written"
    with pytest.raises(Stopped):
        writer.submit(WritePriority.COMMAND, lambda: None)
