"""Enable or disable a plugin in a configuration file. Comments and the order of keys are kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..errors import ConfigError, Refused
from ..i18n import _


def set_plugin_enabled(path: Path, name: str, enabled: bool) -> bool:
    """Enable or disable a plugin. Return True if the file had to be changed.

    Raises ConfigError if the file is not TOML, Refused if it cannot be written.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8"))
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise ConfigError(
            _("{path} is not TOML: {error}", path=path, error=error), _("deskctl config check")
        ) from error
    if "plugins" not in document:
        document["plugins"] = tomlkit.table()
    plugins: Any = document["plugins"]
    if not isinstance(plugins, dict):
        raise ConfigError(_("{path}: plugins must be a table: [plugins]", path=path), _("deskctl config check"))
    disabled = name in plugins.get("disabled", ())
    excluded = "only" in plugins and name not in plugins["only"]
    if disabled is not enabled and not (enabled and excluded):
        return False
    if enabled:
        _remove(plugins, "disabled", name)
        if excluded:
            plugins["only"].append(name)
    elif "disabled" in plugins:
        plugins["disabled"].append(name)
    else:
        plugins["disabled"] = [name]
    _write(path, tomlkit.dumps(document))
    return True


def _remove(plugins: Any, key: str, name: str) -> None:
    listed = plugins.get(key)
    while listed is not None and name in listed:
        listed.remove(name)
    if listed is not None and not listed:
        del plugins[key]


def _write(path: Path, text: str) -> None:
    """Replace the file atomically. Its owner and mode are kept."""
    new = path.with_name(f".{path.name}.new")
    try:
        status = path.stat()
        new.unlink(missing_ok=True)  # left by a killed process, or created by another user
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fchmod(stream.fileno(), status.st_mode & 0o7777)
            if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(stream.fileno(), status.st_uid, status.st_gid)
            os.fsync(stream.fileno())
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise Refused(
            _("{path} cannot be written: {reason}", path=path, reason=error.strerror),
            _("run the command as the owner of the file"),
        ) from error
