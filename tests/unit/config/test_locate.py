"""Which configuration a command uses, and which it refuses."""

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
    """A home without a desk, and an empty current folder."""
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


def test_the_order_is_option_environment_current_folder_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_home = write(home / ".config/deskctl/config.toml")
    assert locate.find() == in_home
    here = write(Path("config.toml").absolute())
    assert locate.find() == here
    named = write(home / "elsewhere.toml")
    monkeypatch.setenv("DESKCTL_CONFIG", str(named))
    assert locate.find() == named
    assert locate.find("config.toml") == here


def test_the_xdg_folder_may_be_elsewhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "xdg"))
    there = write(home / "xdg/deskctl/config.toml")

    assert locate.find() == there


def test_without_any_the_hint_is_to_make_one(home: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        locate.find()
    assert "deskctl init" in caught.value.hint


@pytest.mark.parametrize("by", ["--config", "$DESKCTL_CONFIG"])
def test_a_named_file_that_is_missing_is_no_reason_to_take_another(
    by: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path("config.toml"))
    if by == "$DESKCTL_CONFIG":
        monkeypatch.setenv("DESKCTL_CONFIG", "/nowhere/config.toml")

    with pytest.raises(ConfigError, match=r"does not exist") as caught:
        locate.find("/nowhere/config.toml" if by == "--config" else None)
    assert by in caught.value.what


def test_a_config_toml_of_another_program_is_passed_over(home: Path) -> None:
    write(Path("config.toml"), "[server]\nport = 1\n", 0o666)
    in_home = write(home / ".config/deskctl/config.toml")

    assert locate.find() == in_home


@pytest.mark.parametrize(("mode", "who"), [(0o660, "its group"), (0o606, "everybody")])
def test_one_that_others_can_change_is_refused_and_not_skipped(mode: int, who: str, home: Path) -> None:
    write(home / ".config/deskctl/config.toml")
    write(Path("config.toml"), mode=mode)

    with pytest.raises(ConfigError, match=f"can be changed by {who}"):
        locate.find()


def test_a_broken_one_that_others_can_change_is_refused_too(home: Path) -> None:
    write(Path("config.toml"), "[desk]\nname = \n", 0o666)

    with pytest.raises(ConfigError, match="can be changed by everybody"):
        locate.find()


def test_a_broken_one_of_ones_own_is_found_so_that_its_error_can_be_shown(home: Path) -> None:
    here = write(Path("config.toml").absolute(), "[desk]\nname = \n")

    assert locate.find() == here


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_one_that_somebody_else_owns_is_refused_with_the_owners_name(home: Path) -> None:
    here = write(Path("config.toml").absolute())
    os.chown(here, 1, -1)

    with pytest.raises(ConfigError, match=r"belongs to \w+, not to you or root") as caught:
        locate.find()
    assert "--config" in caught.value.hint
    assert locate.find("config.toml") == here  # named on purpose, it is used


def test_socket_and_lock_are_beside_the_config_or_where_it_says(home: Path) -> None:
    here = write(Path("config.toml").absolute())
    assert locate.socket_path(here) == here.parent / "desk.sock"
    write(here, '[desk]\n[daemon]\nrun_dir = "run"\n')
    assert locate.socket_path(here) == here.parent / "run/desk.sock"
    write(here, '[desk]\n[daemon]\nrun_dir = "/run/deskctl"\n')
    assert locate.lock_path(here) == Path("/run/deskctl/desk.lock")


@pytest.mark.parametrize("text", ["not toml", "[daemon]\nrun_dir = 3\n", "daemon = 1\n"])
def test_a_config_that_names_no_folder_leaves_it_to_who_loads_it(text: str, home: Path) -> None:
    here = write(Path("config.toml").absolute(), text)

    assert locate.run_dir(here) == here.parent


def test_every_command_can_afford_it() -> None:
    """It runs at the start of each command, so it may not draw in what only the loading of a whole file needs."""
    heavy = "{'attr', 'cattrs', 'pluggy', 'tomlkit', 'subprocess', 'zoneinfo', 'importlib.metadata', 'sqlalchemy'}"
    code = f"import sys, deskctl.config.locate; print(sorted({heavy} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)

    assert done.stdout.strip() == "[]"
