"""Sending through a relay. The relay's reply and its time determine the result:

    before the content is sent    4xx or no reply → TryLater      5xx → Rejected
    after the content is sent     4xx → TryLater  5xx → Rejected  no reply → Uncertain, not sent again automatically

Blocking: a worker thread sends one message at a time.
"""

from __future__ import annotations

import base64
import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from typing import Final

from deskctl.plugins import (
    AuthFailed,
    ChannelContext,
    DeskctlError,
    Receipt,
    RecipientReport,
    Rejected,
    TryLater,
    Unavailable,
    Uncertain,
)
from deskctl.plugins.faultpoints import exchange, reach

from . import bounce_reasons
from .compose import Mail
from .config import Smtp
from .messages import _, joined
from .oauth_tokens import AccessTokens, xoauth2

#: Bytes of content that are sent together with the end of the mail. A connection loss before that is harmless: the
#: relay has not received the end, so it cannot have accepted the mail (RFC 5321, 4.1.1.4).
LAST_PIECE_BYTES: Final = 16 * 1024
_STATUS: Final = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
#: Replies about the login, not the mail: the mail waits until the configuration is corrected.
_LOGIN_REQUIRED: Final = frozenset({530, 534, 535, 538})


class LoginRefused(DeskctlError):
    """The relay does not accept the user and password, or requires a login."""


class Relay:
    """A connection to the relay, opened for the first message and kept for the next one."""

    def __init__(self, config: Smtp, context: ChannelContext, address: str, tokens: AccessTokens | None = None) -> None:
        """Prepare a connection without opening it. `tokens` replace the password."""
        self._config = config
        self._tokens = tokens
        self._context = context
        self._address = address
        self._smtp: smtplib.SMTP | None = None
        self._null_sender = True
        self._alerted: str | None = None

    def send(self, mail: Mail, outbox_id: int) -> Receipt:
        """Send a mail. Raises TryLater, Rejected or Uncertain."""
        smtp, refused = self._open_envelope(mail)
        try:
            self._context.sending(outbox_id)
        except Exception as error:
            self._drop()
            raise TryLater(_("could not record the start of sending: {error}", error=error)) from error
        with self._nothing_sent("DATA"):
            with exchange("relay.data"):
                smtp.putcmd("data")
                answer = smtp.getreply()
            _check_reply(*answer, "DATA", wanted=354)
        remark = self._send_content(smtp, mail)
        self._alerted = None
        if refused:
            refusals = [
                _("{address} was refused: {reply}", address=address, reply=reply) for address, reply in refused.items()
            ]
            what = joined(refusals)
            self._context.alert(
                _("a message was not sent to all recipients: {refusals}", refusals=what), _("check these addresses")
            )
            remark = joined([remark, what])
        return Receipt(remark, refused=tuple(map(_recipient_report, refused.items())))

    def close(self) -> None:
        """Send QUIT if the relay responds, and close the connection."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                _socket(smtp).settimeout(2)
                with exchange("relay.quit"):
                    smtp.quit()
            smtp.close()

    def abort(self) -> None:
        """Shut the connection down, so that an operation in another thread fails at once."""
        smtp = self._smtp
        sock = getattr(smtp, "sock", None)
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def connect(self) -> smtplib.SMTP:
        """Return a new connection, logged in. Raises LoginRefused, OSError or smtplib.SMTPException."""
        config = self._config
        seconds = config.timeout.total_seconds()
        tls = ssl.create_default_context() if config.security != "plain" else None
        if config.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(config.host, config.port, timeout=seconds, context=tls)
        else:
            smtp = smtplib.SMTP(config.host, config.port, timeout=seconds)
        try:
            _socket(smtp).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            smtp.ehlo_or_helo_if_needed()
            if config.security == "starttls":
                smtp.starttls(context=tls)
                smtp.ehlo_or_helo_if_needed()
            if self._tokens is not None:
                token = self._tokens.get()
                if not _login_with_token(smtp, config.user or "", token):
                    # The token may have been revoked before it expired: try one new token.
                    fresh = self._tokens.get(refused=token)
                    if not _login_with_token(smtp, config.user or "", fresh):
                        raise LoginRefused(
                            _("the relay refused user {user} with a new token", user=config.user), self._tokens.hint
                        )
            elif config.user is not None and config.password is not None:
                _login(smtp, config.user, config.password.reveal())
        except BaseException:
            smtp.close()
            raise
        return smtp

    def send_envelope(self, smtp: smtplib.SMTP, mail: Mail) -> dict[str, str]:
        """Send MAIL and RCPT; return the refused recipients with the relay's replies. Raises if all were refused."""
        senders = ["", mail.sender] if mail.automatic and self._null_sender else [mail.sender]
        for sender in senders:
            last = sender == senders[-1]
            try:
                with exchange("relay.mail"):
                    answer = smtp.mail(sender, _options(smtp, mail))
                _check_reply(*answer, "MAIL")
                refused = _recipients(smtp, mail.recipients)
            except Rejected:
                if last:
                    raise
                # Some relays refuse the null sender, at once or for each recipient: use the channel's address then.
                with exchange("relay.rset"):
                    smtp.rset()
                self._null_sender = False
                continue
            return refused
        raise AssertionError("the last sender returns or raises")

    def _open_envelope(self, mail: Mail) -> tuple[smtplib.SMTP, dict[str, str]]:
        """Return a connection with an accepted envelope. If the kept connection is dead, open a new one."""
        kept = self._smtp
        if kept is not None:
            try:
                return kept, self.send_envelope(kept, mail)
            except Rejected:
                self._reset()
                raise
            except (OSError, smtplib.SMTPException, DeskctlError):
                self._drop()
        with self._nothing_sent(_("the connection")), exchange("relay.connect"):
            self._smtp = smtp = self.connect()
        with self._nothing_sent(_("the envelope")):
            return smtp, self.send_envelope(smtp, mail)

    def _send_content(self, smtp: smtplib.SMTP, mail: Mail) -> str:
        """Send the content and its end; return the relay's reply."""
        content = mail.content if mail.content.endswith(b"\r\n") else mail.content + b"\r\n"
        content = content.replace(b"\r\n.", b"\r\n..")
        content = b"." + content if content.startswith(b".") else content
        cut = max(0, len(content) - LAST_PIECE_BYTES)
        with self._nothing_sent(_("the content")):
            _socket(smtp).sendall(content[:cut])
            reach("relay.content")
        try:
            with exchange("relay.end"):
                _socket(smtp).sendall(content[cut:] + b".\r\n")
                reach("relay.sent")
                code, reply = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise Uncertain(
                _("the relay did not reply after the message: {error}", error=_error_text(error)),
                _("it may have been accepted; check before you send it again"),
            ) from error
        if not 200 <= code < 600 or 300 <= code < 400:
            self._drop()
            raise Uncertain(
                _("invalid reply from the relay after the message: {reply}", reply=_reply_text(code, reply))
            )
        try:
            _check_reply(code, reply, _("the message"))
        except DeskctlError:
            self._drop() if code == 421 else self._reset()
            raise
        return _reply_text(code, reply)

    @contextlib.contextmanager
    def _nothing_sent(self, stage: str) -> Iterator[None]:
        """Convert errors before the end of the content, when nothing has been sent yet."""
        try:
            yield
        except LoginRefused as error:
            self._drop()
            self._alert(error.what, error.hint)
            raise TryLater(error.what, error.hint) from error
        except ssl.SSLCertVerificationError as error:
            self._drop()
            what = _(
                "the relay {host} has an untrusted certificate: {reason}",
                host=self._config.host,
                reason=error.verify_message,
            )
            self._alert(what, _("check that host is the name in the certificate; for a private CA set SSL_CERT_FILE"))
            raise TryLater(what) from error
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise TryLater(
                _(
                    "the relay {host} failed at {stage}: {error}",
                    host=self._config.host,
                    stage=stage,
                    error=_error_text(error),
                )
            ) from error
        except TryLater:
            self._drop()
            raise
        except Rejected:
            self._reset()
            raise
        except Unavailable as error:  # from the OAuth provider
            self._drop()
            raise TryLater(error.what, error.hint) from error
        except DeskctlError as error:  # the password's source, or a lost OAuth consent, which has its own alert
            self._drop()
            if not isinstance(error, AuthFailed):
                self._alert(error.what, error.hint)
            raise TryLater(error.what, error.hint) from error

    def _alert(self, what: str, hint: str) -> None:
        if self._alerted != what:
            self._alerted = what
            self._context.alert(what, hint)

    def _reset(self) -> None:
        try:
            if self._smtp is not None:
                with exchange("relay.rset"):
                    self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _socket(smtp: smtplib.SMTP) -> socket.socket:
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    return smtp.sock


def _login(smtp: smtplib.SMTP, user: str, password: str) -> None:
    try:
        if (user + password).isascii():
            smtp.login(user, password)
            return
        # smtplib supports only ASCII; PLAIN uses UTF-8 (RFC 4616).
        words = base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
        code, reply = smtp.docmd("AUTH", f"PLAIN {words}")
        if code != 235:
            raise smtplib.SMTPAuthenticationError(code, reply)
    except smtplib.SMTPAuthenticationError as error:
        if 400 <= error.smtp_code < 500:
            raise  # a fault of the relay, not a wrong password
        raise LoginRefused(
            _(
                "the relay refused user {user}: {reply}",
                user=user,
                reply=_reply_text(error.smtp_code, error.smtp_error),
            ),
            _("check user and password in the channel's smtp table"),
        ) from None
    except smtplib.SMTPNotSupportedError as error:
        raise LoginRefused(
            _("the relay offers no login: {error}", error=error),
            _('remove user and password, or use security = "starttls" or "tls"'),
        ) from None


def _login_with_token(smtp: smtplib.SMTP, user: str, token: str) -> bool:
    """Return True if the relay accepts the token. Raises smtplib.SMTPException for a fault of the relay."""
    words = base64.b64encode(xoauth2(user, token)).decode("ascii")
    code, reply = smtp.docmd("AUTH", f"XOAUTH2 {words}")
    if code == 334:  # the reason for a refusal; it requires an empty response
        code, reply = smtp.docmd("")
    if 400 <= code < 500 or code == 421:
        raise smtplib.SMTPAuthenticationError(code, reply)
    if code in (500, 502, 504):
        raise LoginRefused(
            _("the relay does not support XOAUTH2: {reply}", reply=_reply_text(code, reply)),
            _('use security = "starttls" or "tls"'),
        )
    return 200 <= code < 300


def _options(smtp: smtplib.SMTP, mail: Mail) -> list[str]:
    options = [f"size={len(mail.content)}"] if smtp.has_extn("size") else []
    if mail.international:
        if not smtp.has_extn("smtputf8"):
            raise Rejected(_("the relay does not support addresses with non-ASCII characters (SMTPUTF8)"))
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    return options


def _recipient_report(refused: tuple[str, str]) -> RecipientReport:
    """Return the report for a recipient that the relay refused."""
    address, reply = refused
    stated = _STATUS.search(reply)
    status = stated[0] if stated else f"{reply[:1]}.0.0"
    return RecipientReport(address, "failed", status, bounce_reasons.classify_reason(reply), reply)


def _recipients(smtp: smtplib.SMTP, recipients: tuple[str, ...]) -> dict[str, str]:
    refused: dict[str, str] = {}
    faults: list[DeskctlError] = []
    for recipient in recipients:
        with exchange("relay.rcpt"):
            code, reply = smtp.rcpt(recipient)
        try:
            _check_reply(code, reply, _("recipient {address}", address=recipient))
        except (TryLater, Rejected) as fault:
            if code == 421:
                raise
            refused[recipient] = _reply_text(code, reply)
            faults.append(fault)
    if len(faults) == len(recipients):
        raise next((fault for fault in faults if isinstance(fault, TryLater)), faults[0])
    return refused


def _check_reply(code: int, reply: bytes, stage: str, wanted: int = 250) -> None:
    """Check a reply of the relay. Raises LoginRefused, Rejected or TryLater if it is not positive."""
    if code == wanted or (wanted == 250 and 200 <= code < 300):
        return
    what = _("the relay refused {stage}: {reply}", stage=stage, reply=_reply_text(code, reply))
    if code in _LOGIN_REQUIRED:
        raise LoginRefused(what, _("set user and password in the channel's smtp table"))
    if 500 <= code < 600:
        raise Rejected(what)
    raise TryLater(what)


def _reply_text(code: int, reply: bytes | str) -> str:
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(f"{code} {words}".split())[:300]


def _error_text(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply_text(error.smtp_code, error.smtp_error)
    return " ".join(str(error).split())[:300] or type(error).__name__
