"""The daemon sends messages of different tickets at the same time, and those of one ticket in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from deskctl.bootstrap import open_desk
from deskctl.core.delivery.queries import ListOutbox
from deskctl.core.messages.commands import Reply
from deskctl.core.tickets.commands import Create
from deskctl.testing.smtp_sink import SmtpSink
from tests.daemon.running import add_agent, make_desk, running

WaitUntil = Callable[..., object]
TICKETS, REPLIES = 6, 5


def test_replies_to_one_ticket_are_sent_in_order_over_several_connections(
    tmp_path: Path, desk_url: str, sink: SmtpSink, wait_until: WaitUntil
) -> None:
    relay = f'smtp = {{ host = "127.0.0.1", port = {sink.port}, connections = 4 }}\n'
    channel = f'[channels.support]\ntype = "email"\naddress = "support@acme.test"\nteam = "support"\n{relay}'
    folder = make_desk(tmp_path / "desk", desk_url, channel)
    with running(folder) as daemon:
        add_agent(daemon)
    desk = open_desk(folder / "config.toml")
    for ticket in range(1, TICKETS + 1):
        desk.execute(Create(f"user{ticket}@example.org", f"Printer {ticket}", "It burns."), agent="ana")
    for number in range(REPLIES):
        for ticket in range(1, TICKETS + 1):
            reply = Reply(ticket, f"answer {number}", force=True, at_once=True, via="support")
            desk.execute(reply, agent="ana")
    desk.close()
    with running(folder) as daemon:
        sink.wait(TICKETS * REPLIES, 60)
        remote = daemon.desk()
        wait_until(lambda: not remote.ask(ListOutbox()), what="all results are recorded")
        states = [row["state"] for row in remote.ask(ListOutbox(all=True))]
        remote.close()
    assert states == ["sent"] * TICKETS * REPLIES
    order: defaultdict[str, list[str]] = defaultdict(list)
    for mail in sink.mails:
        order[mail.recipients[0]].append(mail.text.split("\n")[0].strip())
    assert dict(order) == {
        f"user{ticket}@example.org": [f"answer {number}" for number in range(REPLIES)]
        for ticket in range(1, TICKETS + 1)
    }
