"""The configuration table `[channels.NAME]` of a Telegram channel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from attrs import Attribute, field, frozen

from deskctl.plugins import Invalid, Remark, Secret

from .messages import _

#: The largest download and upload through Telegram's own servers (https://core.telegram.org/bots/api#getfile).
DOWNLOAD_LIMIT: Final = 20 * 1024 * 1024
UPLOAD_LIMIT: Final = 50 * 1024 * 1024
#: The largest file of a local server (https://core.telegram.org/bots/api#using-a-local-bot-api-server).
LOCAL_SERVER_LIMIT: Final = 2000 * 1024 * 1024

PUBLIC_API: Final = "https://api.telegram.org"
_EXAMPLE_URL: Final = "https://desk.example.org/telegram"
_UNITS: Final = {"": 1, "B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
_SIZE = re.compile(r"([0-9]{1,12}) ?(|B|KB|MB|GB)", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Return True if `host` is a loopback name or address, so that the traffic does not leave this machine."""
    return host in ("localhost", "::1") or host.startswith("127.")


def parse_size(text: str) -> int:
    """Return the bytes of a size such as `20MB`. Raises Invalid."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise Invalid(_('not a size: "{value}"; use a number and a unit, for example "20MB" or "500KB"', value=text))
    return int(found[1]) * _UNITS[found[2].upper()]


def _validate_api(instance: Any, attribute: Attribute[str], value: str) -> None:
    """Accept http:// only for this machine, because every URL below contains the token."""
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
        raise Invalid(
            _('not a URL: "{value}"; use a URL like {example}', value=value, example=PUBLIC_API), key=attribute.name
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise Invalid(_("must begin with https:// to protect the token"), key=attribute.name)


@frozen(kw_only=True)
class Webhook:
    """The webhook to which Telegram sends updates.

    Telegram calls `url`; the channel listens on `host` and `port` (or the UNIX socket `path`) for requests that a proxy
    forwards. Every request carries `secret`; without the key, a new one is generated at each start.
    """

    url: str = field()
    host: str = "127.0.0.1"
    port: int | None = None
    path: Path | None = None
    secret: Secret | None = None

    @url.validator
    def _validate_url(self, attribute: Any, value: str) -> None:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise Invalid(
                _('not a URL: "{value}"; use a URL like {example}', value=value, example=_EXAMPLE_URL), key="url"
            )
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise Invalid(_("must begin with https://; Telegram calls no other URLs"), key="url")

    def __attrs_post_init__(self) -> None:
        if self.port is None and self.path is None:
            raise Invalid(_('missing port; set port, or path = "/run/…" for a UNIX socket'))
        if self.port is not None and self.path is not None:
            raise Invalid(_("port and path are both set; remove one of them"))
        if self.port is not None and not 0 <= self.port <= 65535:
            raise Invalid(_("not a port: {port}; use 1 to 65535, or 0 for any free port", port=self.port), key="port")
        if not self.host or any(c.isspace() or c in "/@" for c in self.host):
            raise Invalid(_('not a host name or address: "{host}"', host=self.host), key="host")

    def config_claims(self) -> Iterator[Remark]:
        """Claim the listener's address, because two channels cannot listen at the same one."""
        if self.port != 0:
            yield Remark("path" if self.path is not None else "port", _("the listener {place}", place=self.place))

    @property
    def place(self) -> str:
        """Return the listener's address for messages: `127.0.0.1:8443` or the path of the socket."""
        return str(self.path) if self.path is not None else f"{self.host}:{self.port}"


@frozen(kw_only=True)
class TelegramConfig:
    """The configuration of a bot.

    Without `webhook`, the channel polls for updates. With `groups`, the bot accepts messages in groups that are
    addressed to it. Files larger than `max_file` are not downloaded; the ticket shows their names.
    """

    token: Secret
    api: str = field(default=PUBLIC_API, validator=_validate_api)
    webhook: Webhook | None = None
    groups: bool = False
    max_file: str = "20MB"

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "api", self.api.rstrip("/"))
        try:
            limit = parse_size(self.max_file)
        except Invalid as error:
            raise Invalid(error.what, key="max_file") from None
        allowed = DOWNLOAD_LIMIT if self.api == PUBLIC_API else LOCAL_SERVER_LIMIT
        if limit > allowed:
            raise Invalid(
                _("must be at most {limit}MB, Telegram's limit for bots", limit=allowed // 1024**2), key="max_file"
            )

    @property
    def download_limit(self) -> int:
        """Return the largest file to download, in bytes."""
        return parse_size(self.max_file)

    @property
    def upload_limit(self) -> int:
        """Return the largest file to send, in bytes."""
        return UPLOAD_LIMIT if self.api == PUBLIC_API else LOCAL_SERVER_LIMIT
