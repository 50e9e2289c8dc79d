"""The daemon sends messages of different tickets at the same time, and those of one ticket in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from deskctl.bootstrap import open_desk
from deskctl.core.delivery.model import OutboxState
from deskctl.core.delivery.queries import ListOutbox
from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.settings import Settings
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.commands import Reply
from deskctl.core.tickets.commands import Create
from deskctl.store import Store
from deskctl.testing.smtp_sink import SmtpSink
from tests.daemon.running import add_agent, make_desk, running

WaitUntil = Callable[..., object]
TICKETS, REPLIES = 6, 5

#: A channel that marks messages itself, and that reports a refused mark as a failure that another attempt may resolve.
MARKING = """
import asyncio
from dataclasses import dataclass
from pathlib import Path
from deskctl.plugins import Capabilities, ChannelType, Health, Receipt, TryLater, hookimpl

@dataclass(frozen=True)
class Config:
    pass

HERE = Path(__file__).parent.parent

class Channel:
    def __init__(self, config, context):
        self.context = context

    async def receive(self):
        await asyncio.Event().wait()

    async def send(self, message):
        (HERE / "begun").touch()
        while not (HERE / "continue").exists():
            await asyncio.sleep(0.01)
        try:
            await asyncio.to_thread(self.context.sending, message.outbox_id)
        except Exception as error:
            raise TryLater("not recorded") from error
        return Receipt()

    async def check(self):
        return Health(())

    async def aclose(self):
        pass

@hookimpl
def deskctl_channels():
    return [ChannelType("marking", Config, Channel, None, capabilities=Capabilities(marks_sending=True))]
"""


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


def test_message_that_was_taken_over_is_not_sent_again(tmp_path: Path, desk_url: str, wait_until: WaitUntil) -> None:
    channels = '[channels.support]\ntype = "marking"\nteam = "support"\n'
    folder = make_desk(tmp_path / "desk", desk_url, channels, {"marking": MARKING})
    with running(folder) as daemon:
        add_agent(daemon)
        with closing(daemon.desk()) as desk:
            desk.execute(Create("ann", "Printer", "It burns.", channel="support"), agent="ana")
            desk.execute(Reply(1, "answer", at_once=True), agent="ana")
            wait_until((folder / "begun").exists, what="the channel has the message")
            with closing(Store.open(desk_url, Settings())) as store:  # as another daemon would do it
                store.transaction(_record_as_sent)
            (folder / "continue").touch()
            wait_until(lambda: "is no longer waiting" in daemon.log, what="the daemon leaves it")
            assert [row["state"] for row in desk.ask(ListOutbox(all=True))] == ["sent"]


def _record_as_sent(unit: Unit) -> None:
    Outbox.of(unit).put(replace(Outbox.of(unit).get(1), state=OutboxState.SENT, due_at=None))
