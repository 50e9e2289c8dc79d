"""A desk with every kind of faulty plugin: the daemon continues and reports the plugin at fault."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from deskctl.core.delivery.queries import ListOutbox
from deskctl.core.messages.commands import Reply
from deskctl.core.operations.queries import DeskHealth
from deskctl.core.tickets.commands import Create
from tests.daemon.running import add_agent, command, make_desk, running

WaitUntil = Callable[..., Any]

#: A channel whose table says what it does wrong.
ROGUE = """
import asyncio
from dataclasses import dataclass
from deskctl.plugins import *

@dataclass(frozen=True)
class Rogue:
    receive: str = ""
    send: str = ""
    close: str = ""

async def do(what):
    if what == "raise":
        raise RuntimeError("a fault of the rogue")
    if what == "exit":
        raise SystemExit(4)
    if what == "hang" or not what:
        await asyncio.Event().wait()

class Channel:
    def __init__(self, config, context):
        self.config = config

    async def receive(self):
        await do(self.config.receive)

    async def send(self, message):
        await do(self.config.send or "fine")
        return Receipt()

    async def check(self):
        return Health(())

    async def aclose(self):
        await do(self.config.close or "fine")

@hookimpl
def deskctl_channels():
    return [ChannelType("rogue", Rogue, Channel, lambda raw, envelope: None)]
"""
HEAD = "from deskctl.plugins import *\n"
BAD = {
    "at_import": "raise SystemExit('no')\n",
    "in_a_hook": HEAD + "@hookimpl\ndef deskctl_requests():\n    return 1 / 0\n",
    "async_hook": HEAD + "@hookimpl\nasync def deskctl_requests():\n    return []\n",
    "taker": ROGUE,
    "no_such_hook": HEAD + "@hookimpl\ndef deskctl_requets():\n    return []\n",
}
CHANNELS = """
[channels.ops]
type = "console"
inbox = "in"
answers = "out.jsonl"
poll = "1s"
[channels.crashes]
type = "rogue"
receive = "raise"
send = "raise"
[channels.exits]
type = "rogue"
receive = "exit"
[channels.hangs]
type = "rogue"
send = "hang"
"""


def test_daemon_runs_with_faulty_plugins_and_reports_each(tmp_path: Path, wait_until: WaitUntil) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    folder = make_desk(tmp_path / "desk", url, CHANNELS, {"rogue": ROGUE, **BAD})
    with running(folder) as daemon:
        add_agent(daemon)
        with closing(daemon.desk()) as desk:
            errors = {row["name"]: row["error"] for row in desk.call("plugins") if row["error"]}
            assert set(errors) == set(BAD)
            assert "both define the channel type 'rogue'" in errors["taker"]

            services = {row["name"]: row for row in desk.ask(DeskHealth())["services"]}
            assert services["hangs"]["state"] == "running"
            wait_until(lambda: "a fault of the rogue" in daemon.log, 20, "the crash is in the log")
            crashed = "exits crashed because of an error in the plugin of rogue"
            wait_until(lambda: crashed in daemon.log, 20, "so is the exit")

            numbers = {}
            for channel in ("hangs", "crashes", "ops"):  # the channel that hangs comes first
                made = desk.execute(Create("bob@example.org", channel, "It burns.", channel=channel), agent="ana")
                numbers[channel] = made.facts["number"]
                desk.execute(Reply(numbers[channel], "So it does.", at_once=True), agent="ana")
            wait_until((folder / "out.jsonl").exists, 20, "an answer leaves by the good channel")
            wait_until(lambda: _state(desk, numbers["crashes"]) in ("retry", "uncertain"), 20, "the failure is settled")
            assert _state(desk, numbers["hangs"]) == "sending"

        doctor = command(folder, "doctor").stdout
        for name in (*BAD, "crashes", "exits"):
            assert name in doctor
        listed = command(folder, "plugin", "list").stdout
        assert all(f"{name}\t" in listed for name in (*BAD, "rogue"))
        daemon.process.kill()  # a normal stop would wait for the message that hangs


def _state(desk: Any, ticket: int) -> str:
    [row] = [row for row in desk.ask(ListOutbox(all=True)) if row["ticket"] == ticket]
    return str(row["state"])


def test_channel_that_hangs_on_close_does_not_delay_the_stop(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    channels = '[channels.clings]\ntype = "rogue"\nclose = "hang"\n'
    with running(make_desk(tmp_path / "desk", url, channels, {"rogue": ROGUE})) as daemon:
        assert daemon.terminate(30) == 0
        assert "closing the channel clings failed" in daemon.log
