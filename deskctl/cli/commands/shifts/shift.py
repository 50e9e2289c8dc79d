"""`deskctl shift`."""

from __future__ import annotations

import sys

import click

from ...context import CliContext
from ...execution import run_command, run_with_notes
from ...messages import _
from ...name_completion import completer
from ...options import columns, dry_run
from ...output import Column, field

COLUMNS = (
    field("number", heading="#", right=True),
    field("agent"),
    Column("hours", lambda row: row["hours"], shown=lambda row: row["hours"] or "off", least=20),
    field("timezone", least=8),
    field("from"),
    field("until"),
    field("team"),
    field("kind", extra=True),
    field("left", extra=True),
)
_STINT = (field("date"), field("agent"), field("from"), field("to"))
_GAP = (field("from"), field("to"), field("seconds", right=True), field("arrivals", right=True))
_NOTE = (field("id"), field("at"), field("author"), field("team"), field("text"))

_NOW = click.option("--now", metavar="MOMENT", help="Calculate for this moment instead of now.")
_TEAM = click.option("--team", metavar="TEAM", shell_complete=completer("team"), help="Only agents of this team.")
_ZONE = click.option(
    "--timezone", metavar="ZONE", help="Time zone, for example Europe/Berlin.  [default: that of the desk]"
)


@click.group("shift")
def shift() -> None:
    """Manage shifts, days off and handover notes."""


@shift.command("add")
@click.argument("agent", shell_complete=completer("agent"))
@click.option(
    "--hours", metavar="HOURS", required=True, help='Weekly hours: "mon-fri 09:00-18:00" or "fri 22:00-06:00".'
)
@click.option("--timezone", metavar="ZONE", help="Time zone of the hours.  [default: that of the desk]")
@click.option("--from", "first", metavar="DATE", help="First day on which the shift starts.")
@click.option("--until", "last", metavar="DATE", help="Last day on which the shift starts.")
@click.option("--team", metavar="TEAM", shell_complete=completer("team"), help="Shift for this team only.")
@dry_run
@click.pass_obj
def add(
    context: CliContext,
    agent: str,
    hours: str,
    timezone: str | None,
    first: str | None,
    last: str | None,
    team: str | None,
) -> None:
    """Add a weekly shift of an agent.

    A shift may end on the next day. Agents who have shifts get tickets from routing only while on shift.

    \b
    Examples:
      deskctl shift add agent1 --hours "mon-fri 09:00-18:00" --timezone Asia/Seoul
      deskctl shift add agent2 --hours "fri-sun 22:00-06:00" --from 2027-03-01 --until 2027-05-31
    """
    from ....core.shifts.commands import AddShift

    run_with_notes(context, AddShift(agent, hours, timezone, first, last, team))


@shift.command("off")
@click.argument("agent", shell_complete=completer("agent"))
@click.option("--from", "first", metavar="DATE", required=True, help="First day off.")
@click.option("--until", "last", metavar="DATE", help="Last day off.  [default: the first]")
@dry_run
@click.pass_obj
def off(context: CliContext, agent: str, first: str, last: str | None) -> None:
    """Give an agent days off, on which no shift of the agent starts.

    \b
    Example:
      deskctl shift off agent1 --from 2027-02-08 --until 2027-02-12
    """
    from ....core.shifts.commands import TakeOff

    run_with_notes(context, TakeOff(agent, first, last))


@shift.command("list")
@click.option("--agent", metavar="AGENT", shell_complete=completer("agent"), help="Only shifts of this agent.")
@_TEAM
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext, agent: str | None, team: str | None) -> None:
    """List shifts and days off.

    `shift remove` takes the numbers in the first column. Shifts of deactivated agents are listed, too.

    \b
    Example:
      deskctl shift list --team support
    """
    from ....core.shifts.queries import ListShifts
    from .rota_view import note_lines

    found = context.ask(ListShifts(agent, team))
    context.emit(found, COLUMNS, empty=_("no shifts; add one with deskctl shift add AGENT --hours HOURS"))
    inactive = sorted({row["agent"] for row in found if row["left"]})
    sys.stderr.write(
        note_lines(
            _("{agent} is deactivated; remove the shifts with deskctl shift remove NUMBER", agent=name)
            for name in inactive
        )
    )


@shift.command("remove")
@click.argument("number", type=int)
@dry_run
@click.pass_obj
def remove(context: CliContext, number: int) -> None:
    """Remove a shift, or days off.

    \b
    Example:
      deskctl shift remove 3
    """
    from ....core.shifts.commands import RemoveShift

    run_command(context, RemoveShift(number))


@shift.command("show")
@click.option(
    "--week", is_flag=False, flag_value="", metavar="[DATE]", help="Show the week of this date.  [default: this week]"
)
@_TEAM
@_ZONE
@_NOW
@click.pass_obj
def show(context: CliContext, week: str | None, team: str | None, timezone: str | None, now: str | None) -> None:
    """Show the shifts of a week, the agents on shift now, and your unread handover notes.

    \b
    Examples:
      deskctl shift show --week
      deskctl shift show --week 2027-03-01 --team support --timezone Europe/Berlin
    """
    from ....core.shifts.queries import ShowShifts

    reader = context.agent or context.desk().info.agent
    document = context.ask(ShowShifts(week or None, team, timezone, reader, now))
    context.release()
    if context.json:
        context.document(document)
    elif sys.stdout.isatty():
        from ...output import terminal_width
        from .rota_view import render_week

        sys.stdout.write(render_week(document, terminal_width(), color=context.color))
    else:
        rows = [
            {"date": day["date"], "agent": person["agent"], **stint}
            for person in document["people"]
            for day in person["days"]
            for stint in day["shifts"]
        ]
        context.emit(sorted(rows, key=lambda row: (row["from"], row["agent"])), _STINT)


@shift.command("gaps")
@click.option("--next", "ahead", metavar="LENGTH", default="14d", show_default=True, help="Period to check.")
@_TEAM
@click.option("--hours", metavar="HOURS", help='Hours to cover, for example "mon-fri 09:00-18:00".')
@click.option(
    "--calendar", metavar="NAME", shell_complete=completer("calendar"), help="Calendar whose business hours to cover."
)
@_ZONE
@_NOW
@click.pass_obj
def gaps(
    context: CliContext,
    ahead: str,
    team: str | None,
    hours: str | None,
    calendar: str | None,
    timezone: str | None,
    now: str | None,
) -> None:
    """Find hours without an agent on shift, and the requests that usually arrive in them.

    The hours to cover are those of --hours or --calendar, else those of the calendar with the name of the team, else
    all. The number of requests is the average of the same hours in the last weeks.

    \b
    Examples:
      deskctl shift gaps --next 14d --team support
      deskctl shift gaps --hours "mon-fri 09:00-18:00"
    """
    from ....core.shifts.queries import FindGaps

    document = context.ask(FindGaps(ahead, team, hours, calendar, timezone, now))
    context.release()
    if context.json:
        context.document(document)
    elif sys.stdout.isatty():
        from ...output import terminal_width
        from .rota_view import render_gaps

        sys.stdout.write(render_gaps(document, terminal_width(), color=context.color))
    else:
        from .rota_view import note_lines

        context.emit(document["gaps"], _GAP)
        sys.stderr.write(note_lines(document["remarks"]))


@shift.group("handover", invoke_without_command=True)
@click.option("-m", "--message", metavar="TEXT", help="Text of the note.")
@click.option(
    "--team", metavar="TEAM", shell_complete=completer("team"), help="Team to inform.  [default: your only team]"
)
@dry_run
@click.pass_context
def handover(ctx: click.Context, message: str | None, team: str | None) -> None:
    """Leave a handover note for the next shift.

    `deskctl`, `queue` and `shift show` display the note to each member of the team until they have read it.

    \b
    Examples:
      deskctl shift handover -m "The payment provider is down; tell customers by 18:00."
      deskctl shift handover list
    """
    if ctx.invoked_subcommand is not None:
        return
    from ....core.shifts.commands import HandOver
    from ....errors import UsageError

    if message is None:
        hint = _("pass -m TEXT, or list notes with deskctl shift handover list")
        raise UsageError(_("missing text of the note"), hint)
    run_command(ctx.obj, HandOver(message, team))


@handover.command("list")
@click.option("--all", "all_", is_flag=True, help="Include notes for other teams.")
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="Maximum number of read notes."
)
@columns(_NOTE)
@click.pass_obj
def notes(context: CliContext, all_: bool, limit: int) -> None:
    """List handover notes, newest first, and mark them as read.

    Always lists all unread notes. Other commands do not display a note again after you have read it.

    \b
    Example:
      deskctl shift handover list
    """
    from ....core.shifts.commands import ReadHandovers
    from ....core.shifts.queries import ListHandovers

    desk = context.desk()
    reader = context.agent or desk.info.agent
    newest = desk.ask(ListHandovers(None if all_ else reader, limit=limit))
    unread = desk.ask(ListHandovers(reader, unread=True, limit=None)) if reader is not None else []
    notes = {note["id"]: note for note in (*newest, *unread)}  # mark only notes as read that are printed
    found = sorted(notes.values(), key=lambda note: note["id"], reverse=True)
    zone = desk.info.timezone
    if found and reader is not None:
        desk.execute(ReadHandovers(found[0]["id"]), agent=reader)
    context.release()
    if context.json or not sys.stdout.isatty():
        context.emit(found, _NOTE)
    else:
        from .rota_view import render_handovers

        sys.stdout.write(render_handovers(found, zone, color=context.color) or _("no handover notes") + "\n")
