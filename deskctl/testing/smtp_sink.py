"""An SMTP server that accepts and stores all mail, for tests and the demo.

    with SmtpSink() as sink:
        …                                     # something sends to sink.host, sink.port
        mail = sink.wait(1)[0]
        assert mail.subject == "Re: Printer"

Faults are scripted: `refuse` answers with a code, `drop` closes the connection, `stall` stops answering; each at one
stage of the SMTP session and for a number of times.
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

#: The stage of a fault: MAIL FROM, RCPT TO, DATA, or after the complete mail ("after-data").
Stage = Literal["mail", "rcpt", "data", "after-data"]


@dataclass(frozen=True, slots=True)
class Received:
    """A received mail. `sender` is the envelope sender, "" for a null sender; `raw` has CRLF line ends."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> email.message.EmailMessage:
        """Return the mail parsed with the standard library's default policy."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        """Return the plain text of the mail, or "" if it has none."""
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
    """A server on loopback that runs in a thread until `close`.

    `logins` (user → password) and `bearers` (user, access token → bool, for XOAUTH2) make it require authentication.
    `tls` offers STARTTLS, or implicit TLS with `tls_from_start`. With `port` 0 the system chooses a port.
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
        self.connections = 0  # opened so far
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
        self._serving.wait(10)  # stopping the loop before it serves would leave its sockets open

    # --- received mail

    @property
    def mails(self) -> list[Received]:
        """Return the accepted mails in order."""
        with self._arrived:
            return list(self._mails)

    def wait(self, count: int, timeout: float = 10) -> list[Received]:
        """Wait for at least `count` mails and return all. Raises AssertionError after `timeout` seconds."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self._mails) >= count, timeout):
                raise AssertionError(f"{len(self._mails)} of {count} mails arrived within {timeout:g} s")
            return list(self._mails)

    def clear(self) -> None:
        """Remove the stored mails."""
        with self._arrived:
            self._mails.clear()

    @property
    def demands_login(self) -> bool:
        return self._logins is not None or self._bearers is not None

    def _accepts_bearer(self, response: bytes) -> bool:
        """Return True if the XOAUTH2 response contains a valid access token."""
        fields = dict(field.partition("=")[::2] for field in response.decode().strip("\1").split("\1"))
        token = fields.get("auth", "").removeprefix("Bearer ")
        return self._bearers is not None and self._bearers(fields.get("user", ""), token)

    # --- scripted faults

    def refuse(
        self, stage: Stage, code: int = 451, *, times: int = 1, recipient: str | None = None, words: str = ""
    ) -> None:
        """Answer `code` and `words` at `stage`, `times` times; at "rcpt" only for `recipient`, if it is given."""
        answer = f"{code} {words or f'refused at {stage} as scripted'}"
        self._script(_Fault(stage, "refuse", answer, recipient, times))

    def drop(self, stage: Stage, *, times: int = 1) -> None:
        """Close the connection at `stage` instead of answering. A mail dropped "after-data" is stored nevertheless,
        but its sender does not know.
        """
        self._script(_Fault(stage, "drop", "", None, times))

    def stall(self, stage: Stage, *, times: int = 1) -> None:
        """Keep the connection open at `stage` without an answer until the client disconnects."""
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
        """Stop listening and close all connections."""
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
        serving = self._loop.create_server(self._session, sock=self._listener, ssl=context)
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

    def _session(self) -> SMTP:
        self.connections += 1
        return _Session(
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
    """The hooks of aiosmtpd, one instance per connection. No slots, because aiosmtpd inspects all attributes."""

    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink

    async def auth_XOAUTH2(self, server: SMTP, words: list[str]) -> AuthResult:
        if self.sink._accepts_bearer(base64.b64decode(words[1])):
            return AuthResult(success=True)
        await server.challenge_auth(b'{"status":"400","schemes":"Bearer"}')
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sink.demands_login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if fault := self.sink._due("mail"):
            return await _apply(server, fault)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if fault := self.sink._due("rcpt", address):
            return await _apply(server, fault)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        fault = self.sink._due("after-data")
        if fault is None or fault.kind != "refuse":
            content = envelope.content
            raw = content if isinstance(content, bytes) else (content or "").encode()
            self.sink._keep(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw))
        return await _apply(server, fault) if fault else "250 OK"


class _Session(SMTP):
    """One connection. It overrides DATA, because aiosmtpd has no hook between the command and the mail."""

    async def smtp_DATA(self, arg: str) -> None:
        handler = self.event_handler
        if isinstance(handler, _Handler) and (fault := handler.sink._due("data")):
            await self.push(await _apply(self, fault))
            return
        await super().smtp_DATA(arg)


async def _apply(server: SMTP, fault: _Fault) -> str:
    """Apply a fault and return the answer, if the connection still allows one."""
    if fault.kind == "stall":
        await asyncio.Event().wait()
    if fault.kind == "drop" and isinstance(server.transport, asyncio.Transport):
        server.transport.abort()
        raise asyncio.CancelledError
    return fault.answer
