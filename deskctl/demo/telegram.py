"""The demo step in which a customer continues a mail thread in Telegram. The Bot API is a sandbox on loopback."""

from __future__ import annotations

import re
from textwrap import indent

from ..safe import visible_lines
from .stage import DemoFailed, Stage
from .state import messages, show, tickets

#: Ben's ticket, and his Telegram id.
TICKET, BEN = 2, 90210


def set_up(stage: Stage) -> None:
    """Start the sandbox and change the configuration before the daemon starts."""
    stage.start_sandbox()
    token = stage.home / "tg-token"
    token.touch(0o600)
    token.write_text("1:sandbox\n")
    table = f"""
[channels.tg]
type = "telegram"
token = {{ file = "tg-token" }}
api = "http://127.0.0.1:{stage.bots}"
team = "support"
"""
    config = stage.home / "config.toml"
    config.write_text(config.read_text(encoding="utf-8") + table, encoding="utf-8")
    stage.print(f"\nconfig.toml adds a Telegram channel (with a sandbox on loopback):\n{table.strip()}")


def show_channel_change(stage: Stage) -> None:
    stage.title("Ben, who wrote a mail, continues the same ticket in Telegram")
    before = len(tickets(stage))
    stage.run("take", str(TICKET))
    contact = show(stage, TICKET)["contact"]["id"]
    output = stage.run("contact", "link", str(contact), "--channel", "tg")
    code = re.search(r"/start (\S+)", output)
    if code is None:
        raise DemoFailed("deskctl contact link did not print a code")
    stage.chats(BEN, "Ben", f"/start {code[1]}")
    stage.print(indent(visible_lines(stage.wait_for_bot(BEN, "your earlier messages")), "  "))
    stage.run("reply", str(TICKET), "--via", "tg", "-m", "Which of the two licences do you keep?", "--wait")
    stage.print("\nBen receives in his chat:")
    stage.print(indent(visible_lines(stage.wait_for_bot(BEN, "Which of the two")), "  "))
    count = len(messages(stage, TICKET))
    stage.chats(BEN, "Ben", "The first one, please.")
    stage.wait("Ben's reply is on the ticket", lambda: len(messages(stage, TICKET)) > count)
    stage.run("show", str(TICKET))
    ways = [message["channel"] for message in messages(stage, TICKET)]
    stage.check("his reply in the chat is on the ticket of his mail", ways == ["support", "tg", "tg"])
    stage.check("no other ticket was created", len(tickets(stage)) == before)
    shown = stage.run("contact", "show", str(contact))
    _, _, timeline = shown.partition("Timeline")
    stage.check(
        "he is one customer with one timeline for both channels",
        "ben@example.net" in shown and timeline.find("two licences") < timeline.find("The first one") != -1,
    )
