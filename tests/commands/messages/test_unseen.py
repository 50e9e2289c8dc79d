"""Messages that the author has not seen prevent a reply: new, edited and merged messages, and replies of colleagues."""

from __future__ import annotations

from typing import Any

import pytest

from deskctl.core.merges.commands import Merge
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.seen_commands import Compose, MarkSeen
from deskctl.core.search.queries import Seen
from deskctl.core.tickets.commands import Escalate
from deskctl.core.undo.commands import Undo
from deskctl.errors import ColleagueReplied, CustomerWrote
from tests.commands.desk import StoredDesk
from tests.commands.intake.test_notification_replies import answer, receive, sent_to


def mark_seen(desk: StoredDesk, ticket: int = 1, agent: str = "agent1") -> None:
    """Record that an agent saw a ticket, as `deskctl show` does."""
    document = desk.show(ticket)
    shown = tuple((m["id"], m["version"]) for m in document["messages"] if m["kind"] in ("in", "out"))
    desk.do(MarkSeen(ticket, document["newest_in"], shown), agent)


def write_again(desk: StoredDesk, text: str = "Wait.", **fields: Any) -> None:
    """Receive another message of the customer on ticket 1."""
    desk.mail(text=text, in_reply_to=("<one@example.org>",), **fields)


@pytest.fixture
def asked_desk(desk: StoredDesk) -> StoredDesk:
    desk.mail(message_id="<one@example.org>", text="Please pay back 100.")
    return desk


def test_edited_message_is_unseen(asked_desk: StoredDesk) -> None:
    mark_seen(asked_desk)
    asked_desk.mail(text="Please pay back 900.", edits="<one@example.org>", message_id="<edit@example.org>")
    assert asked_desk.show(1)["messages"][0]["version"] == 1
    with pytest.raises(CustomerWrote, match="changed a message"):
        asked_desk.do(Reply(1, "Yes, as you wrote."))
    mark_seen(asked_desk)
    assert asked_desk.do(Reply(1, "No.")).changed


def test_each_edit_is_unseen(asked_desk: StoredDesk) -> None:
    for amount in (200, 300):
        asked_desk.mail(text=f"{amount}", edits="<one@example.org>", message_id=f"<{amount}@example.org>")
        mark_seen(asked_desk, agent="agent2")
    mark_seen(asked_desk)
    asked_desk.mail(text="400", edits="<one@example.org>", message_id="<400@example.org>")
    with pytest.raises(CustomerWrote):
        asked_desk.do(Reply(1, "Yes."))
    with pytest.raises(CustomerWrote):
        asked_desk.do(Reply(1, "Yes."), "agent2")


def test_older_message_of_merged_ticket_is_unseen(asked_desk: StoredDesk) -> None:
    asked_desk.mail(subject="Another topic", message_id="<two@example.org>")
    mark_seen(asked_desk, 2)
    asked_desk.do(Merge(1, into=2))
    with pytest.raises(CustomerWrote):
        asked_desk.do(Reply(2, "Done."))
    asked_desk.do(Undo())
    assert asked_desk.do(Reply(2, "Done.")).changed


def test_message_seen_before_merge_is_seen_after_it(asked_desk: StoredDesk) -> None:
    asked_desk.mail(subject="Another topic", message_id="<two@example.org>")
    mark_seen(asked_desk, 1)
    mark_seen(asked_desk, 2)
    asked_desk.do(Merge(1, into=2))
    assert asked_desk.do(Reply(2, "Done.")).changed


def test_reply_of_colleague_prevents_second_reply(asked_desk: StoredDesk) -> None:
    mark_seen(asked_desk)
    mark_seen(asked_desk, agent="agent2")
    asked_desk.do(Reply(1, "Yes, you do."))
    with pytest.raises(ColleagueReplied, match="agent1 replied"):
        asked_desk.do(Reply(1, "No, you do not."), "agent2")
    assert asked_desk.do(Reply(1, "Yes, as my colleague wrote."), "agent1").changed  # their own reply is not unseen
    assert asked_desk.do(Reply(1, "No, you do not.", force=True), "agent2").changed
    assert asked_desk.do(Reply(1, "Sorry."), "agent2").changed  # after --force the same messages count as seen


def test_undone_reply_prevents_no_reply(asked_desk: StoredDesk) -> None:
    mark_seen(asked_desk)
    mark_seen(asked_desk, agent="agent2")
    asked_desk.do(Reply(1, "Yes, you do."))
    asked_desk.do(Undo())
    assert asked_desk.do(Reply(1, "No, you do not."), "agent2").changed


def test_without_record_state_at_start_of_command_counts_as_seen(asked_desk: StoredDesk) -> None:
    known = tuple((m, v) for m, v in asked_desk.store.ask(Seen(1, "agent2"))["now"])
    asked_desk.do(Reply(1, "Yes."))
    with pytest.raises(ColleagueReplied):
        asked_desk.do(Reply(1, "No.", known=known), "agent2")
    assert asked_desk.do(Reply(1, "No."), "agent2").changed


def test_automatic_message_never_prevents_reply(asked_desk: StoredDesk) -> None:
    mark_seen(asked_desk)
    write_again(asked_desk, "I am away.", automatic="auto-submitted")
    assert asked_desk.do(Reply(1, "Done.")).changed


class TestByMail:
    """An agent who answers a notification has seen the messages that it and earlier `show` commands showed."""

    def test_later_message_of_customer_prevents_reply(self, asked_desk: StoredDesk) -> None:
        notification = sent_to(asked_desk, "agent1@acme.test")[-1]
        write_again(asked_desk, "Wait, it works again.")
        mail = answer(notification, "agent1")
        mail.set_content("A technician comes tomorrow.")
        receive(asked_desk, mail.as_bytes())
        assert sent_to(asked_desk, "ana@example.org") == []
        note, refusal = asked_desk.show(1)["messages"][-1], sent_to(asked_desk, "agent1@acme.test")[-1]
        assert (note["kind"], note["text"].strip()) == ("note", "A technician comes tomorrow.")
        assert "Wait, it works again." in refusal.text
        again = answer(refusal, "agent1")  # the refusal showed the new message
        again.replace_header("Message-ID", "<again@acme.test>")
        again.set_content("Glad to hear that.")
        receive(asked_desk, again.as_bytes())
        assert [entry.text for entry in sent_to(asked_desk, "ana@example.org")] == ["Glad to hear that."]

    def test_later_edit_prevents_reply(self, asked_desk: StoredDesk) -> None:
        notification = sent_to(asked_desk, "agent1@acme.test")[-1]
        asked_desk.mail(text="Please pay back 900.", edits="<one@example.org>", message_id="<edit@example.org>")
        mail = answer(notification, "agent1")
        mail.set_content("Yes.")
        receive(asked_desk, mail.as_bytes())
        assert sent_to(asked_desk, "ana@example.org") == []
        assert "Please pay back 900." in sent_to(asked_desk, "agent1@acme.test")[-1].text

    def test_reply_of_colleague_prevents_reply(self, asked_desk: StoredDesk) -> None:
        asked_desk.do(Escalate(1, "lead", "hard"))
        notification = sent_to(asked_desk, "lead@acme.test")[-1]
        asked_desk.do(Reply(1, "Yes, you do."))
        mail = answer(notification)
        mail.set_content("No, you do not.")
        receive(asked_desk, mail.as_bytes())
        assert [entry.text for entry in sent_to(asked_desk, "ana@example.org")] == ["Yes, you do."]
        assert "Yes, you do." in sent_to(asked_desk, "lead@acme.test")[-1].text

    def test_messages_shown_by_show_are_seen(self, asked_desk: StoredDesk) -> None:
        notification = sent_to(asked_desk, "agent1@acme.test")[-1]
        write_again(asked_desk)
        mark_seen(asked_desk)
        mail = answer(notification, "agent1")
        mail.set_content("Yes.")
        receive(asked_desk, mail.as_bytes())
        assert [entry.text for entry in sent_to(asked_desk, "ana@example.org")] == ["Yes."]


def test_composing_agent_is_shown_until_lease_ends(asked_desk: StoredDesk) -> None:
    from datetime import UTC, datetime

    asked_desk.now = datetime.now(UTC)
    asked_desk.do(Compose(1, "begin"))
    [row] = asked_desk.show(1)["composing"]
    assert row["agent"] == "agent1"
    asked_desk.do(Compose(1, "renew"))
    assert asked_desk.show(1)["composing"] == [row]
    asked_desk.do(Compose(1, "end"))
    asked_desk.do(Compose(1, "renew"))  # too late: it has ended
    assert asked_desk.show(1)["composing"] == []
    asked_desk.later(minutes=-5)
    asked_desk.do(Compose(1, "begin"))
    assert asked_desk.show(1)["composing"] == []  # it expired four minutes ago
