"""Random command sequences: the events determine the state of a ticket, and refused commands change nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from deskctl.core.kernel.command import Command
from deskctl.core.merges.commands import Merge
from deskctl.core.messages.commands import Note, Reply
from deskctl.core.tickets.commands import (
    Assign,
    Close,
    Escalate,
    Next,
    Reopen,
    Set,
    Solve,
    Tag,
    Take,
)
from deskctl.core.tickets.lifecycle import evolve
from deskctl.core.tickets.model import FINAL, Status, Ticket
from deskctl.core.undo.commands import Undo
from deskctl.errors import DeskctlError
from tests.commands.desk import StoredDesk
from tests.servers import stores

AGENTS = st.sampled_from(["agent1", "agent2", "lead"])
TICKETS = st.integers(1, 4)
WORDS = st.sampled_from(["refund", "환불", "urgent"])


def commands() -> st.SearchStrategy[Command]:
    return st.one_of(
        st.builds(Take, TICKETS),
        st.builds(Next),
        st.builds(Assign, TICKETS, st.none() | st.sampled_from(["agent1", "lead", "team:support", "nobody"])),
        st.builds(Reply, TICKETS, st.just("Hello."), status=st.sampled_from(["pending", "solved", "open", "hold"])),
        st.builds(Note, TICKETS, st.just("noted")),
        st.builds(Escalate, TICKETS, st.sampled_from(["lead", "team:leads"]), st.just("because")),
        st.builds(Tag, TICKETS, st.tuples(WORDS), st.tuples(WORDS)),
        st.builds(
            Set, TICKETS, st.sampled_from([(("priority", "urgent"),), (("status", "hold"),), (("status", "x"),)])
        ),
        st.builds(Solve, TICKETS),
        st.builds(Close, TICKETS),
        st.builds(Reopen, TICKETS),
        st.builds(Merge, TICKETS, TICKETS),
    )


class TicketMachine(RuleBasedStateMachine):
    """Customers write and agents work on one store; the invariants hold after each step."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.desk = StoredDesk(self.url)
        self.created: dict[int, Ticket] = {}

    def teardown(self) -> None:
        self.desk.close()

    @precondition(lambda self: len(self.created) < 4)
    @rule(machine=st.booleans())
    def customer_writes(self, machine: bool) -> None:
        number = self.desk.mail(automatic="robot" if machine else "").facts["number"]
        self.created[number] = replace(
            self.desk.ticket(number), status=Status.NEW, waiting_since=None, updated_at=self.desk.now
        )

    @precondition(lambda self: self.created)
    @rule(data=st.data(), machine=st.booleans())
    def customer_answers(self, data: st.DataObject, machine: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.created)))
        before = self.desk.ticket(number)
        self.desk.later(seconds=1)
        landed = self.desk.mail(subject=f"Re: Printer [#{number}]", automatic="robot" if machine else "")
        if before.status not in FINAL:
            assert landed.facts["number"] == number
            after = self.desk.ticket(number)
            assert after.status is (before.status if machine or before.status is Status.NEW else Status.OPEN)
            assert machine == (after.waiting_since is None) or after.waiting_since == before.waiting_since
        elif landed.facts["number"] not in self.created:
            self.created[landed.facts["number"]] = replace(
                self.desk.ticket(landed.facts["number"]), status=Status.NEW, waiting_since=None
            )

    @precondition(lambda self: self.created)
    @rule(command=commands(), who=AGENTS)
    def agent_executes_command(self, command: Command, who: str) -> None:
        self.desk.later(seconds=1)
        before = self.state()
        try:
            self.desk.do(command, who)
        except DeskctlError as error:
            assert str(error)
            assert self.state() == before

    @precondition(lambda self: self.created)
    @rule(who=AGENTS)
    def agent_undoes(self, who: str) -> None:
        self.desk.later(seconds=1)
        with contextlib.suppress(DeskctlError):
            self.desk.do(Undo(), who)

    def state(self) -> dict[int, Ticket]:
        return {number: self.desk.ticket(number) for number in self.created}

    @invariant()
    def ticket_equals_replay_of_events(self) -> None:
        for number, created in self.created.items():
            ticket = created
            recorded = self.desk.store.transaction(lambda unit, n=number: unit.source.events_since(n, 0))
            for r in recorded:
                ticket = evolve(ticket, r.event, r.at)
            assert comparable(ticket) == comparable(self.desk.ticket(number))

    @invariant()
    def only_merged_tickets_have_target(self) -> None:
        for ticket in self.state().values():
            assert (ticket.merged_into is not None) == (ticket.status is Status.MERGED)

    @invariant()
    def only_solved_tickets_have_close_timer(self) -> None:
        solved = any(t.status is Status.SOLVED for t in self.state().values())
        with self.desk.store.reading() as connection:
            closing = connection.exec_driver_sql("SELECT count(*) FROM timers WHERE kind = 'auto_close'").scalar_one()
        assert (closing > 0) == solved


def comparable(ticket: Ticket) -> dict[str, Any]:
    kept = ("status", "priority", "assignee", "team", "followers", "tags", "waiting_since", "solved_at", "merged_into")
    return {name: getattr(ticket, name) for name in kept}


@pytest.fixture
def fresh_sqlite(tmp_path: Path) -> Iterator[type[TicketMachine]]:
    class OnFile(TicketMachine):
        count = 0

        def __init__(self) -> None:
            type(self).count += 1
            self.url = stores.new_sqlite(tmp_path / f"{type(self).count}.db", "staffed", StoredDesk.fill)
            super().__init__()

    yield OnFile


def test_events_determine_state_after_any_sequence(fresh_sqlite: type[TicketMachine]) -> None:
    run_state_machine_as_test(
        fresh_sqlite,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
