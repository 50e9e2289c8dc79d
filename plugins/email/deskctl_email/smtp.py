"""Sending through a relay. What the relay said, and when, decides what may be done next:

    before the content left    4xx, or no answer → TryLater       5xx → Rejected
    the content left           4xx → TryLater   5xx → Rejected    no answer → Uncertain, never sent again blindly

Blocking: everything here runs in a worker thread, one message at a time.
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
from .oauth_tokens import AccessTokens, xoauth2

#: The end of a mail goes out together with this much of its content, in bytes. Until then a cut line is harmless:
#: the relay has not seen the end, so it cannot have accepted the mail (RFC 5321, 4.1.1.4).
LAST_PIECE_BYTES: Final = 16 * 1024
#: Replies about us, not about the mail: it waits until the configuration is right.
_STATUS: Final = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
_LOGIN_REQUIRED: Final = frozenset({530, 534, 535, 538})


class LoginRefused(DeskctlError):
    """The relay does not take our user and password, or takes nobody without."""


class Relay:
    """A connection to the relay, opened when there is something to send and kept for the next message."""

    def __init__(self, config: Smtp, context: ChannelContext, address: str, tokens: AccessTokens | None = None) -> None:
        """`tokens` log in instead of a password."""
        self._config = config
        self._tokens = tokens
        self._context = context
        self._address = address
        self._smtp: smtplib.SMTP | None = None
        self._null_sender = True
        self._alerted: str | None = None

    def send(self, mail: Mail, outbox_id: int) -> Receipt:
        """Raises TryLater, Rejected or Uncertain."""
        smtp, refused = self._open_envelope(mail)
        try:
            self._context.sending(outbox_id)
        except Exception as error:
            self._drop()
            raise TryLater(f"could not note that the message is on its way: {error}") from error
        with self._nothing_sent("DATA"):
            with exchange("relay.data"):
                smtp.putcmd("data")
                answer = smtp.getreply()
            _check_reply(*answer, "DATA", wanted=354)
        remark = self._send_content(smtp, mail)
        self._alerted = None
        if refused:
            what = "; ".join(f"{address} was refused: {said}" for address, said in refused.items())
            self._context.alert(f"a message was sent, but not to everybody: {what}", "Check these addresses.")
            remark = f"{remark}; {what}"
        return Receipt(remark, refused=tuple(map(_recipient_report, refused.items())))

    def close(self) -> None:
        """Say goodbye, if anybody listens."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                _socket(smtp).settimeout(2)
                with exchange("relay.quit"):
                    smtp.quit()
            smtp.close()

    def abort(self) -> None:
        """End a conversation that another thread is in. What it waits for fails at once."""
        smtp = self._smtp
        sock = getattr(smtp, "sock", None)
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def connect(self) -> smtplib.SMTP:
        """A new connection, logged in. Raises LoginRefused, OSError or smtplib.SMTPException."""
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
                    # It may have been withdrawn before its time: one new token.
                    fresh = self._tokens.get(refused=token)
                    if not _login_with_token(smtp, config.user or "", fresh):
                        raise LoginRefused(f"the relay refuses user {config.user} with a new token", self._tokens.hint)
            elif config.user is not None and config.password is not None:
                _login(smtp, config.user, config.password.reveal())
        except BaseException:
            smtp.close()
            raise
        return smtp

    def send_envelope(self, smtp: smtplib.SMTP, mail: Mail) -> dict[str, str]:
        """MAIL and RCPT; the answer: who was refused, and what was said. Raises when nobody was accepted."""
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
                # Some relays refuse the null sender, at once or for each recipient: better known than not sent.
                with exchange("relay.rset"):
                    smtp.rset()
                self._null_sender = False
                continue
            return refused
        raise AssertionError("there is always a last sender")

    def _open_envelope(self, mail: Mail) -> tuple[smtplib.SMTP, dict[str, str]]:
        """A connection on which the envelope was accepted. One that was kept may have died: then a new one."""
        kept = self._smtp
        if kept is not None:
            try:
                return kept, self.send_envelope(kept, mail)
            except Rejected:
                self._reset()
                raise
            except (OSError, smtplib.SMTPException, DeskctlError):
                self._drop()
        with self._nothing_sent("the connection"), exchange("relay.connect"):
            self._smtp = smtp = self.connect()
        with self._nothing_sent("the envelope"):
            return smtp, self.send_envelope(smtp, mail)

    def _send_content(self, smtp: smtplib.SMTP, mail: Mail) -> str:
        """Content and its end; what the relay answered."""
        content = mail.content if mail.content.endswith(b"\r\n") else mail.content + b"\r\n"
        content = content.replace(b"\r\n.", b"\r\n..")
        content = b"." + content if content.startswith(b".") else content
        cut = max(0, len(content) - LAST_PIECE_BYTES)
        with self._nothing_sent("the content"):
            _socket(smtp).sendall(content[:cut])
            reach("relay.content")
        try:
            with exchange("relay.end"):
                _socket(smtp).sendall(content[cut:] + b".\r\n")
                reach("relay.sent")
                code, said = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise Uncertain(
                f"the relay gave no answer after the message: {_error_text(error)}",
                "It may have been accepted; look for it before sending it again.",
            ) from error
        if not 200 <= code < 600 or 300 <= code < 400:
            self._drop()
            raise Uncertain(f"the relay's answer after the message makes no sense: {_reply_text(code, said)}")
        try:
            _check_reply(code, said, "the message")
        except DeskctlError:
            self._drop() if code == 421 else self._reset()
            raise
        return _reply_text(code, said)

    @contextlib.contextmanager
    def _nothing_sent(self, stage: str) -> Iterator[None]:
        """Until the end of the content has left, whatever fails has sent nothing."""
        try:
            yield
        except LoginRefused as error:
            self._drop()
            self._alert(str(error), error.hint)
            raise TryLater(str(error), error.hint) from error
        except ssl.SSLCertVerificationError as error:
            self._drop()
            what = f"the relay {self._config.host} shows a certificate that is not trusted: {error.verify_message}"
            self._alert(what, "Is host the name in its certificate? For an authority of your own set SSL_CERT_FILE.")
            raise TryLater(what) from error
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise TryLater(f"the relay {self._config.host} failed at {stage}: {_error_text(error)}") from error
        except TryLater:
            self._drop()
            raise
        except Rejected:
            self._reset()
            raise
        except Unavailable as error:  # whoever gives out tokens
            self._drop()
            raise TryLater(str(error), error.hint) from error
        except DeskctlError as error:  # the password's source; consent that is gone, which was told already
            self._drop()
            if not isinstance(error, AuthFailed):
                self._alert(str(error), error.hint)
            raise TryLater(str(error), error.hint) from error

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
        # smtplib knows ASCII only; PLAIN is UTF-8 (RFC 4616).
        words = base64.b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
        code, said = smtp.docmd("AUTH", f"PLAIN {words}")
        if code != 235:
            raise smtplib.SMTPAuthenticationError(code, said)
    except smtplib.SMTPAuthenticationError as error:
        if 400 <= error.smtp_code < 500:
            raise  # a fault over there, not a wrong password
        raise LoginRefused(
            f"the relay refuses user {user}: {_reply_text(error.smtp_code, error.smtp_error)}",
            "Check user and password of the channel's smtp table.",
        ) from None
    except smtplib.SMTPNotSupportedError as error:
        raise LoginRefused(
            f"the relay offers no login here: {error}",
            'Leave out user and password, or use security = "starttls" or "tls".',
        ) from None


def _login_with_token(smtp: smtplib.SMTP, user: str, token: str) -> bool:
    """Whether the relay takes the token. Raises smtplib.SMTPException for a fault over there."""
    words = base64.b64encode(xoauth2(user, token)).decode("ascii")
    code, said = smtp.docmd("AUTH", f"XOAUTH2 {words}")
    if code == 334:  # why it refuses; an empty answer ends it
        code, said = smtp.docmd("")
    if 400 <= code < 500 or code == 421:
        raise smtplib.SMTPAuthenticationError(code, said)
    if code in (500, 502, 504):
        raise LoginRefused(
            f"the relay knows no XOAUTH2: {_reply_text(code, said)}", 'Use security = "starttls" or "tls".'
        )
    return 200 <= code < 300


def _options(smtp: smtplib.SMTP, mail: Mail) -> list[str]:
    options = [f"size={len(mail.content)}"] if smtp.has_extn("size") else []
    if mail.international:
        if not smtp.has_extn("smtputf8"):
            raise Rejected("the relay takes no addresses with letters outside ASCII (SMTPUTF8)")
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    return options


def _recipient_report(refused: tuple[str, str]) -> RecipientReport:
    """What the relay said of one recipient, as a report."""
    address, said = refused
    stated = _STATUS.search(said)
    status = stated[0] if stated else f"{said[:1]}.0.0"
    return RecipientReport(address, "failed", status, bounce_reasons.classify_reason(said), said)


def _recipients(smtp: smtplib.SMTP, recipients: tuple[str, ...]) -> dict[str, str]:
    refused: dict[str, str] = {}
    faults: list[DeskctlError] = []
    for recipient in recipients:
        with exchange("relay.rcpt"):
            code, said = smtp.rcpt(recipient)
        try:
            _check_reply(code, said, f"recipient {recipient}")
        except (TryLater, Rejected) as fault:
            if code == 421:
                raise
            refused[recipient] = _reply_text(code, said)
            faults.append(fault)
    if len(faults) == len(recipients):
        raise next((fault for fault in faults if isinstance(fault, TryLater)), faults[0])
    return refused


def _check_reply(code: int, said: bytes, stage: str, wanted: int = 250) -> None:
    """Nothing when the relay agreed. Raises LoginRefused, Rejected or TryLater."""
    if code == wanted or (wanted == 250 and 200 <= code < 300):
        return
    what = f"the relay refused {stage}: {_reply_text(code, said)}"
    if code in _LOGIN_REQUIRED:
        raise LoginRefused(what, "Name user and password in the channel's smtp table.")
    if 500 <= code < 600:
        raise Rejected(what)
    raise TryLater(what)


def _reply_text(code: int, said: bytes | str) -> str:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(f"{code} {words}".split())[:300]


def _error_text(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply_text(error.smtp_code, error.smtp_error)
    return " ".join(str(error).split())[:300] or type(error).__name__
