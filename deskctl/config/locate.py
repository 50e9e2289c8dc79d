"""Find the configuration file and the folder of the daemon's socket.

Every command runs this module, so it imports little. `find_file` and `run_folder` work on plain strings because the
import of pathlib takes a tenth of the time of a short command.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError
from ..i18n import _
from .trust import TrustProblem, check_trust

if TYPE_CHECKING:
    from pathlib import Path

_GONE = _("the current folder no longer exists")
HINT = _("create a desk with `deskctl init`, or name its configuration with --config or $DESKCTL_CONFIG")


def find(explicit: str | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """Return the absolute path of the configuration; see `find_file`."""
    from pathlib import Path

    return Path(find_file(explicit, environ))


def find_file(explicit: str | None = None, environ: Mapping[str, str] | None = None) -> str:
    """Return the absolute path of the configuration.

    The first of these that exists is used: `explicit` (--config), $DESKCTL_CONFIG, ./config.toml with a `[desk]` table,
    deskctl/config.toml in the XDG folder, /etc/deskctl/config.toml.

    Raises ConfigError if there is no configuration, if a named one is missing, or if other users can change it. A
    configuration in the current folder must also belong to the caller or root.
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
                hint = _("ask the desk's owner for access to its folder")
                raise ConfigError(
                    _("{path} cannot be read: permission denied (named by {by})", path=path, by=by), hint
                ) from None
            except (OSError, ValueError):
                hint = _("create it with `deskctl init`")
                raise ConfigError(_("{path} does not exist (named by {by})", path=path, by=by), hint) from None
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
    raise ConfigError(_("no desk found: there is no config.toml in the usual places"), HINT)


def run_dir(path: Path) -> Path:
    """Return the folder of the daemon's socket and lock; see `run_folder`."""
    from pathlib import Path

    return Path(run_folder(os.fspath(path)))


def run_folder(path: str) -> str:
    """Return the folder of the daemon's socket and lock: `[daemon] run_dir`, or the folder of the configuration.

    If the configuration cannot be read, its own folder is returned: the error is reported when it is loaded.
    """
    folder = os.path.dirname(_absolute(path))
    try:
        if b"run_dir" not in _bytes(path):  # the usual case: a short command skips parsing
            return folder
        daemon = _read(path).get("daemon")
    except (ConfigError, OSError):
        return folder
    named = daemon.get("run_dir") if isinstance(daemon, dict) else None
    return os.path.join(folder, os.path.expanduser(named)) if isinstance(named, str) and named else folder


def trusted_run_folder(path: str) -> str:
    """Return the folder of the daemon's socket after checking that only its owner can replace the socket.

    `find_file` found the configuration at `path` and checked its folder, so that folder is not checked again.
    Raises ConfigError.
    """
    folder = run_folder(path)
    if folder != os.path.dirname(_absolute(path)):
        with contextlib.suppress(OSError):  # the folder does not exist yet, so it has no socket
            if why := check_trust(folder, folder=True):
                raise ConfigError(
                    _("{why}, so its socket is not used: another user could pose as the daemon", why=why.why),
                    why.repair,
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
    """Return True if the file at `path` is the configuration of a desk.

    A file with a `[desk]` table that other users can change is refused, not skipped: the user who works in its folder
    must learn why the desk is not used. Raises ConfigError.
    """
    try:
        if not os.path.isfile(path):
            return False
        if "desk" not in _read(path):
            return False
        why = check_trust(path, must_be_own=True)
    except (ConfigError, OSError) as error:
        # The file is not TOML or not readable, but it may still be the intended configuration.
        if isinstance(error, ConfigError) and not _names_desk(path):
            return False
        why = (
            None
            if isinstance(error, ConfigError)
            else TrustProblem(path, _("{path} cannot be read: {reason}", path=path, reason=error.strerror), "")
        )
        with contextlib.suppress(OSError):
            why = why or check_trust(path, must_be_own=True)
    if why:
        raise _refused(path, why)
    return True


def _trusted(path: str) -> str:
    """Return `path` if only the owner of that configuration can change it. Raises ConfigError."""
    try:
        why = check_trust(path)
    except OSError as error:
        raise ConfigError(_("{path} cannot be read: {reason}", path=path, reason=error.strerror)) from None
    if why:
        raise _refused(path, why)
    return path


def _refused(path: str, why: TrustProblem) -> ConfigError:
    hint = why.repair or _("if you trust its owner, name it: deskctl --config {file}", file=os.path.basename(path))
    if why.path == path:
        return ConfigError(_("{why}, so it is not used: it could name commands to run", why=why.why), hint)
    return ConfigError(_("{why}, so {path} is not used: it could name commands to run", why=why.why, path=path), hint)


def _names_desk(path: str) -> bool:
    try:
        return b"[desk]" in _bytes(path)
    except OSError:
        return False


def _read(path: str) -> dict[str, Any]:
    """Parse a TOML file. Raises ConfigError if it is not TOML, OSError if it cannot be read."""
    import tomli

    try:
        return tomli.loads(_bytes(path).decode())
    except (tomli.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        raise ConfigError(_("{path} is not TOML", path=path)) from None


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _absolute(path: str) -> str:
    """Return an absolute path. Symbolic links, and `..` after them, are kept as the shell shows them."""
    path = os.path.expanduser(path).removeprefix("./")
    if not os.path.isabs(path):
        folder = _current_folder()
        if folder is None:
            raise ConfigError(_GONE, _("change to another folder, or give the absolute path of {path}", path=path))
        path = os.path.join(folder, path)
    return path.rstrip("/") or "/"


def _current_folder() -> str | None:
    """Return the current folder, None if it was removed while this process or its shell was in it."""
    try:
        return os.getcwd()
    except FileNotFoundError:
        return None
