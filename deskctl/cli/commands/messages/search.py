"""`deskctl search`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ...context import CliContext
from ...options import columns
from ...options import limit as limit_option
from ...output import Column, field

if TYPE_CHECKING:
    from ....core.search.views import ContactHit, SearchAnswer

#: Contacts shown above the messages; `--contacts` shows all.
_FEW = 3

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

#: Hits that a terminal gets without `--limit`.
PAGE = 50


@click.command("search")
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@click.option("--rank", is_flag=True, help="The best first, not the newest.")
@limit_option(PAGE)
@click.option("--notes/--no-notes", default=True, help="Search internal notes, too.  [default: notes]")
@click.option("--spam", is_flag=True, help="Search spam, too.")
@click.option("--contacts", is_flag=True, help="Search names and addresses of contacts instead.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when nothing is found.")
@columns(_HITS)
@click.pass_obj
def search(
    context: CliContext,
    words: tuple[str, ...],
    rank: bool,
    limit: int | None,
    notes: bool,
    spam: bool,
    contacts: bool,
    exit_code: bool,
) -> int:
    """Find messages by words: in what was written, in subjects, in the names of attachments.

    Every word must be there; "words in quotes" must stand side by side. Solved and closed tickets are searched, too.
    Newest first. On a terminal, contacts of that name or address come before the messages.

    An address or a telephone number finds the tickets that the person takes part in; #42 finds ticket 42.

    \b
    Examples:
      deskctl search printer fire
      deskctl search "결제 오류"
      deskctl search '"broken link"' --rank
      deskctl search kim@work.example refund
      deskctl search --contacts 김철수
    """
    from ....core.search.queries import SearchContacts, SearchMessages

    wanted = " ".join(words)
    size = context.page_size(limit, PAGE)
    if contacts:
        people: list[ContactHit] = context.ask(SearchContacts(wanted, size))
        context.emit(people, _CONTACTS, empty="")
        found = bool(people)
    else:
        answer: SearchAnswer = context.ask(SearchMessages(wanted, size, rank, spam, notes))
        at_terminal = sys.stdout.isatty() and not context.json and context.columns is None
        people = context.ask(SearchContacts(wanted, _FEW)) if at_terminal else []
        if at_terminal:
            _show(context, answer, people, size)
        else:
            context.emit(answer["hits"], _HITS, empty="")
        found = bool(answer["hits"] or people)
        if answer["ranked"] is not None and answer["hits"]:
            sys.stderr.write(f"the best of the {answer['ranked']} newest that hold the words; there are more\n")
    if not found:
        _tell_nothing(wanted, contacts, notes, spam)
    return 1 if exit_code and not found else 0


def _plain(snippet: str) -> str:
    from .search_view import plain

    return plain(snippet)


def _show(context: CliContext, answer: SearchAnswer, people: list[ContactHit], limit: int) -> None:
    from ...output import terminal_width
    from ...style import paint
    from .search_view import contact_lines, message_lines

    context.release()
    wide = terminal_width()
    dim = "dim" if context.color else ""
    lines = []
    if people:
        lines += [paint("CONTACTS", dim), *contact_lines(people, wide, context.color)]
    if answer["hits"]:
        lines += [paint("MESSAGES", dim)] if people else []
        lines += message_lines(answer["hits"], wide, context.color)
    if len(answer["hits"]) == limit:
        lines.append(paint(f"the first {limit}; --limit shows more", dim))
    sys.stdout.write("".join(line.rstrip() + "\n" for line in lines))


def _tell_nothing(wanted: str, contacts: bool, notes: bool, spam: bool) -> None:
    from ....safe import visible

    if contacts:
        where, hint = "no contact's name or address", "a word may be cut short at its end"
    else:
        where = "no message" if notes else "no message but perhaps a note"
        hint = "fewer words find more" if len(wanted.split()) > 1 else "the beginning of a word is not enough"
        hint += "" if spam else "; --spam searches spam, too"
    sys.stderr.write(f"{where} holds: {visible(wanted)}\nhint: {hint}\n")
