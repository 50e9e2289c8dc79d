"""Reports of damage and permissions, the copy of an upgrade, and `--as` in queries."""

from __future__ import annotations

import gzip
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.shell import Shell

WRITTEN = Path(__file__).parents[2] / "store" / "written" / "revision-0009.sqlite.gz"


def findings(desk: Shell) -> list[tuple[str, str, str]]:
    rows = desk("doctor", "--json", code=1).rows
    return [(row["check"], row["detail"], row["mend"]) for row in rows if row["state"] == "finding"]


def test_doctor_finds_damage_in_the_store(local_desk: Shell) -> None:
    path = local_desk.folder / "desk.db"
    local_desk("note", "--help")
    assert "integrity" in {row["check"] for row in local_desk("doctor", "--json").rows}
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'outbox'").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\x0d" + os.urandom(size - 1))
    (_, detail, mend), *_ = [row for row in findings(local_desk) if row[0] == "integrity"]
    assert "is damaged" in detail
    assert "backup" in mend


@pytest.mark.parametrize("named", [[], ["--config", "config.toml"]], ids=["here", "named"])
def test_group_writable_folder_is_refused(desk: Shell, named: list[str]) -> None:
    desk("list")
    desk.folder.chmod(0o770)
    for words in (["list"], ["agent", "list"], ["config", "check"], ["db", "status"]):
        error = desk(*words, *named, code=5).err
        assert f"{desk.folder} is writable by its group (mode 770)" in error
        assert f"chmod g-w {desk.folder}" in error
    (row,) = findings(desk)
    assert row[0] == "configuration"
    assert row[1].startswith(f"{desk.folder} is writable by its group (mode 770), so ")
    assert row[2] == f"chmod g-w {desk.folder}"
    desk.folder.chmod(0o700)
    desk("list")


def test_doctor_finds_unwritable_or_exposed_store(local_desk: Shell) -> None:
    store = local_desk.folder / "desk.db"
    for mode, words, repair in (
        (0o440, "is not writable", "chmod u+w"),
        (0o646, "is writable by all users", "chmod o-w"),
        (0o644, "all users can read", "chmod o-r"),
    ):
        store.chmod(mode)
        (found,) = [row for row in findings(local_desk) if row[0] == "permissions"]
        assert words in found[1]
        assert found[2].startswith(repair)
    store.chmod(0o640)
    assert [row for row in local_desk("doctor", "--json").rows if row["state"] == "finding"] == []


def test_upgrade_prints_the_path_of_the_copy(local_desk: Shell) -> None:
    for file in local_desk.folder.glob("desk.db*"):
        file.unlink()
    (local_desk.folder / "desk.db").write_bytes(gzip.decompress(WRITTEN.read_bytes()))
    out = local_desk("db", "upgrade").out
    (copy,) = local_desk.folder.glob("desk.db.0009-*.bak")
    assert f"saved a copy of the store before the upgrade: {copy}\n" in out
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert local_desk("db", "upgrade", "--json").row["copy"] is None
    assert local_desk("list", "--all", "--json").rows


def test_unknown_agent_of_a_query_is_an_error(desk: Shell) -> None:
    for words in (["list"], ["queue"], ["outbox", "list"], ["contact", "list"], ["channel", "list"]):
        assert "no agent is called" in desk(*words, "--as", "nobody-here", code=2).err
        desk(*words, "--as", "agent2")
        if words != ["queue"]:  # which is an agent's own
            desk(*words, env={"DESKCTL_AGENT": "somebody-else"})
