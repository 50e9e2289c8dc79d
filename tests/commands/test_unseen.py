"""What the author of a reply has not seen stops it: new words, changed words, merged words, a colleague's answer."""

from __future__ import annotations

from typing import Any

import pytest

from deskctl.core.messages.commands import Reply
from deskctl.core.messages.seen_commands import Compose, MarkSeen
from deskctl.core.search.queries import Seen
from deskctl.core.tickets.commands import Escalate, Merge
from deskctl.core.undo.commands import Undo
from deskctl.errors import ColleagueReplied, CustomerWrote

from .desk import StoredDesk
from .test_notification_replies import answer, receive, sent_to


def look(desk: StoredDesk, ticket: int = 1, agent: str = "agent1") -> None:
    """`deskctl show`."""
    document = desk.show(ticket)
    shown = tuple((m["id"], m["version"]) for m in document["messages"] if m["kind"] in ("in", "out"))
    desk.do(MarkSeen(ticket, document["newest_in"], shown), agent)


def more(desk: StoredDesk, text: str = "Wait.", **fields: Any) -> None:
    """The customer writes again on ticket 1."""
    desk.mail(text=text, in_reply_to=("<one@example.org>",), **fields)


@pytest.fixture
def asked(desk: StoredDesk) -> StoredDesk:
    desk.mail(message_id="<one@example.org>", text="Please pay back 100.")
    return desk


def test_words_that_were_changed_are_new_words(asked: StoredDesk) -> None:
    look(asked)
    asked.mail(text="Please pay back 900.", edits="<one@example.org>", message_id="<edit@example.org>")
    assert asked.show(1)["messages"][0]["version"] == 1
    with pytest.raises(CustomerWrote, match="changed a message"):
        asked.do(Reply(1, "Yes, as you wrote."))
    look(asked)
    assert asked.do(Reply(1, "No.")).changed


def test_words_that_change_twice_are_new_twice(asked: StoredDesk) -> None:
    for amount in (200, 300):
        asked.mail(text=f"{amount}", edits="<one@example.org>", message_id=f"<{amount}@example.org>")
        look(asked, agent="agent2")
    look(asked)
    asked.mail(text="400", edits="<one@example.org>", message_id="<400@example.org>")
    with pytest.raises(CustomerWrote):
        asked.do(Reply(1, "Yes."))
    with pytest.raises(CustomerWrote):
        asked.do(Reply(1, "Yes."), "agent2")


def test_an_older_message_that_a_merge_brings_in_is_new(asked: StoredDesk) -> None:
    asked.mail(subject="Another matter", message_id="<two@example.org>")
    look(asked, 2)
    asked.do(Merge(1, into=2))
    with pytest.raises(CustomerWrote):
        asked.do(Reply(2, "Done."))
    asked.do(Undo())
    assert asked.do(Reply(2, "Done.")).changed


def test_what_was_seen_before_a_merge_is_seen_after_it(asked: StoredDesk) -> None:
    asked.mail(subject="Another matter", message_id="<two@example.org>")
    look(asked, 1)
    look(asked, 2)
    asked.do(Merge(1, into=2))
    assert asked.do(Reply(2, "Done.")).changed


def test_a_colleagues_answer_stops_the_second_one(asked: StoredDesk) -> None:
    look(asked)
    look(asked, agent="agent2")
    asked.do(Reply(1, "Yes, you do."))
    with pytest.raises(ColleagueReplied, match="agent1 replied"):
        asked.do(Reply(1, "No, you do not."), "agent2")
    assert asked.do(Reply(1, "Yes, as my colleague wrote."), "agent1").changed  # their own answer is no news to them
    assert asked.do(Reply(1, "No, you do not.", force=True), "agent2").changed
    assert asked.do(Reply(1, "Sorry."), "agent2").changed  # who was told once and sent it is not asked again


def test_an_answer_that_was_taken_back_stops_nobody(asked: StoredDesk) -> None:
    look(asked)
    look(asked, agent="agent2")
    asked.do(Reply(1, "Yes, you do."))
    asked.do(Undo())
    assert asked.do(Reply(1, "No, you do not."), "agent2").changed


def test_without_a_record_the_start_of_the_command_counts(asked: StoredDesk) -> None:
    known = tuple((m, v) for m, v in asked.store.ask(Seen(1, "agent2"))["now"])
    asked.do(Reply(1, "Yes."))
    with pytest.raises(ColleagueReplied):
        asked.do(Reply(1, "No.", known=known), "agent2")
    assert asked.do(Reply(1, "No."), "agent2").changed


def test_machines_never_stop_a_reply(asked: StoredDesk) -> None:
    look(asked)
    more(asked, "I am away.", automatic="auto-submitted")
    assert asked.do(Reply(1, "Done.")).changed


class TestByMail:
    """An agent who answers a notification has seen what it showed, and what `show` showed them before."""

    def test_what_the_customer_wrote_since_the_notification_stops_it(self, asked: StoredDesk) -> None:
        notification = sent_to(asked, "agent1@acme.test")[-1]
        more(asked, "Wait, it works again.")
        mail = answer(notification, "agent1")
        mail.set_content("A technician comes tomorrow.")
        receive(asked, mail.as_bytes())
        assert sent_to(asked, "ana@example.org") == []
        note, refusal = asked.show(1)["messages"][-1], sent_to(asked, "agent1@acme.test")[-1]
        assert (note["kind"], note["text"].strip()) == ("note", "A technician comes tomorrow.")
        assert "Wait, it works again." in refusal.text
        again = answer(refusal, "agent1")  # they were shown the new words now
        again.replace_header("Message-ID", "<again@acme.test>")
        again.set_content("Glad to hear that.")
        receive(asked, again.as_bytes())
        assert [entry.text for entry in sent_to(asked, "ana@example.org")] == ["Glad to hear that."]

    def test_a_change_since_the_notification_stops_it(self, asked: StoredDesk) -> None:
        notification = sent_to(asked, "agent1@acme.test")[-1]
        asked.mail(text="Please pay back 900.", edits="<one@example.org>", message_id="<edit@example.org>")
        mail = answer(notification, "agent1")
        mail.set_content("Yes.")
        receive(asked, mail.as_bytes())
        assert sent_to(asked, "ana@example.org") == []
        assert "Please pay back 900." in sent_to(asked, "agent1@acme.test")[-1].text

    def test_a_colleagues_answer_stops_it(self, asked: StoredDesk) -> None:
        asked.do(Escalate(1, "lead", "hard"))
        notification = sent_to(asked, "lead@acme.test")[-1]
        asked.do(Reply(1, "Yes, you do."))
        mail = answer(notification)
        mail.set_content("No, you do not.")
        receive(asked, mail.as_bytes())
        assert [entry.text for entry in sent_to(asked, "ana@example.org")] == ["Yes, you do."]
        assert "Yes, you do." in sent_to(asked, "lead@acme.test")[-1].text

    def test_what_show_showed_is_known(self, asked: StoredDesk) -> None:
        notification = sent_to(asked, "agent1@acme.test")[-1]
        more(asked)
        look(asked)
        mail = answer(notification, "agent1")
        mail.set_content("Yes.")
        receive(asked, mail.as_bytes())
        assert [entry.text for entry in sent_to(asked, "ana@example.org")] == ["Yes."]


def test_a_lease_shows_who_is_composing_until_it_ends(asked: StoredDesk) -> None:
    from datetime import UTC, datetime

    asked.now = datetime.now(UTC)
    asked.do(Compose(1, "begin"))
    [row] = asked.show(1)["composing"]
    assert row["agent"] == "agent1"
    asked.do(Compose(1, "renew"))
    assert asked.show(1)["composing"] == [row]
    asked.do(Compose(1, "end"))
    asked.do(Compose(1, "renew"))  # too late: it has ended
    assert asked.show(1)["composing"] == []
    asked.later(minutes=-5)
    asked.do(Compose(1, "begin"))
    assert asked.show(1)["composing"] == []  # it expired four minutes ago
