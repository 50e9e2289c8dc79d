"""The store detects that its files were removed before it acknowledges a write."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deskctl.core.intake.queries import ListInbox
from deskctl.core.kernel.settings import Settings
from deskctl.core.operations.queries import StoreStatus
from deskctl.errors import StoreLost
from deskctl.store import Store, migrate
from tests.store.build import Clock, mail, open_ticket


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{path}", Settings(), Clock(), migrate=True)
    store.journal.append([mail("before")])
    yield store
    store.close()


def log(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def remove(path: Path) -> None:
    path.unlink()


def move(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))


def replace(path: Path) -> None:
    shutil.copyfile(path, path.with_suffix(".copy"))
    path.with_suffix(".copy").replace(path)


USES: dict[str, Callable[[Store], object]] = {
    "journal": lambda store: store.journal.append([mail("after")]),
    "command": lambda store: store.transaction(open_ticket),
    "question": lambda store: store.ask(StoreStatus()),
    "outbox": lambda store: store.outbox.recover(),
    "look": lambda store: store.check(),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("happens", [remove, move, replace])
@pytest.mark.parametrize("what", ["store", "log"])
def test_each_operation_detects_removed_files(
    store: Store, path: Path, what: str, happens: Callable[[Path], None], use: str
) -> None:
    heard: list[StoreLost] = []
    store.watch(heard.append)
    happens(path if what == "store" else log(path))
    with pytest.raises(StoreLost) as caught:
        USES[use](store)
    assert str(path) in caught.value.what
    assert caught.value.hint
    assert caught.value.closable == (what == "log" and happens is not replace)
    assert [error.what for error in heard] == [caught.value.what]
    assert not store.writable()


def test_closing_saves_writes_made_before_the_log_was_deleted(store: Store, path: Path) -> None:
    number = store.transaction(open_ticket).number
    log(path).unlink()
    with pytest.raises(StoreLost):
        store.journal.append([mail("after")])
    store.close()
    again = Store.open(f"sqlite:///{path}", Settings(), Clock())
    assert [row["id"] for row in again.ask(ListInbox())] == [1]
    assert again.transaction(open_ticket).number == number + 1
    again.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_log_deleted_in_a_transaction_is_detected_before_the_commit_is_reported(store: Store, path: Path) -> None:
    def work(unit: object) -> None:
        log(path).unlink()

    with pytest.raises(StoreLost):
        store.transaction(work)


def test_further_connection_creates_no_second_log(store: Store, path: Path) -> None:
    """Two logs of one file damage it."""
    with store.reading():  # holds one connection, so that the next reader needs another
        log(path).unlink()
        with pytest.raises(StoreLost), store.reading():
            pass
    assert not log(path).exists()


def test_normal_use_and_checkpoints_are_not_reported_as_loss(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for number in range(20):
        store.journal.append([mail(f"mail {number}")])
        store.check()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        other.execute("VACUUM")
    store.ask(StoreStatus())
    assert store.journal.append([mail("last")]) == [True]
    os.utime(path)
    store.check()


def test_changing_tables_while_the_store_is_open_drops_no_lock(store: Store, path: Path) -> None:
    """The daemon creates tables of plugins at its start. Without locks, another process would delete the log."""
    with migrate.changing(f"sqlite:///{path}"):
        pass
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM tickets'); c.close()"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    store.check()
    assert store.journal.append([mail("after")]) == [True]


def test_close_keeps_data_of_deleted_log_while_another_connection_is_open(store: Store, path: Path) -> None:
    with store.reading():  # as a thread that still answers a query
        log(path).unlink()
        store.close()
        with closing(sqlite3.connect(path.rename(path.with_suffix(".kept")))) as found:
            assert found.execute("SELECT count(*) FROM journal").fetchall() == [(1,)]
