"""The check for leaks finds internal texts in sent mail."""

from __future__ import annotations

import pytest

from deskctl.core.messages.commands import Note, Reply
from tests.commands.desk import StoredDesk
from tests.servers import leaks


def test_sent_note_is_found(desk_url: str) -> None:
    desk = StoredDesk(desk_url)
    desk.mail(text="Is it true that I get no refund?")
    desk.do(Note(1, "never mention the recall\nis it true that I get no refund"))
    desk.do(Reply(1, "Dear Ana,\nplease wait."))
    desk.close()
    leaks.check(desk_url)
    told = leaks.Told(internal=["never mention the recall"], sent=["Dear Ana, we NEVER\n> mention the  recall."])
    assert list(leaks.leaked(told)) == ["never mention the recall"]


def test_desk_that_sent_a_note_fails(desk_url: str) -> None:
    desk = StoredDesk(desk_url)
    desk.mail()
    desk.do(Note(1, "never mention the recall"))
    desk.do(Reply(1, "Dear Ana,\nnever mention the recall, they say."))
    desk.close()
    with pytest.raises(AssertionError, match="never mention the recall"):
        leaks.check(desk_url)
