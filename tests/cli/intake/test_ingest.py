"""`deskctl mail ingest`, over the socket and without a daemon."""

from __future__ import annotations

from tests.cli.shell import Shell, mail
from tests.servers.waiting import wait_until


def test_same_bytes_twice_are_one_message(desk: Shell) -> None:
    raw = mail()
    for _ in range(2):
        desk("mail", "ingest", input=raw)
    wait_until(lambda: desk("inbox", "list", "--exit-code", code=None).code == 1, what="the inbox is empty")
    assert len(desk("show", "1", "--json").row["messages"]) == 1


def test_unknown_channel_is_named(desk: Shell) -> None:
    assert "support" in desk("mail", "ingest", "nowhere", input=mail(), code=3).err


def test_empty_input_is_not_a_mail(desk: Shell) -> None:
    desk("mail", "ingest", input=b"", code=2)
