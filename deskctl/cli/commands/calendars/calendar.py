"""`deskctl calendar`."""

from __future__ import annotations

from datetime import datetime

import click

from ...context import CliContext
from ...execution import run_with_notes
from ...messages import _
from ...name_completion import completer
from ...options import columns, dry_run
from ...output import Column, field

COLUMNS = (
    field("name"),
    field("timezone"),
    field("hours", least=20),
    field("holidays"),
    field("days", right=True, heading="special days"),
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

_NOW = click.option("--now", metavar="MOMENT", help="Calculate for this moment instead of now.")
_ZONE = click.option("--timezone", metavar="ZONE", help="IANA time zone, for example Asia/Seoul.")
_HOURS = click.option(
    "--hours", metavar="HOURS", help='Business hours, for example "mon-fri 09:00-12:00 13:00-18:00; sat 10:00-14:00".'
)
_HOLIDAYS = click.option(
    "--holidays",
    "countries",
    metavar="COUNTRY[:REGION]",
    multiple=True,
    help="Public holidays of a country or region, for example KR or DE:BY; none for no holidays. Repeatable.",
)
_OWN = click.option(
    "--day",
    "days",
    nargs=2,
    multiple=True,
    metavar='DATE "NAME [HOURS]"',
    help='Special day, closed if no hours follow the name: --day 2027-05-06 "Founding day 09:00-12:00".',
)


@click.group("calendar")
def calendar() -> None:
    """Manage calendars: business hours and holidays."""


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
    days: tuple[tuple[str, str], ...],
) -> None:
    """Add a calendar.

    Public holidays are copied into the calendar for twelve years. The default time zone is that of the desk.

    \b
    Examples:
      deskctl calendar add seoul --timezone Asia/Seoul --hours "mon-fri 09:00-12:00 13:00-18:00" --holidays KR
      deskctl calendar add nights --hours "fri 22:00-24:00; sat 00:00-06:00"
    """
    from ....core.calendars.commands import AddCalendar
    from ....errors import UsageError

    if hours is None:
        raise UsageError(
            _("missing --hours, for example {example}", example='--hours "mon-fri 09:00-18:00"'),
            _("the calendar 24x7, which is always open, exists on every desk"),
        )
    if timezone is not None and not timezone.strip():
        hint = _("use an IANA name, for example Asia/Seoul, or leave out --timezone for the desk's time zone")
        raise UsageError(_("--timezone is empty"), hint)
    zone = context.desk().info.timezone if timezone is None else timezone
    names = _countries(countries) or ()
    run_with_notes(context, AddCalendar(name, zone, hours, _named(days), names, _public(context, names)))


@calendar.command("edit")
@click.argument("name", shell_complete=completer("calendar"))
@_ZONE
@_HOURS
@_HOLIDAYS
@_OWN
@click.option("--forget", metavar="DATE", multiple=True, help="Remove a special day; may be repeated.")
@dry_run
@click.pass_obj
def edit(
    context: CliContext,
    name: str,
    timezone: str | None,
    hours: str | None,
    countries: tuple[str, ...],
    days: tuple[tuple[str, str], ...],
    forget: tuple[str, ...],
) -> None:
    """Change a calendar from now on.

    Time that SLA clocks have counted until now does not change. --holidays replaces the public holidays and extends
    them to twelve years from now; --holidays none removes them. Special days stay.

    \b
    Examples:
      deskctl calendar edit seoul --day 2027-05-06 "회사 창립일"
      deskctl calendar edit seoul --hours "mon-fri 10:00-19:00" --holidays KR
    """
    from ....core.calendars.commands import ChangeCalendar

    names = _countries(countries)
    public = _public(context, names or ())
    run_with_notes(context, ChangeCalendar(name, timezone, hours, _named(days), names, forget, public))


@calendar.command("import")
@click.argument("name", shell_complete=completer("calendar"))
@click.argument("file", type=click.Path())
@dry_run
@click.pass_obj
def import_(context: CliContext, name: str, file: str) -> None:
    """Import the all-day events of an iCalendar file as days off.

    Repeating events are imported for twelve years, as public holidays are; cancelled events are skipped. Times in UTC
    count as days in the time zone that the file names (X-WR-TIMEZONE), else in that of the calendar.

    \b
    Example:
      deskctl calendar import seoul extra.ics
    """
    import sys

    from ....core.calendars.commands import ChangeCalendar
    from ....core.calendars.queries import ShowCalendar
    from ....safe import visible
    from ...times import now
    from .ics_import import read_days_off

    found = read_days_off(file, now().year, context.ask(ShowCalendar(name))["timezone"])
    run_with_notes(context, ChangeCalendar(name, days=found.days))
    for remark in found.remarks:
        sys.stderr.write(_("note: {text}", text=visible(remark)) + "\n")


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

    context.emit(context.ask(ListCalendars()), COLUMNS, empty=_("no calendars; add one with deskctl calendar add NAME"))


@calendar.command("show")
@click.argument("name", shell_complete=completer("calendar"))
@click.option("--month", metavar="YYYY-MM", help="Month to show; default is this month.")
@_NOW
@click.pass_obj
def show(context: CliContext, name: str, month: str | None, now: str | None) -> None:
    """Show a month of a calendar with opening hours and days off.

    \b
    Example:
      deskctl calendar show seoul --month 2027-02
    """
    import sys

    from ....core.calendars.queries import ShowCalendar
    from ....safe import visible
    from ...output import terminal_width
    from .month_view import missing_holidays_note, render_month

    document = context.ask(ShowCalendar(name, month, now))
    context.release()
    if context.json:
        context.document(document)
    elif sys.stdout.isatty():
        sys.stdout.write(render_month(document, terminal_width(), color=context.color))
    else:
        context.emit(document["month_days"], _DAY)
    if note := missing_holidays_note(document):
        sys.stdout.flush()
        sys.stderr.write(_("note: {text}", text=visible(note)) + "\n")


@calendar.command("check")
@click.argument("name", shell_complete=completer("calendar"))
@click.argument("start", metavar="MOMENT")
@click.argument("then", metavar="LENGTH|MOMENT")
@_NOW
@click.pass_obj
def check(context: CliContext, name: str, start: str, then: str, now: str | None) -> int:
    """Calculate when a length of working time ends, or how much working time lies between two moments.

    Moments without a time zone are in that of the calendar. Exits with 1 if the working time never ends.

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
        context.say(
            _(
                "never: {calendar} is not open for {length} ({limit})",
                calendar=answer["calendar"],
                length=_bare_length(then),
                limit=NEVER,
            )
        )
    elif answer["due"] is not None:
        context.say(
            _(
                "{due} is {length} after {start} in {calendar}",
                due=_format_moment(answer["due"]),
                length=_bare_length(then),
                start=_format_moment(answer["start"]),
                calendar=answer["calendar"],
            )
        )
    else:
        from ...times import working_time

        context.say(
            _(
                "{length} between {start} and {end} in {calendar}",
                length=working_time(answer["working"]),
                start=_format_moment(answer["start"]),
                end=_format_moment(answer["end"]),
                calendar=answer["calendar"],
            )
        )
    return 1 if answer["never"] else 0


@calendar.command("remove")
@click.argument("name", shell_complete=completer("calendar"))
@dry_run
@click.pass_obj
def remove(context: CliContext, name: str) -> None:
    """Remove a calendar that no SLA policy uses.

    \b
    Example:
      deskctl calendar remove nights
    """
    from ....core.calendars.commands import RemoveCalendar

    run_with_notes(context, RemoveCalendar(name))


def _countries(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the values of `--holidays`: None if it is not given, () for `none`. Raises UsageError."""
    from ....errors import UsageError

    countries = tuple(dict.fromkeys(name.strip().upper() for name in names))
    if "NONE" in countries and len(countries) > 1:
        raise UsageError(
            _("--holidays none and another --holidays exclude each other"), _("pass either none or the countries")
        )
    return () if countries == ("NONE",) else countries or None


def _public(context: CliContext, countries: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return dates and names of the public holidays of these countries and regions."""
    if not countries:
        return ()
    from ...times import now
    from .public_holidays import public_holidays

    return public_holidays(countries, now().year, context.desk().info.language)


def _named(days: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str, str], ...]:
    """Return date, name and hours of special days; the hours follow the name. Raises UsageError."""
    from ....core.calendars.hours import split_named

    return tuple((day, *split_named(words, f"--day {day}")) for day, words in days)


def _bare_length(length: str) -> str:
    """Return a length as typed, without the words that mark it as a future one, such as `+` or `from now`."""
    import re

    return re.sub(r"\A\s*(?:\+|in\s)\s*|\s*(?:뒤에?|후에?|later|from now)?\s*\Z", "", length, flags=re.IGNORECASE)


def _format_moment(moment: str) -> str:
    """Return `2026-12-28 10:50 +09:00`, with seconds if they are not 0."""
    at = datetime.fromisoformat(moment)
    clock = at.replace(microsecond=0).isoformat(" ")
    return f"{clock[: 19 if at.second else 16]} {clock[19:]}"
