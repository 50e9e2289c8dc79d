"""A store that fails reports it, loses no data, and works again after the cause is removed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deskctl.core.kernel.settings import Settings
from deskctl.core.tickets.queries import ListTickets
from deskctl.errors import Unavailable
from deskctl.store import Store
from tests.servers.postgres import PostgresServer
from tests.store.build import Clock, mail, open_ticket

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """Return a SQLite store that waits a tenth of a second for locks."""
    store = Store.open(f"sqlite:///{path}", Settings(), Clock(), migrate=True, busy=0.1)
    yield store
    store.close()


def test_store_locked_by_another_process_is_unavailable_and_then_works(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not store.writable()
        with pytest.raises(Unavailable, match="locked"):
            store.journal.append([mail("a")])
        with pytest.raises(Unavailable, match="locked"):
            store.transaction(open_ticket)
        assert store.ask(ListTickets(all=True)) == []  # readers do not wait
        other.execute("ROLLBACK")
    assert store.writable()
    assert store.journal.append([mail("a")]) == [True]
    assert store.transaction(open_ticket).number == 1


@pytest.mark.parametrize("what", ["removed", "replaced"])
def test_removed_file_accepts_no_more_mail(store: Store, path: Path, what: str) -> None:
    """SQLite itself would continue to write to the deleted file."""
    store.journal.append([mail("a")])
    path.rename(path.with_suffix(".old"))
    if what == "replaced":
        path.touch()
    assert not store.writable()
    with pytest.raises(Unavailable, match="removed or replaced"):
        store.journal.append([mail("b")])
    with pytest.raises(Unavailable, match="removed or replaced"):
        store.ask(ListTickets())
    path.with_suffix(".old").rename(path)
    assert store.journal.append([mail("b")]) == [True]


def test_file_that_is_not_a_database_is_reported(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(Unavailable, match="is not a SQLite database"):
        Store.open(f"sqlite:///{path}", Settings())


_FULL = """
    import os, resource, signal, sys
    from deskctl.core.kernel.settings import Settings
    from deskctl.errors import Unavailable
    from deskctl.store import Store
    from tests.store.build import Clock, mail, open_ticket

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    store = Store.open(sys.argv[1], Settings(), Clock())
    store.journal.append([mail("before")])
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, resource.RLIM_INFINITY))
    try:
        store.journal.append([mail("small"), mail("large", os.urandom(6_000_000))])
    except Unavailable as error:
        print("unavailable:", error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print([row.channel for row in store.journal.waiting(10, 10**9)])
    print(store.journal.append([mail("small"), mail("after")]))
"""


def test_full_disk_leaves_no_incomplete_write(store: Store, path: Path) -> None:
    """A limit on file sizes simulates a full disk."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_FULL), f"sqlite:///{path}"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        check=False,
    )
    said = done.stdout.splitlines()
    assert len(said) == 3, done.stderr
    assert said[0].startswith("unavailable: the store")
    assert said[1:] == ["['support']", "[True, True]"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anything")
def test_read_only_file_is_reported(store: Store, path: Path) -> None:
    path.chmod(0o440)
    assert not store.writable()
    with pytest.raises(Unavailable, match="read-only"):
        Store.open(f"sqlite:///{path}", Settings()).journal.append([mail("a")])


def test_restarting_server_is_unavailable_and_then_works(
    postgres: PostgresServer, wait_until: Callable[..., object]
) -> None:
    url = postgres.database()
    store = Store.open(url, Settings(), Clock(), migrate=True)
    try:
        assert store.writable()
        store.journal.append([mail("a")])
        postgres.stop()
        try:
            assert not store.writable()
            with pytest.raises(Unavailable, match="cannot be used"):
                store.journal.append([mail("b")])
            with pytest.raises(Unavailable, match="cannot be used"):
                store.ask(ListTickets())
        finally:
            postgres.start()
        assert store.writable()
        assert store.journal.append([mail("a"), mail("b")]) == [False, True]
    finally:
        store.close()
        postgres.drop(url)
