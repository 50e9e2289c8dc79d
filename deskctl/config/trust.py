"""Check file permissions. A configuration can name commands and plugins, so other users must not be able to change it.

Every command runs this module, so it imports little.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from ..i18n import _

#: The maximum number of symbolic links to follow, as in Linux.
_MOST_LINKS = 40


class TrustProblem(NamedTuple):
    """The reason not to trust a file.

    `path` is the file or folder with the problem. `why` is a sentence about it. `repair` is the command or the advice
    that repairs it.
    """

    path: str
    why: str
    repair: str

    def __str__(self) -> str:
        return self.why


def check_trust(
    path: str | os.PathLike[str], *, must_be_own: bool = False, folder: bool = False
) -> TrustProblem | None:
    """Return the reason not to trust the file at `path`, None if it can be trusted.

    The file, its folder and the folder of each symbolic link to it must be writable by their owners only. The same
    holds for the folders above, except sticky folders such as /tmp. All of them must belong to the owner of the file,
    root or the caller. `must_be_own`: the file must belong to the caller or root. `folder`: `path` must be a folder.
    Raises OSError if the file or a folder cannot be examined.
    """
    path = os.fspath(path)
    if not os.path.isabs(path):
        path = os.path.join(os.getcwd(), path)
    status = os.stat(path)
    if not (stat.S_ISDIR if folder else stat.S_ISREG)(status.st_mode):
        return TrustProblem(
            path, _("{path} is not a folder", path=path) if folder else _("{path} is not a file", path=path), ""
        )
    if must_be_own and not _is_one_of(status.st_uid, (os.geteuid(), 0)):
        return TrustProblem(
            path, _("{path} belongs to {user}, not to you or root", path=path, user=login(status.st_uid)), ""
        )
    if why := _writers(path, status):
        return TrustProblem(path, why, _chmod(path, status))
    owners = (status.st_uid, os.geteuid(), 0)
    for parent, entry, last in _steps(path):
        found = os.stat(parent)
        if not _is_one_of(found.st_uid, owners):
            foreign = _(
                "{path} belongs to {user}, who is not the owner of {file}",
                path=parent,
                user=login(found.st_uid),
                file=path,
            )
            return TrustProblem(parent, foreign, _move_hint(path, folder))
        why = _writers(parent, found)
        if not why:
            continue
        sticky = found.st_mode & stat.S_ISVTX and _is_one_of(os.lstat(os.path.join(parent, entry)).st_uid, owners)
        if folder or not last:
            if not sticky:
                return TrustProblem(parent, why, _chmod(parent, found))
        else:
            return TrustProblem(parent, why, _move_hint(path, folder) if sticky else _chmod(parent, found))
    return None


def _steps(path: str) -> Iterator[tuple[str, str, bool]]:
    """Yield every (folder, entry) on the way from / to the file at `path`, with symbolic links followed.

    The third item is True if the entry is the file itself or a link to it.
    """
    names = [name for name in path.split("/") if name not in ("", ".")]
    rest = [(name, index == 0) for index, name in enumerate(reversed(names))]
    folder, links = "/", 0
    while rest:
        entry, last = rest.pop()
        if entry == "..":
            folder = os.path.dirname(folder)
            continue
        yield folder, entry, last
        here = os.path.join(folder, entry)
        if not stat.S_ISLNK(os.lstat(here).st_mode):
            folder = here
            continue
        links += 1
        if links > _MOST_LINKS:
            raise OSError(40, "too many symbolic links", path)
        target = os.readlink(here)
        names = [name for name in target.split("/") if name not in ("", ".")]
        rest += [(name, last and index == 0) for index, name in enumerate(reversed(names))]
        if target.startswith("/"):
            folder = "/"


def _writers(path: str, status: os.stat_result) -> str:
    """Return a sentence about the other users who can change a file, "" if there are none."""
    mode = stat.S_IMODE(status.st_mode)
    if mode & stat.S_IWOTH:
        return _("{path} is writable by all users (mode {mode})", path=path, mode=f"{mode:o}")
    if mode & stat.S_IWGRP and not (_is_private(status.st_gid, status.st_uid) and not _has_acl(path)):
        return _("{path} is writable by its group (mode {mode})", path=path, mode=f"{mode:o}")
    return ""


def _is_private(gid: int, uid: int) -> bool:
    """Return True if a group is the owner's private group: same name, no other members. Root has no private group."""
    import grp
    import pwd

    try:
        owner, group = pwd.getpwuid(uid), grp.getgrgid(gid)
    except KeyError:
        return False
    if uid == 0 or owner.pw_gid != gid or group.gr_name != owner.pw_name:
        return False
    if any(name != owner.pw_name for name in group.gr_mem):
        return False
    return not any(other.pw_gid == gid and other.pw_uid != uid for other in pwd.getpwall())


def _has_acl(path: str) -> bool:
    """Return True if the file has an access control list. Its rights appear as group rights in the mode."""
    try:
        return bool(os.getxattr(path, "system.posix_acl_access"))
    except OSError:
        return False


def _is_one_of(uid: int, owners: tuple[int, ...]) -> bool:
    return uid in owners or (uid == _unmapped())


def _unmapped() -> int | None:
    """Return the uid that stands for root in a user namespace without root, None outside such a namespace."""
    try:
        with open("/proc/self/uid_map", "rb") as file:
            if file.read().split() == [b"0", b"0", b"4294967295"]:
                return None
        with open("/proc/sys/kernel/overflowuid", "rb") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def _chmod(path: str, status: os.stat_result) -> str:
    import shlex

    who = ("g" if status.st_mode & stat.S_IWGRP else "") + ("o" if status.st_mode & stat.S_IWOTH else "")
    return f"chmod {who}-w {shlex.quote(path)}"


def _move_hint(path: str, folder: bool) -> str:
    import shlex

    return f"mkdir -m 700 ~/desk && mv {shlex.quote(path)} ~/desk/" if not folder else _("use a folder of your own")


def login(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return _("user {uid}", uid=uid)
