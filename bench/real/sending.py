"""Measure sending: replies built, sent to a relay and settled durably, next to smtplib with one commit for each."""

from __future__ import annotations

import email.policy
import email.utils
import multiprocessing
import smtplib
import sqlite3
import threading
import time
from email.message import EmailMessage
from multiprocessing.queues import Queue

from bench.real.desk import BenchDesk
from bench.real.measure import WORK, Figure, compare, until
from deskctl.bootstrap import open_desk
from deskctl.core.messages.commands import Reply
from deskctl.core.tickets.commands import Create

MAILS = 300
CONNECTIONS = 5
BODY = "안녕하세요 hello printer invoice\n" * 30


def sending(runs: int) -> list[Figure]:
    """Send the replies of a new desk, and the same number of mails from the floor, in turn."""
    WORK.mkdir(exist_ok=True)
    relay = Sink()
    floor, many_floor, real, many_real = [], [], [], []
    try:
        for _ in range(max(min(runs, 5), 1)):
            floor.append(_floor(relay.port, 1))
            real.append(_real(relay.port, 1))
            many_floor.append(_floor(relay.port, CONNECTIONS))
            many_real.append(_real(relay.port, CONNECTIONS))
    finally:
        relay.close()
    several = f"{CONNECTIONS} connections"
    return [
        compare("replies sent and settled, one connection", "1/s", floor, real, at_least=0.85),
        compare(f"replies over {several}, floor: one", "1/s", floor, many_real),
        compare(f"replies over {several}, floor: {CONNECTIONS}", "1/s", many_floor, many_real),
    ]


def _real(relay: int, connections: int) -> float:
    smtp = f'[channels.support.smtp]\nhost = "127.0.0.1"\nport = {relay}\nconnections = {connections}\n'
    desk = BenchDesk("sending", smtp)
    desk.run("agent", "add", "ana", "--name", "Ana", "--email", "ana@desk.example")
    opened = open_desk(desk.config)
    try:
        for number in range(1, MAILS + 1):
            opened.execute(Create(f"user{number}@example.org", f"printer {number}", "It burns"), agent="ana")
            opened.execute(Reply(number, BODY, force=True, at_once=True, via="support"), agent="ana")
    finally:
        opened.close()
    wanted = "count(*) FROM outbox WHERE state = 'sent'"
    with desk:
        until(lambda: desk.count(wanted) > 0, 60, "the first reply is sent")
        first, began = desk.count(wanted), time.perf_counter()
        until(lambda: desk.count(wanted) >= MAILS, 600, "all replies are sent", pause=0.02)
        return (MAILS - first) / (time.perf_counter() - began)


def _floor(relay: int, connections: int) -> float:
    """Return the rate of building, sending and marking mails, each in a separate commit."""
    path = WORK / "sending-floor.db"
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    marks = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    marks.execute("PRAGMA journal_mode = WAL")
    marks.execute("PRAGMA synchronous = FULL")
    marks.execute("CREATE TABLE sent (id INTEGER PRIMARY KEY, at REAL)")
    lock = threading.Lock()

    def work(start: int) -> None:
        with smtplib.SMTP("127.0.0.1", relay) as client:
            client.ehlo()
            for number in range(start, MAILS, connections):
                client.sendmail("support@desk.example", ["user@example.com"], _mail(number))
                with lock:
                    marks.execute("INSERT INTO sent VALUES (?, ?)", (number, time.time()))

    threads = [threading.Thread(target=work, args=(start,)) for start in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = MAILS / (time.perf_counter() - began)
    marks.close()
    return rate


def _mail(number: int) -> bytes:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"] = "Support <support@desk.example>", "User <user@example.com>"
    mail["Subject"] = f"Re: [#{number}] 프린터 printer"
    mail["Message-ID"], mail["In-Reply-To"] = f"<{number}.reply@desk.example>", f"<{number}@example.com>"
    mail["Date"] = email.utils.formatdate()
    mail.set_content(BODY)
    return mail.as_bytes()


class Sink:
    """A relay in a separate process that accepts and discards everything."""

    def __init__(self) -> None:
        started: Queue[int] = multiprocessing.Queue()
        self._process = multiprocessing.Process(target=_serve, args=(started,), daemon=True)
        self._process.start()
        self.port = started.get(timeout=30)

    def close(self) -> None:
        self._process.terminate()
        self._process.join()


def _serve(started: Queue[int]) -> None:
    import asyncio

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink ESMTP\r\n")
        while line := await reader.readline():
            verb = line.strip().upper()
            if verb.startswith(b"EHLO"):
                writer.write(b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
            elif verb == b"DATA":
                writer.write(b"354 go\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 ok\r\n")
            elif verb == b"QUIT":
                break
            else:
                writer.write(b"250 ok\r\n")
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20)
        started.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())
