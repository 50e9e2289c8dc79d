"""A desk of another user: messages for an account that may not read, open or repair it."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskctl.cli.commands.operations.checks import other_owner
from deskctl.cli.main import run
from deskctl.config.locate import find_file
from deskctl.errors import ConfigError
from tests.servers.strangers import as_stranger


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that every account may enter."""
    path = Path(tempfile.mkdtemp(prefix="desk-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def test_doctor_checks_only_files_of_the_user(folder: Path) -> None:
    mine = pwd.getpwuid(folder.stat().st_uid).pw_name
    assert other_owner(folder) is None
    with as_stranger() as other:
        assert other_owner(folder) == (mine if other else None)


def test_unreadable_configuration_is_not_reported_as_missing(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir()
    (closed / "config.toml").write_text("[desk]\n")
    closed.chmod(0o000)
    try:
        with as_stranger(), pytest.raises(ConfigError, match="permission denied"):
            find_file(str(closed / "config.toml"), {})
    finally:
        closed.chmod(0o700)
    with pytest.raises(ConfigError, match="does not exist"):
        find_file(str(closed / "other.toml"), {})
    with pytest.raises(ConfigError, match="does not exist"):
        find_file(str(closed / "config.toml" / "x"), {})


def test_unreadable_configuration_is_the_same_for_option_and_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An agent who cannot read the configuration still reaches the desk over the daemon's socket."""
    config = folder / "config.toml"
    config.write_text("[desk]\n")
    config.chmod(0o000)
    monkeypatch.setattr(os, "access", lambda path, mode, **_: mode != os.R_OK)
    by_option = run(["--config", str(config), "list"]), capsys.readouterr().err
    monkeypatch.setenv("DESKCTL_CONFIG", str(config))
    assert (run(["list"]), capsys.readouterr().err) == by_option
    assert by_option[0] != 2
