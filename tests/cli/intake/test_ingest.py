"""`deskctl mail ingest`, over the socket and without a daemon."""

from __future__ import annotations

from tests.cli.shell import Shell, mail


def test_same_bytes_twice_are_one_message(desk: Shell) -> None:
    raw = mail()
    desk.ingest(raw)
    desk.ingest(raw)
    assert len(desk.show(1)["messages"]) == 1


def test_unknown_channel_is_named(desk: Shell) -> None:
    assert "support" in desk("mail", "ingest", "nowhere", input=mail(), code=3).err


def test_empty_input_is_not_a_mail(desk: Shell) -> None:
    desk("mail", "ingest", input=b"", code=2)
