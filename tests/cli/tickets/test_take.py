"""`deskctl next`."""

from __future__ import annotations

from tests.cli.shell import Shell, mail
from tests.cli.test_terminal import at_terminal


def test_next_shows_the_ticket_on_a_terminal(local_desk: Shell) -> None:
    local_desk.ingest(mail(text="It burns."))
    text = at_terminal(local_desk, "next", NO_COLOR="1")
    assert "is yours" in text
    assert "It burns." in text
