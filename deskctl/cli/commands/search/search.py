"""`deskctl search`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ...context import CliContext
from ...declared_fields import complete_condition
from ...messages import _
from ...options import columns, limit_option
from ...output import Column, field
from ...query_command import SearchCommand

if TYPE_CHECKING:
    from ....core.search.views import ContactHit, SearchAnswer

#: The maximum number of contacts above the messages; `--contacts` lists all.
_MAX_CONTACTS = 3

_HITS = (
    field("number", heading="#", right=True),
    field("subject", least=16),
    field("message", right=True),
    Column("snippet", lambda row: _plain(row["snippet"]), least=24),
    field("at"),
)
_CONTACTS = (
    field("id", heading="#", right=True),
    field("name", least=8),
    field("addresses", least=16),
)

#: The number of hits that a terminal gets without `--limit`.
PAGE = 50


@click.command("search", cls=SearchCommand)
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@click.option("--rank", is_flag=True, help="List the best matches first instead of the newest.")
@limit_option(PAGE)
@click.option("--notes/--no-notes", default=True, help="Search internal notes, too.  [default: notes]")
@click.option("--spam", is_flag=True, help="Search spam, too.")
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="CONDITION",
    shell_complete=complete_condition,
    help='Only tickets with this value, for example order_number=4711 or "amount>=100"; may be repeated.',
)
@click.option("--contacts", is_flag=True, help="Search names and addresses of contacts instead of messages.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if nothing is found.")
@columns(_HITS)
@click.pass_obj
def search(
    context: CliContext,
    words: tuple[str, ...],
    rank: bool,
    limit: int | None,
    notes: bool,
    spam: bool,
    fields: tuple[str, ...],
    contacts: bool,
    exit_code: bool,
) -> int:
    """Search messages, subjects and attachment names.

    A message must contain all words, and "words in quotes" side by side. The search includes solved and closed tickets;
    the newest messages come first. A terminal also lists contacts whose name or address matches.

    An address or phone number finds the tickets of that person; #42 finds ticket 42. The value of a custom field, such
    as an order number, finds the tickets that have it.

    Conditions such as status:open or created:>now-7d limit the search to the tickets that match;
    docs/reference/queries.md lists the fields.

    \b
    Examples:
      deskctl search printer fire
      deskctl search "결제 오류"
      deskctl search '"broken link"' --rank
      deskctl search kim@work.example refund
      deskctl search refund status:solved 'created:>now-30d'
      deskctl search --contacts 김철수
    """
    from ....core.search.queries import SearchContacts, SearchMessages
    from ....errors import UsageError

    if contacts and fields:
        raise UsageError(_("--contacts and --field exclude each other"), _("pass one of them"))
    wanted = " ".join(words)
    size = context.page_size(limit, PAGE)
    if contacts:
        people: list[ContactHit] = context.ask(SearchContacts(wanted, size))
        context.emit(people, _CONTACTS, empty="")
        found = bool(people)
    else:
        answer: SearchAnswer = context.ask(SearchMessages(wanted, size, rank, spam, notes, fields))
        at_terminal = sys.stdout.isatty() and not context.json and context.columns is None
        people = context.ask(SearchContacts(wanted, _MAX_CONTACTS)) if at_terminal else []
        if at_terminal:
            _show(context, answer, people, size)
        else:
            context.emit(answer["hits"], _HITS, empty="")
        found = bool(answer["hits"] or people)
        if answer["ranked"] is not None and answer["hits"]:
            text = _("only the newest {count} matches were ranked; there are more", count=answer["ranked"])
            sys.stderr.write(_("note: {text}", text=text) + "\n")
    if not found:
        _report_no_match(wanted, contacts, notes, spam)
    return 1 if exit_code and not found else 0


def _plain(snippet: str) -> str:
    from .search_view import unmarked

    return unmarked(snippet)


def _show(context: CliContext, answer: SearchAnswer, people: list[ContactHit], limit: int) -> None:
    from ...output import terminal_width
    from ...style import paint
    from .search_view import contact_lines, message_lines

    context.release()
    wide = terminal_width()
    dim = "dim" if context.color else ""
    lines = []
    if people:
        lines += [paint(_("CONTACTS"), dim), *contact_lines(people, wide, context.color)]
    if answer["hits"]:
        lines += [paint(_("MESSAGES"), dim)] if people else []
        lines += message_lines(answer["hits"], wide, context.color)
    if len(answer["hits"]) == limit:
        lines.append(paint(_("the first {shown}; --limit {limit} shows more", shown=limit, limit=2 * limit), dim))
    sys.stdout.write("".join(line.rstrip() + "\n" for line in lines))


def _report_no_match(wanted: str, contacts: bool, notes: bool, spam: bool) -> None:
    """Print that nothing was found, with a hint how to find more."""
    from ....safe import visible

    words = visible(wanted)
    if contacts:
        what = _("no contact matches: {words}", words=words)
        hints = [_("names and addresses also match by the beginning of a word")]
    else:
        what = _("no message matches: {words}", words=words)
        several = len(wanted.split()) > 1
        hints = [_("use fewer words") if several else _("the beginning of a word does not match")]
        hints += [] if notes else [_("internal notes were not searched")]
        hints += [] if spam else [_("--spam includes spam")]
    sys.stderr.write(what + "\n" + _("hint: {hint}", hint="; ".join(hints)) + "\n")
