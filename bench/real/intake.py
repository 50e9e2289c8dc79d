"""Measure the intake of mail from a real IMAP server and over SMTP."""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from bench.gen_mail import EN, KO, Gen, Imap
from bench.real.desk import BenchDesk
from bench.real.floors import figure, run_floor
from bench.real.kb import known_articles
from bench.real.measure import FLOORS, Figure, compare, until, without_floor
from bench.real.sending import Sink
from deskctl.bootstrap import open_desk
from tests.servers.dovecot import Mailbox, open_dovecot
from tests.servers.waiting import free_port

MAILS = 2000
ARTICLES = 200


def imap(runs: int) -> list[Figure]:
    """Start the daemon on a full mailbox and wait until the last ticket is created."""
    floor, real, peak, threads = [], [], [], []
    with _mailboxes() as (new_mailbox, run_imap_floor), closing(Sink()) as relay:
        for number in range(runs):
            floor.append(run_imap_floor())
            rate, most, wrong = imap_once(new_mailbox(), number, relay.port)
            real.append(rate)
            peak.append(most)
            threads.append(wrong)
    return [
        compare("intake over IMAP", "mails/s", floor, real, at_least=0.55),
        without_floor("its peak memory, with parsers", "MB", peak, at_most=70),
        without_floor("threads that differ from the generator's", "threads", threads, at_most=0),
    ]


def answers(runs: int) -> list[Figure]:
    """Measure the same intake while the knowledge base answers new tickets, until its last job is done."""
    floor, real, peak = [], [], []
    with _mailboxes() as (new_mailbox, run_imap_floor), closing(Sink()) as relay:
        for number in range(runs):
            floor.append(run_imap_floor())
            rate, most, _ = imap_once(new_mailbox(), number, relay.port, answer=True)
            real.append(rate)
            peak.append(most)
    return [
        compare("intake over IMAP with automatic answers", "mails/s", floor, real, at_least=0.35),
        without_floor("its peak memory, with parsers and automatic answers", "MB", peak),
    ]


@contextmanager
def _mailboxes() -> Iterator[tuple[Callable[[], Mailbox], Callable[[], float]]]:
    """Yield a function that creates an empty mailbox, and one that measures the floor with a full one."""
    server = open_dovecot(None)
    try:
        box = server.mailbox()
        fill(box)
        words = [f"{box.host}:{box.port}", box.user, box.password, "--runs", "1", "--parsers", "compat32"]

        def floor() -> float:
            printed = run_floor("bench_e2e.py", *words)
            return figure(printed, "parser compat32, fetch 50, commit batch, fts True, raw plain ", "msgs_s")

        yield server.mailbox, floor
    finally:
        server.close()


def fill(box: Mailbox) -> int:
    """Put the workload into a mailbox and return the number of its threads."""
    mails = Gen(MAILS)
    Imap(box.host, box.port, box.user, box.password).append("INBOX", mails)
    return int(mails.truth["threads"])


def imap_once(box: Mailbox, number: int, relay: int, *, answer: bool = False) -> tuple[float, float, float]:
    """Return mails per second, peak memory in MB, and the difference between tickets and threads.

    The desk notifies two agents. With `answer`, the knowledge base has articles and answers new tickets, and the time
    ends with its last job.
    """
    table = "answer = true\n" if answer else ""
    table += f'[channels.support.imap]\nhost = "{box.host}"\nport = {box.port}\nsecurity = "plain"\n'
    table += f'user = "{box.user}"\npassword = "{box.password}"\n'
    table += f'[channels.support.smtp]\nhost = "127.0.0.1"\nport = {relay}\n'
    desk = BenchDesk(f"{'answers' if answer else 'imap'}-{number}", table)
    desk.add_agents()
    if answer:
        add_articles(desk)
    with desk:  # reading starts with the first login
        until(lambda: desk.count("count(*) FROM channel_state") > 0, 30, "the first login")
    threads = fill(box)
    desk.start()
    began = time.perf_counter()
    try:
        peak = desk.wait_processed(MAILS, jobs=answer)
        seconds = time.perf_counter() - began
        return MAILS / seconds, peak, abs(desk.count("count(*) FROM tickets") - threads)
    finally:
        desk.stop()


def add_articles(desk: BenchDesk) -> None:
    """Add articles to the knowledge base: known ones, and texts of the words that the mails consist of."""
    chance = random.Random(1)
    articles = list(known_articles())
    texts = [(str(article["title"]), str(article["text"])) for article in articles]
    while len(texts) < ARTICLES:
        words = chance.choice((EN, EN, KO))
        texts.append((" ".join(chance.sample(words, 3)), " ".join(chance.choices(words, k=60))))
    files = tuple((f"{number:03}.md", f"# {title}\n\n{text}\n") for number, (title, text) in enumerate(texts))
    with closing(open_desk(str(desk.config))) as opened:
        opened.request("kb.import", files=files, public=True)


def smtp(runs: int) -> list[Figure]:
    """Measure ten senders with one connection each, against a server that discards the mail."""
    floor, real, slowest, lag, peak = [], [], [], [], []
    for number in range(runs):
        words = ["-n", str(MAILS), "--runs", "1", "--kinds", "null", "--conns", "10", "--port", str(free_port())]
        floor.append(figure(run_floor("bench_smtp.py", *words), "null         asyncio   10 conns", "msgs_s"))
        rate, p99, ratio, most = smtp_once(number)
        real.append(rate)
        slowest.append(p99)
        lag.append(ratio)
        peak.append(most)
    return [
        compare("receiving over SMTP, 10 senders", "mails/s", floor, real, at_least=0.9),
        without_floor("its 99th percentile, from MAIL to the reply", "ms", slowest, at_most=25),
        without_floor("journal worked off, in sending times", "×", lag, at_most=1.5),
        without_floor("its peak memory, with parsers", "MB", peak, at_most=70),
    ]


def smtp_once(number: int) -> tuple[float, float, float, float]:
    """Return mails per second, the 99th percentile of the time of a mail in milliseconds, the total time in multiples
    of the sending time, and peak memory in MB.
    """
    sys.path.insert(0, str(FLOORS))
    from bench_smtp import sender  # type: ignore[import-not-found]

    port = free_port()
    desk = BenchDesk(f"smtp-{number}", f'[channels.support.listen]\nhost = "127.0.0.1"\nport = {port}\n')
    with desk:
        answers: multiprocessing.Queue[tuple[float, float, float]] = multiprocessing.Queue()
        client = multiprocessing.Process(target=sender, args=(10, MAILS, port, answers))
        began = time.perf_counter()
        client.start()
        rate, _, p99 = answers.get(timeout=180)
        client.join()
        peak = desk.wait_processed(MAILS)
        sending = MAILS / rate
        # The senders create their mails before they start; this time does not count.
        making = time_to_make()
        return rate, p99, max(time.perf_counter() - began - making, sending) / sending, peak


def time_to_make() -> float:
    """Return the seconds needed to create the workload."""
    began = time.perf_counter()
    for _ in Gen(MAILS):
        pass
    return time.perf_counter() - began
