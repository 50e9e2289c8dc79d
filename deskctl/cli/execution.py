"""Carry out commands one after another and say what became of each."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import DeskctlError, NotFound, Refused
from ..safe import visible
from .context import CliContext
from .messages import _, shown

if TYPE_CHECKING:
    from ..core.kernel.command import Command
    from ..desk import Outcome


def act(context: CliContext, command: Command) -> Outcome:
    """One command, reported. Raises DeskctlError."""
    outcome = context.execute(command)
    context.release()
    report(context, outcome)
    return outcome


def act_on_each(context: CliContext, commands: Iterable[Command]) -> int:
    """Several commands, each in its own transaction: one that is refused does not stop the others.

    The exit code is 0, or that of the first failure. Nothing is printed while the desk is held.
    """
    outcomes: list[Outcome] = []
    failures: list[DeskctlError] = []
    try:
        for command in commands:
            try:
                outcomes.append(context.execute(command))
            except (NotFound, Refused) as error:
                failures.append(error)
    finally:
        context.release()
        for outcome in outcomes:
            report(context, outcome)
    for failure in failures[1:]:
        sys.stderr.write(_("error: {what}", what=visible(shown(failure.what))) + "\n")
    if failures:
        raise failures[0]
    return 0


def report(context: CliContext, outcome: Outcome) -> None:
    """One line for people, the whole outcome with `--json`."""
    if context.json:
        context.document(outcome)
    elif outcome["said"]:
        context.say(_("dry run: {said}", said=named(outcome)) if context.dry_run else named(outcome))


#: Columns that a subject may take in a confirmation.
_SUBJECT = 50
#: Tickets whose subjects a confirmation names.
_MOST = 3
_TICKET = re.compile(r"\b[Tt]ickets? (#?\d+(?:(?:, | and )#?\d+)*)\b|(?<![\w#])(#\d+)\b")
_NUMBER = re.compile(r"#?(\d+)")


def named(outcome: Outcome) -> str:
    """Return what was done, with the subjects of the tickets: `#12 “Invoice 4711” is solved`."""
    from .width import cut

    subjects = dict(zip(outcome["tickets"], outcome.get("subjects") or (), strict=False))
    left = {number: f"#{number} “{cut(subject, _SUBJECT)}”" for number, subject in subjects.items() if subject}
    if not left or len(left) > _MOST:
        return shown(outcome["said"])

    def name(found: re.Match[str]) -> str:
        return left.pop(int(found[1]), found[0])

    def names(found: re.Match[str]) -> str:
        numbers = found[1] or found[2]
        replaced = _NUMBER.sub(name, numbers)
        return found[0] if replaced == numbers else replaced

    said = _TICKET.sub(names, shown(outcome["said"]))
    rest = ", ".join(left.values())
    return f"{said} ({rest})" if rest and len(left) == len(subjects) else said
