"""The channel check behind `deskctl channel test`. A check opens no ticket and deletes its probe mail."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import time
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from typing import Final

from deskctl.plugins import ChannelContext, DeskctlError, Part

from .compose import LOOP_HEADER, Mail, loop_token
from .config import EmailConfig, Imap, Listen, Smtp
from .imap_connection import Connection
from .imap_login import ConnectionLost, ServerRefusal, error_text
from .messages import _, joined
from .oauth_tokens import AccessTokens
from .probe import HEADER, ProbeTokens, token_in
from .smtp import Relay

CONNECT_SECONDS: Final = 10
#: Seconds that the probe mail may take from the relay to the mailbox.
PROBE_SECONDS: Final = 30
PROBE_POLL_SECONDS: Final = 0.25


def check_parts(
    config: EmailConfig,
    context: ChannelContext,
    probes: ProbeTokens,
    port: int | None,
    tokens: AccessTokens | None = None,
) -> tuple[Part, ...]:
    """Check each configured part, in the order of the configuration. Blocking.

    `port` is the port that the listener actually uses.
    """
    parts: list[Part] = []
    if config.listen is not None:
        parts.append(_attempt("listener", lambda: _check_listener(config, config.listen, port)))
    if config.imap is not None:
        parts.append(_attempt("mailbox", lambda: _check_mailbox(config.imap, tokens)))
    if config.smtp is not None:
        parts.append(_attempt("relay", lambda: _check_relay(config.smtp, context, config.address, tokens)))
    if config.imap is not None and config.smtp is not None:
        if all(part.ok for part in parts if part.name in ("mailbox", "relay")):
            parts.append(_attempt("probe", lambda: _check_delivery(config, context, probes, tokens)))
        else:
            parts.append(Part("probe", False, _("not sent"), _("repair the mailbox and the relay first")))
    return tuple(parts)


def _attempt(name: str, attempt: Callable[[], str]) -> Part:
    try:
        return Part(name, True, attempt())
    except DeskctlError as error:
        return Part(name, False, error.what, error.hint)
    except ConnectionRefusedError:
        starts = _("start the daemon: it listens only while it runs")
        hint = starts if name == "listener" else _("check host and port")
        return Part(name, False, _("connection refused"), hint)
    except TimeoutError:
        return Part(name, False, _("timed out"), _("check host, port and firewall; security must match the port"))
    except socket.gaierror as error:
        return Part(name, False, _("unknown host: {error}", error=error.strerror), _("check host"))
    except (OSError, ConnectionLost, ServerRefusal, smtplib.SMTPException) as error:
        return Part(
            name, False, error_text(error), _("check host, port and security; the daemon's log may have details")
        )


def _check_listener(config: EmailConfig, listen: Listen | None, port: int | None) -> str:
    """Connect to the listener and offer mail for each address, up to RCPT."""
    assert listen is not None
    smtp = _connect(listen, port or listen.port or 0)
    with contextlib.closing(smtp):
        _require_success(smtp.ehlo("localhost") if listen.protocol == "smtp" else smtp.docmd("LHLO", "localhost"))
        _require_success(smtp.docmd("MAIL", "FROM:<>"))
        for address in (config.address, *config.aliases):
            _require_success(smtp.docmd("RCPT", f"TO:<{address}>"))
        _require_success(smtp.docmd("RSET"))
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.docmd("QUIT")
    return _(
        "{protocol} at {listener} accepts mail for {address}",
        protocol=listen.protocol.upper(),
        listener=listen.location,
        address=config.address,
    )


def _connect(listen: Listen, port: int) -> smtplib.SMTP:
    if listen.path is not None:
        return _UnixSocketSMTP(str(listen.path), 1, timeout=CONNECT_SECONDS)
    if port == 0:
        raise ConnectionRefusedError
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listen.host, listen.host)
    return smtplib.SMTP(host, port, local_hostname="localhost", timeout=CONNECT_SECONDS)


class _UnixSocketSMTP(smtplib.SMTP):
    """An SMTP client over a UNIX socket; its host is the path of the socket."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(timeout)
        try:
            line.connect(host)
        except FileNotFoundError:
            line.close()
            raise ConnectionRefusedError from None
        except OSError:
            line.close()
            raise
        return line


def _require_success(reply: tuple[int, bytes]) -> None:
    code, text = reply
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, text)


def _check_mailbox(imap: Imap | None, tokens: AccessTokens | None) -> str:
    assert imap is not None
    with _open_connection(imap, tokens) as connection:
        found = [
            _("{folder} of {account} can be read", folder=imap.folder, account=imap.account),
            "IDLE" if connection.uses_idle else _("polled every {n} s", n=int(imap.poll.total_seconds())),
        ]
        if not connection.supports_move and imap.target is not None:
            found.append(_("moves by copying (no MOVE)"))
        if not connection.folder.writable:
            found.append(_("read-only: mail cannot be flagged"))
        return joined(found)


def _check_relay(smtp_config: Smtp | None, context: ChannelContext, address: str, tokens: AccessTokens | None) -> str:
    """Log in to the relay and offer a mail to the channel itself, up to RCPT."""
    assert smtp_config is not None
    relay = Relay(smtp_config, context, address, tokens)
    smtp = relay.connect()
    with contextlib.closing(smtp):
        relay.send_envelope(smtp, Mail(address, (address,), b""))
        smtp.rset()
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()
    return _(
        "{host}:{port} accepts mail from {address}, {security}",
        host=smtp_config.host,
        port=smtp_config.port,
        address=address,
        security=smtp_config.security,
    )


def _check_delivery(
    config: EmailConfig, context: ChannelContext, probes: ProbeTokens, tokens: AccessTokens | None
) -> str:
    """Send a probe mail through the relay to the channel's own address, find it in the mailbox and delete it."""
    assert config.imap is not None
    assert config.smtp is not None
    token = probes.issue()
    with _open_connection(config.imap, tokens) as connection:
        first = connection.folder.uidnext
        smtp = Relay(config.smtp, context, config.address, tokens).connect()
        with contextlib.closing(smtp):
            smtp.sendmail(config.address, [config.address], _probe_mail(config.address, token, context))
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.quit()
        sent = time.monotonic()
        while (waited := time.monotonic() - sent) < PROBE_SECONDS:
            connection.noop()
            for uids in connection.uids_from(first):
                headers = connection.headers(uids)
                mine = [uid for uid, header in headers.items() if token_in(header) == token]
                if mine:
                    connection.delete(mine)
                    return _(
                        "a probe mail arrived through relay and mailbox after {n} s and was deleted", n=f"{waited:.1f}"
                    )
                first = uids[-1] + 1
            time.sleep(PROBE_POLL_SECONDS)
    raise DeskctlError(
        _(
            "the relay accepted the mail, but it was not in {folder} after {n} s",
            folder=config.imap.folder,
            n=PROBE_SECONDS,
        ),
        _(
            "check that mail for {address} goes to this mailbox, its spam folder and the relay's queue",
            address=config.address,
        ),
    )


def _probe_mail(address: str, token: str, context: ChannelContext) -> bytes:
    lines = (
        f"From: {address}",
        f"To: {address}",
        "Subject: deskctl channel test",
        f"Date: {format_datetime(context.now())}",
        f"Message-ID: <{token.split('.')[1]}@{address.rpartition('@')[2]}>",
        "Auto-Submitted: auto-generated",
        f"{LOOP_HEADER}: {loop_token(address)}",
        f"{HEADER}: {token}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "deskctl sent this mail to itself to test delivery. You can delete it.",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace")


@contextlib.contextmanager
def _open_connection(imap: Imap, tokens: AccessTokens | None) -> Iterator[Connection]:
    connection = Connection(imap, tokens)
    try:
        yield connection
    finally:
        connection.close()
