"""Read and write files below a folder without following symbolic links.

    from deskctl.plugins.folders import Folder

    with Folder.opened(Path("docs")) as docs:
        text = docs.read("billing/refund.md", most=2_000_000)
        docs.write("billing/refund.md", b"...")

The path of the folder itself may contain links. Below the folder, each part of a path is opened relative to the part
before it (`openat`, `O_NOFOLLOW`), so a link that is created at any time causes an error and cannot lead out of the
folder. Only POSIX systems are supported, as for the rest of deskctl.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from ..errors import Refused, UsageError
from ..i18n import _

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
#: The maximum depth of nested folders.
_DEEPEST = 64


class Folder:
    """An open folder. Paths are relative, with slashes. A path that leads out of the folder is a UsageError."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._root = descriptor

    @classmethod
    @contextlib.contextmanager
    def opened(cls, path: Path, *, make: bool = False) -> Iterator[Folder]:
        """Open the folder at `path`. With `make`, create it and the folders above it first. Raises UsageError."""
        try:
            if make:
                path.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise UsageError(_("no folder {path}", path=path)) from None
        except NotADirectoryError:
            raise UsageError(_("{path} is not a folder", path=path)) from None
        except OSError as error:
            raise UsageError(_("cannot open {path}: {reason}", path=path, reason=error.strerror)) from error
        try:
            yield cls(path, descriptor)
        finally:
            os.close(descriptor)

    def files(self, suffix: str) -> list[str]:
        """Return the paths of all files and links whose names end in `suffix` (case-insensitive), sorted.

        Hidden names, and links to folders, are left out.
        """
        found: list[str] = []
        self._look(self._root, "", suffix.lower(), found, 0)
        return sorted(found)

    def read(self, path: str, most: int) -> bytes:
        """Return the bytes of a file, at most `most` + 1. Raises UsageError if it is not a readable regular file."""
        with self._problems(path), self._parent(path) as (parent, name):
            descriptor = os.open(name, _READ, dir_fd=parent)
            try:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise UsageError(_("it is not a regular file"))
                with os.fdopen(descriptor, "rb", closefd=False) as file:
                    return file.read(most + 1)
            finally:
                os.close(descriptor)

    def write(self, path: str, content: bytes, *, replace: bool = True, mode: int = 0o666) -> None:
        """Write a file atomically and create the folders above it. The umask limits `mode`.

        A regular file at `path` is replaced, so other hard links to it keep their content. Raises Refused if the file
        exists and `replace` is False, UsageError if `path` is not a regular file or contains a link.
        """
        with self._problems(path), self._parent(path, make=True) as (parent, name):
            self._check_target(parent, name, replace)
            new = f".new-{secrets.token_hex(8)}"
            descriptor = os.open(new, _NEW, mode, dir_fd=parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                if replace:
                    os.replace(new, name, src_dir_fd=parent, dst_dir_fd=parent)
                else:
                    _place(new, name, parent)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(new, dir_fd=parent)
                raise

    def remove(self, path: str) -> None:
        """Remove a regular file. Raises UsageError for anything else."""
        with self._problems(path), self._parent(path) as (parent, name):
            if not stat.S_ISREG(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
                raise UsageError(_("it is not a regular file"))
            os.unlink(name, dir_fd=parent)

    @staticmethod
    def _check_target(parent: int, name: str, replace: bool) -> None:
        try:
            there = os.stat(name, dir_fd=parent, follow_symlinks=False)
        except FileNotFoundError:
            return
        if stat.S_ISLNK(there.st_mode):
            raise UsageError(_("it is a symbolic link"), _("remove the link, or name another folder"))
        if not stat.S_ISREG(there.st_mode):
            raise UsageError(_("it is not a regular file"), _("remove it, or name another folder"))
        if not replace:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))

    @contextlib.contextmanager
    def _parent(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """Yield the open folder that contains the last part of `path`, and that part."""
        *folders, name = path.split("/")
        if any(part in ("", ".", "..") or "\0" in part for part in (*folders, name)):
            raise UsageError(_("its path leads out of the folder"))
        current = os.dup(self._root)
        try:
            for part in folders:
                below = self._below(current, part, make)
                os.close(current)
                current = below
            yield current, name
        finally:
            os.close(current)

    @staticmethod
    def _below(parent: int, part: str, make: bool) -> int:
        if make:
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, dir_fd=parent)
        try:
            return os.open(part, _FOLDER, dir_fd=parent)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                words = f"{part} is a symbolic link or not a folder"
                raise UsageError(words, _("remove it, or name another folder")) from None
            raise

    def _look(self, descriptor: int, before: str, suffix: str, found: list[str], depth: int) -> None:
        with os.scandir(descriptor) as entries:
            names = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        for name, is_folder in names:
            if name.startswith("."):
                continue
            if not is_folder:
                if name.lower().endswith(suffix) and not self._leads_to_folder(descriptor, name):
                    found.append(before + name)
            elif depth < _DEEPEST:
                try:
                    below = os.open(name, _FOLDER, dir_fd=descriptor)
                except OSError:
                    continue  # removed, replaced by a link, or not readable
                try:
                    self._look(below, f"{before}{name}/", suffix, found, depth + 1)
                finally:
                    os.close(below)

    @staticmethod
    def _leads_to_folder(descriptor: int, name: str) -> bool:
        try:
            return stat.S_ISDIR(os.stat(name, dir_fd=descriptor).st_mode)
        except OSError:
            return False

    @contextlib.contextmanager
    def _problems(self, path: str) -> Iterator[None]:
        """Add the path of the file to errors."""
        shown = self.path / path.replace("\0", "\ufffd")
        try:
            yield
        except UsageError as error:
            raise UsageError(f"{shown}: {error.what}", error.hint) from None
        except FileExistsError:
            raise Refused(_("{shown} already exists", shown=shown)) from None
        except OSError as error:
            what = "it is a symbolic link" if error.errno == errno.ELOOP else f"{error.strerror}"
            raise UsageError(f"{shown}: {what}") from error


def _place(new: str, name: str, parent: int) -> None:
    """Give a new file its name if the name is free, in one step. File systems without hard links need two steps."""
    try:
        os.link(new, name, src_dir_fd=parent, dst_dir_fd=parent, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(name, _NEW, 0o600, dir_fd=parent))
        os.replace(new, name, src_dir_fd=parent, dst_dir_fd=parent)
        return
    os.unlink(new, dir_fd=parent)
