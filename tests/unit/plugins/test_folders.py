"""Files below a folder: links are not followed, in any part of a path, at any moment; writes are whole or nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskctl.errors import DeskctlError, Refused, UsageError
from deskctl.plugins.folders import Folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "a.md").write_text("a")
    (root / "sub" / "b.MD").write_text("b")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s.md").write_text("secret")
    return root


@pytest.fixture
def folder(root: Path) -> Iterator[Folder]:
    with Folder.opened(root) as opened:
        yield opened


def test_files_are_listed_read_written_and_removed(folder: Folder, root: Path) -> None:
    (root / ".git").mkdir()
    (root / ".git" / "c.md").write_text("c")
    (root / "d.txt").write_text("d")
    assert folder.files(".md") == ["a.md", "sub/b.MD"]
    assert (folder.read("a.md", 10), folder.read("sub/b.MD", 10), folder.read("a.md", 0)) == (b"a", b"b", b"a")
    folder.write("new/deep/가.md", "글".encode())
    assert (root / "new" / "deep" / "가.md").read_text() == "글"
    folder.write("a.md", b"again")
    folder.remove("sub/b.MD")
    assert folder.files(".md") == ["a.md", "new/deep/가.md"]
    with pytest.raises(Refused, match="exists"):
        folder.write("a.md", b"other", replace=False)
    folder.write("fresh.md", b"fresh", replace=False)
    assert (root / "a.md").read_text() == "again" and (root / "fresh.md").read_text() == "fresh"
    assert list(root.rglob(".new-*")) == []


@pytest.mark.parametrize(
    "path", ["../secret/s.md", "sub/../../secret/s.md", "/etc/passwd", "", ".", "sub//b.MD", "a\0b"]
)
def test_a_path_that_leads_out_is_refused(folder: Folder, path: str) -> None:
    for act in (lambda: folder.read(path, 10), lambda: folder.write(path, b"x"), lambda: folder.remove(path)):
        with pytest.raises(UsageError):
            act()


def test_links_are_not_followed(folder: Folder, root: Path, tmp_path: Path) -> None:
    (root / "link.md").symlink_to(tmp_path / "secret" / "s.md")
    (root / "dangling.md").symlink_to(tmp_path / "made.md")
    (root / "out").symlink_to(tmp_path / "secret")
    (root / "sub" / "loop").symlink_to(root)
    assert folder.files(".md") == ["a.md", "dangling.md", "link.md", "sub/b.MD"]
    for path in ("link.md", "dangling.md", "out/s.md", "sub/loop/a.md"):
        with pytest.raises(UsageError, match="symbolic link"):
            folder.read(path, 100)
        for replace in (True, False):
            with pytest.raises(UsageError, match="symbolic link"):
                folder.write(path, b"x", replace=replace)
        with pytest.raises(UsageError):
            folder.remove(path)
    assert (tmp_path / "secret" / "s.md").read_text() == "secret"
    assert not (tmp_path / "made.md").exists() and (root / "link.md").is_symlink()


def test_pipes_and_devices_are_not_read(folder: Folder, root: Path) -> None:
    os.mkfifo(root / "pipe.md")
    for act in (
        lambda: folder.read("pipe.md", 10),
        lambda: folder.write("pipe.md", b"x"),
        lambda: folder.remove("pipe.md"),
    ):
        with pytest.raises(UsageError, match="not a regular file"):
            act()
    with pytest.raises(UsageError, match="not a regular file"):
        folder.read("sub", 10)


def test_a_hard_link_elsewhere_keeps_its_content(folder: Folder, root: Path, tmp_path: Path) -> None:
    os.link(tmp_path / "secret" / "s.md", root / "hard.md")
    folder.write("hard.md", b"mine")
    assert (tmp_path / "secret" / "s.md").read_text() == "secret"
    assert (root / "hard.md").read_text() == "mine"


def test_a_folder_that_turns_into_a_link_meanwhile_leads_nowhere(root: Path, tmp_path: Path) -> None:
    """Somebody exchanges a folder for a link, again and again, while files are written below it."""
    stop = threading.Event()
    (root / "swap").mkdir()

    def exchange() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError):  # the writer makes the folder again while it is away
                (root / "swap").rename(root / "kept")
                (root / "swap").symlink_to(tmp_path / "secret")
            with contextlib.suppress(OSError):
                (root / "swap").unlink()
            shutil.rmtree(root / "kept", ignore_errors=True)

    thread = threading.Thread(target=exchange)
    thread.start()
    outcomes = set()
    try:
        with Folder.opened(root) as folder:
            for n in range(2000):
                try:
                    folder.write("swap/x.md", b"%d" % n)
                    outcomes.add("written")
                except DeskctlError:
                    outcomes.add("refused")
    finally:
        stop.set()
        thread.join()
    assert [path.name for path in (tmp_path / "secret").iterdir()] == ["s.md"]
    assert "written" in outcomes


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "nowhere"):
        with pytest.raises(UsageError, match=path.name), Folder.opened(path):
            pass
    (tmp_path / "real").mkdir()
    (tmp_path / "named").symlink_to(tmp_path / "real")  # whoever names a link means what it leads to
    with Folder.opened(tmp_path / "named") as folder:
        folder.write("a.md", b"a")
    assert (tmp_path / "real" / "a.md").read_text() == "a"


def test_a_full_disk_leaves_what_was_there(folder: Folder, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(UsageError, match="No space left"):
        folder.write("a.md", b"other")
    assert (root / "a.md").read_text() == "a"
    assert list(root.rglob(".new-*")) == []
