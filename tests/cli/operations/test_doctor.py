"""Findings of `doctor`, `config check` and `daemon status`: servers, secrets, empty teams, a stale configuration."""

from __future__ import annotations

import signal
from datetime import date
from pathlib import Path

from deskctl.cli.commands.operations.checks import expiring_holidays
from tests.cli.shell import Shell
from tests.servers.waiting import free_port


def _edit(desk: Shell, old: str, new: str) -> None:
    path = Path(desk.folder / "config.toml")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def _found(desk: Shell, check: str, *words: str) -> list[str]:
    rows = desk("doctor", "--json", *words, code=None).rows
    return [row["detail"] for row in rows if row["check"] == check and row["state"] == "finding"]


def test_doctor_finds_unreachable_relay_with_empty_outbox(local_desk: Shell) -> None:
    assert _found(local_desk, "channels") == []
    config = (local_desk.folder / "config.toml").read_text()
    line = next(line for line in config.splitlines() if line.startswith("smtp"))
    _edit(local_desk, line, f'smtp = {{ host = "127.0.0.1", port = {free_port()} }}')
    (detail,) = _found(local_desk, "channels")
    assert detail.startswith("support: relay:")
    assert "refused" in detail
    assert _found(local_desk, "channels", "--offline") == []


def test_doctor_finds_unset_password_variable(local_desk: Shell) -> None:
    config = (local_desk.folder / "config.toml").read_text()
    line = next(line for line in config.splitlines() if line.startswith("smtp"))
    new = line.replace(" }", ', user = "u", password = { env = "DESK_RELAY_PASSWORD" } }')
    _edit(local_desk, line, new)
    details = _found(local_desk, "configuration", "--offline")
    assert any("channels.support.smtp.password" in d and "DESK_RELAY_PASSWORD" in d for d in details)
    rows = local_desk("doctor", "--json", "--offline", code=None, env={"DESK_RELAY_PASSWORD": "secret"}).rows
    assert not any("DESK_RELAY_PASSWORD" in row["detail"] for row in rows)


def test_doctor_finds_daemon_with_stale_configuration(local_desk: Shell) -> None:
    local_desk.start()
    assert _found(local_desk, "daemon") == []
    assert local_desk("daemon", "status").err == ""
    _edit(local_desk, 'name = "Acme Support"', 'name = "Renamed Desk"')
    (detail,) = _found(local_desk, "daemon")
    assert "was changed" in detail
    assert "config.toml was changed after the daemon read it" in local_desk("daemon", "status").err


def test_sighup_stops_the_daemon_like_sigterm(local_desk: Shell) -> None:
    local_desk.start()
    assert local_desk.daemon is not None
    assert (local_desk.folder / "desk.sock").exists()
    local_desk.daemon.send_signal(signal.SIGHUP)
    assert local_desk.daemon.wait(30) == 0
    assert not (local_desk.folder / "desk.sock").exists()
    local_desk("list")


def test_doctor_reports_expiring_holidays() -> None:
    def findings(today: date) -> list[tuple[str, str]]:
        rows = ({"name": "seoul", "holidays": ["KR", "US"], "holidays_until": 2036}, {"holidays_until": None})
        return [(found["state"], found["mend"]) for found in expiring_holidays(rows, today)]

    again = "deskctl calendar edit seoul --holidays KR --holidays US"
    assert findings(date(2035, 12, 31)) == []
    assert findings(date(2036, 1, 2)) == [("note", again)]
    assert findings(date(2037, 1, 1)) == [("finding", again)]


def test_doctor_accepts_calendars_without_holidays_or_with_enough_years(local_desk: Shell) -> None:
    local_desk("calendar", "add", "seoul", "--hours", "mon-fri 09:00-18:00", "--holidays", "KR")
    assert "calendars" not in {row["check"] for row in local_desk("doctor", "--json").rows}
