"""Faulty IMAP servers: lost connections, refusals and invalid responses."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from deskctl.plugins import AuthFailed, Secret, Unavailable
from deskctl.testing.builders import raw_mail
from deskctl.testing.fakes import MemoryContext
from deskctl_email.channel import EmailChannel
from deskctl_email.config import EmailConfig, Imap

Reply = Callable[[str, str], bytes | None]


class TinyImap:
    """An IMAP server with the commands that the channel uses, and with faults.

    `fault(number, command, answer)` is called for each command, counted from 1 over all connections. Its result is
    sent instead of the correct answer, and the connection is closed; None means no fault.
    """

    def __init__(self, mails: dict[int, bytes]) -> None:
        self.mails = dict(mails)
        self.hidden: set[int] = set()
        """UIDs that are listed but not delivered."""
        self.capabilities = "IMAP4rev1"
        self.greeting = "* OK ready"
        self.login = "OK done"
        self.uidnext = True
        self.commands = 0
        self.fault: Callable[[int, str, bytes], bytes | None] = lambda number, command, answer: None
        self.stored: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lines: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._lines:
            line.close()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self._lines.append(line)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as file:
            try:
                line.sendall(self.greeting.encode() + b"\r\n")
                while words := file.readline().decode().split():
                    tag, command, arguments = words[0], words[1].upper(), words[2:]
                    if command == "UID":
                        command, arguments = f"UID {arguments[0].upper()}", arguments[1:]
                    answer = self._answer(tag, command, arguments)
                    self.commands += 1
                    instead = self.fault(self.commands, command, answer)
                    line.sendall(answer if instead is None else instead)
                    if instead is not None or command == "LOGOUT":
                        line.shutdown(socket.SHUT_RDWR)
                        return
            except OSError:
                return

    def _answer(self, tag: str, command: str, arguments: list[str]) -> bytes:
        untagged: list[bytes] = []
        status = "OK done"
        if command == "CAPABILITY":
            untagged.append(f"* CAPABILITY {self.capabilities}".encode())
        elif command == "LOGIN":
            status = self.login
        elif command == "SELECT":
            untagged += [
                b"* %d EXISTS" % len(self.mails),
                b"* 0 RECENT",
                b"* FLAGS (\\Seen)",
                b"* OK [UIDVALIDITY 7] ok",
            ]
            if self.uidnext:
                untagged.append(b"* OK [UIDNEXT %d] ok" % (max(self.mails, default=0) + 1))
        elif command == "UID SEARCH":
            wanted = self._wanted(arguments[1])
            untagged.append(b"* SEARCH " + b" ".join(b"%d" % uid for uid in wanted))
        elif command == "UID FETCH":
            for uid in self._wanted(arguments[0]):
                if "SIZE" in arguments[1]:
                    untagged.append(b"* %d FETCH (UID %d RFC822.SIZE %d)" % (uid, uid, len(self.mails[uid])))
                elif uid not in self.hidden:
                    raw = self.mails[uid]
                    untagged.append(b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)" % (uid, uid, len(raw), raw))
        elif command == "UID STORE":
            self.stored.append(arguments[0])
        elif command == "LOGOUT":
            untagged.append(b"* BYE")
        return b"".join(part + b"\r\n" for part in [*untagged, f"{tag} {status}".encode()])

    def _wanted(self, uids: str) -> list[int]:
        found: set[int] = set()
        for part in uids.strip("()").split(","):
            low, _, high = part.partition(":")
            newest = max(self.mails, default=0)
            first, last = (newest if end == "*" else int(end) for end in (low, high or low))
            found.update(uid for uid in self.mails if min(first, last) <= uid <= max(first, last))
        return sorted(found)


@pytest.fixture
def server() -> Any:
    tiny = TinyImap({1: raw_mail(subject="old")})
    yield tiny
    tiny.close()


def mailbox_config(server: TinyImap, **imap: Any) -> EmailConfig:
    given = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": "support",
        "password": Secret("literal", "right"),
        "poll": timedelta(seconds=1),
        **imap,
    }
    return EmailConfig(address="support@acme.test", imap=Imap(**given))


async def supervise(channel: EmailChannel) -> None:
    """Restart the channel after each failure, as the daemon does."""
    while True:
        try:
            await channel.receive()
        except Unavailable:
            await asyncio.sleep(0.01)


async def first_login(config: EmailConfig, context: MemoryContext) -> None:
    task = asyncio.create_task(EmailChannel(config, context).receive())
    await context.wait_for(lambda: context.load_state().get("imap"), "the first login is noted")
    task.cancel()
    await asyncio.wait({task})


async def read_until(config: EmailConfig, context: MemoryContext, done: Callable[[], object]) -> None:
    task = asyncio.create_task(supervise(EmailChannel(config, context)))
    await context.wait_for(lambda: task.done() or done(), "all mail is ingested", 30)
    if task.done():
        task.result()
    task.cancel()
    await asyncio.wait({task})


KINDS: dict[str, Callable[[bytes], bytes]] = {
    "no answer": lambda answer: b"",
    "half an answer": lambda answer: answer[: len(answer) // 2],
    "all but the end": lambda answer: answer[:-4],
    "invalid response": lambda answer: b"* \xff\xfe{99}\r\n((\r\n",
    "shutdown": lambda answer: b"* BYE the server goes down\r\n",
}


@pytest.mark.parametrize("kind", KINDS)
async def test_connection_loss_at_any_command_neither_loses_nor_duplicates_mail(
    kind: str, server: TinyImap, context: MemoryContext
) -> None:
    config = mailbox_config(server)
    await first_login(config, context)
    expected = []
    uid = 1
    for at in range(1, 13):  # login to flagging takes nine commands
        for _ in range(2):
            uid += 1
            server.mails[uid] = raw_mail(subject=f"number {uid}")
            expected.append(server.mails[uid])
        start = server.commands
        server.fault = lambda number, command, answer, n=start + at: KINDS[kind](answer) if number == n else None
        await read_until(config, context, lambda: len(context.journal) >= len(expected))
    assert [entry.raw for entry in context.journal] == expected


async def test_undelivered_mail_does_not_block_others_and_sends_an_alert(
    server: TinyImap, context: MemoryContext
) -> None:
    config = mailbox_config(server)
    await first_login(config, context)
    server.mails.update({uid: raw_mail(subject=str(uid)) for uid in (2, 3, 4)})
    server.hidden = {3}
    await read_until(config, context, lambda: len(context.journal) == 2 and context.alerts)
    assert "mail 3" in context.alerts[0][0]
    server.hidden = set()
    await read_until(config, context, lambda: len(context.journal) == 3)
    assert context.journal[2].raw == server.mails[3]


async def test_mail_that_breaks_the_connection_is_set_aside_and_retried(
    server: TinyImap, context: MemoryContext
) -> None:
    config = mailbox_config(server)
    await first_login(config, context)
    server.mails.update({uid: raw_mail(subject=f"poison {uid}") for uid in (2, 3, 4)})
    server.fault = lambda number, command, answer: b"" if b"poison 3" in answer else None
    await read_until(config, context, lambda: len(context.journal) == 2)
    assert {entry.key.rpartition("|")[2] for entry in context.journal} == {"2", "4"}
    assert "mail 3" in context.alerts[0][0]
    server.fault = lambda number, command, answer: None
    await read_until(config, context, lambda: len(context.journal) == 3)


async def test_mail_deleted_during_fetch_is_skipped(server: TinyImap, context: MemoryContext) -> None:
    config = mailbox_config(server)
    await first_login(config, context)
    server.mails.update({uid: raw_mail(subject=str(uid)) for uid in (2, 3, 4)})

    def expunge(number: int, command: str, answer: bytes) -> None:
        if command == "UID SEARCH":
            server.mails.pop(3, None)

    server.fault = expunge
    await read_until(config, context, lambda: len(context.journal) == 2)
    assert context.alerts == []


async def test_server_without_idle_and_uidnext_is_polled(server: TinyImap, context: MemoryContext) -> None:
    server.uidnext = False
    config = mailbox_config(server)
    task = asyncio.create_task(supervise(EmailChannel(config, context)))
    await context.wait_for(lambda: context.load_state().get("imap"), "the first login is noted")
    server.mails[2] = raw_mail(subject="new")
    await context.wait_for(lambda: len(context.journal) == 1, "the mail is ingested")
    task.cancel()
    await asyncio.wait({task})
    assert context.journal[0].raw == server.mails[2]


@pytest.mark.parametrize("greeting", ["* PREAUTH welcome", "* OK no login wanted"])
async def test_server_without_login_is_read(greeting: str, server: TinyImap, context: MemoryContext) -> None:
    server.greeting = greeting
    config = mailbox_config(server, user=None, password=None)
    await first_login(config, context)
    server.mails[2] = raw_mail(subject="new")
    await read_until(config, context, lambda: len(context.journal) == 1)


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        ("NO [AUTHENTICATIONFAILED] wrong", AuthFailed),
        ("NO Login failed", AuthFailed),
        ("NO [UNAVAILABLE] directory is down", Unavailable),
        ("NO [ALERT] Too many simultaneous connections", Unavailable),
    ],
)
async def test_login_refusal_distinguishes_wrong_password_from_temporary_error(
    answer: str, raised: type[Exception], server: TinyImap, context: MemoryContext
) -> None:
    server.login = answer
    with pytest.raises(raised) as caught:
        await EmailChannel(mailbox_config(server), context).receive()
    assert type(caught.value) is raised


async def test_unreachable_mailbox_does_not_close_the_listener(
    context: MemoryContext, free_port: Callable[[], int], running: Any
) -> None:
    import smtplib

    from deskctl_email.config import Listen

    config = EmailConfig(
        address="support@acme.test",
        listen=Listen(port=free_port()),
        imap=Imap(host="127.0.0.1", port=free_port()),
    )

    def send() -> None:
        assert config.listen is not None
        with smtplib.SMTP("127.0.0.1", config.listen.port or 0, timeout=10) as smtp:
            smtp.sendmail("a@b.c", ["support@acme.test"], raw_mail())

    async with running(config, context):
        await asyncio.to_thread(send)
    assert len(context.journal) == 1


async def test_refused_login_sends_an_alert_and_keeps_the_listener_open(
    server: TinyImap, context: MemoryContext, free_port: Callable[[], int], running: Any
) -> None:
    import attrs

    from deskctl_email.config import Listen

    server.login = "NO Login failed"
    config = attrs.evolve(mailbox_config(server), listen=Listen(port=free_port()))
    async with running(config, context):
        await context.wait_for(lambda: context.alerts, "an alert is sent")
    assert re.search("refused the login", context.alerts[0][0])


async def test_mailbox_with_many_old_mails_starts_immediately(server: TinyImap, context: MemoryContext) -> None:
    """The channel fetches nothing about mail from before the first login."""
    old = raw_mail(subject="old")
    server.mails = dict.fromkeys(range(1, 100_001), old)
    asked: list[str] = []
    server.fault = lambda number, command, answer: asked.append(f"{command} {len(answer)}")
    config = mailbox_config(server)
    await first_login(config, context)
    [cursor] = context.load_state()["imap"].values()
    assert (cursor["start"], cursor["next"]) == (100_001, 100_001)
    server.mails = {**server.mails, 100_001: raw_mail(subject="new")}
    await read_until(config, context, lambda: context.journal)
    assert [entry.raw for entry in context.journal] == [server.mails[100_001]]
    assert sum(int(words.split()[-1]) for words in asked) < 20_000, "bytes that the server sent"


@pytest.mark.parametrize("code", ["LIMIT", "OVERQUOTA", "UNAVAILABLE"])
async def test_server_limit_is_retried_without_alert(code: str, server: TinyImap, context: MemoryContext) -> None:
    config = mailbox_config(server)
    await first_login(config, context)

    def reject_select(number: int, command: str, answer: bytes) -> bytes | None:
        tag = answer.rstrip(b"\r\n").rpartition(b"\r\n")[2].split(b" ")[0]
        return tag + f" NO [{code}] slow down\r\n".encode() if command == "SELECT" else None

    server.fault = reject_select
    with pytest.raises(Unavailable, match="temporarily unavailable"):
        await EmailChannel(config, context).receive()
    assert context.alerts == []


async def test_deleted_folder_is_named_in_error_and_alert(server: TinyImap, context: MemoryContext) -> None:
    config = mailbox_config(server)
    await first_login(config, context)

    def reject_select(number: int, command: str, answer: bytes) -> bytes | None:
        tag = answer.rstrip(b"\r\n").rpartition(b"\r\n")[2].split(b" ")[0]
        return tag + b" NO [NONEXISTENT] Unknown Mailbox\r\n" if command == "SELECT" else None

    server.fault = reject_select
    with pytest.raises(Unavailable, match="no longer has the folder INBOX"):
        await EmailChannel(config, context).receive()
    assert "INBOX" in context.alerts[0][0]


async def test_server_shutdown_is_retried_without_alert(server: TinyImap, context: MemoryContext) -> None:
    config = mailbox_config(server)
    await first_login(config, context)
    server.fault = lambda number, command, answer: (
        b"* BYE going down for maintenance\r\n" if command == "NOOP" else None
    )
    with pytest.raises(Unavailable, match="unreachable"):
        await EmailChannel(config, context).receive()
    assert context.alerts == []
