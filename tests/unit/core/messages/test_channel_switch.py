"""Continuation of a ticket on another channel: recipients, quoted thread, matching of answers."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from deskctl.core.delivery.model import OutboxEntry
from deskctl.core.delivery.repository import Outbox
from deskctl.core.messages.channels import Channels
from deskctl.core.messages.commands import Note, Reply
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Create
from deskctl.core.tickets.repository import Tickets
from deskctl.errors import NotFound, Refused
from tests.unit.core.chat import CHAT, SETTINGS, Chat
from tests.unit.core.desk import MAIL

KNOWN = (("email", "ana@example.org"),)


def chat_with_email(**fields: Any) -> Chat:
    """Return a desk with a chat message of Ana, whose channel vouches for her email address."""
    desk = Chat()
    desk.write("카드가 안 돼요", name="Ana Kim", also=KNOWN, message_id="<1:1@chat>", **fields)
    return desk


def reply(desk: Chat, text: str = "Continuing by mail.", **fields: Any) -> OutboxEntry:
    return Outbox.of(desk.unit).get(desk.do(Reply(1, text, **{"via": "support", **fields})).facts["outbox"])


def test_reply_goes_to_the_customers_address_on_the_channel() -> None:
    entry = reply(chat_with_email())
    assert (entry.channel, entry.to, entry.sender_address) == ("support", ("ana@example.org",), "support@acme.test")
    assert (entry.in_reply_to, entry.references, entry.headers) == (None, (), {})


def test_mail_quotes_messages_but_no_notes() -> None:
    desk = chat_with_email()
    desk.do(Note(1, "She is difficult."))
    desk.do(Reply(1, "Which card?"))
    desk.write("The blue one", message_id="<1:3@chat>")
    lines = reply(desk, force=True).text.splitlines()
    assert lines[:3] == ["Continuing by mail.", "", "The conversation so far:"]
    assert lines[4:] == [
        "> 2026-03-02 18:00, Ana Kim:",
        "> 카드가 안 돼요",
        ">",
        "> 2026-03-02 18:00, Acme Support:",
        "> Which card?",
        ">",
        "> 2026-03-02 18:00, Ana Kim:",
        "> The blue one",
    ]


def test_quote_of_a_long_thread_is_shortened() -> None:
    desk = chat_with_email()
    for number in range(40):
        desk.write(f"{number} " + "long " * 500)
    text = reply(desk).text
    assert len(text) < 20_000
    assert "> 39 long" in text
    assert "> 10 long" not in text


def test_thread_is_quoted_once() -> None:
    desk = chat_with_email()
    reply(desk)
    assert "카드가" not in reply(desk, "One more thing.").text


def test_attachments_are_sent() -> None:
    desk = chat_with_email()
    data = b64encode(b"%PDF").decode()
    entry = reply(desk, files=(("form.pdf", "application/pdf", data),))
    assert [file.filename for file in entry.files] == ["form.pdf"]


def test_continuation_is_recorded_once() -> None:
    desk = chat_with_email()
    reply(desk)
    reply(desk)
    assert desk.kinds(1).count("continued") == 1
    assert "ana@example.org" in Tickets.of(desk.unit).participants(1)


def test_answer_on_the_new_channel_matches_the_ticket() -> None:
    desk = chat_with_email()
    sent = reply(desk)
    assert desk.mail(in_reply_to=(sent.message_id,)).facts == {"number": 1, "message": 3, "how": "own_id"}
    assert desk.mail(subject="Re: card [#1]").facts["how"] == "subject"
    assert [
        m.verified for m in Messages.of(desk.unit).changes.messages if m.channel == "support" and m.kind == "in"
    ] == [True, True]


def test_reply_to_of_a_continued_ticket_has_its_token() -> None:
    plus = SETTINGS.with_features(Channels({**SETTINGS.of(Channels).channels, "support": replace(MAIL, plus=True)}))
    desk = Chat(plus)
    desk.write(also=KNOWN)
    assert str(reply(desk).reply_to).startswith("support+")


def test_plain_reply_uses_the_channel_of_the_last_message() -> None:
    desk = chat_with_email()
    sent = reply(desk)
    assert reply(desk, "Are you there?", via=None).channel == "chat"
    desk.mail(in_reply_to=(sent.message_id,), message_id="<m2@example.org>")
    back = reply(desk, "By mail then.", via=None)
    assert (back.channel, back.in_reply_to) == ("support", "<m2@example.org>")
    desk.write("or here?", message_id="<1:9@chat>", headers={"chat": "7"})
    again = reply(desk, "Here then.", via=None)
    assert (again.channel, again.to, again.in_reply_to, again.headers) == (
        "chat",
        ("ana",),
        "<1:9@chat>",
        {"chat": "7"},
    )


def test_first_chat_message_names_the_ticket() -> None:
    desk = Chat()
    desk.write("hello", name="Ana", also=KNOWN)
    desk.mail(subject="Invoice 7")
    entry = Outbox.of(desk.unit).get(desk.do(Reply(2, "Here is faster.", via="chat")).facts["outbox"])
    assert (entry.channel, entry.to) == ("chat", ("ana",))
    assert entry.text.splitlines()[:3] == ["About ticket #2: Invoice 7", "", "Here is faster."]
    assert desk.write("thanks").facts["number"] == 2


def test_customer_without_an_address_on_the_channel_is_refused() -> None:
    desk = Chat()
    desk.write()
    with pytest.raises(Refused, match=r"for email: ana \(chat\)") as refused:
        reply(desk)
    assert "contact merge 1" in refused.value.hint
    desk.mail()
    with pytest.raises(Refused, match=r"for chat: ana@example\.org \(email\)") as refused:
        desk.do(Reply(2, "Here is faster.", via="chat"))
    assert "contact link 2 --channel chat" in refused.value.hint


def test_newest_address_is_the_default_and_another_can_be_named() -> None:
    desk = chat_with_email()
    desk.write("and my other one", also=(("email", "ana@private.example"),))
    assert reply(desk).to == ("ana@private.example",)
    assert reply(desk, to="Ana@Example.org").to == ("ana@example.org",)


def test_unknown_address_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refused, match=r"eve@example\.net") as refused:
        reply(chat_with_email(), to="eve@example.net")
    assert (
        refused.value.hint
        == "known addresses: ana (chat), ana@example.org (email); use --cc or --bcc for a new address"
    )


def test_unknown_channel_is_refused_with_a_suggestion() -> None:
    with pytest.raises(NotFound, match=r"did you mean support"):
        reply(chat_with_email(), via="suport")


def test_channel_that_cannot_send_is_refused_with_a_suggestion() -> None:
    desk = Chat()
    desk.do(Create("+82-2-555-0101", "Call", "She called.", channel="phone"))
    with pytest.raises(Refused) as refused:
        desk.do(Reply(1, "Hello"))
    assert "--via support" in refused.value.hint


def test_inserted_references_are_recorded() -> None:
    desk = chat_with_email()
    reply(desk, inserted=("kb:3", "kb:4"))
    added = [r.event.facts() for r in desk.unit.changes.events if r.event.kind == "reply_added"]
    assert [facts["inserted"] for facts in added] == [["kb:3", "kb:4"]]


def test_chat_reply_has_no_copies() -> None:
    desk = Chat()
    desk.write(to=("bot",), cc=("eve",))
    assert reply(desk, via="chat").cc == ()
    assert CHAT.conversational
