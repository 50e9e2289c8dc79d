"""A daemon whose store is removed stops acknowledging mail, reports it, and exits with an error."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from pathlib import Path

import pytest

from deskctl.core.tickets.queries import ListTickets
from tests.daemon.running import add_agent, command, make_desk, running
from tests.servers.waiting import wait_until

MAIL = "From: Ann <ann@example.org>\nTo: support@acme.test\nSubject: {0}\nMessage-ID: <{0}@example.org>\n\nIt burns.\n"


def channels(port: int) -> str:
    return (
        '[channels.support]\ntype = "email"\naddress = "support@acme.test"\nteam = "support"\n'
        f'listen = {{ host = "127.0.0.1", port = {port} }}\n'
    )


def offer(port: int, subject: str) -> int:
    """Return the SMTP reply code to a mail, 0 without a reply."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.helo()
            client.mail("ann@example.org")
            client.rcpt("support@acme.test")
            return client.data(MAIL.format(subject).encode())[0]
    except (OSError, smtplib.SMTPException):
        return 0


@pytest.mark.parametrize("idle", [True, False], ids=["idle", "busy"])
@pytest.mark.parametrize(
    ("file", "happens"),
    [
        ("desk.db-wal", Path.unlink),
        ("desk.db", Path.unlink),
        ("desk.db", lambda path: path.rename(path.with_suffix(".old"))),
    ],
    ids=["the log is deleted", "the store is deleted", "the store is moved away"],
)
def test_daemon_exits_with_an_error_if_the_store_is_removed_and_keeps_acknowledged_mail(
    tmp_path: Path, free_port: Callable[[], int], file: str, happens: Callable[[Path], object], idle: bool
) -> None:
    port = free_port()
    folder = make_desk(tmp_path / "desk", f"sqlite:///{tmp_path / 'desk' / 'desk.db'}", channels(port))
    with running(folder) as daemon:
        add_agent(daemon)
        assert offer(port, "first") == 250
        desk = daemon.desk()
        wait_until(lambda: len(desk.ask(ListTickets())) == 1, what="the first mail is a ticket")
        desk.close()
        happens(folder / file)
        acknowledged = 0
        if not idle:
            answer = offer(port, "second")
            assert answer in (0, 250, 421, 451)
            acknowledged = int(answer == 250)
            assert not acknowledged, "a mail in a deleted file must not be acknowledged"
        assert daemon.process.wait(30) == 6
        said = daemon.log
    # A connection that is opened meanwhile creates a new log, so that the daemon finds it replaced.
    assert re.search(re.escape(str(folder / file)) + " was (removed|replaced)", said), said
    assert "hint: " in said
    assert "Traceback" not in said
    if file == "desk.db-wal":
        with running(folder) as daemon:
            desk = daemon.desk()
            assert [row["subject"] for row in desk.ask(ListTickets())] == ["first"]
            desk.close()


def test_ingest_without_a_store_asks_the_mail_server_to_retry(tmp_path: Path, free_port: Callable[[], int]) -> None:
    folder = make_desk(tmp_path / "desk", f"sqlite:///{tmp_path / 'desk' / 'desk.db'}", channels(free_port()))
    with running(folder) as daemon:
        (folder / "desk.db").unlink()
        done = command(folder, "mail", "ingest", given=MAIL.format("piped"))
        assert done.returncode in (75, 6), done.stderr  # 6: the daemon has ended and there is no store
        assert daemon.process.wait(30) == 6
