"""What `deskctl init` writes: a small configuration with comments, that checks without a warning."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import Refused, UsageError


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
    """The text of a `config.toml`. With `address` it has an email channel; `listen` and `smtp` are HOST:PORT.

    Raises UsageError for a place that is not HOST:PORT. Whatever else is wrong, `check` will say.
    """
    lines = [
        "# The configuration of a help desk. `deskctl config check` says what is wrong with it; every key that",
        "# there is stands in config.example.toml and in docs/reference/config.md.",
        "",
        "[desk]",
        f"name = {_quoted(name)}",
        f"timezone = {_quoted(timezone)}",
        f"language = {_quoted(language)}",
        '#undo_window = "10s"        # how long a reply waits, so that `deskctl undo` can take it back',
        '#close_after = "4d"         # from solved to closed',
        "",
        "[store]",
        f"url = {_quoted(store)}" + ("   # counts from this folder" if store == "sqlite:///desk.db" else ""),
    ]
    if address is not None:
        lines += [
            "",
            f"[channels.{channel}]",
            'type = "email"',
            f"address = {_quoted(address)}",
            f"team = {_quoted(team)}",
        ]
        lines += _place("listen", listen, "127.0.0.1:2525", "mail comes in here, from a mail server of yours")
        lines += ['#imap = { host = "imap.example.org", user = "…", password = { file = "imap-password" } }']
        lines += _place("smtp", smtp, "127.0.0.1:25", "answers leave through this relay")
    return "\n".join(lines) + "\n"


def create(path: Path, text: str) -> None:
    """Write a new configuration that only its owner can read or change. Raises Refused if there is one."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(f"{path} exists", "Edit it, or take another folder with --dir.") from None
    except OSError as error:
        raise Refused(f"{path} cannot be made: {error.strerror}") from None
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        stream.write(text)


def _place(key: str, place: str | None, example: str, meaning: str) -> list[str]:
    """`listen` or `smtp`, switched off when it was not asked for."""
    host, port = _host_and_port(place or example)
    return [f"{'' if place else '#'}{key} = {{ host = {_quoted(host)}, port = {port} }}   # {meaning}"]


def _host_and_port(place: str) -> tuple[str, int]:
    """`127.0.0.1:25`, `[::1]:25` or `:25` (this machine)."""
    host, colon, port = place.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise UsageError(f"{place!r} is not HOST:PORT", "for example 127.0.0.1:2525.")
    return host or "127.0.0.1", int(port)


def _quoted(text: str) -> str:
    """A TOML string."""
    import tomlkit

    return tomlkit.item(text).as_string()
