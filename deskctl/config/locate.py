"""Which configuration is meant, and where the desk's daemon listens. Imports little: every command runs this.

`find_file` and `run_folder` do the work on plain strings, as importing pathlib takes a tenth of a short command's time.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError
from .trust import Distrust, distrust_way

if TYPE_CHECKING:
    from pathlib import Path

_GONE = "the current folder no longer exists"
HINT = "Make a desk with `deskctl init`, or name its configuration with --config or $DESKCTL_CONFIG."


def find(explicit: str | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """The absolute path of the configuration; see `find_file`."""
    from pathlib import Path

    return Path(find_file(explicit, environ))


def find_file(explicit: str | None = None, environ: Mapping[str, str] | None = None) -> str:
    """The absolute path of the configuration, the first there is of: `explicit` (--config), $DESKCTL_CONFIG,
    ./config.toml with a `[desk]` table, the XDG folder, /etc/deskctl/config.toml.

    Raises ConfigError: none there, a named one missing, or one that others can change; one in the current folder must
    also belong to the caller or root.
    """
    environ = os.environ if environ is None else environ
    for named, by in ((explicit, "--config"), (environ.get("DESKCTL_CONFIG"), "$DESKCTL_CONFIG")):
        if named:
            path = _absolute(named)
            if os.path.isdir(path):
                path = os.path.join(path, "config.toml")
            try:
                os.stat(path)
            except PermissionError:
                hint = "ask the desk's owner for access to its folder"
                raise ConfigError(f"{path} cannot be read: permission denied (named by {by})", hint) from None
            except (OSError, ValueError):
                hint = "Make it with `deskctl init`."
                raise ConfigError(f"{path} does not exist (named by {by})", hint) from None
            return _trusted(path)
    gone = _current_folder() is None
    if not gone and _is_desk(here := _absolute("config.toml")):
        return here
    home = _absolute(environ.get("XDG_CONFIG_HOME") or "~/.config")
    for path in (os.path.join(home, "deskctl", "config.toml"), "/etc/deskctl/config.toml"):
        if os.path.isfile(path):
            return _trusted(path)
    if gone:
        raise ConfigError(_GONE, HINT)
    raise ConfigError("there is no desk here: no config.toml was found", HINT)


def run_dir(path: Path) -> Path:
    """The folder of the daemon's socket and lock; see `run_folder`."""
    from pathlib import Path

    return Path(run_folder(os.fspath(path)))


def run_folder(path: str) -> str:
    """The folder of the daemon's socket and lock: `[daemon] run_dir`, else the configuration's own folder.

    A configuration that cannot be read names no folder: what is wrong with it is said by whoever loads it.
    """
    folder = os.path.dirname(_absolute(path))
    try:
        if b"run_dir" not in _bytes(path):  # nearly always; a short command need not parse the rest
            return folder
        daemon = _read(path).get("daemon")
    except (ConfigError, OSError):
        return folder
    named = daemon.get("run_dir") if isinstance(daemon, dict) else None
    return os.path.join(folder, os.path.expanduser(named)) if isinstance(named, str) and named else folder


def trusted_run_folder(path: str) -> str:
    """The folder of the daemon's socket, where nobody but its owner can put another socket. Raises ConfigError.

    The configuration at `path` was found by `find_file`, so its own folder needs no second look.
    """
    folder = run_folder(path)
    if folder != os.path.dirname(_absolute(path)):
        with contextlib.suppress(OSError):  # not there yet: then nobody serves a socket in it
            if why := distrust_way(folder, folder=True):
                raise ConfigError(
                    f"{why}, so no daemon is looked for in [daemon] run_dir: anyone could pose as it", why.repair
                )
    return folder


def socket_path(path: Path) -> Path:
    return run_dir(path) / "desk.sock"


def lock_path(path: Path) -> Path:
    return run_dir(path) / "desk.lock"


def fingerprint(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 (hexadecimal) of a configuration file; "" if it cannot be read."""
    import hashlib

    try:
        return hashlib.sha256(_bytes(os.fspath(path))).hexdigest()
    except OSError:
        return ""


def _is_desk(path: str) -> bool:
    """Whether this is a configuration of ours. One with a `[desk]` that others can change is refused, not skipped:
    who stands in such a folder must know why their desk is not found."""
    try:
        if not os.path.isfile(path):
            return False
        if "desk" not in _read(path):
            return False
        why = distrust_way(path, own=True)
    except (ConfigError, OSError) as error:
        # Not TOML, or not readable: it may still be the desk that is meant.
        if isinstance(error, ConfigError) and not _names_desk(path):
            return False
        why = None if isinstance(error, ConfigError) else Distrust(path, f"cannot be read: {error.strerror}", "")
        with contextlib.suppress(OSError):
            why = why or distrust_way(path, own=True)
    if why:
        raise _refused(path, why)
    return True


def _trusted(path: str) -> str:
    """Return the path of a configuration that only its owner can change. Raises ConfigError."""
    try:
        why = distrust_way(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    if why:
        raise _refused(path, why)
    return path


def _refused(path: str, why: Distrust) -> ConfigError:
    about = "it" if why.path == path else path
    hint = why.repair or f"if you trust its owner, name it: deskctl --config {os.path.basename(path)}"
    return ConfigError(f"{why}, so {about} is not used: it could name commands to run", hint)


def _names_desk(path: str) -> bool:
    try:
        return b"[desk]" in _bytes(path)
    except OSError:
        return False


def _read(path: str) -> dict[str, Any]:
    """Raises ConfigError where it is not TOML, OSError where it cannot be read."""
    import tomli

    try:
        return tomli.loads(_bytes(path).decode())
    except (tomli.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        raise ConfigError(f"{path} is not TOML") from None


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _absolute(path: str) -> str:
    """Without resolving links, and `..` behind them, as the shell showed it."""
    path = os.path.expanduser(path).removeprefix("./")
    if not os.path.isabs(path):
        folder = _current_folder()
        if folder is None:
            raise ConfigError(_GONE, f"cd somewhere else, or give {path} with its whole path")
        path = os.path.join(folder, path)
    return path.rstrip("/") or "/"


def _current_folder() -> str | None:
    """The current folder; None if it was removed while this process or its shell is in it."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return None
