"""Replies: recipients, subject, threading, refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.settings import Settings
from deskctl.core.messages.channels import Channels
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.reply import MAX_REFERENCES, reply_subject
from deskctl.core.tickets.commands import Create, Escalate, Take
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from deskctl.errors import CustomerWrote, NotFound, Refused, UsageError
from tests.unit.core.desk import MAIL, NOW, UnitDesk


def test_reply_goes_to_the_sender_and_keeps_the_thread() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>", references=("<zero@example.org>",), headers={"Thread-Index": "abc"})
    entry = Outbox.of(desk.unit).get(desk.do(Reply(1, "We are on it.")).facts["outbox"])
    assert entry.to == ("ana@example.org",)
    assert entry.subject == "Re: Printer [#1]"
    assert entry.in_reply_to == "<one@example.org>"
    assert entry.references == ("<zero@example.org>", "<one@example.org>")
    assert entry.headers == {"Thread-Index": "abc"}
    assert entry.message_id.endswith("@acme.test>")
    assert entry.due_at is not None and entry.due_at > NOW
    assert Tickets.of(desk.unit).get(1).status is Status.PENDING
    assert Tickets.of(desk.unit).get(1).waiting_since is None


def test_waiting_for_delivery_skips_the_undo_window() -> None:
    desk = UnitDesk()
    desk.mail()
    assert Outbox.of(desk.unit).get(desk.do(Reply(1, "Now.", at_once=True)).facts["outbox"]).due_at == NOW


def test_reply_uses_reply_to_and_keeps_copies() -> None:
    desk = UnitDesk()
    desk.mail(reply_to=("office@example.org",), to=("support@acme.test",), cc=("ben@example.org",))
    entry = Outbox.of(desk.unit).get(desk.do(Reply(1, "Hello.", cc=("new@example.org",))).facts["outbox"])
    assert entry.to == ("office@example.org",)
    assert entry.cc == ("ben@example.org", "new@example.org")


def test_requester_is_in_copy_if_a_colleague_wrote_last() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>", to=("support@acme.test",), cc=("ben@example.org",))
    ours = ("support@acme.test",)
    desk.mail("ben@example.org", to=ours, in_reply_to=("<one@example.org>",), message_id="<two@example.org>")
    entry = Outbox.of(desk.unit).get(desk.do(Reply(1, "Hello.")).facts["outbox"])
    assert entry.to == ("ben@example.org",)
    assert entry.cc == ("ana@example.org",)
    assert entry.in_reply_to == "<two@example.org>"


def test_reply_with_unseen_messages_is_refused() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>")
    seen = 1
    desk.mail(in_reply_to=("<one@example.org>",))
    with pytest.raises(CustomerWrote):
        desk.do(Reply(1, "Old news.", seen=seen))
    assert desk.do(Reply(1, "Old news.", seen=seen, force=True)).changed


def test_automatic_mail_does_not_refuse_a_reply() -> None:
    desk = UnitDesk()
    desk.mail(message_id="<one@example.org>")
    desk.mail(in_reply_to=("<one@example.org>",), automatic="auto-submitted")
    assert desk.do(Reply(1, "Hello.", seen=1)).changed


def test_reply_on_the_phone_channel_is_refused() -> None:
    desk = UnitDesk()
    desk.do(Create("+82-2-555-0101", "By phone", "Call me.", channel="phone"))
    with pytest.raises(Refused):
        desk.do(Reply(1, "Hello."))


def test_empty_reply_and_unknown_status_are_refused() -> None:
    desk = UnitDesk()
    desk.mail()
    with pytest.raises(UsageError):
        desk.do(Reply(1, "  \n"))
    with pytest.raises(UsageError, match="did you mean pending"):
        desk.do(Reply(1, "Hi.", status="pendng"))


def test_references_are_limited_and_keep_the_first() -> None:
    desk = UnitDesk()
    chain = tuple(f"<{i}@old>" for i in range(100))
    desk.mail(message_id="<one@example.org>", references=chain)
    entry = Outbox.of(desk.unit).get(desk.do(Reply(1, "Hello.")).facts["outbox"])
    assert len(entry.references) == MAX_REFERENCES
    assert (entry.references[0], entry.references[-1]) == ("<0@old>", "<one@example.org>")


@given(st.lists(st.sampled_from(["Re: ", "RE:", "AW: ", "답장: ", "회신 : ", "Re[2]: "]), max_size=4), st.text())
def test_reply_subject_has_exactly_one_re(prefixes: list[str], subject: str) -> None:
    desk = UnitDesk()
    desk.mail(subject="".join(prefixes) + "Printer " + subject)
    answer = reply_subject(Tickets.of(desk.unit).get(1))
    assert answer.startswith("Re: Printer")
    assert "[#1]" in answer
    assert "\n" not in answer and "\r" not in answer


def test_escalation_reassigns_and_makes_the_assignee_a_follower() -> None:
    desk = UnitDesk()
    desk.mail()
    desk.do(Take(1))
    desk.do(Escalate(1, "lead", "angry customer"))
    ticket = Tickets.of(desk.unit).get(1)
    assert (ticket.assignee, ticket.followers) == ("lead", {"agent1"})
    assert [e.subject for e in desk.sent_to("lead@acme.test")] == ["[#1] Escalated to you: Printer"]


def test_escalation_to_an_unknown_agent_suggests_a_name() -> None:
    desk = UnitDesk()
    desk.mail()
    with pytest.raises(NotFound, match="did you mean lead"):
        desk.do(Escalate(1, "leed", "angry customer"))


ALIASES = Settings().with_features(
    Channels({"support": replace(MAIL, aliases=("Help@acme.test", "refunds@acme.test"), plus=True)})
)


@pytest.mark.parametrize(
    ("came", "leaves"),
    [
        ({"to": ("help@acme.test",)}, "Help@acme.test"),
        ({"to": ("ana@friend.test",), "cc": ("REFUNDS@acme.test",)}, "refunds@acme.test"),
        ({"to": ("support@acme.test",), "headers": {"delivered-to": "refunds@acme.test"}}, "refunds@acme.test"),
        ({"headers": {"envelope-to": "x@other.test, help+abc@acme.test"}}, "Help@acme.test"),
        ({"to": ("undisclosed@friend.test",)}, "support@acme.test"),
        ({"to": ("help@acme.test.evil.test",)}, "support@acme.test"),
    ],
)
def test_reply_is_sent_from_the_address_that_the_customer_used(came: dict[str, Any], leaves: str) -> None:
    desk = UnitDesk(ALIASES)
    desk.mail(**came)
    entry = Outbox.of(desk.unit).get(desk.do(Reply(1, "Hello.")).facts["outbox"])
    assert entry.sender_address == leaves
    local, _, domain = leaves.rpartition("@")
    assert entry.reply_to == f"{local}+{Tickets.of(desk.unit).get(1).token}@{domain}"


def test_address_with_the_token_is_never_in_copy() -> None:
    """The address belongs to the desk, so a copy would come back to the desk."""
    desk = UnitDesk(ALIASES)
    desk.mail(message_id="<one@example.org>", to=("support@acme.test",), cc=("ben@example.org",))
    token = Tickets.of(desk.unit).get(1).token
    desk.mail(
        to=(f"Support+{token}@acme.test",),
        cc=(f"help+{token}@acme.test", "ben@example.org"),
        in_reply_to=("<one@example.org>",),
    )
    entry = Outbox.of(desk.unit).get(desk.do(Reply(1, "Hello.")).facts["outbox"])
    assert (entry.to, entry.cc) == (("ana@example.org",), ("ben@example.org",))
    assert Tickets.of(desk.unit).participants(1) == {"ana@example.org", "ben@example.org"}
