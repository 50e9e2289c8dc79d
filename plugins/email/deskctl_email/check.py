"""Trying every configured part, and cleaning up after: nothing that is tried here becomes a ticket."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import time
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from typing import Final

from deskctl.plugins import ChannelContext, DeskctlError, Part

from .compose import LOOP_HEADER, Mail, loop_mark
from .config import EmailConfig, Imap, Listen, Smtp
from .connection import Connection
from .login import Lost, Refusal
from .probe import HEADER, Probes, token_in
from .smtp import Relay
from .tokens import Tokens

CONNECT_SECONDS: Final = 10
#: How long the probe mail may take from the relay to the mailbox.
PROBE_SECONDS: Final = 30
PROBE_POLL_SECONDS: Final = 0.25


def check(
    config: EmailConfig, context: ChannelContext, probes: Probes, port: int | None, tokens: Tokens | None = None
) -> tuple[Part, ...]:
    """Every part in the order of the configuration. `port`: where the listener really listens. Blocking."""
    parts: list[Part] = []
    if config.listen is not None:
        parts.append(_tried("listener", lambda: _listener(config, config.listen, port)))
    if config.imap is not None:
        parts.append(_tried("mailbox", lambda: _mailbox(config.imap, tokens)))
    if config.smtp is not None:
        parts.append(_tried("relay", lambda: _relay(config.smtp, context, config.address, tokens)))
    if config.imap is not None and config.smtp is not None:
        if all(part.ok for part in parts if part.name in ("mailbox", "relay")):
            parts.append(_tried("probe", lambda: _probe(config, context, probes, tokens)))
        else:
            parts.append(Part("probe", False, "not sent", "It needs mailbox and relay: see what is wrong with them."))
    return tuple(parts)


def _tried(name: str, attempt: Callable[[], str]) -> Part:
    try:
        return Part(name, True, attempt())
    except DeskctlError as error:
        return Part(name, False, str(error), error.hint)
    except ConnectionRefusedError:
        hint = "Is the daemon running? It listens only while it runs." if name == "listener" else "Check host and port."
        return Part(name, False, "the connection is refused", hint)
    except TimeoutError:
        return Part(name, False, "no answer in time", "Check host, port and firewall; security must fit the port.")
    except socket.gaierror as error:
        return Part(name, False, f"the host is not known: {error.strerror}", "Check host.")
    except (OSError, Lost, Refusal, smtplib.SMTPException) as error:
        words = " ".join(str(error).split())[:300] or type(error).__name__
        return Part(name, False, words, "Check host, port and security; the daemon's log may say more.")


def _listener(config: EmailConfig, listen: Listen | None, port: int | None) -> str:
    """Up to RCPT, then RSET."""
    assert listen is not None
    smtp = _dial(listen, port or listen.port or 0)
    with contextlib.closing(smtp):
        _agreed(smtp.ehlo("localhost") if listen.protocol == "smtp" else smtp.docmd("LHLO", "localhost"))
        _agreed(smtp.docmd("MAIL", "FROM:<>"))
        for address in (config.address, *config.aliases):
            _agreed(smtp.docmd("RCPT", f"TO:<{address}>"))
        _agreed(smtp.docmd("RSET"))
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.docmd("QUIT")
    return f"{listen.protocol.upper()} at {listen.place} takes mail for {config.address}"


def _dial(listen: Listen, port: int) -> smtplib.SMTP:
    if listen.path is not None:
        return _OnPath(str(listen.path), 1, timeout=CONNECT_SECONDS)
    if port == 0:
        raise ConnectionRefusedError
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listen.host, listen.host)
    return smtplib.SMTP(host, port, local_hostname="localhost", timeout=CONNECT_SECONDS)


class _OnPath(smtplib.SMTP):
    """Over a UNIX socket; the host is its path."""

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


def _agreed(answer: tuple[int, bytes]) -> None:
    code, said = answer
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, said)


def _mailbox(imap: Imap | None, tokens: Tokens | None) -> str:
    assert imap is not None
    with _opened(imap, tokens) as connection:
        news = "IDLE" if connection.idles else f"looked at every {int(imap.poll.total_seconds())} s"
        rights = "" if connection.folder.writable else ", but may only be read: nothing can be flagged"
        moves = "" if connection.moves or imap.target is None else ", moved by copying (no MOVE)"
        return f"{imap.folder} of {imap.user or imap.host} can be read, {news}{moves}{rights}"


def _relay(smtp_config: Smtp | None, context: ChannelContext, address: str, tokens: Tokens | None) -> str:
    """Login and envelope, for a mail to the channel itself; then RSET."""
    assert smtp_config is not None
    relay = Relay(smtp_config, context, address, tokens)
    smtp = relay.connect()
    with contextlib.closing(smtp):
        relay.envelope(smtp, Mail(address, (address,), b""))
        smtp.rset()
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()
    return f"{smtp_config.host}:{smtp_config.port} takes mail from {address}, {smtp_config.security}"


def _probe(config: EmailConfig, context: ChannelContext, probes: Probes, tokens: Tokens | None) -> str:
    """A mail to ourselves, out through the relay and back into the mailbox, where it is deleted."""
    assert config.imap is not None
    assert config.smtp is not None
    token = probes.issue()
    with _opened(config.imap, tokens) as connection:
        first = connection.folder.uidnext
        smtp = Relay(config.smtp, context, config.address, tokens).connect()
        with contextlib.closing(smtp):
            smtp.sendmail(config.address, [config.address], _probe_mail(config.address, token, context))
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.quit()
        sent = time.monotonic()
        while (waited := time.monotonic() - sent) < PROBE_SECONDS:
            connection.nod()
            for uids in connection.uids_from(first):
                headers = connection.headers(uids)
                mine = [uid for uid, header in headers.items() if token_in(header) == token]
                if mine:
                    connection.delete(mine)
                    return f"a mail came back through relay and mailbox within {waited:.1f} s and was deleted"
                first = uids[-1] + 1
            time.sleep(PROBE_POLL_SECONDS)
    raise DeskctlError(
        f"the relay took the mail, and it was not in {config.imap.folder} after {PROBE_SECONDS} s",
        f"Is mail for {config.address} delivered to this mailbox? Look into its spam folder and the relay's queue.",
    )


def _probe_mail(address: str, token: str, context: ChannelContext) -> bytes:
    lines = (
        f"From: {address}",
        f"To: {address}",
        "Subject: deskctl channel test",
        f"Date: {format_datetime(context.now())}",
        f"Message-ID: <{token.split('.')[1]}@{address.rpartition('@')[2]}>",
        "Auto-Submitted: auto-generated",
        f"{LOOP_HEADER}: {loop_mark(address)}",
        f"{HEADER}: {token}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "A mail that deskctl sent to itself to see whether it comes back. It may be deleted.",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace")


@contextlib.contextmanager
def _opened(imap: Imap, tokens: Tokens | None) -> Iterator[Connection]:
    connection = Connection(imap, tokens)
    try:
        yield connection
    finally:
        connection.close()
