"""Execute commands and report their outcomes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import DeskctlError, NotFound, Refused, UsageError
from ..safe import visible
from .context import CliContext
from .messages import _, shown

if TYPE_CHECKING:
    from ..core.kernel.command import Command
    from ..core.kernel.outcome import Outcome


def run_command(context: CliContext, command: Command) -> Outcome:
    """Execute a command and report its outcome. Raises DeskctlError."""
    outcome = context.execute(command)
    context.release()
    report(context, outcome)
    return outcome


def run_each(context: CliContext, commands: Iterable[Command]) -> int:
    """Execute and report several commands, each in its own transaction: a refused command does not stop the others.

    Return 0. Raises the first failure, after the reports. Nothing is printed while the desk is locked.
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


def run_with_notes(context: CliContext, command: Command) -> None:
    """Execute and report a command. Its remarks go to standard error as notes. Raises DeskctlError."""
    outcome = run_command(context, command)
    for remark in outcome.facts.get("remarks", ()):
        sys.stderr.write(_("note: {text}", text=visible(shown(remark))) + "\n")


def missing_agent() -> UsageError:
    """Return the error for a command that needs an agent when none is given."""
    return UsageError(_("no agent given"), _("pass --as AGENT or set DESKCTL_AGENT"))


def report(context: CliContext, outcome: Outcome) -> None:
    """Print the outcome of a command: one line for people, the whole document with `--json`."""
    if context.json:
        context.document(outcome.document())
    elif outcome.summary:
        context.say(_("dry run: {said}", said=report_text(outcome)) if context.dry_run else report_text(outcome))


#: The maximum width of a subject in a report, in columns.
_SUBJECT_WIDTH = 50
#: Reports on more tickets than this leave out the subjects.
_MAX_SUBJECTS = 3
_TICKET = re.compile(r"\b[Tt]ickets? (#?\d+(?:(?:, | and )#?\d+)*)\b|(?<![\w#])(#\d+)\b")
_NUMBER = re.compile(r"#?(\d+)")


def report_text(outcome: Outcome) -> str:
    """Return the sentence that reports an outcome, with the subjects of the tickets: `#12 “Invoice 4711” is solved`."""
    from .width import cut

    subjects = dict(zip(outcome.tickets, outcome.subjects, strict=False))
    left = {number: f"#{number} “{cut(subject, _SUBJECT_WIDTH)}”" for number, subject in subjects.items() if subject}
    if not left or len(left) > _MAX_SUBJECTS:
        return shown(outcome.summary)

    def name(match: re.Match[str]) -> str:
        return left.pop(int(match[1]), match[0])

    def names(match: re.Match[str]) -> str:
        numbers = match[1] or match[2]
        replaced = _NUMBER.sub(name, numbers)
        return match[0] if replaced == numbers else replaced

    summary = _TICKET.sub(names, shown(outcome.summary))
    rest = ", ".join(left.values())
    return f"{summary} ({rest})" if rest and len(left) == len(subjects) else summary
