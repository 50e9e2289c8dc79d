"""Split and merge of tickets: messages move, and each SLA clock starts when its customer wrote."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskctl.core.merges.commands import Merge, Split
from deskctl.core.messages.commands import Note, Reply
from deskctl.core.search.queries import SearchMessages
from deskctl.core.tickets.repository import Tickets
from deskctl.core.undo.commands import Undo
from deskctl.errors import NotFound, Refused, UsageError
from tests.commands.desk import StoredDesk
from tests.commands.sla.test_clocks import clock, events_of, gold, opened

__all__ = ["gold"]


def moment(desk: StoredDesk, ago: timedelta) -> str:
    return (desk.now - ago).isoformat().replace("+00:00", "Z")


def two_topics(desk: StoredDesk) -> tuple[int, int, int]:
    """Open and answer a ticket on which the customer wrote about another topic two hours ago.

    Returns the ticket, its first message and the later one.
    """
    made = desk.mail(message_id="<first@example.org>")
    ticket, first = int(made.facts["number"]), int(made.facts["message"])
    desk.later(hours=1)
    desk.do(Reply(ticket, "Try again."))
    desk.later(hours=1)
    later = desk.mail(
        subject="Invoice of May", text="Where is it?", message_id="<2@example.org>", references=("<first@example.org>",)
    )
    desk.later(hours=2)
    return ticket, first, int(later.facts["message"])


def test_split_opens_ticket_that_waits_since_its_message(gold: StoredDesk) -> None:
    ticket, _, later = two_topics(gold)
    assert clock(gold, ticket, "next_response")["state"] == "running"
    done = gold.do(Split(ticket, (later,)))
    other = int(done.facts["number"])
    new = gold.show(other)
    assert (new["subject"], new["status"], new["team"], new["assignee"]) == ("Invoice of May", "new", "support", None)
    assert new["waiting_since"] == moment(gold, timedelta(hours=2))
    assert new["contact"]["address"] == "ana@example.org"
    assert [m["id"] for m in new["messages"]] == [later]
    started = clock(gold, other, "first_response")
    assert started["started_at"] == clock(gold, other, "resolution")["started_at"] == moment(gold, timedelta(hours=2))
    assert started["due"] == moment(gold, timedelta(hours=-2))
    assert started["spent"] == 2 * 3600


def test_split_removes_waiting_of_moved_message(gold: StoredDesk) -> None:
    ticket, _, later = two_topics(gold)
    gold.do(Split(ticket, (later,)))
    left = gold.show(ticket)
    assert left["waiting_since"] is None
    assert later not in [m["id"] for m in left["messages"]]
    with pytest.raises(ValueError):
        clock(gold, ticket, "next_response")
    assert [e["metric"] for e in events_of(gold, ticket, "withdraw")] == ["next_response"]


def test_split_keeps_waiting_for_remaining_message(gold: StoredDesk) -> None:
    ticket, _, later = two_topics(gold)
    third = gold.mail(references=("<first@example.org>",), text="And the printer?")
    gold.do(Split(ticket, (later,)))
    assert gold.show(ticket)["waiting_since"] == moment(gold, timedelta())
    assert clock(gold, ticket, "next_response")["started_at"] == moment(gold, timedelta())
    assert third.facts["number"] == ticket


def test_answer_to_split_message_matches_new_ticket(gold: StoredDesk) -> None:
    ticket, _, later = two_topics(gold)
    other = gold.do(Split(ticket, (later,))).facts["number"]
    assert gold.mail(references=("<first@example.org>", "<2@example.org>")).facts["number"] == other
    assert gold.mail(references=("<first@example.org>",)).facts["number"] == ticket
    gold.do(Reply(other, "Here it is.", force=True))
    assert gold.show(other)["messages"][-1]["subject"] == f"Re: Invoice of May [#{other}]"


def test_split_message_is_found_by_new_subject(gold: StoredDesk) -> None:
    ticket, _, later = two_topics(gold)
    other = gold.do(Split(ticket, (later,), "Kassenbon")).facts["number"]
    found = gold.store.ask(SearchMessages("Kassenbon"))
    assert [(hit["number"], hit["message"]) for hit in found["hits"]] == [(other, later)]


def test_undo_of_split_moves_messages_back(gold: StoredDesk) -> None:
    ticket, first, later = two_topics(gold)
    before = clock(gold, ticket, "next_response")
    other = gold.do(Split(ticket, (later,))).facts["number"]
    gold.do(Undo())
    back = gold.show(ticket)
    assert [m["id"] for m in back["messages"] if m["kind"] == "in"] == [first, later]
    assert back["waiting_since"] == moment(gold, timedelta(hours=2))
    assert clock(gold, ticket, "next_response") == before
    gone = gold.show(other)
    assert (gone["status"], gone["messages"], gone["due_at"]) == ("closed", [], None)
    assert gold.mail(references=("<2@example.org>",)).facts["number"] == ticket


def test_undo_of_split_is_refused_after_message_on_new_ticket(gold: StoredDesk) -> None:
    ticket, _, later = two_topics(gold)
    gold.do(Split(ticket, (later,)))
    gold.mail(references=("<2@example.org>",))
    with pytest.raises(Refused, match="changed ticket"):
        gold.do(Undo())


def test_participants_of_new_ticket_are_those_of_its_messages(gold: StoredDesk) -> None:
    ticket = opened(gold, message_id="<first@example.org>", cc=("carl@example.org",))
    later = gold.mail(references=("<first@example.org>",), cc=("dora@example.org", "support@acme.test"))
    other = int(gold.do(Split(ticket, (int(later.facts["message"]),))).facts["number"])
    parts = gold.store.transaction(lambda unit: Tickets.of(unit).participants(other))
    assert parts == {"ana@example.org", "dora@example.org"}


def test_invalid_split_is_refused_with_reason(gold: StoredDesk) -> None:
    ticket, first, later = two_topics(gold)
    reply = next(m["id"] for m in gold.show(ticket)["messages"] if m["kind"] == "out")
    note = int(gold.do(Note(ticket, "Look.")).facts["message"])
    for messages, error, words in (
        ((), UsageError, "given for the new one"),
        ((9999,), NotFound, "has no message 9999"),
        ((reply,), Refused, "which stays on its ticket"),
        ((note,), Refused, "needs a message of the customer"),
        ((first, later), Refused, "no message of the customer would be left"),
    ):
        with pytest.raises(error, match=words) as raised:
            gold.do(Split(ticket, messages))
        assert str(first) in str(raised.value.hint) or "leave at least one" in str(raised.value.hint)
    other = gold.do(Split(ticket, (note, later))).facts["number"]
    assert [m["id"] for m in gold.show(other)["messages"]] == [later, note]


def test_merge_moves_waiting_to_target(gold: StoredDesk) -> None:
    stays = opened(gold)
    gold.do(Reply(stays, "Try again."))
    gold.later(minutes=5)
    merged = opened(gold)
    gold.later(hours=3)
    gold.do(Merge(merged, stays))
    shown = gold.show(stays)
    assert (shown["status"], shown["waiting_since"]) == ("open", moment(gold, timedelta(hours=3)))
    waits = clock(gold, stays, "next_response")
    assert (waits["started_at"], waits["state"]) == (moment(gold, timedelta(hours=3)), "running")
    assert clock(gold, merged, "first_response")["state"] == "paused"
    gold.do(Reply(stays, "Both are repaired."))
    assert clock(gold, stays, "next_response")["state"] == "fulfilled"


def test_merge_of_older_ticket_counts_from_its_first_message(gold: StoredDesk) -> None:
    older = opened(gold)
    gold.later(hours=3)
    newer = opened(gold)
    gold.do(Merge(older, newer))
    first = clock(gold, newer, "first_response")
    assert (first["started_at"], first["spent"]) == (moment(gold, timedelta(hours=3)), 3 * 3600)
    assert first["due"] == moment(gold, timedelta(hours=-1))
    gold.do(Undo())
    assert clock(gold, newer, "first_response")["started_at"] == moment(gold, timedelta())
    assert clock(gold, older, "first_response")["state"] == "running"


def test_clocks_follow_messages_through_two_splits(gold: StoredDesk) -> None:
    ticket = opened(gold, message_id="<first@example.org>")
    numbers = []
    for _ in range(2):
        gold.later(hours=1)
        numbers.append(int(gold.mail(references=("<first@example.org>",)).facts["message"]))
    second, third = numbers
    other = int(gold.do(Split(ticket, (second, third))).facts["number"])
    last = int(gold.do(Split(other, (second,))).facts["number"])
    assert gold.show(other)["waiting_since"] == clock(gold, other, "first_response")["started_at"]
    assert clock(gold, other, "first_response")["started_at"] == moment(gold, timedelta())
    assert clock(gold, last, "first_response")["started_at"] == moment(gold, timedelta(hours=1))


def test_next_chat_message_matches_split_ticket(gold: StoredDesk) -> None:
    ticket = int(gold.mail(sender="4711", at="chat").facts["number"])
    second = int(gold.mail(sender="4711", at="chat").facts["message"])
    other = gold.do(Split(ticket, (second,))).facts["number"]
    assert gold.mail(sender="4711", at="chat").facts["number"] == other


def test_split_of_merged_and_automatic_messages_is_refused(gold: StoredDesk) -> None:
    ticket = opened(gold, message_id="<first@example.org>")
    machine = int(gold.mail(references=("<first@example.org>",), automatic="auto-reply").facts["message"])
    with pytest.raises(Refused, match="is automatic"):
        gold.do(Split(ticket, (machine,)))
    merged = gold.mail("ben@example.org").facts
    gold.do(Merge(int(merged["number"]), ticket))
    with pytest.raises(Refused, match=f"is on ticket {merged['number']}, which was merged into {ticket}"):
        gold.do(Split(ticket, (int(merged["message"]),)))


def test_merge_of_several_tickets_keeps_longest_waiting(gold: StoredDesk) -> None:
    merged = []
    for name in ("ana", "ben"):
        merged.append(opened(gold, sender=f"{name}@example.org"))
        gold.later(hours=1)
    stays = opened(gold, sender="cem@example.org", message_id="<first@example.org>")
    for number in merged:
        gold.do(Merge(number, stays))
    later = int(gold.mail(sender="cem@example.org", references=("<first@example.org>",)).facts["message"])
    gold.do(Split(stays, (later,)))
    assert gold.show(stays)["waiting_since"] == moment(gold, timedelta(hours=2))


def test_merge_keeps_earlier_start_of_waiting(gold: StoredDesk) -> None:
    stays = opened(gold, message_id="<first@example.org>")
    gold.do(Reply(stays, "Try again."))
    merged = opened(gold)
    gold.later(hours=1)
    gold.mail(references=("<first@example.org>",))
    gold.later(hours=1)
    assert clock(gold, stays, "next_response")["started_at"] == moment(gold, timedelta(hours=1))
    gold.do(Merge(merged, stays))
    assert clock(gold, stays, "next_response")["started_at"] == moment(gold, timedelta(hours=2))
