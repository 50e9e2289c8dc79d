"""Undo restores the state of the desk after each kind of command and after random sequences, on both stores."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deskctl.core.agents.commands import ChangeAgent, ChangeTeam
from deskctl.core.agents.repository import Agents
from deskctl.core.calendars.commands import AddCalendar, ChangeCalendar, RemoveCalendar
from deskctl.core.calendars.model import BEGINNING
from deskctl.core.contacts.commands import MergeContacts, SetContact, UnmergeContact
from deskctl.core.contacts.repository import Contacts
from deskctl.core.kernel.command import Command
from deskctl.core.kernel.unit import Unit
from deskctl.core.merges.commands import Merge
from deskctl.core.messages.commands import Block, MarkSpam, Note, Reply, UnmarkSpam
from deskctl.core.messages.repository import Messages
from deskctl.core.routing.commands import SetPresence
from deskctl.core.routing.repository import Routing
from deskctl.core.saved_views.commands import AddView, EditView, RemoveView
from deskctl.core.saved_views.repository import SavedViews
from deskctl.core.shifts.commands import AddShift, RemoveShift, TakeOff
from deskctl.core.shifts.repository import Shifts
from deskctl.core.sla.commands import AddPolicy, AddStep, ChangePolicy, MovePolicy, Promise, RemovePolicy
from deskctl.core.sla.repository import Sla
from deskctl.core.tickets.commands import (
    Approve,
    AskApproval,
    Assign,
    Close,
    Deny,
    Escalate,
    Next,
    Reopen,
    Set,
    Solve,
    Tag,
    Take,
)
from deskctl.core.tickets.model import Status, Ticket
from deskctl.core.tickets.repository import Tickets
from deskctl.core.undo.commands import Undo
from deskctl.errors import DeskctlError, Refused
from tests.commands.desk import StoredDesk
from tests.servers import stores
from tests.servers.fixtures import StoreCopy


def state(desk: StoredDesk) -> dict[str, Any]:
    """Return the visible state of the desk, without times of changes and version numbers."""

    def look(unit: Unit) -> dict[str, Any]:
        book, rota = Sla.of(unit).book, Shifts.of(unit).rota
        versions = (replace(p, version=0, since=None) for p in book.current_policies)
        presences = {handle: Routing.of(unit).presence(handle) for handle in Agents.of(unit).agents}
        return {
            "agents": dict(Agents.of(unit).agents),
            "teams": dict(Agents.of(unit).teams),
            "contacts": [replace(Contacts.of(unit).get(n), parted=False) for n in (1, 2)],
            "policies": list(versions),
            "calendars": [replace(c, version=0, since=BEGINNING) for c in book.current_calendars],
            "views": SavedViews.of(unit).views,
            "rota": (sorted(rota.shifts, key=lambda s: s.id), sorted(rota.absences, key=lambda a: a.id)),
            "blocks": list(Messages.of(unit).source.blocks()),
            "presence": {handle: (p.at(unit.now), p.until) for handle, p in presences.items()},
            "tickets": [without_times(Tickets.of(unit).get(n)) for n in (1, 2, 3)],
            "messages": [Messages.of(unit).heads(n) for n in (1, 2, 3)],
            "clocks": [
                sorted((c.metric, c.instance, c.state, c.due_at, c.started_at) for c in Sla.of(unit).clocks(n).values())
                for n in (1, 2, 3)
            ],
        }

    found = desk.store.transaction(look)
    found["to send"] = sorted(
        tuple(row["to"]) for row in desk.outbox() if row["state"] == "queued" and "@acme.test" not in row["to"][0]
    )
    return found


_STATES: dict[str, dict[str, Any]] = {}


def state_after_setup(url: str, desk: StoredDesk) -> dict[str, Any]:
    """Return the state of a new desk, read once per engine: all desks of an engine are copies of one."""
    engine = url.partition(":")[0]
    if engine not in _STATES:
        _STATES[engine] = state(desk)
    return _STATES[engine]


def without_times(ticket: Ticket) -> Ticket:
    """Return a ticket without times of changes and without the memory of routing."""
    return replace(ticket, updated_at=ticket.created_at, solved_at=None, declined=None, former=None, waits=None)


class Desk(StoredDesk):
    """A desk with three tickets of two customers and one object of each kind of setting."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        if self.prepared:
            self._mails = itertools.count(4)
            return
        for command in SETUP:
            self.do(command, "user:root")
        self.mail("ana@example.org", "Printer")
        self.mail("ben@example.org", "Lamp")
        self.mail("ana@example.org", "Chair")
        self.do(Assign(3, "agent2"), "user:root")
        self.do(MarkSpam(3), "lead")
        self.do(UnmarkSpam(3), "lead")


SETUP: list[Command] = [
    AddCalendar("office", "Asia/Seoul", "mon-fri 09:00-18:00", days=(("2026-05-05", "Holiday", ""),)),
    AddCalendar("spare", "Europe/Berlin", "mon-fri 10:00-16:00"),
    AddPolicy("gold", when="contact.tier:vip", targets=(("first_response", "1h"),)),
    AddPolicy("all", targets=(("first_response", "4h"), ("resolution", "2d")), warnings=("70%",)),
    AddShift("agent1", "mon-fri 09:00-18:00", first="2026-03-01"),
    AddView("urgent", "is:open priority:urgent"),
    TakeOff("agent1", "2026-04-01", "2026-04-03"),
    Block("eve@spam.example"),
    ChangeAgent("lead", tier="lead"),
    ChangeAgent("agent1", skills="ko,billing", capacity=("any=5",), quiet="22:00-07:00"),
]


@pytest.fixture
def desk_url(store_copy: StoreCopy) -> str:
    """Return the URL of a copy of a store that is set up once per engine."""
    return store_copy("set up", Desk.fill)


COMMANDS: list[Command] = [
    Take(1),
    Next(),
    Assign(1, "agent2"),
    Assign(3, None),
    Assign(1, "team:leads"),
    Note(1, "asked finance"),
    Reply(1, "We are on it."),
    Reply(1, "Done.", status="solved", cc=("boss@example.org",), files=(("a.txt", "text/plain", "aGk="),)),
    Escalate(3, "lead", "angry customer"),
    Escalate(3, "tier:senior", "hard"),
    Tag(1, ("refund",)),
    Set(1, (("priority", "high"), ("status", "hold"), ("language", "ko"), ("team", "leads"), ("callback", "+2d"))),
    Set(1, (("due", "+3d"),)),
    Set(1, (("due.first_response", "+3d"),)),
    Promise(1, "+2h"),
    Solve(1),
    Close(1),
    Merge(1, into=2),
    Merge(1, into=3),
    MarkSpam(1),
    MarkSpam(2, "domain"),
    AskApproval(1, "refund of 900"),
    SetContact(1, (("name", "Ana Kim"), ("tier", "vip"), ("org", "Acme"), ("timezone", "Asia/Seoul"))),
    MergeContacts(1, 2),
    ChangeAgent("agent2", active=False),
    ChangeAgent("agent2", name="Bea", email="bea@acme.test", login="bea", join=("leads",), signature="Bea"),
    ChangeAgent("agent1", skills="en", capacity=("any=2", "email=3"), quiet="", channels="support", waking=False),
    ChangeAgent("agent2", leave=("support",)),
    ChangeAgent("agent2", join=("brand-new",)),
    ChangeTeam("support", name="Help", signature="Yours", tiers="one,two", relax_after="1h", weights=("chat=2",)),
    ChangeTeam("support", route="round_robin", surge_queue=("any=3",), surge_wait=("email=10m",)),
    Block("mallory@example.net"),
    Block("@example.net"),
    Block("eve@spam.example", blocked=False),
    AddCalendar("night", "UTC", "mon-sun 00:00-06:00"),
    ChangeCalendar("office", hours="mon-fri 10:00-12:00", days=(("2026-06-06", "Memorial Day", ""),)),
    ChangeCalendar("office", forget=("2026-05-05",), timezone="UTC"),
    RemoveCalendar("spare"),
    AddPolicy("silver", calendar="office", targets=(("resolution", "urgent=4h"),)),
    ChangePolicy("all", targets=(("first_response", "30m"),), warnings=("50%", "10m")),
    AddStep("all", "breach", ("notify=lead",)),
    MovePolicy("all", 1),
    RemovePolicy("gold"),
    RemovePolicy("all"),
    AddShift("agent2", "sat 10:00-12:00"),
    AddView("mine", "assignee:agent1"),
    EditView("urgent", "priority:>=high"),
    RemoveView("urgent"),
    TakeOff("agent2", "2026-03-09"),
    RemoveShift(1),
    RemoveShift(2),
    SetPresence("away", "agent1", "+2h"),
    SetPresence("online", "agent2"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: f"{type(c).__name__}-{COMMANDS.index(c)}")
def test_undo_restores_state(desk_url: str, command: Command) -> None:
    with contextlib.closing(Desk(desk_url)) as desk:
        before = state_after_setup(desk_url, desk)
        desk.later(seconds=30)
        done = desk.do(command)
        assert done.changed
        assert state(desk) != before
        desk.later(seconds=30)
        assert desk.do(Undo()).summary.startswith("undone: ")
        after = state(desk)
        if command == ChangeAgent("agent2", join=("brand-new",)):
            after["teams"].pop("brand-new")  # the empty team stays
        assert after == before


def test_undo_of_approval_and_denial_restores_state(desk_url: str) -> None:
    with contextlib.closing(Desk(desk_url)) as desk:
        desk.do(AskApproval(1, "refund of 900"))
        before = state(desk)
        for command in (Approve(1, "fine"), Deny(1, "no")):
            desk.do(command, "lead")
            desk.do(Undo(), "lead")
            assert state(desk) == before


@pytest.mark.parametrize(
    "commands",
    [
        [ChangeCalendar("office", hours="mon-fri 10:00-12:00"), ChangeCalendar("office", timezone="UTC")],
        [RemoveCalendar("spare"), AddCalendar("spare", "UTC", "mon 09:00-10:00"), RemoveCalendar("spare")],
        [ChangePolicy("all", warnings=("50%",)), ChangePolicy("all", targets=(("resolution", "3d"),))],
        [RemovePolicy("gold"), AddPolicy("gold", targets=(("resolution", "1d"),)), RemovePolicy("gold")],
        [MovePolicy("all", 1), ChangePolicy("all", warnings=("50%",)), MovePolicy("all", 2)],
    ],
    ids=lambda commands: "-".join(type(c).__name__ for c in commands),
)
def test_several_changes_of_one_setting_are_undone_in_reverse_order(desk_url: str, commands: list[Command]) -> None:
    undo_backwards(desk_url, commands)


@pytest.mark.parametrize(
    ("command", "between", "words"),
    [
        (SetContact(1, (("tier", "vip"),)), SetContact(1, (("tier", "gold"),)), r"contact 1 .* since \(tier\)"),
        (ChangeAgent("agent2", name="Bea"), ChangeAgent("agent2", name="B."), r"agent agent2 .* since \(name\)"),
        (ChangeTeam("support", name="A"), ChangeTeam("support", name="B"), "team support was changed since"),
        (MergeContacts(1, 2), UnmergeContact(2), "contact 2 is no longer merged"),
        (Block("m@example.net"), Block("m@example.net", blocked=False), "m@example.net was unblocked since"),
        (AddPolicy("new", targets=(("resolution", "1d"),)), AddStep("new", "breach", ("notify=lead",)), "policy new"),
        (AddCalendar("new", "UTC", "mon 09:00-10:00"), ChangePolicy("all", calendar="new"), "policy all uses calendar"),
        (MovePolicy("all", 1), MovePolicy("all", 2), "the place of policy all was changed since"),
        (ChangeCalendar("office", timezone="UTC"), RemoveCalendar("office"), "calendar office was changed since"),
        (TakeOff("agent2", "2026-03-09"), RemoveShift(3), "shift 3 was removed since"),
        (EditView("urgent", "is:open"), EditView("urgent", "is:closed"), "view urgent was changed since"),
        (SetPresence("away", "agent1"), SetPresence("offline", "agent1"), "the presence of agent1 was changed since"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Command) else "",
)
def test_undo_is_refused_after_same_object_was_changed_again(
    desk_url: str, command: Command, between: Command, words: str
) -> None:
    with contextlib.closing(Desk(desk_url)) as desk:
        desk.do(command)
        desk.later(seconds=1)
        desk.do(between, "lead")
        before = state(desk)
        with pytest.raises(Refused, match=words):
            desk.do(Undo())
        assert state(desk) == before


def test_undo_keeps_changes_of_other_fields(desk_url: str) -> None:
    with contextlib.closing(Desk(desk_url)) as desk:
        desk.do(SetContact(1, (("tier", "vip"),)))
        desk.do(SetContact(1, (("org", "Acme"),)), "lead")
        desk.do(Undo())
        contact = desk.store.transaction(lambda unit: Contacts.of(unit).get(1))
        assert (contact.tier, contact.org) == (None, "Acme")


def test_kept_state_is_not_in_audit_log_and_is_erased(desk_url: str) -> None:
    from deskctl.core.contacts.commands import EraseContact

    with contextlib.closing(Desk(desk_url)) as desk:
        desk.do(SetContact(1, (("name", "Ana Secret"),)))
        desk.do(SetContact(1, (("name", "Ana Kim"),)))
        desk.do(Block("ana@example.org"))
        with desk.store.reading() as connection:
            kept = connection.exec_driver_sql("SELECT kept, facts FROM events WHERE kept IS NOT NULL").all()
        assert any("Secret" in row.kept for row in kept)
        assert not any("Secret" in row.facts or "ana@" in row.facts for row in kept)
        desk.do(EraseContact(1))
        with desk.store.reading() as connection:
            left = connection.exec_driver_sql("SELECT kept FROM events WHERE kept IS NOT NULL").scalars().all()
        assert not any("Ana" in row or "ana@" in row for row in left)


@given(st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=6), st.data())
@example([Solve(1), Close(1)], None)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_sequence_is_undone_in_reverse_order(commands: list[Command], data: Any) -> None:
    """Each undo restores the state before its command."""
    with tempfile.TemporaryDirectory() as folder:
        undo_backwards(stores.new_sqlite(Path(folder) / "desk.db", "set up", Desk.fill), commands)


def undo_backwards(url: str, commands: list[Command]) -> None:
    with contextlib.closing(Desk(url)) as desk:
        states = []
        for command in commands:
            desk.later(seconds=1)
            before = state(desk)
            try:
                changed = desk.do(command).changed
            except DeskctlError:
                changed = False
                assert state(desk) == before
            if changed:
                states.append(before)
        for before in reversed(states):
            desk.later(seconds=1)
            desk.do(Undo())
            after = state(desk)
            after["teams"] = {h: t for h, t in after["teams"].items() if h in before["teams"]}
            assert after == before
        with pytest.raises(DeskctlError, match="nothing to undo"):
            desk.do(Undo())


@pytest.mark.parametrize("handle", ["agent1", "agent2"])
def test_undo_of_deactivation_restores_assignments(desk_url: str, handle: str) -> None:
    """Undo of a deactivation assigns the tickets to the agent again."""
    with contextlib.closing(Desk(desk_url)) as desk:
        desk.do(Assign(1, handle), "lead")
        desk.do(ChangeAgent(handle, active=False), "lead")
        assert desk.ticket(1).assignee is None
        desk.do(Undo(), "lead")
        assert (desk.ticket(1).assignee, desk.ticket(1).status) == (handle, Status.OPEN)


def test_undo_of_reopen_restores_state(desk_url: str) -> None:
    with contextlib.closing(Desk(desk_url)) as desk:
        desk.do(Solve(1))
        before = state(desk)
        desk.do(Reopen(1))
        desk.do(Undo())
        assert state(desk) == before
