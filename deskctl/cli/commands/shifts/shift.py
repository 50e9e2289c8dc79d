"""`deskctl shift`."""

from __future__ import annotations

import sys

import click

from ...context import CliContext
from ...execution import act
from ...name_completion import completes
from ...options import columns, dry_run
from ...output import Column, field
from ...remarking import set_up

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

_NOW = click.option("--now", metavar="MOMENT", help="Compute as if it were this moment.")
_TEAM = click.option("--team", metavar="TEAM", shell_complete=completes("team"), help="Only this team's agents.")
_ZONE = click.option("--timezone", metavar="ZONE", help="Another time zone than the desk's, as in Europe/Berlin.")


@click.group("shift")
def shift() -> None:
    """Shifts: who works when, and what the next shift should know."""


@shift.command("add")
@click.argument("agent", shell_complete=completes("agent"))
@click.option("--hours", metavar="HOURS", required=True, help='As in "mon-fri 09:00-18:00" or "fri 22:00-06:00".')
@click.option("--timezone", metavar="ZONE", help="Whose clock they work by; the desk's unless given.")
@click.option("--from", "first", metavar="DATE", help="The first day on which it begins.")
@click.option("--until", "last", metavar="DATE", help="The last day on which it begins.")
@click.option("--team", metavar="TEAM", shell_complete=completes("team"), help="For this team only.")
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
    """Say when an agent works, week after week.

    What ends after midnight ends on the next day. Tickets are routed to agents with shifts only while they work.

    \b
    Examples:
      deskctl shift add agent1 --hours "mon-fri 09:00-18:00" --timezone Asia/Seoul
      deskctl shift add agent2 --hours "fri-sun 22:00-06:00" --from 2027-03-01 --until 2027-05-31
    """
    from ....core.shifts.commands import AddShift

    set_up(context, AddShift(agent, hours, timezone, first, last, team))


@shift.command("off")
@click.argument("agent", shell_complete=completes("agent"))
@click.option("--from", "first", metavar="DATE", required=True, help="The first day off.")
@click.option("--until", "last", metavar="DATE", help="The last; without it, one day.")
@dry_run
@click.pass_obj
def off(context: CliContext, agent: str, first: str, last: str | None) -> None:
    """Give an agent days off: no shift of theirs begins on them.

    \b
    Example:
      deskctl shift off agent1 --from 2027-02-08 --until 2027-02-12
    """
    from ....core.shifts.commands import TakeOff

    set_up(context, TakeOff(agent, first, last))


@shift.command("list")
@click.option("--agent", metavar="AGENT", shell_complete=completes("agent"), help="Only this agent's.")
@_TEAM
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext, agent: str | None, team: str | None) -> None:
    """List shifts and days off, with the numbers by which they are removed. Those of who has left are among them.

    \b
    Example:
      deskctl shift list --team support
    """
    from ....core.shifts.queries import ListShifts
    from .rota_view import noted

    found = context.ask(ListShifts(agent, team))
    context.emit(found, COLUMNS, empty="no shifts; deskctl shift add AGENT adds one")
    left = sorted({row["agent"] for row in found if row["left"]})
    sys.stderr.write(noted(f"{who} has left; deskctl shift remove takes their shifts away" for who in left))


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

    act(context, RemoveShift(number))


@shift.command("show")
@click.option("--week", is_flag=False, flag_value="", metavar="[DATE]", help="The week of a date; this one without.")
@_TEAM
@_ZONE
@_NOW
@click.pass_obj
def show(context: CliContext, week: str | None, team: str | None, timezone: str | None, now: str | None) -> None:
    """Show a week: who is there when, who is there now, and what was left for you.

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
        from .rota_view import drawn

        sys.stdout.write(drawn(document, terminal_width(), color=context.color))
    else:
        rows = [
            {"date": day["date"], "agent": person["agent"], **stint}
            for person in document["people"]
            for day in person["days"]
            for stint in day["shifts"]
        ]
        context.emit(sorted(rows, key=lambda row: (row["from"], row["agent"])), _STINT)


@shift.command("gaps")
@click.option("--next", "ahead", metavar="LENGTH", default="14d", show_default=True, help="How far to look.")
@_TEAM
@click.option("--hours", metavar="HOURS", help='When somebody is to be there, as in "mon-fri 09:00-18:00".')
@click.option(
    "--calendar", metavar="NAME", shell_complete=completes("calendar"), help="The same, as a calendar has it."
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
    """Find hours in which nobody is there, and say what usually arrives in them.

    Somebody is to be there in the given hours, else in those of the calendar that is called as the team, else always.
    What usually arrives is the average of such hours of the desk's last weeks.

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
        from .rota_view import gaps_drawn

        sys.stdout.write(gaps_drawn(document, terminal_width(), color=context.color))
    else:
        from .rota_view import noted

        context.emit(document["gaps"], _GAP)
        sys.stderr.write(noted(document["remarks"]))


@shift.group("handover", invoke_without_command=True)
@click.option("-m", "--message", metavar="TEXT", help="What the next shift should know.")
@click.option("--team", metavar="TEAM", shell_complete=completes("team"), help="Which team; yours, if you are in one.")
@dry_run
@click.pass_context
def handover(ctx: click.Context, message: str | None, team: str | None) -> None:
    """Leave a note for the next shift.

    It is shown to your team until each of them has read it, by `deskctl`, `queue` and `shift show`.

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
        raise UsageError("what should the next shift know?", 'deskctl shift handover -m "…"; list shows the notes')
    act(ctx.obj, HandOver(message, team))


@handover.command("list")
@click.option("--all", "all_", is_flag=True, help="Those of other teams, too.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N")
@columns(_NOTE)
@click.pass_obj
def notes(context: CliContext, all_: bool, limit: int) -> None:
    """Read what was left for you, the newest first. What you have read is not shown elsewhere any more; what you have
    not is shown here, however many that are.

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
    notes = {note["id"]: note for note in (*newest, *unread)}  # whatever is said to be read was shown
    found = sorted(notes.values(), key=lambda note: note["id"], reverse=True)
    zone = desk.info.timezone
    if found and reader is not None:
        desk.execute(ReadHandovers(found[0]["id"]), agent=reader)
    context.release()
    if context.json or not sys.stdout.isatty():
        context.emit(found, _NOTE)
    else:
        from .rota_view import notes_drawn

        sys.stdout.write(notes_drawn(found, zone, color=context.color) or "nothing was left for you\n")
