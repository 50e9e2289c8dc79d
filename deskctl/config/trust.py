"""Whether a file may be believed: a configuration can name commands and plugins, so it must be nobody else's."""

from __future__ import annotations

import os
import stat


def distrust(path: str | os.PathLike[str]) -> str:
    """Why `path` is not to be believed, "" if it is: owned by the caller or root, written by nobody else.

    Raises OSError when it cannot be looked at.
    """
    status = os.stat(path)
    if status.st_uid not in (os.geteuid(), 0):
        return f"belongs to {_login(status.st_uid)}, not to you or root"
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        who = "everybody" if status.st_mode & stat.S_IWOTH else "its group"
        return f"can be changed by {who} (mode {stat.S_IMODE(status.st_mode):o})"
    return ""


def _login(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
