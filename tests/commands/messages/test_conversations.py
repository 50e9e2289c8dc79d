"""Conversations on both stores, with each step in its own transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from deskctl.core import features
from deskctl.core.answers.commands import Answer
from deskctl.core.contacts.commands import EraseContact
from deskctl.core.delivery.commands import SettleDelivery
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.intake.commands import Receive
from deskctl.core.intake.journal import JournalEntry
from deskctl.core.intake.preload import preload
from deskctl.core.intake.queries import ListInbox
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.outcome import Outcome
from deskctl.core.messages.channels import ChannelInfo, Channels
from deskctl.core.messages.commands import Note, Reply
from deskctl.core.messages.model import Choice, Envelope, Forwarded, InboundMessage, Intent, IntentKind
from deskctl.core.search.queries import SearchMessages
from deskctl.core.tickets.commands import Close
from tests.commands.desk import SETTINGS, StoredDesk

CHAT = ChannelInfo("chat", "chat", team="support", sends=True, conversational=True, choices=True, answer=True)
CHOICES = (Choice("solved", "해결되었습니다"), Choice("person", "상담원을 원합니다"))
KNOWN = (("email", "ana@example.org"),)


@pytest.fixture
def desk(desk_url: str) -> Iterator[StoredDesk]:
    mail = replace(SETTINGS.of(Channels).channels["support"], answer=True)
    desk = StoredDesk(desk_url, SETTINGS.with_features(Channels({"support": mail, "chat": CHAT})))
    yield desk
    desk.close()


def write(desk: StoredDesk, text: str = "It burns.", by: str = "ana", **fields: Any) -> Outcome:
    return desk.mail(by, subject="", text=text, at="chat", **fields)


def ask(desk: StoredDesk, kind: str, argument: str = "", **fields: Any) -> str:
    """Send a request and return the automatic answer."""
    write(desk, "", intent=Intent(IntentKind(kind), argument), **fields)
    row = desk.outbox()[-1]
    text: str = desk.store.ask(ShowOutbox(row["id"]))["text"]
    return text


def test_conversation_is_one_ticket_until_it_is_closed(desk: StoredDesk) -> None:
    numbers = [write(desk, text).facts["number"] for text in ("카드가 안 돼요", "여보세요?")]
    write(desk, by="bob")
    numbers.append(write(desk).facts["number"])
    desk.do(Note(1, "hm"))
    desk.do(Close(1))
    numbers.append(write(desk).facts["number"])
    assert numbers == [1, 1, 1, 3]


def test_message_matches_most_recent_ticket_of_conversation(desk: StoredDesk) -> None:
    write(desk, "one")
    assert "new ticket" in ask(desk, "new")
    assert write(desk, "two").facts["number"] == 2
    assert write(desk, "two again").facts["number"] == 2
    desk.do(Reply(1, "About one."))
    assert write(desk, "yes").facts["number"] == 1
    assert ask(desk, "status").splitlines()[1:] == ["#2 two: received", "#1 one: in progress"]


def test_request_leaves_journal_row_done(desk: StoredDesk) -> None:
    ask(desk, "help")
    [row] = desk.store.ask(ListInbox(all=True))
    assert (row["state"], row["message"], row["reason"]) == ("done", None, "asked for help")


def test_one_automatic_answer_and_one_pick_per_ticket(desk: StoredDesk) -> None:
    write(desk, "프린터가 안 돼요", language="ko")
    kb = "system:kb"
    desk.do(Answer(1, 1, "껐다 켜 보세요.", CHOICES), kb)
    desk.do(Answer(1, 1, "다시 껐다 켜 보세요.", CHOICES), kb)
    messages = desk.show(1)["messages"]
    assert [m["kind"] for m in messages] == ["in", "auto"]
    assert messages[1]["choices"] == [
        {"key": "solved", "label": "해결되었습니다"},
        {"key": "person", "label": "상담원을 원합니다"},
    ]
    own_id = desk.outbox()[-1]["message_id"]
    ask(desk, "choice", "solved", in_reply_to=(own_id,), language="ko")
    messages = ask(desk, "choice", "solved", in_reply_to=(own_id,), language="ko")
    assert "이미 선택" in messages
    document = desk.show(1)
    assert document["status"] == "solved"
    assert [e["kind"] for e in document["events"]].count("choice_made") == 1


def test_number_in_mail_picks_choice_in_later_transaction(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Answer(1, 1, "Turn it off and on.", CHOICES), "system:kb")
    own_id = desk.outbox()[-1]["message_id"]
    desk.mail(in_reply_to=(own_id,), text="2번\n")
    kinds = [e["kind"] for e in desk.show(1)["events"]]
    assert kinds.count("person_asked") == kinds.count("choice_made") == 1
    desk.do(Answer(1, 1, "Once more."), "system:kb")
    assert kinds.count("machine_answered") == 1


def test_second_request_for_person_reopens_solved_ticket(desk: StoredDesk) -> None:
    write(desk)
    assert "person" in ask(desk, "person")
    ask(desk, "person")
    desk.do(Reply(1, "Solved, I think.", status="solved"))
    ask(desk, "person")
    document = desk.show(1)
    assert (document["status"], document["waiting_since"] is not None) == ("open", True)
    assert [e["kind"] for e in document["events"]].count("person_asked") == 2


def test_no_automatic_answer_to_forward_by_agent(desk: StoredDesk) -> None:
    desk.mail("agent1@acme.test", "Fwd: chair", forwarded=Forwarded("bo@example.org", "Bo", "chair", "It wobbles."))
    assert desk.show(1)["contact"]["address"] == "bo@example.org"
    assert "an agent forwarded" in desk.do(Answer(1, 1, "Turn it off and on.", CHOICES), "system:kb").summary


def test_auto_replies_to_automatic_answer_do_not_loop(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Answer(1, 1, "Turn it off and on.", CHOICES), "system:kb")
    for _ in range(3):
        own_id = desk.outbox()[-1]["message_id"]
        away = desk.mail(automatic="Auto-Submitted", in_reply_to=(own_id,), text="1\n\nI am away.")
        desk.do(Answer(1, away.facts["message"], "Turn it off and on."), "system:kb")
    assert len(desk.outbox()) == 3  # two agents were notified, one customer was answered
    assert desk.show(1)["status"] == "new"


def test_conversation_continues_by_mail_and_back(desk: StoredDesk) -> None:
    write(desk, "카드가 안 돼요", name="Ana", also=KNOWN)
    sent = desk.do(Reply(1, "By mail.", via="support", files=(("a.txt", "text/plain", "aGk="),)))
    out = desk.store.ask(ShowOutbox(sent.facts["outbox"]))
    assert (out["channel"], out["to"], [f["filename"] for f in out["attachments"]]) == (
        "support",
        ["ana@example.org"],
        ["a.txt"],
    )
    assert "> 카드가 안 돼요" in out["text"]
    assert desk.mail(in_reply_to=(out["message_id"],)).facts["number"] == 1
    assert desk.mail(subject="card [#1]").facts["number"] == 1
    assert desk.do(Reply(1, "Fine.")).facts["channel"] == "support"
    assert write(desk, "and here").facts["number"] == 1
    assert {m["channel"] for m in desk.show(1)["messages"]} == {"chat", "support"}


def test_chat_message_matches_mail_ticket_continued_in_chat(desk: StoredDesk) -> None:
    write(desk, "hello", also=KNOWN)
    desk.do(Close(1))
    desk.mail(subject="Invoice")
    desk.do(Reply(2, "Here is faster.", via="chat"))
    assert write(desk, "ok").facts["number"] == 2


def test_edited_message_shows_new_and_original_text(desk: StoredDesk) -> None:
    write(desk, "Printer")
    write(desk, "It burnz", message_id="<1@chat>")
    for text in ("It burnt", "It burns"):
        write(desk, text, edits="<1@chat>", message_id=None)
    message = desk.show(1)["messages"][1]
    assert (message["text"], message["visible_text"], message["original"]) == ("It burns", "It burns", "It burnz")
    assert [len(desk.store.ask(SearchMessages(word))["hits"]) for word in ("burns", "burnz")] == [1, 0]


def test_batch_is_processed_in_order(desk: StoredDesk) -> None:
    """One transaction receives a conversation with an edit, a second ticket and a message of another contact."""
    messages: list[tuple[str, str, dict[str, Any]]] = [
        ("ana", "one", {"message_id": "<1@chat>"}),
        ("bob", "mine", {}),
        ("ana", "One", {"edits": "<1@chat>"}),
        ("ana", "", {"intent": Intent(IntentKind.NEW)}),
        ("ana", "two", {}),
        ("ana", "about the first", {"in_reply_to": ("<1@chat>",)}),
        ("ana", "yes", {}),
    ]
    envelope = Envelope("chat", desk.now)
    entries = [JournalEntry("chat", f"batch-{n}", envelope, b"raw") for n in range(len(messages))]
    desk.store.journal.append(entries)
    rows = desk.store.journal.waiting(50, 1 << 20)
    commands = [
        Receive(
            row.id, "chat", envelope, InboundMessage(by, None, "", text, text, f"d{row.id}", **more), row.raw_sha256
        )
        for row, (by, text, more) in zip(rows, messages, strict=True)
    ]

    def work(unit: Any) -> list[Outcome]:
        preload(unit, commands)
        return [features.execute(unit, command, Actor.system("intake")) for command in commands]

    results = desk.store.transaction(work)
    assert [r.facts.get("number") for r in results] == [1, 2, 1, None, 3, 1, 1]
    assert [m["text"] for m in desk.show(1)["messages"]] == ["One", "about the first", "yes"]
    assert desk.show(1)["messages"][0]["original"] == "one"


def test_answer_matches_message_by_id_of_channel(desk: StoredDesk) -> None:
    """An id that the channel assigned matches only for the same contact and on the same channel."""
    write(desk, "one")
    ask(desk, "new")
    write(desk, "two")
    sent = desk.do(Reply(1, "About one.", at_once=True)).facts["outbox"]
    desk.do(SettleDelivery(sent, "sent", ids=("<42.8@777.telegram>", "<42.9@777.telegram>")), "system:sender")
    desk.do(Reply(2, "About two."))
    assert write(desk, "yes").facts["number"] == 2
    assert write(desk, "to the old one", in_reply_to=("<42.9@777.telegram>",)).facts["number"] == 1
    assert write(desk, by="bob", in_reply_to=("<42.8@777.telegram>",)).facts["number"] == 3
    assert desk.mail("ana", in_reply_to=("<42.8@777.telegram>",)).facts["number"] == 4


def test_erasure_removes_answers_to_requests(desk: StoredDesk) -> None:
    write(desk, "My card")
    assert "My card" in ask(desk, "status")
    ask(desk, "status", by="bob")
    desk.do(EraseContact(1))
    answers = [desk.store.ask(ShowOutbox(row["id"])) for row in desk.outbox() if row["ticket"] is None]
    assert [(answer["to"], "tickets" in answer["text"]) for answer in answers] == [([], False), (["bob"], True)]
