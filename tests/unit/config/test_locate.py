"""Commands find the right configuration and refuse untrusted ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deskctl.config import locate
from deskctl.errors import ConfigError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory without a desk, and an empty current folder."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for name in ("DESKCTL_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def write(path: Path, text: str = "[desk]\n", mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_find_prefers_option_environment_current_folder_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_home = write(home / ".config/deskctl/config.toml")
    assert locate.find() == in_home
    here = write(Path("config.toml").absolute())
    assert locate.find() == here
    named = write(home / "elsewhere.toml")
    monkeypatch.setenv("DESKCTL_CONFIG", str(named))
    assert locate.find() == named
    assert locate.find("config.toml") == here


def test_find_uses_xdg_config_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "xdg"))
    there = write(home / "xdg/deskctl/config.toml")

    assert locate.find() == there


def test_find_without_any_configuration_suggests_init(home: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        locate.find()
    assert "deskctl init" in caught.value.hint


@pytest.mark.parametrize("by", ["--config", "$DESKCTL_CONFIG"])
def test_missing_named_file_is_an_error(by: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path("config.toml"))
    if by == "$DESKCTL_CONFIG":
        monkeypatch.setenv("DESKCTL_CONFIG", "/nowhere/config.toml")

    with pytest.raises(ConfigError, match=r"does not exist") as caught:
        locate.find("/nowhere/config.toml" if by == "--config" else None)
    assert by in caught.value.what


def test_config_toml_of_another_program_is_skipped(home: Path) -> None:
    write(Path("config.toml"), "[server]\nport = 1\n", 0o666)
    in_home = write(home / ".config/deskctl/config.toml")

    assert locate.find() == in_home


@pytest.mark.parametrize(("mode", "who"), [(0o660, "its group"), (0o606, "all users")])
def test_configuration_writable_by_others_is_refused(mode: int, who: str, home: Path) -> None:
    write(home / ".config/deskctl/config.toml")
    write(Path("config.toml"), mode=mode)

    with pytest.raises(ConfigError, match=f"is writable by {who}"):
        locate.find()


def test_invalid_configuration_writable_by_others_is_refused(home: Path) -> None:
    write(Path("config.toml"), "[desk]\nname = \n", 0o666)

    with pytest.raises(ConfigError, match="is writable by all users"):
        locate.find()


def test_invalid_own_configuration_is_found(home: Path) -> None:
    here = write(Path("config.toml").absolute(), "[desk]\nname = \n")

    assert locate.find() == here


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_configuration_of_another_user_is_refused_with_the_name_of_the_owner(home: Path) -> None:
    here = write(Path("config.toml").absolute())
    os.chown(here, 1, -1)

    with pytest.raises(ConfigError, match=r"belongs to \w+, not to you or root") as caught:
        locate.find()
    assert "--config" in caught.value.hint
    assert locate.find("config.toml") == here  # if named explicitly, it is used


def test_socket_and_lock_are_beside_the_configuration_or_in_run_dir(home: Path) -> None:
    here = write(Path("config.toml").absolute())
    assert locate.socket_path(here) == here.parent / "desk.sock"
    write(here, '[desk]\n[daemon]\nrun_dir = "run"\n')
    assert locate.socket_path(here) == here.parent / "run/desk.sock"
    write(here, '[desk]\n[daemon]\nrun_dir = "/run/deskctl"\n')
    assert locate.lock_path(here) == Path("/run/deskctl/desk.lock")


@pytest.mark.parametrize("text", ["not toml", "[daemon]\nrun_dir = 3\n", "daemon = 1\n"])
def test_run_dir_of_an_invalid_configuration_is_its_folder(text: str, home: Path) -> None:
    here = write(Path("config.toml").absolute(), text)

    assert locate.run_dir(here) == here.parent


def test_locate_imports_no_heavy_module() -> None:
    """Each command imports this module at its start, so it must not import what only `load` needs."""
    heavy = "{'attr', 'cattrs', 'pluggy', 'tomlkit', 'subprocess', 'zoneinfo', 'importlib.metadata', 'sqlalchemy'}"
    code = f"import sys, deskctl.config.locate; print(sorted({heavy} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)

    assert done.stdout.strip() == "[]"
