"""Undo reverts the last shell command completely or refuses with a reason; it never reverts an older one instead."""

from __future__ import annotations

from typing import Any

import pytest

from deskctl.core.agents.commands import AddAgent, AddTeam, ChangeAgent
from deskctl.core.contacts.commands import EraseContact, ExportContact, IssueLink, SetContact
from deskctl.core.delivery.commands import CancelOutbox, RetryOutbox, SettleDelivery
from deskctl.core.delivery.model import OutboxState
from deskctl.core.delivery.repository import Outbox
from deskctl.core.features import execute
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.command import Command
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.kernel.unit import Unit
from deskctl.core.merges.commands import Merge, Split
from deskctl.core.messages.commands import Block, Note, Reply
from deskctl.core.shifts.commands import HandOver
from deskctl.core.sla.commands import AddPolicy, Promise, RemovePolicy
from deskctl.core.tickets.commands import (
    Close,
    Create,
    Set,
    Solve,
    Tag,
    Take,
)
from deskctl.core.tickets.model import Status
from deskctl.core.undo.commands import ListCommands, Undo
from deskctl.errors import DeskctlError, NotFound, Refused
from tests.commands.desk import StoredDesk


def statuses(desk: StoredDesk, *numbers: int) -> list[Status]:
    return [desk.ticket(number).status for number in numbers]


def listed(desk: StoredDesk, who: str = "agent1", limit: int = 20) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = desk.do(ListCommands(limit), who).facts["commands"]
    return rows


def fire_timers(desk: StoredDesk) -> None:
    for timer in desk.store.timers.due(100):
        desk.do(FireTimer(timer.id), "system:clock")


def send_all(desk: StoredDesk) -> None:
    for entry in desk.store.outbox.claim(100):
        desk.store.outbox.mark_sending(entry.id)
        desk.do(SettleDelivery(entry.id, "sent"), "system:sender")


class TestInvocation:
    def test_undo_covers_all_tickets_of_shell_command(self, desk: StoredDesk) -> None:
        for _ in range(4):
            desk.mail()
        desk.do(Tag(1, ("kept",)))
        for number in (2, 3, 4):
            desk.do(Solve(number), invocation="a1")
        said = desk.do(Undo(), invocation="a2")
        assert said.summary == "undone: solved tickets 2, 3 and 4"
        assert said.tickets == (2, 3, 4)
        assert statuses(desk, 2, 3, 4) == [Status.NEW] * 3
        assert desk.ticket(1).tags == {"kept"}

    def test_second_undo_reverts_previous_command(self, desk: StoredDesk) -> None:
        desk.mail()
        desk.mail()
        desk.do(Tag(1, ("first",)), invocation="a1")
        desk.do(Solve(1), invocation="a2")
        desk.do(Solve(2), invocation="a2")
        assert desk.do(Undo()).summary == "undone: solved tickets 1 and 2"
        assert desk.do(Undo()).summary == "undone: tagged ticket 1"
        with pytest.raises(DeskctlError, match="you have nothing to undo"):
            desk.do(Undo())

    def test_one_changed_ticket_prevents_undo_of_all(self, desk: StoredDesk) -> None:
        for _ in range(3):
            desk.mail()
        for number in (1, 2, 3):
            desk.do(Tag(number, ("x",)), invocation="a1")
        desk.do(Take(2), "agent2")
        with pytest.raises(Refused, match=r"1, 2 and 3\) cannot be undone: agent2 changed ticket 2 later"):
            desk.do(Undo())
        assert all(desk.ticket(n).tags == {"x"} for n in (1, 2, 3))

    def test_one_sent_reply_prevents_undo_of_all(self, desk: StoredDesk) -> None:
        desk.mail()
        desk.mail("ben@example.org")
        desk.do(Reply(1, "We are on it.", at_once=True), invocation="a1")
        desk.do(Reply(2, "We are on it."), invocation="a1")
        send_all(desk)
        with pytest.raises(Refused, match=r"ticket 1: the mail was already sent to ana@example\.org at 2026-03-02"):
            desk.do(Undo())
        assert statuses(desk, 1, 2) == [Status.PENDING] * 2
        [waiting] = [row for row in desk.outbox(ticket=2) if row["to"] == ["ben@example.org"]]
        assert waiting["state"] == "queued"

    def test_command_number_selects_whole_shell_command(self, desk: StoredDesk) -> None:
        desk.mail()
        desk.mail()
        first = desk.do(Solve(1), invocation="a1")
        desk.do(Solve(2), invocation="a1")
        desk.do(Undo(first.command))
        assert statuses(desk, 1, 2) == [Status.NEW] * 2

    def test_two_commands_on_one_ticket_are_undone(self, desk: StoredDesk) -> None:
        desk.mail()
        desk.do(Note(1, "asked finance"), invocation="a1")
        desk.do(Tag(1, ("refund",)), invocation="a1")
        assert desk.do(Undo()).summary == "undone: added a note to ticket 1; tagged ticket 1"
        assert desk.ticket(1).tags == frozenset()
        assert [m["kind"] for m in desk.show(1)["messages"]] == ["in"]

    def test_same_invocation_of_another_agent_is_separate(self, desk: StoredDesk) -> None:
        desk.mail()
        desk.mail()
        desk.do(Solve(1), "agent1", invocation="same")
        desk.do(Solve(2), "agent2", invocation="same")
        desk.do(Undo(), "agent1")
        assert statuses(desk, 1, 2) == [Status.NEW, Status.SOLVED]


NOT_UNDOABLE: list[tuple[Command, str]] = [
    (AddAgent("new", "New", "new@acme.test"), "added agent new"),
    (AddTeam("finance"), "added team finance"),
    (ExportContact(1), "exported contact 1"),
    (EraseContact(1), "erased contact 1"),
    (HandOver("Call Ana."), "wrote handover note 1"),
]


@pytest.mark.parametrize(("command", "description"), NOT_UNDOABLE, ids=lambda value: type(value).__name__)
def test_refusal_names_command_and_older_commands_stay(desk: StoredDesk, command: Command, description: str) -> None:
    desk.mail()
    desk.do(Close(1))
    done = desk.do(command)
    with pytest.raises(Refused) as caught:
        desk.do(Undo())
    assert caught.value.what.startswith(f"your last command {done.command} ({description}) cannot be undone: ")
    assert len(caught.value.what.partition("undone: ")[2]) > 10
    assert desk.ticket(1).status is Status.CLOSED
    assert listed(desk)[0]["state"] == "cannot be undone"


def test_refusal_for_sent_reply_names_time_and_recipient(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Note(1, "first"))
    desk.do(Reply(1, "We are on it.", at_once=True))
    desk.later(seconds=3)
    send_all(desk)
    with pytest.raises(Refused, match=r"already sent to ana@example.org at 2026-03-02 \d\d:\d\d") as caught:
        desk.do(Undo())
    assert "deskctl reply 1" in str(caught.value.hint)
    assert "system:" not in caught.value.what
    assert [m["kind"] for m in desk.show(1)["messages"]] == ["in", "note", "out"]


def test_undo_of_uncertain_reply_is_refused(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Reply(1, "We are on it.", at_once=True))
    for entry in desk.store.outbox.claim(100):
        desk.do(SettleDelivery(entry.id, "uncertain", "connection lost"), "system:sender")
    with pytest.raises(Refused, match="may have been sent"):
        desk.do(Undo())


def test_rejected_reply_can_be_undone(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Reply(1, "We are on it.", at_once=True))
    for entry in desk.store.outbox.claim(100):
        desk.do(SettleDelivery(entry.id, "rejected", "no such user"), "system:sender")
    assert desk.do(Undo()).summary == "undone: replied on ticket 1"
    assert [m["kind"] for m in desk.show(1)["messages"]] == ["in"]
    assert desk.ticket(1).status is Status.NEW


class TestAutomaticChanges:
    """Changes by timers, SLA policies, routing and deliveries do not prevent an undo."""

    def test_breach_and_warning(self, desk: StoredDesk) -> None:
        desk.do(AddPolicy("gold", targets=(("first_response", "1h"),), warnings=("50%",)), "user:root")
        desk.mail()
        desk.do(Set(1, (("priority", "high"),)))
        desk.later(hours=2)
        fire_timers(desk)
        assert desk.do(Undo()).summary == "undone: set fields of ticket 1"
        assert desk.ticket(1).priority.label == "normal"

    def test_delivery_of_older_reply(self, desk: StoredDesk) -> None:
        desk.mail()
        desk.do(Reply(1, "We are on it.", at_once=True))
        desk.do(Tag(1, ("refund",)))
        send_all(desk)
        desk.do(Undo())
        assert desk.ticket(1).tags == frozenset()

    def test_automatic_close_of_solved_ticket(self, desk: StoredDesk) -> None:
        desk.mail()
        desk.do(Solve(1))
        desk.later(days=10)
        fire_timers(desk)
        assert desk.ticket(1).status is Status.CLOSED
        desk.do(Undo())
        assert desk.ticket(1).status is Status.NEW
        assert desk.store.timers.next_due() is None or desk.store.timers.due(10) == []

    def test_overdue_promise(self, desk: StoredDesk) -> None:
        desk.mail()
        desk.do(Take(1))
        desk.do(Promise(1, "+1h"))
        assert desk.show(1)["due_at"] is not None
        desk.later(hours=2)
        fire_timers(desk)
        assert desk.do(Undo()).summary == "undone: promised an answer on ticket 1"
        assert desk.show(1)["due_at"] is None

    def test_auto_reply_of_customer(self, desk: StoredDesk) -> None:
        desk.mail(message_id="<one@example.org>")
        desk.do(Tag(1, ("refund",)))
        desk.mail(in_reply_to=("<one@example.org>",), automatic="out of office")
        desk.do(Undo())
        assert desk.ticket(1).tags == frozenset()

    def test_message_of_customer_prevents_undo(self, desk: StoredDesk) -> None:
        desk.mail(message_id="<one@example.org>")
        desk.do(Tag(1, ("refund",)))
        desk.mail(in_reply_to=("<one@example.org>",))
        with pytest.raises(Refused, match="the customer changed ticket"):
            desk.do(Undo())

    def test_refusal_names_later_own_command(self, desk: StoredDesk) -> None:
        desk.mail()
        first = desk.do(Tag(1, ("one",)))
        second = desk.do(Tag(1, ("two",)))
        with pytest.raises(Refused, match=rf"with command {second.command} \(tagged ticket 1\)") as caught:
            desk.do(Undo(first.command))
        assert f"deskctl undo {second.command}" in str(caught.value.hint)
        desk.do(Undo(second.command))
        desk.do(Undo(first.command))
        assert desk.ticket(1).tags == frozenset()


class TestTrying:
    def test_a_dry_run_says_what_would_happen(self, desk: StoredDesk) -> None:
        desk.mail()
        desk.do(Solve(1))
        said = desk.do(Undo(), dry_run=True).summary
        assert said == "would undo: solved ticket 1"
        assert desk.ticket(1).status is Status.SOLVED
        assert listed(desk)[0]["state"] == "can be undone"

    def test_a_dry_run_of_what_cannot_be_undone_is_refused(self, desk: StoredDesk) -> None:
        desk.mail()
        desk.do(ExportContact(1))
        with pytest.raises(Refused):
            desk.do(Undo(), dry_run=True)


class TestList:
    def test_list_contains_last_commands_with_state(self, desk: StoredDesk) -> None:
        desk.mail()
        desk.mail()
        desk.do(Tag(1, ("x",)), invocation="a1")
        desk.do(Tag(2, ("x",)), invocation="a1")
        desk.do(ExportContact(1), invocation="a2")
        done = desk.do(Solve(1), invocation="a3")
        desk.do(Undo(), invocation="a4")
        rows = listed(desk)
        assert [(r["did"], r["tickets"], r["state"]) for r in rows] == [
            ("solved ticket 1", [1], "undone"),
            ("exported contact 1", [], "cannot be undone"),
            ("tagged tickets 1 and 2", [1, 2], "can be undone"),
        ]
        assert rows[0]["command"] == done.command
        assert (rows[0]["why"], rows[1]["instead"]) == (None, "delete the files")
        assert [row["did"] for row in listed(desk, limit=1)] == ["solved ticket 1"]
        assert listed(desk, "agent2") == []

    def test_list_is_not_command(self, desk: StoredDesk) -> None:
        desk.mail()
        desk.do(Tag(1, ("x",)))
        listed(desk)
        desk.do(Undo())
        assert desk.ticket(1).tags == frozenset()


def test_unknown_number_and_undo_of_undo_are_refused(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Tag(1, ("x",)))
    with pytest.raises(NotFound, match="no command 999"):
        desk.do(Undo(999))
    with pytest.raises(NotFound):
        desk.do(Undo(2**70))
    done = desk.do(Undo())
    with pytest.raises(Refused, match="is an undo"):
        desk.do(Undo(done.command))


def test_owner_undoes_own_command(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Tag(1, ("x",)))
    desk.do(Block("eve@spam.example"), "user:root")
    assert desk.do(Undo(), "user:root").summary == "undone: changed a blocked sender"
    assert desk.ticket(1).tags == {"x"}


def test_undo_of_cancel_queues_reply_again(desk: StoredDesk) -> None:
    desk.mail()
    number = desk.do(Reply(1, "We are on it.")).facts["outbox"]
    desk.do(CancelOutbox(number))
    assert desk.ticket(1).status is Status.OPEN
    desk.do(Undo())
    assert desk.ticket(1).status is Status.PENDING
    assert desk.store.transaction(lambda unit: Outbox.of(unit).get(number).state) is OutboxState.QUEUED
    desk.do(RetryOutbox(desk.do(CancelOutbox(number)).facts["outbox"]))
    desk.do(Undo())
    assert desk.store.transaction(lambda unit: Outbox.of(unit).get(number).state) is OutboxState.CANCELLED


def test_undo_revokes_link_code(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(IssueLink(1))
    assert desk.do(Undo()).summary == "undone: issued a link code for contact 1"


def test_undo_separates_merged_tickets(desk: StoredDesk) -> None:
    desk.mail("ana@example.org")
    desk.mail("ben@example.org")
    before = [desk.ticket(n) for n in (1, 2)]
    desk.do(Merge(1, into=2))
    assert desk.do(Undo()).summary == "undone: merged tickets 1 and 2"
    assert [(t.status, t.contact) for t in (desk.ticket(1), desk.ticket(2))] == [(t.status, t.contact) for t in before]


def test_undo_of_split_moves_messages_back(desk: StoredDesk) -> None:
    desk.mail(message_id="<one@example.org>")
    desk.mail(in_reply_to=("<one@example.org>",), text="Another matter.")
    messages = [m["id"] for m in desk.show(1)["messages"]]
    desk.do(Split(1, (messages[1],)))
    assert desk.do(Undo()).summary == "undone: split tickets 1 and 2"
    assert [m["id"] for m in desk.show(1)["messages"]] == messages
    assert desk.ticket(2).status is Status.CLOSED


def test_undo_names_created_phone_ticket(desk: StoredDesk) -> None:
    desk.do(Create("ana@example.org", "Oops", "Wrong window.", channel="phone"))
    assert desk.do(Undo()).summary == "undone: created ticket 1"


def test_changes_of_contacts_agents_and_policies_are_undone_before_older_commands(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Close(1))
    desk.do(SetContact(1, (("tier", "vip"),)))
    desk.do(ChangeAgent("agent2", name="Bea"))
    desk.do(AddPolicy("gold", targets=(("first_response", "1h"),)))
    desk.do(RemovePolicy("gold"))
    said = [desk.do(Undo()).summary for _ in range(4)]
    assert said == [
        "undone: removed policy gold",
        "undone: added policy gold",
        "undone: changed agent agent2",
        "undone: changed contact 1",
    ]
    assert desk.ticket(1).status is Status.CLOSED


def test_agent_cannot_undo_change_reserved_for_owner(desk: StoredDesk) -> None:
    """The owner changed a login as agent1; agent1 must not undo it without the rights of the owner."""
    desk.do(ChangeAgent("agent1", login="ana"))

    def undo_as_agent(unit: Unit) -> None:
        unit.by_owner = False
        execute(unit, Undo(), Actor.agent("agent1"))

    with pytest.raises(Refused, match="only the desk's owner"):
        desk.store.transaction(undo_as_agent)
    assert desk.do(Undo()).changed
