"""The table `[channels.NAME]` of a Telegram channel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import Attribute, field, frozen

from deskctl.plugins import Invalid, Remark, Secret

#: What a bot may fetch and send through Telegram's own servers (https://core.telegram.org/bots/api#getfile).
FETCH_LIMIT: Final = 20 * 1024 * 1024
SEND_LIMIT: Final = 50 * 1024 * 1024
#: What a server of one's own lets through at most (https://core.telegram.org/bots/api#using-a-local-bot-api-server).
OWN_SERVER_LIMIT: Final = 2000 * 1024 * 1024

PUBLIC_API: Final = "https://api.telegram.org"
_UNITS: Final = {"": 1, "B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
_SIZE = re.compile(r"([0-9]{1,12}) ?(|B|KB|MB|GB)", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by its own name for itself: nothing said to it can be overheard."""
    return host in ("localhost", "::1") or host.startswith("127.")


def size(given: str) -> int:
    """Bytes, from `20MB`. Raises Invalid."""
    found = _SIZE.fullmatch(given.strip())
    if found is None:
        raise Invalid(f'{given!r} is no size; it is a number and a unit, as in "20MB" or "500KB"')
    return int(found[1]) * _UNITS[found[2].upper()]


def _base(instance: Any, attribute: Attribute[str], value: str) -> None:
    """The token is part of every address below it: in the clear only within this machine."""
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if (
        not host
        or port == 0
        or parts.scheme not in ("https", "http")
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise Invalid(f"{value!r} is not an address like {PUBLIC_API}", key=attribute.name)
    if parts.scheme == "http" and not is_loopback(host):
        raise Invalid("must begin with https://, or the token could be overheard", key=attribute.name)


@frozen(kw_only=True)
class Webhook:
    """Where Telegram brings updates: `url` is what it calls, `host` and `port` (or the UNIX socket `path`) where we
    listen for what a proxy passes on. `secret` comes with every call; without it one is made up at each start."""

    url: str = field()
    host: str = "127.0.0.1"
    port: int | None = None
    path: Path | None = None
    secret: Secret | None = None

    @url.validator
    def _reachable(self, attribute: Any, value: str) -> None:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise Invalid(f"{value!r} is not an address like https://desk.example.org/telegram", key="url")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise Invalid("must begin with https://: Telegram calls nothing else", key="url")

    def __attrs_post_init__(self) -> None:
        if self.port is None and self.path is None:
            raise Invalid('needs a port, or path = "/run/…" for a UNIX socket')
        if self.port is not None and self.path is not None:
            raise Invalid("has a port and a path: keep one of them")
        if self.port is not None and not 0 <= self.port <= 65535:
            raise Invalid(f"{self.port} is not a port: 1 to 65535, or 0 for any that is free", key="port")
        if not self.host or any(c.isspace() or c in "/@" for c in self.host):
            raise Invalid(f"{self.host!r} is not the name or address of a host", key="host")

    def config_claims(self) -> Iterator[Remark]:
        """Two channels cannot listen at one place."""
        if self.port != 0:
            yield Remark("path" if self.path is not None else "port", f"the listener {self.place}")

    @property
    def place(self) -> str:
        """For people: `127.0.0.1:8443` or the path of the socket."""
        return str(self.path) if self.path is not None else f"{self.host}:{self.port}"


@frozen(kw_only=True)
class TelegramConfig:
    """A bot. Without `webhook` its updates are asked for. `groups`: take part in groups, where it is spoken to.
    `max_file`: files larger than this are not fetched, only named."""

    token: Secret
    api: str = field(default=PUBLIC_API, validator=_base)
    webhook: Webhook | None = None
    groups: bool = False
    max_file: str = "20MB"

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "api", self.api.rstrip("/"))
        try:
            limit = size(self.max_file)
        except Invalid as error:
            raise Invalid(str(error), key="max_file") from None
        most = FETCH_LIMIT if self.api == PUBLIC_API else OWN_SERVER_LIMIT
        if limit > most:
            raise Invalid(f"must be at most {most // 1024**2}MB: Telegram gives bots no larger files", key="max_file")

    @property
    def largest_file(self) -> int:
        """Bytes."""
        return size(self.max_file)

    @property
    def largest_upload(self) -> int:
        """Bytes."""
        return SEND_LIMIT if self.api == PUBLIC_API else OWN_SERVER_LIMIT
