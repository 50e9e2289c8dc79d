"""What a transaction writes, in bulk, when everything is decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..agents.model import Agent, Team
from ..contacts.link_codes import LinkCode, LinkTries
from ..contacts.model import Address, Contact, Identity
from ..delivery.model import OutboxEntry
from ..intake.journal import JournalSettled
from ..messages.model import InboundMessage
from ..messages.thread import Lease, Message
from ..notifications.changes import NoticeChanges
from ..routing.changes import RosterChanges
from ..shifts.changes import ShiftChanges
from ..sla.changes import LevelChanges
from ..tickets.model import Ticket
from .records import CommandRecord, RecordedEvent
from .timers import Timer

if TYPE_CHECKING:
    from .jobs import Job


@dataclass(slots=True)
class Changes:
    """What a transaction writes. Dictionaries hold the final state by key; lists keep their order."""

    tickets: dict[int, Ticket] = field(default_factory=dict)
    new_tickets: set[int] = field(default_factory=set)
    contacts: dict[int, Contact] = field(default_factory=dict)  # new or changed
    identities: list[Identity] = field(default_factory=list)  # new
    erased: set[int] = field(default_factory=set)  # contacts of whom nothing is to be known any more
    erased_names: set[str] = field(default_factory=set)  # what they were called until now
    link_codes: dict[str, LinkCode] = field(default_factory=dict)  # by digest, new or changed
    link_tries: dict[Address, LinkTries] = field(default_factory=dict)  # new or changed
    agents: dict[str, Agent] = field(default_factory=dict)  # new or changed
    teams: dict[str, Team] = field(default_factory=dict)  # new or changed
    messages: list[Message] = field(default_factory=list)  # new
    known_as: dict[str, int] = field(default_factory=dict)  # what the other side calls a message of ours: its id
    moved: dict[int, int] = field(default_factory=dict)  # message id: the ticket that it is on now
    withdrawn: set[int] = field(default_factory=set)  # message ids
    participants: set[tuple[int, str]] = field(default_factory=set)  # (ticket, address), new or known
    outbox: dict[int, OutboxEntry] = field(default_factory=dict)  # new or changed
    new_outbox: set[int] = field(default_factory=set)
    timers: dict[str, Timer] = field(default_factory=dict)  # by key, set or replaced
    dropped_timers: set[str] = field(default_factory=set)  # by key
    journal: list[JournalSettled] = field(default_factory=list)
    retried_journal: set[int] = field(default_factory=set)  # back to waiting, attempts 0
    commands: list[CommandRecord] = field(default_factory=list)  # new
    undone_commands: set[int] = field(default_factory=set)
    events: list[RecordedEvent] = field(default_factory=list)  # new, in order
    jobs: list[Job] = field(default_factory=list)  # new
    blocked: dict[str, bool] = field(default_factory=dict)  # pattern: blocked from now on, or no longer
    bounced: dict[Address, str | None] = field(default_factory=dict)  # why mail does not arrive, None: it does
    purged: set[int] = field(default_factory=set)  # tickets whose messages, files and raw bytes go
    reread: dict[int, InboundMessage] = field(default_factory=dict)  # by message id: shown text, files, headers
    edited: dict[int, InboundMessage] = field(default_factory=dict)  # by message id: what its sender made of it
    anew: dict[tuple[str, str], bool] = field(default_factory=dict)  # (channel, address): what comes next is new
    seen: dict[tuple[str, int], int] = field(default_factory=dict)  # (agent, message): version
    composing: dict[tuple[int, str], Lease | None] = field(default_factory=dict)  # (ticket, agent); None: ended
    accepted: dict[tuple[int, str], int] = field(default_factory=dict)  # (notification, content): message
    levels: LevelChanges = field(default_factory=LevelChanges)
    roster: RosterChanges = field(default_factory=RosterChanges)
    shifts: ShiftChanges = field(default_factory=ShiftChanges)
    notices: NoticeChanges = field(default_factory=NoticeChanges)
