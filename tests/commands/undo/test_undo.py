"""Undo restores the ticket; changes that others have built on stay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deskctl.core.kernel.command import Command
from deskctl.core.merges.commands import Merge
from deskctl.core.messages.commands import Block, MarkSpam, Note, Reply, UnmarkSpam
from deskctl.core.messages.queries import ListBlocks
from deskctl.core.tickets.commands import (
    Assign,
    Close,
    Create,
    Escalate,
    Reopen,
    Set,
    Solve,
    Tag,
    Take,
)
from deskctl.core.tickets.model import Status, Ticket
from deskctl.core.undo.commands import Undo
from deskctl.errors import DeskctlError, Refused
from tests.commands.desk import StoredDesk


def without_times(ticket: Ticket) -> Ticket:
    """Return a ticket without the times of its changes."""
    return replace(ticket, updated_at=ticket.created_at, solved_at=None)


@pytest.mark.parametrize(
    "command",
    [
        Take(1),
        Assign(1, "agent1"),
        Assign(1, "team:leads"),
        Note(1, "asked finance"),
        Reply(1, "We are on it."),
        Reply(1, "Done.", status="solved"),
        Escalate(1, "lead", "angry customer"),
        Tag(1, ("refund",), ("first",)),
        Set(1, (("priority", "high"), ("status", "hold"), ("language", "ko"), ("team", "leads"))),
        Solve(1),
        Close(1),
        Merge(1, into=2),
        MarkSpam(1),
        MarkSpam(1, "domain"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_undo_restores_ticket_after_each_command(desk: StoredDesk, command: Command) -> None:
    desk.mail()
    desk.mail(subject="Other")
    desk.do(Tag(1, ("first",)))
    desk.do(Assign(1, "agent2"))
    before = {n: without_times(desk.ticket(n)) for n in (1, 2)}
    texts = [m["text"] for m in desk.show(1)["messages"]]
    desk.later(seconds=1)
    desk.do(command)
    desk.later(seconds=1)
    desk.do(Undo())
    assert {n: without_times(desk.ticket(n)) for n in (1, 2)} == before
    assert [m["text"] for m in desk.show(1)["messages"]] == texts
    assert [row["state"] for row in desk.outbox(ticket=1) if row["to"] == ["ana@example.org"]] in ([], ["cancelled"])
    with desk.store.reading() as connection:
        assert connection.exec_driver_sql("SELECT key FROM timers WHERE kind <> 'digest'").all() == []
    assert desk.store.ask(ListBlocks()) == []


def test_undo_of_unmark_spam_restores_blocks(desk: StoredDesk) -> None:
    desk.mail("eve@spam.example")
    desk.do(MarkSpam(1, "domain"))
    desk.do(Block("eve@spam.example"))
    blocked = desk.store.ask(ListBlocks())
    assert blocked == [{"pattern": "@spam.example"}, {"pattern": "eve@spam.example"}]
    desk.do(UnmarkSpam(1))
    assert desk.store.ask(ListBlocks()) == []
    assert desk.ticket(1).status is Status.NEW
    desk.do(Undo())
    assert desk.store.ask(ListBlocks()) == blocked
    assert (desk.ticket(1).spam, desk.ticket(1).waiting_since) == (True, None)


def test_repeated_undo_continues_backwards(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Tag(1, ("one",)))
    desk.do(Tag(1, ("two",)))
    desk.do(Undo())
    desk.do(Undo())
    assert desk.ticket(1).tags == frozenset()
    with pytest.raises(DeskctlError, match="nothing to undo"):
        desk.do(Undo())


def test_undo_of_reopen_solves_ticket(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Solve(1))
    desk.do(Reopen(1))
    desk.do(Undo())
    assert desk.ticket(1).status is Status.SOLVED
    assert desk.store.timers.next_due() is not None


def test_undo_is_refused_after_change_by_another_agent(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Tag(1, ("one",)))
    desk.do(Note(1, "I looked."), "agent2")
    with pytest.raises(Refused, match="changed ticket"):
        desk.do(Undo())
    assert desk.ticket(1).tags == {"one"}


def test_undo_is_refused_after_answer_of_customer(desk: StoredDesk) -> None:
    desk.mail(message_id="<one@example.org>")
    desk.do(Solve(1))
    desk.mail(in_reply_to=("<one@example.org>",))
    with pytest.raises(Refused, match="changed ticket"):
        desk.do(Undo())


def test_undo_of_reply_being_sent_is_refused(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Reply(1, "We are on it.", at_once=True))
    assert [entry.ticket for entry in desk.store.outbox.claim(10) if entry.to == ("ana@example.org",)] == [1]
    with pytest.raises(Refused, match=r"cannot be undone: the mail to ana@example\.org is being sent"):
        desk.do(Undo())


def test_undo_of_create_leaves_closed_empty_ticket(desk: StoredDesk) -> None:
    desk.do(Create("ana@example.org", "Oops", "Wrong window.", channel="phone"))
    desk.do(Undo())
    assert desk.ticket(1).status is Status.CLOSED
    assert desk.show(1)["messages"] == []


def test_undo_of_command_of_another_agent_is_refused(desk: StoredDesk) -> None:
    desk.mail()
    done = desk.do(Tag(1, ("one",)))
    with pytest.raises(Refused, match="not yours"):
        desk.do(Undo(done.command), "agent2")
    assert desk.do(Undo(done.command)).changed
    with pytest.raises(Refused, match="already"):
        desk.do(Undo(done.command))
