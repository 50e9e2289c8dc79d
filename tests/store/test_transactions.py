"""A transaction is written completely or not at all, and ids are never reused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deskctl.core.agents.model import Agent, Team
from deskctl.core.agents.queries import ListAgents, ListTeams
from deskctl.core.agents.repository import Agents
from deskctl.core.contacts.model import Address
from deskctl.core.contacts.repository import Contacts
from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.timers import Timer
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.events import MessageReceived
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.closing import AUTO_CLOSE
from deskctl.core.tickets.model import Priority, Status
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.core.tickets.repository import Tickets
from deskctl.errors import DeskctlError, NotFound
from deskctl.store import Store
from tests.store.build import INTAKE, Clock, add_message, change_ticket, enqueue, open_ticket

PROJECT = Path(__file__).parents[2]


def test_ticket_is_returned_as_written(store: Store, clock: Clock) -> None:
    moment = clock.now.replace(microsecond=123456)

    def work(unit: Unit) -> int:
        return open_ticket(
            unit,
            subject="프린터 🔥",
            status=Status.HOLD,
            priority=Priority.URGENT,
            team="support",
            assignee="agent1",
            followers=frozenset({"lead", "agent2"}),
            tags=frozenset({"refund", "vip"}),
            language="ko",
            waiting_since=moment,
            solved_at=moment,
        ).number

    number = store.transaction(work)
    ticket = store.transaction(lambda unit: Tickets.of(unit).get(number))
    assert ticket.subject == "프린터 🔥"
    assert (ticket.status, ticket.priority, ticket.team, ticket.assignee) == (
        Status.HOLD,
        Priority.URGENT,
        "support",
        "agent1",
    )
    assert ticket.followers == {"lead", "agent2"}
    assert ticket.tags == {"refund", "vip"}
    assert (ticket.waiting_since, ticket.solved_at, ticket.language) == (moment, moment, "ko")
    assert ticket.created_at == clock.now


def test_changed_ticket_keeps_unchanged_fields(store: Store) -> None:
    number = store.transaction(
        lambda unit: open_ticket(unit, tags=frozenset({"a", "b"}), followers=frozenset({"x"})).number
    )
    store.transaction(lambda unit: change_ticket(unit, number, tags=frozenset({"b", "c"}), subject="Other"))
    ticket = store.transaction(lambda unit: Tickets.of(unit).get(number))
    assert (ticket.tags, ticket.followers, ticket.subject) == (frozenset({"b", "c"}), frozenset({"x"}), "Other")


def test_message_is_found_by_its_id_and_by_its_ticket(store: Store) -> None:
    def work(unit: Unit) -> int:
        ticket = open_ticket(unit)
        add_message(
            unit,
            ticket.number,
            message_id="<own@desk.example>",
            references=("<a@x>", "<b@x>"),
            to=("ana@example.org",),
            cc=("bo@example.org",),
            reply_to=("desk@ana.example", "ana@ana.example"),
            headers={"Thread-Topic": "Printer"},
            digest="d",
            verified=False,
            automatic="Auto-Submitted",
        )
        return ticket.number

    number = store.transaction(work)

    def look(unit: Unit) -> None:
        [head] = Messages.of(unit).by_message_id("<own@desk.example>")
        assert (head.ticket, head.references, head.to, head.cc) == (
            number,
            ("<a@x>", "<b@x>"),
            ("ana@example.org",),
            ("bo@example.org",),
        )
        assert head.reply_to == ("desk@ana.example", "ana@ana.example")
        assert head.headers == {"Thread-Topic": "Printer"}
        assert (head.digest, head.verified, head.automatic) == ("d", False, "Auto-Submitted")
        assert [h.id for h in Messages.of(unit).heads(number)] == sorted(h.id for h in Messages.of(unit).heads(number))
        assert len(Messages.of(unit).heads(number)) == 2
        assert Messages.of(unit).by_message_id("<OWN@desk.example>") == []
        assert Tickets.of(unit).participants(number) == {"ana@example.org"}

    store.transaction(look)


def test_agents_teams_and_contacts_are_returned_as_written(store: Store, clock: Clock) -> None:
    def work(unit: Unit) -> None:
        Agents.of(unit).put_team(Team("support", "Support"))
        Agents.of(unit).put_team(Team("finance", "Finance"))
        Agents.of(unit).put_agent(
            Agent("agent1", "Agent One", "agent1@desk.example", frozenset({"support", "finance"}), "one")
        )
        open_ticket(unit, address="ana@example.org", assignee="agent1", team="support")

    store.transaction(work)

    def change(unit: Unit) -> None:
        Agents.of(unit).put_agent(
            replace(Agents.of(unit).agents["agent1"], teams=frozenset({"finance"}), name="A. One")
        )
        identity = Contacts.of(unit).identity(Address("email", "ana@example.org"))
        assert identity is not None
        assert Contacts.of(unit).get(identity.contact).name == "Ana"
        assert [i.address for i in Contacts.of(unit).source.addresses_of((identity.contact,))] == ["ana@example.org"]

    store.transaction(change)
    [row] = store.ask(ListAgents())
    wanted = {
        "handle": "agent1",
        "name": "A. One",
        "email": "agent1@desk.example",
        "teams": ["finance"],
        "login": "one",
        "active": True,
        "signature": "",
        "open": 1,
        "presence": "offline",
        "load": {"support": 1},
    }
    assert {name: row[name] for name in wanted} == wanted
    assert [(t["handle"], t["agents"], t["open"]) for t in store.ask(ListTeams())] == [
        ("finance", ["agent1"], 0),
        ("support", [], 1),
    ]


def test_commands_and_events_are_found_for_undo(store: Store) -> None:
    actor = Actor.agent("agent1")

    def work(unit: Unit) -> tuple[int, int]:
        ticket = open_ticket(unit).number
        command = unit.begin("note", actor, undoable=True)
        unit.record(MessageReceived(ticket, 1), actor)
        return ticket, command

    ticket, command = store.transaction(work)

    def look(unit: Unit) -> None:
        last = unit.source.last_command(actor)
        assert last is not None
        assert (last.id, last.name, last.undone, last.at) == (command, "note", False, unit.now)
        [recorded] = unit.source.events_of_command(command)
        assert recorded.event == MessageReceived(ticket, 1)
        assert [e.id for e in unit.source.events_since(ticket, recorded.id - 1)] == [recorded.id]
        unit.mark_undone(command)

    store.transaction(look)
    assert store.transaction(lambda unit: unit.source.last_command(actor)) is None
    undone = store.transaction(lambda unit: unit.source.command(command))
    assert undone is not None
    assert undone.undone


def test_setting_a_timer_again_replaces_it(store: Store, clock: Clock) -> None:
    def work(unit: Unit, minutes: int) -> int:
        number = unit.source.next_id("timers")
        unit.set_timer(Timer(number, AUTO_CLOSE, unit.now + timedelta(minutes=minutes), "close:1"))
        return number

    store.transaction(lambda unit: work(unit, 5))
    second = store.transaction(lambda unit: work(unit, 9))
    assert store.timers.next_due() == clock.now + timedelta(minutes=9)
    assert store.timers.due(10) == []
    clock.advance(minutes=9)
    assert [t.id for t in store.timers.due(10)] == [second]
    store.transaction(lambda unit: unit.drop_timer("close:1"))
    assert store.timers.next_due() is None


def test_queue_is_in_order_and_limited_to_teams(store: Store, clock: Clock) -> None:
    def work(unit: Unit) -> list[int]:
        later = clock.now + timedelta(hours=1)
        return [
            open_ticket(unit, team="support", queue_at=later).number,
            open_ticket(unit, team="finance").number,
            open_ticket(unit, team=None).number,
            open_ticket(unit, team="support", assignee="agent1").number,
            open_ticket(unit, team="support", status=Status.PENDING).number,
            open_ticket(unit, team="support", status=Status.OPEN).number,
            open_ticket(unit, team="support", tier="lead").number,
        ]

    def queue(limit: int, *besides: str) -> list[int]:
        teams = {None: (), "support": besides}
        return store.transaction(lambda unit: list(Tickets.of(unit).source.queue(teams, limit)))

    late, _, unassigned, _, _, early, high = store.transaction(work)
    assert set(queue(10)) == {unassigned, early, late, high}
    assert queue(10, "lead") == [unassigned, early, late], "without tickets escalated above the reader"
    assert queue(1, "lead") == [unassigned]


def test_exception_rolls_back_everything(store: Store) -> None:
    def work(unit: Unit) -> None:
        open_ticket(unit)
        raise NotFound("no such thing")

    with pytest.raises(NotFound):
        store.transaction(work)
    assert store.ask(ListTickets(all=True)) == []


def test_rejected_write_rolls_back_and_raises(store: Store) -> None:
    def work(unit: Unit) -> None:
        open_ticket(unit)
        add_message(unit, 4711)  # no such ticket

    with pytest.raises(DeskctlError, match="refused"):
        store.transaction(work)
    assert store.ask(ListTickets(all=True)) == []


def test_dry_run_decides_and_writes_nothing(store: Store) -> None:
    assert store.transaction(lambda unit: open_ticket(unit).subject, dry_run=True) == "Printer"
    assert store.ask(ListTickets(all=True)) == []


def test_nested_transaction_is_rejected(store: Store) -> None:
    with pytest.raises(RuntimeError, match="cannot be nested"):
        store.transaction(lambda unit: store.transaction(open_ticket))
    assert store.transaction(open_ticket).number > 0


def test_number_too_large_for_any_ticket_is_not_found(store: Store) -> None:
    for number in (0, -1, 2**63, 10**30):
        with pytest.raises(NotFound):
            store.ask(ShowTicket(number))
        with pytest.raises(NotFound):
            store.transaction(lambda unit, number=number: Tickets.of(unit).get(number))


def test_numbers_continue_after_reopening(store: Store, reopen: Callable[[], Store]) -> None:
    first = [store.transaction(lambda unit: open_ticket(unit).number) for _ in range(3)]
    store.close()
    assert first == [1, 2, 3]
    assert reopen().transaction(lambda unit: open_ticket(unit).number) > 3


def test_tickets_of_one_batch_are_numbered_without_gaps(store: Store) -> None:
    first = store.transaction(lambda unit: [open_ticket(unit).number for _ in range(20)])
    second = store.transaction(lambda unit: [open_ticket(unit).number for _ in range(5)])
    assert first + second == list(range(1, 26))


def test_concurrent_threads_get_different_numbers(store: Store) -> None:
    numbers: list[int] = []
    faults: list[Exception] = []

    def run(who: int) -> None:
        try:
            for _ in range(10):
                number = store.transaction(lambda unit: open_ticket(unit, address=f"c{who}@example.org").number)
                numbers.append(number)
        except Exception as fault:  # noqa: BLE001 - the test shows any exception
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert len(set(numbers)) == len(numbers) == 40
    assert {t["number"] for t in store.ask(ListTickets(all=True))} == set(numbers)


def test_concurrent_mails_of_a_new_customer_create_one_contact(store: Store) -> None:
    """Both decide to create the contact before either writes; the slower one decides again."""
    meet = threading.Barrier(2, timeout=1)
    contacts: list[int] = []
    met: set[int] = set()

    def work(unit: Unit) -> int:
        ticket = open_ticket(unit, address="new@example.org")
        if threading.get_ident() not in met:
            met.add(threading.get_ident())
            with suppress(threading.BrokenBarrierError):  # SQLite has one writer: the other one waits
                meet.wait()
        return ticket.contact

    def run() -> None:
        contacts.append(store.transaction(work))

    meet_late = threading.Thread(target=run)
    meet_late.start()
    run()
    meet_late.join(60)
    assert len(contacts) == 2
    assert len(set(contacts)) == 1


_OTHER = """
    import sys
    from deskctl.core.kernel.settings import Settings
    from deskctl.store import Store
    from tests.store.build import Clock, mail, open_ticket

    store = Store.open(sys.argv[1], Settings(), Clock(), busy=30.0)
"""


def _other_process(url: str, script: str) -> subprocess.Popen[str]:
    program = textwrap.dedent(_OTHER) + textwrap.dedent(script)
    return subprocess.Popen(
        [sys.executable, "-c", program, url],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
    )


def test_concurrent_processes_get_different_numbers(store: Store, desk_url: str) -> None:
    script = """
    for turn in range(15):
        print(store.transaction(lambda unit: open_ticket(unit, address=f"p{turn}@example.org").number))
        store.journal.append([mail(f"shared-{turn}")])
    """
    others = [_other_process(desk_url, script) for _ in range(2)]
    numbers = [int(line) for other in others for line in other.communicate(timeout=60)[0].split()]
    assert len(set(numbers)) == len(numbers) == 30
    assert store.journal.count_waiting() == 15


def test_killed_process_leaves_no_partial_write(store: Store, desk_url: str) -> None:
    script = """
    def work(unit):
        open_ticket(unit)
        open_ticket(unit, address="bo@example.org")
        return 0

    def stop(connection):
        print("here", flush=True)
        sys.stdin.read()  # killed while it waits, with all its rows written and none committed

    from sqlalchemy import Engine, event
    event.listen(Engine, "commit", stop)
    store.transaction(work)
    """
    other = _other_process(desk_url, script)
    assert other.stdout is not None
    assert other.stdout.readline() == "here\n"
    other.send_signal(signal.SIGKILL)
    other.communicate(timeout=20)
    assert store.ask(ListTickets(all=True)) == []
    assert store.transaction(open_ticket).number > 0


def test_outgoing_message_changes_only_its_mutable_fields(store: Store, clock: Clock) -> None:
    def work(unit: Unit) -> int:
        return enqueue(
            unit,
            open_ticket(unit).number,
            cc=("bo@example.org",),
            bcc=("c@example.org",),
            references=("<a@x>",),
            headers={"X-Thread": "1"},
            sender_name="Support",
            in_reply_to="<a@x>",
        ).id

    number = store.transaction(work)
    store.transaction(
        lambda unit: Outbox.of(unit).put(replace(Outbox.of(unit).get(number), attempts=2, last_error="nobody home"))
    )
    entry = store.transaction(lambda unit: Outbox.of(unit).get(number))
    assert (entry.attempts, entry.last_error, entry.cc, entry.bcc) == (
        2,
        "nobody home",
        ("bo@example.org",),
        ("c@example.org",),
    )
    assert (entry.references, entry.headers, entry.sender_name, entry.in_reply_to) == (
        ("<a@x>",),
        {"X-Thread": "1"},
        "Support",
        "<a@x>",
    )


def test_actor_is_written_by_name(store: Store) -> None:
    number = store.transaction(lambda unit: open_ticket(unit).number)
    assert {e["by"] for e in store.ask(ShowTicket(number))["events"]} == {str(INTAKE)}
