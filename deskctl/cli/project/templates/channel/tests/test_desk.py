"""The channel on a real desk."""

from __future__ import annotations

import json

from deskctl.testing.desk import TemporaryDesk

CHANNEL = """
[channels.birds]
type = "pigeon"
inbox = "in"
outbox = "out"
poll = "1s"
"""
MESSAGE = {"id": "m-81", "from": "ana@example.org", "name": "Ana", "subject": "Printer", "text": "It burns."}


def test_file_becomes_a_ticket_and_its_reply_a_file(desk: TemporaryDesk) -> None:
    desk.load("pigeon", "deskctl_pigeon")
    desk.configure(CHANNEL)
    inbox, outbox = desk.folder / "in", desk.folder / "out"

    with desk.daemon():
        inbox.mkdir(exist_ok=True)
        (inbox / "81.part").write_text(json.dumps(MESSAGE))
        (inbox / "81.part").rename(inbox / "81.json")
        desk.wait_until(desk.tickets, "the message is on a ticket")
        ticket = desk.ticket(1)
        desk.run("reply", "1", "-m", "We are on it.", "--wait")

    assert (ticket["subject"], ticket["contact"]["address"]) == ("Printer", "ana@example.org")
    [reply] = [json.loads(path.read_bytes()) for path in outbox.glob("*.json")]
    assert (reply["to"], reply["text"]) == (["ana@example.org"], "We are on it.")
