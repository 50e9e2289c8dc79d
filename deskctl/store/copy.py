"""Copy a SQLite store beside itself before something changes it for good."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from ..errors import Unavailable
from ..i18n import _
from .sqlite import connect_sqlite

#: Room that stays free beside the copy, in bytes: the change itself needs some.
_SPARE = 64 * 1024 * 1024
#: Pages that are copied at a time.
_PAGES = 4096


def copy(path: Path, revision: str, at: datetime, busy: float) -> Path:
    """Copy the store at `path` to a new file in its folder and return that file's path.

    The name of the copy holds the store's `revision` and the moment `at`; only the owner may read it. The copy is
    durable and was checked. Raises Unavailable when there is no room for it, or when the store is damaged; then there
    is no copy.
    """
    target = _room(path, revision, at)
    try:
        with closing(connect_sqlite(path, busy)) as source, closing(sqlite3.connect(target)) as copied:
            source.backup(copied, pages=_PAGES)
            copied.execute("PRAGMA journal_mode = DELETE")
            (said,) = copied.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            raise Unavailable(_("the store {path} is damaged, so it was not changed", path=path), _("restore a backup"))
        _sync(target, os.O_RDWR)
        _sync(target.parent, os.O_RDONLY)
    except BaseException:
        with suppress(OSError):
            target.unlink()
        raise
    return target


def _room(path: Path, revision: str, at: datetime) -> Path:
    """An empty file of our own for the copy. Raises Unavailable."""
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
