"""`deskctl calendar`."""

from __future__ import annotations

from datetime import datetime

import click

from ...context import CliContext
from ...name_completion import completes
from ...options import columns, dry_run
from ...output import Column, field
from ...remarking import set_up

COLUMNS = (
    field("name"),
    field("timezone"),
    field("hours", least=20),
    field("holidays"),
    field("days", right=True, heading="own days"),
    field("policies", least=8),
    field("version", right=True, extra=True),
    field("since", extra=True),
)
_DAY = (
    field("date"),
    field("weekday"),
    Column("hours", lambda row: row["hours"], shown=lambda row: " ".join(row["hours"]) or "closed"),
    field("name"),
)

_NOW = click.option("--now", metavar="MOMENT", help="Compute as if it were this moment.")
_ZONE = click.option("--timezone", metavar="ZONE", help="An IANA time zone, as in Asia/Seoul.")
_HOURS = click.option("--hours", metavar="HOURS", help='As in "mon-fri 09:00-12:00 13:00-18:00; sat 10:00-14:00".')
_HOLIDAYS = click.option(
    "--holidays",
    "countries",
    metavar="COUNTRY[:REGION]",
    multiple=True,
    help="Public holidays, as in KR or DE:BY; or none.",
)
_OWN = click.option(
    "--day",
    "own",
    nargs=2,
    multiple=True,
    metavar='DATE "NAME [HOURS]"',
    help='A day of its own; closed without hours: --day 2027-05-06 "Founding day 09:00-12:00".',
)


@click.group("calendar")
def calendar() -> None:
    """Calendars: working hours and holidays, in any time zone."""


@calendar.command("add")
@click.argument("name")
@_ZONE
@_HOURS
@_HOLIDAYS
@_OWN
@dry_run
@click.pass_obj
def add(
    context: CliContext,
    name: str,
    timezone: str | None,
    hours: str | None,
    countries: tuple[str, ...],
    own: tuple[tuple[str, str], ...],
) -> None:
    """Add a calendar.

    Holidays are copied into it, for twelve years. Without --timezone it has the desk's.

    \b
    Examples:
      deskctl calendar add seoul --timezone Asia/Seoul --hours "mon-fri 09:00-12:00 13:00-18:00" --holidays KR
      deskctl calendar add nights --hours "fri 22:00-24:00; sat 00:00-06:00"
    """
    from ....core.calendars.commands import AddCalendar
    from ....errors import UsageError

    if hours is None:
        raise UsageError("when is it open?", '--hours "mon-fri 09:00-18:00"; 24x7 is there already')
    if timezone is not None and not timezone.strip():
        raise UsageError("--timezone is empty", "an IANA name, as in Asia/Seoul; without --timezone it is the desk's")
    zone = context.desk().info.timezone if timezone is None else timezone
    names = _countries(countries) or ()
    set_up(context, AddCalendar(name, zone, hours, _named(own), names, _public(context, names)))


@calendar.command("edit")
@click.argument("name", shell_complete=completes("calendar"))
@_ZONE
@_HOURS
@_HOLIDAYS
@_OWN
@click.option("--forget", metavar="DATE", multiple=True, help="Make a day of its own an ordinary one again.")
@dry_run
@click.pass_obj
def edit(
    context: CliContext,
    name: str,
    timezone: str | None,
    hours: str | None,
    countries: tuple[str, ...],
    own: tuple[tuple[str, str], ...],
    forget: tuple[str, ...],
) -> None:
    """Change a calendar from now on.

    What has been counted until now stays as it was. --holidays takes the place of the public holidays there were, and
    brings in the years that have come within reach; --holidays none drops them. Days of its own stay as they are.

    \b
    Examples:
      deskctl calendar edit seoul --day 2027-05-06 "회사 창립일"
      deskctl calendar edit seoul --hours "mon-fri 10:00-19:00" --holidays KR
    """
    from ....core.calendars.commands import ChangeCalendar

    names = _countries(countries)
    public = _public(context, names or ())
    set_up(context, ChangeCalendar(name, timezone, hours, _named(own), names, forget, public))


@calendar.command("import")
@click.argument("name", shell_complete=completes("calendar"))
@click.argument("file", type=click.Path())
@dry_run
@click.pass_obj
def import_(context: CliContext, name: str, file: str) -> None:
    """Take the all-day events of an iCalendar file in as days off.

    Those that repeat count for twelve years, as public holidays do; those that were cancelled do not count. Moments in
    UTC count as days in the time zone that the file names (X-WR-TIMEZONE), or else in that of the calendar.

    \b
    Example:
      deskctl calendar import seoul extra.ics
    """
    import sys

    from ....core.calendars.commands import ChangeCalendar
    from ....core.calendars.queries import ShowCalendar
    from ....safe import visible
    from ...times import now
    from .ics_import import imported

    found = imported(file, now().year, context.ask(ShowCalendar(name))["timezone"])
    set_up(context, ChangeCalendar(name, days=found.days))
    for remark in found.remarks:
        sys.stderr.write(f"note: {visible(remark)}\n")


@calendar.command("list")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext) -> None:
    """List calendars.

    \b
    Example:
      deskctl calendar list
    """
    from ....core.calendars.queries import ListCalendars

    context.emit(context.ask(ListCalendars()), COLUMNS, empty="no calendars; deskctl calendar add NAME adds one")


@calendar.command("show")
@click.argument("name", shell_complete=completes("calendar"))
@click.option("--month", metavar="YYYY-MM", help="Another month than this one.")
@_NOW
@click.pass_obj
def show(context: CliContext, name: str, month: str | None, now: str | None) -> None:
    """Show a month of a calendar: when it is open, and what its days off are called.

    \b
    Example:
      deskctl calendar show seoul --month 2027-02
    """
    import sys

    from ....core.calendars.queries import ShowCalendar
    from ....safe import visible
    from ...output import terminal_width
    from .month_view import drawn, too_far

    document = context.ask(ShowCalendar(name, month, now))
    context.release()
    if context.json:
        context.document(document)
    elif sys.stdout.isatty():
        sys.stdout.write(drawn(document, terminal_width(), color=context.color))
    else:
        context.emit(document["month_days"], _DAY)
    if remark := too_far(document):
        sys.stdout.flush()
        sys.stderr.write(f"note: {visible(remark)}\n")


@calendar.command("check")
@click.argument("name", shell_complete=completes("calendar"))
@click.argument("start", metavar="MOMENT")
@click.argument("then", metavar="LENGTH|MOMENT")
@_NOW
@click.pass_obj
def check(context: CliContext, name: str, start: str, then: str, now: str | None) -> int:
    """Say when some working time will have passed, or how much lies between two moments.

    Moments without a zone are the calendar's own. Exits with 1 where the moment never comes.

    \b
    Examples:
      deskctl calendar check seoul "2026-12-24 17:50" +2h
      deskctl calendar check seoul "2026-12-24 17:50" "2026-12-28 10:00" --json
    """
    from ....core.calendars.documents import NEVER
    from ....core.calendars.queries import CheckCalendar

    answer = context.ask(CheckCalendar(name, start, then, now))
    context.release()
    if context.json:
        context.document(answer)
    elif answer["never"]:
        context.say(f"never: {answer['calendar']} is not open for {_typed(then)} ({NEVER})")
    elif answer["due"] is not None:
        after = f"after {_shown(answer['start'])} in {answer['calendar']}"
        context.say(f"{_shown(answer['due'])} is {_typed(then)} {after}")
    else:
        between = f"between {_shown(answer['start'])} and {_shown(answer['end'])} in {answer['calendar']}"
        context.say(f"{_length(answer['working'])} {between}")
    return 1 if answer["never"] else 0


@calendar.command("remove")
@click.argument("name", shell_complete=completes("calendar"))
@dry_run
@click.pass_obj
def remove(context: CliContext, name: str) -> None:
    """Remove a calendar that no policy counts in.

    \b
    Example:
      deskctl calendar remove nights
    """
    from ....core.calendars.commands import RemoveCalendar

    set_up(context, RemoveCalendar(name))


def _countries(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """None where nothing was said of holidays, nothing where there shall be `none`. Raises UsageError."""
    from ....errors import UsageError

    said = tuple(dict.fromkeys(name.strip().upper() for name in names))
    if "NONE" in said and len(said) > 1:
        raise UsageError("--holidays none goes with no other", "name the countries whose holidays there shall be")
    return () if said == ("NONE",) else said or None


def _public(context: CliContext, countries: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if not countries:
        return ()
    from ...times import now
    from .ics_import import holidays

    return holidays(countries, now().year, context.desk().info.language)


def _named(own: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str, str], ...]:
    """Hours stand at the end of a day's name. Raises UsageError."""
    from ....core.calendars.hours import split_named

    return tuple((day, *split_named(words, f"--day {day}")) for day, words in own)


def _typed(length: str) -> str:
    """A length as it was typed, without what says that it is one to come."""
    import re

    return re.sub(r"\A\s*(?:\+|in\s)\s*|\s*(?:뒤에?|후에?|later|from now)?\s*\Z", "", length, flags=re.IGNORECASE)


def _shown(moment: str) -> str:
    """`2026-12-28 10:50 +09:00`; with seconds where there are some."""
    at = datetime.fromisoformat(moment)
    clock = at.replace(microsecond=0).isoformat(" ")
    return f"{clock[: 19 if at.second else 16]} {clock[19:]}"


def _length(seconds: int) -> str:
    from ...times import worked

    return worked(seconds)
