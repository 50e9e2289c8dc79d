"""What cannot be read is set aside, whole; a person decides whether it is tried again or given up."""

from __future__ import annotations

from ...errors import NotFound, Refused
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from .commands import DropIntake, Quarantine, RetryIntake
from .events import IntakeDecided
from .journal import JournalSettled, JournalState
from .repository import Journal


def quarantine(unit: Unit, command: Quarantine, actor: Actor) -> Steps:
    """Set a row aside; who is told is for the notifications to say."""
    Journal.of(unit).settle(
        JournalSettled(
            command.journal,
            JournalState.QUARANTINED,
            reason=command.reason,
            sender=command.sender,
            subject=command.subject,
        )
    )
    yield IntakeDecided(None, command.journal, "quarantined")
    return Outcome(f"journal row {command.journal} is quarantined", facts={"journal": command.journal})


def retry_intake(unit: Unit, command: RetryIntake, actor: Actor) -> Steps:
    _quarantined(unit, command.journal)
    Journal.of(unit).changes.retried_journal.add(command.journal)
    yield IntakeDecided(None, command.journal, "retry")
    return Outcome(f"journal row {command.journal} is tried again", facts={"journal": command.journal})


def drop_intake(unit: Unit, command: DropIntake, actor: Actor) -> Steps:
    _quarantined(unit, command.journal)
    Journal.of(unit).settle(JournalSettled(command.journal, JournalState.DROPPED, reason=f"dropped by {actor}"))
    yield IntakeDecided(None, command.journal, "drop")
    return Outcome(f"journal row {command.journal} is dropped", facts={"journal": command.journal})


def _quarantined(unit: Unit, journal: int) -> None:
    state = Journal.of(unit).source.journal_state(journal)
    if state is None:
        raise NotFound(f"there is no journal row {journal}", "deskctl inbox list shows what waits")
    if state is not JournalState.QUARANTINED:
        raise Refused(f"journal row {journal} is {state}, not quarantined")


HANDLERS: dict[type[Command], Handler] = {Quarantine: quarantine, RetryIntake: retry_intake, DropIntake: drop_intake}
