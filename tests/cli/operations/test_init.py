"""`init` creates a working desk and overwrites nothing; `doctor` finds faults."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.cli.test_terminal import at_terminal


@pytest.fixture
def bare(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_init_creates_private_folder_configuration_and_store(bare: Shell) -> None:
    bare(
        "init", "--dir", "desk", "--name", 'Acme "2"', "--address", "s@acme.test", "--listen", "127.0.0.1:2525", "--yes"
    )
    home = bare.folder / "desk"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "config.toml").stat().st_mode) == 0o600
    desk = Shell(home)
    desk("config", "check")
    assert desk("channel", "list", "--json").row["name"] == "support"
    assert desk("list").out == ""


def test_init_does_not_overwrite_files(bare: Shell) -> None:
    bare("init", "--yes")
    before = (bare.folder / "config.toml").read_bytes()
    bare("init", "--yes", "--name", "Other", code=4)
    assert (bare.folder / "config.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--timezone", "Asia/Soul"], 5),
        (["--address", "s@acme.test", "--listen", "nowhere"], 2),
        (["--store", "mysql://x"], 5),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_init_with_invalid_values_leaves_no_files(bare: Shell, words: list[str], code: int) -> None:
    bare("init", "--dir", "desk", "--yes", *words, code=code)
    assert list(bare.folder.iterdir()) == []


def test_doctor_finds_no_problems_in_a_new_desk(local_desk: Shell) -> None:
    rows = local_desk("doctor", "--json").rows
    assert {row["check"] for row in rows} >= {"configuration", "permissions", "store", "daemon", "disk", "clock"}
    assert [row for row in rows if row["state"] == "finding"] == []


def test_doctor_names_the_repair_command(local_desk: Shell) -> None:
    (local_desk.folder / "desk.db").unlink()
    rows = local_desk("doctor", "--json", code=1).rows
    (finding,) = [row for row in rows if row["state"] == "finding"]
    assert "deskctl db upgrade" in finding["mend"]
    local_desk("list", code=6)
    local_desk("db", "upgrade")
    local_desk("doctor")
    assert local_desk("list").out == ""


def test_doctor_finds_configuration_writable_by_others(local_desk: Shell) -> None:
    (local_desk.folder / "config.toml").chmod(0o666)
    result = local_desk("doctor", "--config", "config.toml", code=1)
    assert "chmod go-w" in result.err


def test_doctor_wraps_findings_on_a_narrow_terminal(local_desk: Shell) -> None:
    (local_desk.folder / "desk.db").chmod(0o400)
    text = at_terminal(local_desk, "doctor", code=1, NO_COLOR="1")
    assert "…" not in text
    assert max(map(len, text.split("\npermissions: ", 1)[0].splitlines())) <= 80
    assert "desk.dbisnotwritable,sothedeskcannotreceivemail" in "".join(text.split())


def test_config_check_reports_every_error_at_once_and_exits_with_5(local_desk: Shell) -> None:
    config = local_desk.folder / "config.toml"
    config.write_text(config.read_text().replace("timezone =", "timezon =").replace("address =", "addr ="))
    out = local_desk("config", "check", code=5).out
    assert "timezon" in out
    assert "addr" in out
    assert all("config.toml:" in line for line in out.splitlines())


def test_an_upgrade_is_refused_while_the_daemon_runs(local_desk: Shell) -> None:
    local_desk.start()
    assert "deskctl daemon stop" in local_desk("db", "upgrade", code=4).err
