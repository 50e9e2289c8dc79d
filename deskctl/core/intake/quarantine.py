"""Quarantine: a message that cannot be processed is kept unchanged until an agent retries or drops it."""

from __future__ import annotations

from ...errors import NotFound, Refused
from ...i18n import _, _p
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from .commands import DropIntake, Quarantine, RetryIntake
from .events import IntakeDecided
from .journal import JournalSettled, JournalState
from .repository import Journal

_STATES = {
    JournalState.WAITING: _p("journal", "waiting"),
    JournalState.DONE: _p("journal", "done"),
    JournalState.QUARANTINED: _p("journal", "quarantined"),
    JournalState.DROPPED: _p("journal", "dropped"),
}


def quarantine(unit: Unit, command: Quarantine, actor: Actor) -> Steps:
    """Quarantine a journal row. The feature notifications notifies the agents."""
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
    return Outcome(_("journal row {row} is quarantined", row=command.journal), facts={"journal": command.journal})


def retry_intake(unit: Unit, command: RetryIntake, actor: Actor) -> Steps:
    _check_quarantined(unit, command.journal)
    Journal.of(unit).changes.retried_journal.add(command.journal)
    yield IntakeDecided(None, command.journal, "retry")
    return Outcome(_("journal row {row} is processed again", row=command.journal), facts={"journal": command.journal})


def drop_intake(unit: Unit, command: DropIntake, actor: Actor) -> Steps:
    _check_quarantined(unit, command.journal)
    Journal.of(unit).settle(JournalSettled(command.journal, JournalState.DROPPED, reason=f"dropped by {actor}"))
    yield IntakeDecided(None, command.journal, "drop")
    return Outcome(_("journal row {row} is dropped", row=command.journal), facts={"journal": command.journal})


def _check_quarantined(unit: Unit, journal: int) -> None:
    """Raise NotFound for an unknown journal row and Refused for a row that is not quarantined."""
    state = Journal.of(unit).source.journal_states((journal,)).get(journal)
    if state is None:
        raise NotFound(_("no journal row {row}", row=journal), _("see deskctl inbox list"))
    if state is not JournalState.QUARANTINED:
        raise Refused(_("journal row {row} is not quarantined but {state}", row=journal, state=_STATES[state]))


HANDLERS: dict[type[Command], Handler] = {Quarantine: quarantine, RetryIntake: retry_intake, DropIntake: drop_intake}
