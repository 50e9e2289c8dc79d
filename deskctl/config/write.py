"""Write the initial configuration for `deskctl init`: short, with comments, and without warnings in a check."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import Refused, UsageError
from ..i18n import _


def initial(
    *,
    name: str,
    timezone: str = "UTC",
    language: str = "en",
    address: str | None = None,
    team: str = "support",
    channel: str = "support",
    listen: str | None = None,
    smtp: str | None = None,
    store: str = "sqlite:///desk.db",
) -> str:
    """Return the text of a `config.toml`. With `address` it has an email channel; `listen` and `smtp` are HOST:PORT.

    Raises UsageError if one of these is not HOST:PORT. `check` reports all other errors.
    """
    lines = [
        "# The configuration of a help desk. `deskctl config check` reports errors in it. config.example.toml and",
        "# docs/reference/configuration-keys.md explain every key.",
        "",
        "[desk]",
        f"name = {_quoted(name)}",
        f"timezone = {_quoted(timezone)}",
        f"language = {_quoted(language)}",
        '#undo_window = "10s"        # a reply is sent after this time; until then `deskctl undo` can stop it',
        '#close_after = "4d"         # a solved ticket is closed after this time',
        "",
        "[store]",
        f"url = {_quoted(store)}" + ("   # relative to this folder" if store == "sqlite:///desk.db" else ""),
    ]
    if address is not None:
        lines += [
            "",
            f"[channels.{channel}]",
            'type = "email"',
            f"address = {_quoted(address)}",
            f"team = {_quoted(team)}",
        ]
        lines += _endpoint("listen", listen, "127.0.0.1:2525", "your mail server delivers mail here")
        lines += ['#imap = { host = "imap.example.org", user = "…", password = { file = "imap-password" } }']
        lines += _endpoint("smtp", smtp, "127.0.0.1:25", "replies are sent through this relay")
    return "\n".join(lines) + "\n"


def create(path: Path, text: str) -> None:
    """Write a new configuration that only its owner can read and change. Raises Refused if the file exists."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(
            _("{path} already exists", path=path), _("edit it, or choose another folder with --dir")
        ) from None
    except OSError as error:
        raise Refused(_("cannot create {path}: {reason}", path=path, reason=error.strerror)) from None
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        stream.write(text)


def _endpoint(key: str, endpoint: str | None, example: str, meaning: str) -> list[str]:
    """Return the line of `listen` or `smtp`, commented out if no endpoint was given."""
    host, port = _host_and_port(endpoint or example)
    return [f"{'' if endpoint else '#'}{key} = {{ host = {_quoted(host)}, port = {port} }}   # {meaning}"]


def _host_and_port(endpoint: str) -> tuple[str, int]:
    """Parse `127.0.0.1:25`, `[::1]:25` or `:25` (this machine)."""
    host, colon, port = endpoint.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise UsageError(_("not HOST:PORT: {endpoint}", endpoint=repr(endpoint)), _("for example 127.0.0.1:2525"))
    return host or "127.0.0.1", int(port)


def _quoted(text: str) -> str:
    """Return a TOML string."""
    import tomlkit

    return tomlkit.item(text).as_string()
