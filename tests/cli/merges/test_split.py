"""`deskctl split`."""

from __future__ import annotations

from tests.cli.shell import Shell, mail


def test_split_without_message_lists_messages(desk: Shell) -> None:
    desk.ingest(mail(text="First matter."))
    result = desk("split", "1", code=2)
    assert "1\t" in result.out
    assert "First matter." in result.out
    assert "missing message number" in result.err
