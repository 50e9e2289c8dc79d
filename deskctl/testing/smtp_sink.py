"""An SMTP server that takes every mail and keeps it: the outside world, for tests and for the demo.

    with SmtpSink() as sink:
        …                                     # something sends to sink.host, sink.port
        mail = sink.wait(1)[0]
        assert mail.subject == "Re: Printer"

Faults are scripted: `refuse` answers with a code, `drop` cuts the line, `stall` says nothing any more; each
at one stage of the conversation and for a number of times.
"""

from __future__ import annotations

import asyncio
import base64
import email
import email.message
import email.policy
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

#: Where a fault strikes: at MAIL FROM, at RCPT TO, at DATA, or when the whole mail is there ("after-data").
Stage = Literal["mail", "rcpt", "data", "after-data"]


@dataclass(frozen=True, slots=True)
class Received:
    """A mail as it arrived. `sender` is the envelope's, "" for the empty one; `raw` has CRLF line ends."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> email.message.EmailMessage:
        """The mail, parsed with the standard library's modern policy."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        """The plain text of the mail, "" without any."""
        part = self.message.get_body(("plain",))
        return part.get_content() if part is not None else ""


@dataclass(slots=True)
class _Fault:
    stage: Stage
    kind: Literal["refuse", "drop", "stall"]
    answer: str
    recipient: str | None
    left: int


class SmtpSink:
    """Listens on loopback from the start until `close`, in a thread of its own.

    `logins` (user → password) makes it demand AUTH, `bearers` too (user, access token → whether they may, XOAUTH2);
    `tls` offers STARTTLS, or with `tls_from_start` speaks TLS at once. With `port` 0 the system picks one.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        logins: Mapping[str, str] | None = None,
        bearers: Callable[[str, str], bool] | None = None,
        tls: ssl.SSLContext | None = None,
        tls_from_start: bool = False,
    ) -> None:
        self.host = host
        self._logins = logins
        self._bearers = bearers
        self._tls = tls
        self._tls_from_start = tls_from_start
        self._faults: list[_Fault] = []
        self._mails: list[Received] = []
        self._arrived = threading.Condition()
        self._listener = socket.create_server((host, port))
        self.port: int = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="smtp-sink", daemon=True)
        self._serving = threading.Event()
        self._thread.start()
        self._serving.wait(10)  # a loop that is stopped before it serves would leave its sockets open

    # --- what arrived

    @property
    def mails(self) -> list[Received]:
        """Everything that was accepted so far, in order."""
        with self._arrived:
            return list(self._mails)

    def wait(self, count: int, timeout: float = 10) -> list[Received]:
        """All mails, once there are at least `count`; AssertionError after `timeout` seconds."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self._mails) >= count, timeout):
                raise AssertionError(f"{len(self._mails)} of {count} mails arrived within {timeout:g} s")
            return list(self._mails)

    def clear(self) -> None:
        """Forget what arrived."""
        with self._arrived:
            self._mails.clear()

    @property
    def demands_login(self) -> bool:
        return self._logins is not None or self._bearers is not None

    def _bears(self, words: bytes) -> bool:
        """Whether what XOAUTH2 said lets somebody in."""
        fields = dict(field.partition("=")[::2] for field in words.decode().strip("\1").split("\1"))
        token = fields.get("auth", "").removeprefix("Bearer ")
        return self._bearers is not None and self._bearers(fields.get("user", ""), token)

    # --- scripted faults

    def refuse(
        self, stage: Stage, code: int = 451, *, times: int = 1, recipient: str | None = None, words: str = ""
    ) -> None:
        """Answer `code` and `words` at `stage`, `times` times; at "rcpt" only for `recipient`, if one is named."""
        answer = f"{code} {words or f'refused at {stage} as scripted'}"
        self._script(_Fault(stage, "refuse", answer, recipient, times))

    def drop(self, stage: Stage, *, times: int = 1) -> None:
        """Cut the line instead of answering at `stage`. A mail dropped "after-data" has arrived all the same:
        its sender cannot know."""
        self._script(_Fault(stage, "drop", "", None, times))

    def stall(self, stage: Stage, *, times: int = 1) -> None:
        """Keep the line open at `stage`, and say nothing on it until the client leaves."""
        self._script(_Fault(stage, "stall", "", None, times))

    def _script(self, fault: _Fault) -> None:
        with self._arrived:
            self._faults.append(fault)

    def _due(self, stage: Stage, recipient: str | None = None) -> _Fault | None:
        with self._arrived:
            for fault in self._faults:
                if fault.stage == stage and fault.left > 0 and fault.recipient in (None, recipient):
                    fault.left -= 1
                    return fault
        return None

    def _keep(self, received: Received) -> None:
        with self._arrived:
            self._mails.append(received)
            self._arrived.notify_all()

    # --- the server

    def close(self) -> None:
        """Listen no more and cut every connection."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    def __enter__(self) -> SmtpSink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        context = self._tls if self._tls_from_start else None
        serving = self._loop.create_server(self._conversation, sock=self._listener, ssl=context)
        try:
            server = self._loop.run_until_complete(serving)
        finally:
            self._serving.set()
        try:
            self._loop.run_forever()
        finally:
            server.close()
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    def _conversation(self) -> SMTP:
        return _Conversation(
            _Handler(self),
            hostname="sink.test",
            loop=self._loop,
            enable_SMTPUTF8=True,
            authenticator=self._authenticate if self.demands_login else None,
            auth_require_tls=False,
            tls_context=None if self._tls_from_start else self._tls,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        if self._logins is None or not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        known = self._logins.get(data.login.decode())
        return AuthResult(success=known is not None and known.encode() == data.password, handled=False)


class _Handler:
    """aiosmtpd's hooks, one instance a connection. It has no slots: aiosmtpd looks at every attribute there is."""

    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink

    async def auth_XOAUTH2(self, server: SMTP, words: list[str]) -> AuthResult:
        if self.sink._bears(base64.b64decode(words[1])):
            return AuthResult(success=True)
        await server.challenge_auth(b'{"status":"400","schemes":"Bearer"}')
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sink.demands_login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if fault := self.sink._due("mail"):
            return await _strike(server, fault)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if fault := self.sink._due("rcpt", address):
            return await _strike(server, fault)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fault = self.sink._due("after-data")
        if fault is None or fault.kind != "refuse":
            content = envelope.content
            raw = content if isinstance(content, bytes) else (content or "").encode()
            self.sink._keep(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw))
        return await _strike(server, fault) if fault else "250 OK"


class _Conversation(SMTP):
    """One connection; aiosmtpd has no hook between the word DATA and the mail itself."""

    async def smtp_DATA(self, arg: str) -> None:
        handler = self.event_handler
        if isinstance(handler, _Handler) and (fault := handler.sink._due("data")):
            await self.push(await _strike(self, fault))
            return
        await super().smtp_DATA(arg)


async def _strike(server: SMTP, fault: _Fault) -> str:
    """Let a fault happen; answers what is to be said, if anything can be said any more."""
    if fault.kind == "stall":
        await asyncio.Event().wait()
    if fault.kind == "drop" and isinstance(server.transport, asyncio.Transport):
        server.transport.abort()
        raise asyncio.CancelledError
    return fault.answer
