"""A customer who wrote a mail goes on in Telegram: one ticket, one customer. The Bot API is a sandbox on loopback."""

from __future__ import annotations

import re
from textwrap import indent

from ..safe import visible_lines
from .looking import messages, show, tickets
from .stage import NotHappened, Stage

#: Ben's ticket, and his number in Telegram.
TICKET, BEN = 2, 90210


def set_up(stage: Stage) -> None:
    """Before the daemon starts."""
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
    stage.tell(f"\nIn config.toml, for Telegram (a sandbox on loopback plays its servers):\n{table.strip()}")


def a_customer_changes_channels(stage: Stage) -> None:
    stage.title("Ben, who wrote a mail, goes on in Telegram: the same ticket")
    before = len(tickets(stage))
    stage.run("take", str(TICKET))
    contact = show(stage, TICKET)["contact"]["id"]
    said = stage.run("contact", "link", str(contact), "--channel", "tg")
    code = re.search(r"/start (\S+)", said)
    if code is None:
        raise NotHappened("deskctl contact link prints what the customer sends")
    stage.chats(BEN, "Ben", f"/start {code[1]}")
    stage.tell(indent(visible_lines(stage.heard(BEN, "this is you")), "  "))
    stage.run("reply", str(TICKET), "--via", "tg", "-m", "Which of the two licences do you keep?", "--wait")
    stage.tell("\nWhat arrived in his chat:")
    stage.tell(indent(visible_lines(stage.heard(BEN, "Which of the two")), "  "))
    count = len(messages(stage, TICKET))
    stage.chats(BEN, "Ben", "The first one, please.")
    stage.wait("Ben's answer is on the ticket", lambda: len(messages(stage, TICKET)) > count)
    stage.run("show", str(TICKET))
    ways = [message["channel"] for message in messages(stage, TICKET)]
    stage.check("his answer in the chat lands on the ticket of his mail", ways == ["support", "tg", "tg"])
    stage.check("no other ticket came of it", len(tickets(stage)) == before)
    shown = stage.run("contact", "show", str(contact))
    _, _, timeline = shown.partition("Timeline")
    stage.check(
        "he is one customer with one timeline, whichever way he wrote",
        "ben@example.net" in shown and timeline.find("two licences") < timeline.find("The first one") != -1,
    )
