"""An upgrade of a SQLite store leaves a copy of the old store, or does not start."""

from __future__ import annotations

import gzip
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from deskctl.core.kernel.settings import Settings
from deskctl.core.tickets.queries import ListTickets
from deskctl.errors import Unavailable
from deskctl.store import Store, migrate
from deskctl.store.copy import copy
from deskctl.store.revision import HEAD

WRITTEN = Path(__file__).parent / "written"


@pytest.fixture
def old_store(tmp_path: Path) -> Path:
    """Return a store that revision 0009 wrote."""
    path = tmp_path / "desk" / "desk.db"
    path.parent.mkdir()
    path.write_bytes(gzip.decompress((WRITTEN / "revision-0009.sqlite.gz").read_bytes()))
    path.chmod(0o640)
    return path


def upgraded(path: Path) -> Path | None:
    """Upgrade the store and return the copy, None if there is none."""
    copied: list[Path] = []
    migrate.upgrade(f"sqlite:///{path}", copied=copied.append)
    return copied[0] if copied else None


def copies(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.bak"))


def test_copy_equals_the_old_store_and_is_private(old_store: Path) -> None:
    with closing(sqlite3.connect(old_store)) as before:
        dump = list(before.iterdump())
    made = upgraded(old_store)
    assert made is not None
    assert copies(old_store) == [made]
    assert made.name.startswith("desk.db.0009-20")
    assert made.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(made)) as copied:
        assert list(copied.iterdump()) == dump
    assert {path.name for path in old_store.parent.iterdir()} <= {"desk.db", "desk.db-wal", "desk.db-shm", made.name}
    assert migrate.status(f"sqlite:///{old_store}").revision == HEAD
    assert migrate.status(f"sqlite:///{made}").revision == "0009"


def test_copy_includes_data_that_only_the_log_contains(old_store: Path) -> None:
    with closing(sqlite3.connect(old_store, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE late (x)")
        assert old_store.with_name("desk.db-wal").stat().st_size > 0
        made = upgraded(old_store)
    assert made is not None
    with closing(sqlite3.connect(made)) as copied:
        assert copied.execute("SELECT count(*) FROM late").fetchone() == (0,)


def test_new_or_current_store_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    for _ in range(2):
        assert upgraded(path) is None
    assert copies(path) == []


def test_copies_of_the_same_second_have_different_names(old_store: Path) -> None:
    made = upgraded(old_store)
    assert made is not None
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert len({copy(old_store, "0009", at, 1.0) for _ in range(3)}) == 3
    assert len(copies(old_store)) == 4


def test_upgrade_without_disk_space_changes_nothing(old_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = SimpleNamespace(f_bavail=10, f_frsize=4096)
    monkeypatch.setattr(os, "statvfs", lambda path: full)
    before = old_store.read_bytes()
    with pytest.raises(Unavailable, match="no room to copy") as caught:
        migrate.upgrade(f"sqlite:///{old_store}")
    assert "nothing was changed" in caught.value.hint
    assert (copies(old_store), old_store.read_bytes()) == ([], before)


def test_damaged_store_is_not_changed(old_store: Path) -> None:
    with closing(sqlite3.connect(old_store)) as connection:
        size, pages = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "page_count"))
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'messages'").fetchone()[0]
    assert root <= pages
    with old_store.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    before = old_store.read_bytes()
    with pytest.raises(Unavailable, match="damaged"):
        migrate.upgrade(f"sqlite:///{old_store}")
    assert (copies(old_store), old_store.read_bytes()) == ([], before)


def test_data_is_kept_after_the_upgrade(old_store: Path) -> None:
    migrate.upgrade(f"sqlite:///{old_store}")
    store = Store.open(f"sqlite:///{old_store}", Settings())
    assert store.ask(ListTickets(all=True))
    store.close()
