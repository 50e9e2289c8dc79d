"""Many mails at once, and a daemon that is killed in between."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from deskctl.core.tickets.queries import ListTickets
from deskctl.testing.smtp_sink import SmtpSink
from tests.daemon.running import add_agent, make_desk, running

WaitUntil = Callable[..., object]
STORM = 200


def to_ana(sink: SmtpSink) -> list[str]:
    """Return the texts of the notifications to ana."""
    bodies = (m.message.get_body(("plain",)) for m in sink.mails if m.message["To"] == "ana@acme.test")
    return [str(body.get_content()) for body in bodies if body is not None]


def test_notifications_of_many_tickets_come_in_few_messages_that_name_each_once(
    tmp_path: Path, desk_url: str, sink: SmtpSink, free_port: Callable[[], int], wait_until: WaitUntil
) -> None:
    port = free_port()
    channel = (
        '[channels.support]\ntype = "email"\naddress = "support@acme.test"\n'
        f'smtp = {{ host = "127.0.0.1", port = {sink.port}, security = "plain" }}\n'
        f'listen = {{ host = "127.0.0.1", port = {port}, protocol = "smtp" }}\n'
    )
    folder = make_desk(tmp_path / "desk", desk_url, channel)
    config = folder / "config.toml"
    config.write_text(config.read_text().replace('digest = "1s"', 'digest = "8s"'))
    with running(folder) as daemon:
        add_agent(daemon)
        with smtplib.SMTP("127.0.0.1", port) as client:
            for number in range(STORM):
                sender = f"c{number}@example.org"
                mail = f"From: {sender}\r\nSubject: 문의 {number}\r\nMessage-ID: <{number}@example.org>\r\n\r\n?\r\n"
                client.sendmail(sender, ["support@acme.test"], mail.encode())
        wait_until(lambda: len(to_ana(sink)) >= 1, 30, "the agent gets the first notification")
        daemon.kill()
    named: list[str] = []

    def all_are_named() -> bool:
        named[:] = [n for text in to_ana(sink) for n in re.findall(r"(?m)^ *deskctl show (\d+)\s*$", text)]
        return len(set(named)) >= STORM

    with running(folder) as daemon:
        wait_until(all_are_named, 60, "the agent has been told of each ticket")
        with closing(daemon.desk()) as desk:
            tickets = {str(row["number"]) for row in desk.ask(ListTickets(all=True, limit=1000))}
    assert sorted(named, key=int) == sorted(tickets, key=int)
    assert len(to_ana(sink)) <= 4
