"""The configuration table `[channels.NAME]` of an email channel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Literal

from attrs import Attribute, evolve, field, frozen

from deskctl.plugins import Invalid, Remark, Secret

from .messages import _
from .oauth_provider import OAuth, is_loopback

Security = Literal["tls", "starttls", "plain"]

IMAP_PORTS: Final = {"tls": 993, "starttls": 143, "plain": 143}
SMTP_PORTS: Final = {"tls": 465, "starttls": 587, "plain": 25}

#: Enough of RFC 5321 to detect typing errors and to exclude characters that could end a header.
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\@\x00-\x1f\x7f]{1,64}@[^\s<>()\[\],;:\"\\@\x00-\x1f\x7f]{1,255}")


def _validate_address(instance: Any, attribute: Attribute[str], value: str) -> None:
    if not _ADDRESS.fullmatch(value):
        raise Invalid(
            _('not an email address: "{value}"; for example {example}', value=value, example="support@example.org"),
            key=attribute.name,
        )


def _validate_addresses(instance: Any, attribute: Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    for address in value:
        _validate_address(instance, attribute, address)  # type: ignore[arg-type]


def _validate_host(instance: Any, attribute: Attribute[str], value: str) -> None:
    if not value or any(c.isspace() or c in "/@" for c in value):
        raise Invalid(_('not a host name or address: "{value}"', value=value), key=attribute.name)


def _validate_port(instance: Any, attribute: Attribute[int], value: int) -> None:
    if not 1 <= value <= 65535:
        raise Invalid(_("not a port: {value}; use 1 to 65535", value=value), key=attribute.name)


def _at_least(least: timedelta) -> Any:
    def check(instance: Any, attribute: Attribute[timedelta], value: timedelta) -> None:
        if value < least:
            raise Invalid(
                _("must be at least {duration}", duration=f"{int(least.total_seconds())}s"), key=attribute.name
            )

    return check


def _positive(instance: Any, attribute: Attribute[int], value: int) -> None:
    if value < 1:
        raise Invalid(_("must be at least 1"), key=attribute.name)


def _require_user(user: str | None, password: Secret | None) -> None:
    if password is not None and user is None:
        raise Invalid(_("is missing, but a password is given"), key="user")


def _plaintext_password_warning(host: str, security: Security, password: Secret | None) -> Iterator[Remark]:
    if security == "plain" and password is not None and not is_loopback(host):
        yield Remark("security", _("the password is sent to {host} unencrypted; use tls or starttls", host=host))


@frozen(kw_only=True)
class Listen:
    """The listener for SMTP or LMTP: a TCP port (0: any free port) or a UNIX socket.

    STARTTLS is offered if `cert` (PEM, with its chain) is set; `key` is its private key unless `cert` contains it.

    The `max_…` keys limit all clients together and each client (an IP address, or a user of the UNIX socket).
    "Unfinished" are the bytes of mails that were not answered yet. `idle`: a connection without data is closed.
    """

    host: str = field(default="127.0.0.1", validator=_validate_host)
    port: int | None = None
    protocol: Literal["smtp", "lmtp"] = "smtp"
    path: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    max_connections: int = field(default=200, validator=_positive)
    max_connections_per_peer: int = field(default=50, validator=_positive)
    max_unfinished: int = field(default=256 * 1024 * 1024, validator=_positive)
    max_unfinished_per_peer: int = field(default=128 * 1024 * 1024, validator=_positive)
    idle: timedelta = field(default=timedelta(seconds=60), validator=_at_least(timedelta(seconds=1)))

    def __attrs_post_init__(self) -> None:
        if self.port is None and self.path is None:
            raise Invalid(_('needs a port, or path = "/run/…" for a UNIX socket'))
        if self.port is not None and self.path is not None:
            raise Invalid(_("has both a port and a path; keep one of them"))
        if self.port is not None and not 0 <= self.port <= 65535:
            raise Invalid(_("not a port: {port}; use 1 to 65535, or 0 for any free port", port=self.port), key="port")
        if self.key is not None and self.cert is None:
            raise Invalid(_("is missing, but a key is given"), key="cert")

    def config_claims(self) -> Iterator[Remark]:
        """Claim the listening address: two channels cannot listen on the same one."""
        if self.port != 0:
            yield Remark(
                "path" if self.path is not None else "port", _("the listener {address}", address=self.location)
            )

    @property
    def location(self) -> str:
        """Return the listening address for display: `127.0.0.1:2525` or the path of the socket."""
        return str(self.path) if self.path is not None else f"{self.host}:{self.port}"


def _validate_rate(instance: Any, attribute: Attribute[str | None], value: str | None) -> None:
    if value is not None and parse_rate(value) is None:
        raise Invalid(
            _('not a rate: "{value}"; for example {examples}', value=value, examples='"30/min", "1/s"'),
            key=attribute.name,
        )


def parse_rate(text: str) -> tuple[int, float] | None:
    """Return the number of messages and the seconds of a rate such as "30/min"; None if it is not a rate."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})/(s|sec|min|m|h|hour|d|day)", text.replace(" ", ""))
    return (int(found[1]), {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}[found[2][0]]) if found else None


@frozen(kw_only=True)
class Imap:
    """A mailbox to read. The default of `security` is `plain` for the local host and `tls` for other hosts."""

    host: str = field(validator=_validate_host)
    security: Security = field()
    port: int = field(validator=_validate_port)
    user: str | None = None
    password: Secret | None = None
    folder: str = "INBOX"
    after: str = "flag"
    poll: timedelta = field(default=timedelta(seconds=60), validator=_at_least(timedelta(seconds=1)))
    idle: bool = True
    sent: bool | str = False

    @security.default
    def _default_security(self) -> Security:
        return "plain" if is_loopback(self.host) else "tls"

    @port.default
    def _default_port(self) -> int:
        return IMAP_PORTS[self.security]

    def __attrs_post_init__(self) -> None:
        _require_user(self.user, self.password)
        if isinstance(self.sent, str) and (not self.sent or any(ord(c) < 32 for c in self.sent)):
            raise Invalid(_("is not the name of a folder"), key="sent")
        if not self.folder or any(ord(c) < 32 for c in self.folder):
            raise Invalid(_("is not the name of a folder"), key="folder")
        if self.after not in ("flag", "delete") and not self.target:
            raise Invalid(
                _('unknown value "{value}"; use "flag", "delete" or "move:NAME"', value=self.after), key="after"
            )
        if self.target == self.folder:
            raise Invalid(_("would move mail from {folder} to itself", folder=self.folder), key="after")

    def config_warnings(self) -> Iterator[Remark]:
        yield from _plaintext_password_warning(self.host, self.security, self.password)

    def config_claims(self) -> Iterator[Remark]:
        """Claim the mailbox: two channels that read the same one would both ingest every mail."""
        yield Remark(
            "folder", _("the mailbox {mailbox}", mailbox=f"{self.user or ''}@{self.host}:{self.port} {self.folder}")
        )

    @property
    def account(self) -> str:
        """Return the name of the account."""
        return self.user or self.host

    @property
    def target(self) -> str | None:
        """Return the folder that journalled mail is moved to; None if mail is not moved."""
        kind, _, name = self.after.partition(":")
        return name or None if kind == "move" else None


@frozen(kw_only=True)
class Smtp:
    """The outgoing relay. The default of `security` is `plain` for the local host and `starttls` for other hosts.

    `connections` is the number of messages that are sent at the same time, each over a separate connection.
    """

    host: str = field(validator=_validate_host)
    security: Security = field()
    port: int = field(validator=_validate_port)
    user: str | None = None
    password: Secret | None = None
    timeout: timedelta = field(default=timedelta(seconds=60), validator=_at_least(timedelta(seconds=1)))
    rate: str | None = field(default=None, validator=_validate_rate)
    connections: int = field(default=1, validator=_positive)

    @security.default
    def _default_security(self) -> Security:
        return "plain" if is_loopback(self.host) else "starttls"

    @port.default
    def _default_port(self) -> int:
        return SMTP_PORTS[self.security]

    def __attrs_post_init__(self) -> None:
        _require_user(self.user, self.password)

    def config_warnings(self) -> Iterator[Remark]:
        yield from _plaintext_password_warning(self.host, self.security, self.password)


@frozen(kw_only=True)
class EmailConfig:
    """An email channel.

    `max_size` is in bytes: the listener rejects larger mail, and only its header is read from a mailbox. `plus`: mail
    to `local+anything@domain` arrives.
    """

    address: str = field(validator=_validate_address)
    aliases: tuple[str, ...] = field(default=(), validator=_validate_addresses)
    plus: bool = False
    listen: Listen | None = None
    imap: Imap | None = None
    smtp: Smtp | None = None
    oauth: OAuth | None = None
    max_size: int = 50 * 1024 * 1024

    def __attrs_post_init__(self) -> None:
        if self.max_size < 64 * 1024:
            raise Invalid(_("must be at least 65536 bytes"), key="max_size")
        faults = [fault for name in ("imap", "smtp") for fault in self._login_errors(name)]
        if len(faults) > 1:
            raise ExceptionGroup("logins", faults)
        if faults:
            raise faults[0]
        if self.oauth is not None:
            if self.imap is None and self.smtp is None:
                raise Invalid(_("has no effect without imap or smtp"), key="oauth")
            for name, table in (("imap", self.imap), ("smtp", self.smtp)):
                if table is not None and table.user is None:
                    object.__setattr__(self, name, evolve(table, user=self.address))

    def _login_errors(self, name: str) -> Iterator[Invalid]:
        table: Imap | Smtp | None = getattr(self, name)
        if table is None:
            return
        if self.oauth is not None and table.password is not None:
            yield Invalid(_("cannot be combined with oauth; keep one of them"), key=f"{name}.password")
        if self.oauth is None and table.user is not None and table.password is None:
            example = '{ env = "MAIL_PASSWORD" }'
            what = _("is missing, but a user is given; for example {example}", example=example)
            yield Invalid(what, key=f"{name}.password")

    def config_warnings(self) -> Iterator[Remark]:
        for name, table in (("imap", self.imap), ("smtp", self.smtp)):
            exposed = table is not None and table.security == "plain" and not is_loopback(table.host)
            if self.oauth is not None and exposed:
                yield Remark(f"{name}.security", _("the token is sent unencrypted; use tls or starttls"))

    @property
    def own_addresses(self) -> frozenset[str]:
        """Return the channel's address and aliases in lower case."""
        return frozenset(address.lower() for address in (self.address, *self.aliases))
