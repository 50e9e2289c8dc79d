"""A configuration is trusted only if its owner alone can change it, for every way to name it and to reach it."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deskctl.config import locate
from deskctl.config.trust import check_trust
from deskctl.errors import ConfigError

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
NOBODY = pwd.getpwnam("nobody")
OTHER = pwd.getpwnam("daemon")

Name = Callable[[Path], Path]


@pytest.fixture(autouse=True)
def isolated_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide any desk of the user who runs the tests."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for name in ("DESKCTL_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture(params=["--config", "--config FOLDER", "$DESKCTL_CONFIG", "./config.toml", "XDG"])
def find(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Name:
    """Find a configuration in a folder, in each possible way."""

    def found(path: Path) -> Path:
        match request.param:
            case "--config":
                return locate.find(str(path))
            case "--config FOLDER":
                return locate.find(str(path.parent))
            case "$DESKCTL_CONFIG":
                monkeypatch.setenv("DESKCTL_CONFIG", str(path))
            case "./config.toml":
                monkeypatch.chdir(path.parent)
            case "XDG":
                monkeypatch.setenv("XDG_CONFIG_HOME", str(path.parent.parent))
        return locate.find()

    return found


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "xdg" / "deskctl"
    folder.mkdir(parents=True, mode=0o700)
    path = folder / "config.toml"
    path.write_text("[desk]\n")
    path.chmod(0o600)
    return path


def refusal(find: Name, path: Path) -> tuple[str, str]:
    with pytest.raises(ConfigError) as caught:
        find(path)
    assert caught.value.exit_code == 5
    return caught.value.what, caught.value.hint


def test_configuration_that_only_its_owner_can_change_is_used(find: Name, desk: Path) -> None:
    for mode, folder in ((0o600, 0o700), (0o644, 0o755), (0o640, 0o2750)):
        desk.chmod(mode)
        desk.parent.chmod(folder)
        assert find(desk) == desk


@pytest.mark.parametrize(
    ("mode", "folder", "at_fault", "who", "repair"),
    [
        (0o620, 0o700, "file", "its group (mode 620)", "chmod g-w"),
        (0o602, 0o700, "file", "all users (mode 602)", "chmod o-w"),
        (0o666, 0o700, "file", "all users (mode 666)", "chmod go-w"),
        (0o600, 0o770, "folder", "its group (mode 770)", "chmod g-w"),
        (0o600, 0o2775, "folder", "its group (mode 2775)", "chmod g-w"),
        (0o600, 0o707, "folder", "all users (mode 707)", "chmod o-w"),
        (0o600, 0o777, "folder", "all users (mode 777)", "chmod go-w"),
        (0o600, 0o1777, "folder", "all users (mode 1777)", "mkdir"),
    ],
)
@ROOT
def test_configuration_that_others_can_change_is_refused_with_the_repair(
    find: Name, desk: Path, mode: int, folder: int, at_fault: str, who: str, repair: str
) -> None:
    os.chown(desk, -1, NOBODY.pw_gid)
    os.chown(desk.parent, -1, NOBODY.pw_gid)
    desk.chmod(mode)
    desk.parent.chmod(folder)
    what, hint = refusal(find, desk)
    path = desk if at_fault == "file" else desk.parent
    assert what.startswith(f"{path} is writable by {who}")
    assert hint.startswith(repair)
    if repair != "mkdir":
        subprocess.run(hint, shell=True, check=True)
        assert find(desk) == desk


@ROOT
def test_writable_folder_above_is_refused(find: Name, desk: Path) -> None:
    above = desk.parent.parent
    above.chmod(0o777)
    assert refusal(find, desk)[0].startswith(f"{above} is writable by all users")
    above.chmod(0o1777)  # sticky as /tmp: other users cannot replace our files
    assert find(desk) == desk
    os.chown(above, OTHER.pw_uid, -1)  # but the owner of the folder can
    assert "belongs to daemon" in refusal(find, desk)[0]


@ROOT
def test_folder_of_another_user_is_refused(find: Name, desk: Path) -> None:
    os.chown(desk.parent, OTHER.pw_uid, -1)
    assert "belongs to daemon" in refusal(find, desk)[0]


@ROOT
def test_desk_of_a_service_user_is_used_if_named(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (desk, desk.parent):
        os.chown(path, OTHER.pw_uid, OTHER.pw_gid)
    assert locate.find(str(desk)) == desk
    monkeypatch.setenv("XDG_CONFIG_HOME", str(desk.parent.parent))
    assert locate.find() == desk
    monkeypatch.chdir(desk.parent)
    with pytest.raises(ConfigError, match="belongs to daemon, not to you or root") as caught:
        locate.find()
    assert "--config" in caught.value.hint


@ROOT
def test_link_in_the_folder_of_another_user_is_refused(find: Name, desk: Path, tmp_path: Path) -> None:
    """The socket of the daemon would be searched beside the link."""
    theirs = tmp_path / "theirs" / "deskctl"
    theirs.mkdir(parents=True)
    (theirs / "config.toml").symlink_to(desk)
    assert find(theirs / "config.toml") == theirs / "config.toml"
    os.chown(theirs, OTHER.pw_uid, -1)
    assert refusal(find, theirs / "config.toml")[0].startswith(f"{theirs} belongs to daemon")


@ROOT
@pytest.mark.parametrize("absolute", [True, False])
def test_folders_on_the_way_of_a_link_are_checked(find: Name, desk: Path, tmp_path: Path, absolute: bool) -> None:
    way = tmp_path / "way"
    way.mkdir()
    (way / "real").symlink_to(desk.parent.parent)
    start = tmp_path / "start"
    start.symlink_to(way / "real" if absolute else Path("way/real"))
    path = start / "deskctl" / "config.toml"
    found = find(path)
    assert found.samefile(path)
    way.chmod(0o777)
    if found != path:  # the current folder has no links in its name
        assert find(path) == found
        return
    assert refusal(find, path)[0].startswith(f"{way} is writable by all users")


def test_link_loop_and_special_files_are_errors(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / "config.toml")
    for path in (tmp_path / "loop", tmp_path / "pipe" / "config.toml", Path("/dev/null")):
        with pytest.raises(ConfigError):
            locate.find(str(path))


@pytest.fixture
def private() -> Iterator[tuple[str, int, int]]:
    """An account with a private group: name, uid, gid."""
    if os.geteuid() != 0 or shutil.which("useradd") is None:
        pytest.skip("useradd needs root")
    name = f"desk{os.getpid()}"
    subprocess.run(["useradd", "--system", "--user-group", "--no-create-home", name], check=True)
    try:
        yield name, pwd.getpwnam(name).pw_uid, grp.getgrnam(name).gr_gid
    finally:
        subprocess.run(["userdel", name], check=True, capture_output=True)


def test_private_group_of_the_owner_may_write(desk: Path, private: tuple[str, int, int]) -> None:
    name, uid, gid = private
    for path in (desk.parent, desk):
        os.chown(path, uid, gid)
        path.chmod(0o770)
    assert check_trust(desk) is None
    subprocess.run(["usermod", "-aG", name, "nobody"], check=True)
    try:
        assert "its group" in str(check_trust(desk))
    finally:
        subprocess.run(["gpasswd", "-d", "nobody", name], check=True, capture_output=True)
    os.chown(desk, uid, NOBODY.pw_gid)
    assert "its group" in str(check_trust(desk))


def test_access_control_list_counts_as_group_rights(desk: Path, private: tuple[str, int, int]) -> None:
    if shutil.which("setfacl") is None:
        pytest.skip("no setfacl here")
    _, uid, gid = private
    os.chown(desk, uid, gid)
    subprocess.run(["setfacl", "-m", "u:nobody:rw", str(desk)], check=True)
    assert "its group" in str(check_trust(desk))
