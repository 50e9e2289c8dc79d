"""Measure the intake of mail from a real IMAP server and over SMTP."""

from __future__ import annotations

import multiprocessing
import sys
import time

from bench.gen_mail import Gen, Imap
from bench.real.desk import BenchDesk
from bench.real.floors import figure, run_floor
from bench.real.measure import FLOORS, Figure, compare, until, without_floor
from tests.servers.dovecot import Mailbox, open_dovecot
from tests.servers.waiting import free_port

MAILS = 2000


def imap(runs: int) -> list[Figure]:
    """Start the daemon on a full mailbox and wait until the last ticket is created."""
    server = open_dovecot(None)
    try:
        floor, real, peak, threads = [], [], [], []
        box = server.mailbox()
        fill(box)
        for number in range(runs):
            words = [f"{box.host}:{box.port}", box.user, box.password, "--runs", "1", "--parsers", "compat32"]
            printed = run_floor("bench_e2e.py", *words)
            floor.append(figure(printed, "parser compat32, fetch 50, commit batch, fts True, raw plain ", "msgs_s"))
            rate, most, wrong = imap_once(server.mailbox(), number)
            real.append(rate)
            peak.append(most)
            threads.append(wrong)
    finally:
        server.close()
    return [
        compare("intake over IMAP", "mails/s", floor, real, at_least=0.25),
        without_floor("its peak memory", "MB", peak, at_most=100),
        without_floor("threads that differ from the generator's", "threads", threads, at_most=0),
    ]


def fill(box: Mailbox) -> int:
    """Put the workload into a mailbox and return the number of its threads."""
    mails = Gen(MAILS)
    Imap(box.host, box.port, box.user, box.password).append("INBOX", mails)
    return int(mails.truth["threads"])


def imap_once(box: Mailbox, number: int) -> tuple[float, float, float]:
    """Return mails per second, peak memory in MB, and the difference between tickets and threads."""
    table = f'[channels.support.imap]\nhost = "{box.host}"\nport = {box.port}\nsecurity = "plain"\n'
    desk = BenchDesk(f"imap-{number}", table + f'user = "{box.user}"\npassword = "{box.password}"\n')
    with desk:  # reading starts with the first login
        until(lambda: desk.count("count(*) FROM channel_state") > 0, 30, "the first login")
    threads = fill(box)
    desk.start()
    began = time.perf_counter()
    try:
        until(lambda: desk.count("count(*) FROM messages") >= MAILS and not desk.unsettled(), 180, "every mail is done")
        seconds = time.perf_counter() - began
        return MAILS / seconds, desk.memory("VmHWM"), abs(desk.count("count(*) FROM tickets") - threads)
    finally:
        desk.stop()


def smtp(runs: int) -> list[Figure]:
    """Measure ten senders with one connection each, against a server that discards the mail."""
    floor, real, lag, peak = [], [], [], []
    for number in range(runs):
        words = ["-n", str(MAILS), "--runs", "1", "--kinds", "null", "--conns", "10", "--port", str(free_port())]
        floor.append(figure(run_floor("bench_smtp.py", *words), "null         asyncio   10 conns", "msgs_s"))
        rate, ratio, most = smtp_once(number)
        real.append(rate)
        lag.append(ratio)
        peak.append(most)
    return [
        compare("receiving over SMTP, 10 senders", "mails/s", floor, real, at_least=0.5),
        without_floor("journal worked off, in sending times", "×", lag, at_most=3),
        without_floor("its peak memory", "MB", peak),
    ]


def smtp_once(number: int) -> tuple[float, float, float]:
    """Return mails per second, the total time in multiples of the sending time, and peak memory in MB."""
    sys.path.insert(0, str(FLOORS))
    from bench_smtp import sender  # type: ignore[import-not-found]

    port = free_port()
    desk = BenchDesk(f"smtp-{number}", f'[channels.support.listen]\nhost = "127.0.0.1"\nport = {port}\n')
    with desk:
        answers: multiprocessing.Queue[tuple[float, float, float]] = multiprocessing.Queue()
        client = multiprocessing.Process(target=sender, args=(10, MAILS, port, answers))
        began = time.perf_counter()
        client.start()
        rate = answers.get(timeout=180)[0]
        client.join()
        until(lambda: desk.count("count(*) FROM messages") >= MAILS and not desk.unsettled(), 180, "every mail is done")
        sending = MAILS / rate
        # The senders create their mails before they start; this time does not count.
        making = time_to_make()
        return rate, max(time.perf_counter() - began - making, sending) / sending, desk.memory("VmHWM")


def time_to_make() -> float:
    """Return the seconds needed to create the workload."""
    began = time.perf_counter()
    for _ in Gen(MAILS):
        pass
    return time.perf_counter() - began
