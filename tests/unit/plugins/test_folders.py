"""Access to files below a folder: symbolic links are never followed, and writes are atomic."""

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
def test_path_outside_the_folder_is_rejected(folder: Folder, path: str) -> None:
    for access in (lambda: folder.read(path, 10), lambda: folder.write(path, b"x"), lambda: folder.remove(path)):
        with pytest.raises(UsageError):
            access()


def test_symbolic_links_are_not_followed(folder: Folder, root: Path, tmp_path: Path) -> None:
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


def test_pipes_and_directories_are_rejected(folder: Folder, root: Path) -> None:
    os.mkfifo(root / "pipe.md")
    for access in (
        lambda: folder.read("pipe.md", 10),
        lambda: folder.write("pipe.md", b"x"),
        lambda: folder.remove("pipe.md"),
    ):
        with pytest.raises(UsageError, match="not a regular file"):
            access()
    with pytest.raises(UsageError, match="not a regular file"):
        folder.read("sub", 10)


def test_write_does_not_change_other_hard_links(folder: Folder, root: Path, tmp_path: Path) -> None:
    os.link(tmp_path / "secret" / "s.md", root / "hard.md")
    folder.write("hard.md", b"mine")
    assert (tmp_path / "secret" / "s.md").read_text() == "secret"
    assert (root / "hard.md").read_text() == "mine"


def test_folder_replaced_by_a_link_during_writes_is_not_followed(root: Path, tmp_path: Path) -> None:
    """A thread repeatedly replaces a folder by a symbolic link while files are written below it."""
    stop = threading.Event()
    (root / "swap").mkdir()

    def replace() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError):  # the writer creates the folder again meanwhile
                (root / "swap").rename(root / "kept")
                (root / "swap").symlink_to(tmp_path / "secret")
            with contextlib.suppress(OSError):
                (root / "swap").unlink()
            shutil.rmtree(root / "kept", ignore_errors=True)

    thread = threading.Thread(target=replace)
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


def test_path_that_is_not_a_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "nowhere"):
        with pytest.raises(UsageError, match=path.name), Folder.opened(path):
            pass
    (tmp_path / "real").mkdir()
    (tmp_path / "named").symlink_to(tmp_path / "real")  # the root itself may be a link
    with Folder.opened(tmp_path / "named") as folder:
        folder.write("a.md", b"a")
    assert (tmp_path / "real" / "a.md").read_text() == "a"


def test_full_disk_keeps_the_old_file(folder: Folder, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_replace(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail_replace)
    with pytest.raises(UsageError, match="No space left"):
        folder.write("a.md", b"other")
    assert (root / "a.md").read_text() == "a"
    assert list(root.rglob(".new-*")) == []
