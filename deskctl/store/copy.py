"""Copy a SQLite store in its folder before an irreversible change."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from ..errors import Unavailable
from ..i18n import _
from .sqlite import connect_sqlite

#: Bytes that must stay free beside the copy: the change itself needs space.
_SPARE = 64 * 1024 * 1024
#: Pages that are copied in one step.
_PAGES = 4096


def copy(path: Path, revision: str, at: datetime, busy: float) -> Path:
    """Copy the store at `path` to a new file in its folder and return the path of that file.

    The name of the copy contains the `revision` of the store and the time `at`; only the owner may read it. The copy
    is durable and was checked. Raises Unavailable, and leaves no copy, if there is not enough space or the store is
    damaged.
    """
    target = _reserve_file(path, revision, at)
    try:
        with closing(connect_sqlite(path, busy)) as source, closing(sqlite3.connect(target)) as copied:
            source.backup(copied, pages=_PAGES)
            copied.execute("PRAGMA journal_mode = DELETE")
            (result,) = copied.execute("PRAGMA quick_check(1)").fetchone()
        if result != "ok":
            raise Unavailable(_("the store {path} is damaged, so it was not changed", path=path), _("restore a backup"))
        _sync(target, os.O_RDWR)
        _sync(target.parent, os.O_RDONLY)
    except BaseException:
        with suppress(OSError):
            target.unlink()
        raise
    return target


def _reserve_file(path: Path, revision: str, at: datetime) -> Path:
    """Create an empty private file for the copy. Raises Unavailable."""
    size = sum(file.stat().st_size for file in (path, path.with_name(path.name + "-wal")) if file.exists())
    disk = os.statvfs(path.parent)
    free = disk.f_bavail * disk.f_frsize
    if free < size + _SPARE:
        wanted = _megabytes(size + _SPARE)
        raise Unavailable(
            _(
                "no room to copy the store before the upgrade: {wanted} needed, {megabytes} free",
                wanted=wanted,
                megabytes=_megabytes(free),
            ),
            _("free space in {parent}; nothing was changed", parent=path.parent),
        )
    stem = f"{path.name}.{revision}-{at:%Y-%m-%dT%H%M%SZ}"
    for number in range(1, 100):
        target = path.with_name(f"{stem}{f'-{number}' if number > 1 else ''}.bak")
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            continue
        except OSError as error:
            raise Unavailable(
                _("the store cannot be copied to {target}: {reason}", target=target, reason=error.strerror),
                _("nothing was changed"),
            ) from None
        return target
    raise Unavailable(_("there are too many copies {stem}*.bak", stem=stem), _("remove old ones; nothing was changed"))


def _sync(path: Path, flags: int) -> None:
    file = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
