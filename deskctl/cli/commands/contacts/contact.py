"""`deskctl contact`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from ...columns import aged
from ...context import CliContext
from ...execution import act
from ...name_completion import completes
from ...options import columns, dry_run
from ...options import limit as limit_option
from ...output import Column, field

COLUMNS = (
    field("id", heading="#", right=True),
    field("name", least=8),
    Column("addresses", lambda row: row["addresses"], least=16, heading="reached at"),
    field("org", least=6),
    field("tier"),
    field("open", right=True),
    field("total", right=True, extra=True),
    field("language", extra=True),
    field("timezone", extra=True),
    aged("seen_at", "last"),
    aged("created_at", "since", extra=True),
)
PAGE = 50
_VALUES = ("name", "tier", "org", "language", "timezone")


class ContactType(click.ParamType[int]):
    """A contact's number (`7` or `#7`), or an address that reaches them (mail, telephone, chat)."""

    name = "contact"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        from ...ticket_arguments import parse

        number = value if isinstance(value, int) else parse(value)
        if number is not None:
            return number
        if ctx is None or ctx.resilient_parsing or not any(sign in value for sign in "@+0123456789"):
            self.fail(f"{value!r} is not a contact's number or address; deskctl contact list shows them", param, ctx)
        from ....core.contacts.queries import FindContact

        found: int = ctx.obj.ask(FindContact(value))
        return found


CONTACT = ContactType()


F = TypeVar("F", bound=Callable[..., Any])


def _contact(name: str = "contact") -> Callable[[F], F]:
    return click.argument(name, type=CONTACT, shell_complete=completes("contact"))


@click.group("contact")
def contact() -> None:
    """Customers: who they are on every channel."""


@contact.command("list")
@click.option("--search", "text", metavar="TEXT", help="Only with these words in name or address.")
@click.option("--org", metavar="ORG", help="Only of this organisation.")
@click.option("--tier", metavar="TIER", help="Only of this tier.")
@limit_option(PAGE)
@click.option("--exit-code", is_flag=True, help="Exit with 1 when there is none.")
@columns(COLUMNS)
@click.pass_obj
def list_(
    context: CliContext, text: str | None, org: str | None, tier: str | None, limit: int | None, exit_code: bool
) -> int:
    """List customers, the newest first.

    \b
    Examples:
      deskctl contact list --search 김민수
      deskctl contact list --org acme --tier vip
    """
    from dataclasses import asdict

    from ....core.contacts.queries import CountContacts, ListContacts

    size = context.page_size(limit, PAGE)
    query = ListContacts(text=text, org=org, tier=tier, limit=size)
    rows = context.ask(query)
    total = context.ask(CountContacts(**asdict(query))) if context.at_terminal and len(rows) == size else len(rows)
    context.emit(rows, COLUMNS, empty="no customers")
    context.say_rest(len(rows), total, size)
    return 1 if exit_code and not rows else 0


@contact.command("show")
@_contact()
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="The newest so many words.")
@click.option("--notes/--no-notes", default=True, help="Internal notes, too.  [default: notes]")
@click.pass_obj
def show(context: CliContext, contact: int, limit: int, notes: bool) -> None:
    """Show a customer with all that was said, on every channel.

    Of a merged contact it is whom it was merged into.

    \b
    Examples:
      deskctl contact show 7
      deskctl contact show 7 --limit 5 --json
    """
    from ....core.contacts.queries import ShowContact

    desk = context.desk()
    document, timezone = desk.ask(ShowContact(contact, limit=limit, notes=notes)), desk.info.timezone
    context.release()
    if context.json:
        context.document(document)
        return
    from ...output import terminal_width
    from ...pager import page
    from ..tickets.ticket_view import Screen
    from .contact_view import person

    screen = Screen(width=terminal_width(), timezone=timezone, color=context.color)
    if document["id"] != contact:
        context.say(f"contact {contact} was merged into contact {document['id']}:")
    page(person(document, screen))


@contact.command("set")
@_contact()
@click.argument("words", nargs=-1, required=True, metavar="NAME=VALUE...")
@dry_run
@click.pass_obj
def set_(context: CliContext, contact: int, words: tuple[str, ...]) -> None:
    """Set what is known of a customer. An empty value is none.

    \b
    Fields:
      name=TEXT
      tier=WORD
      org=TEXT
      language=CODE
      timezone=ZONE

    \b
    Example:
      deskctl contact set 7 tier=vip org=acme language=ko
    """
    from ....core.contacts.commands import SetContact
    from ....errors import UsageError

    pairs = [word.partition("=") for word in words]
    wrong = [name for name, sign, _ in pairs if not sign]
    if wrong:
        raise UsageError(f"“{wrong[0]}” sets nothing", f"deskctl contact set {contact} tier=vip; {_fields()}")
    act(context, SetContact(contact, tuple((name, value) for name, _, value in pairs)))


def _fields() -> str:
    return f"fields: {', '.join(_VALUES)}"


@contact.command("merge")
@_contact()
@_contact("other")
@dry_run
@click.pass_obj
def merge(context: CliContext, contact: int, other: int) -> None:
    """Make one customer of two: OTHER turned out to be CONTACT.

    Both keep their addresses and tickets, so `contact unmerge OTHER` takes it back.

    \b
    Example:
      deskctl contact merge 7 9
    """
    from ....core.contacts.commands import MergeContacts

    act(context, MergeContacts(contact, other))


@contact.command("unmerge")
@_contact()
@dry_run
@click.pass_obj
def unmerge(context: CliContext, contact: int) -> None:
    """Make two customers again of one that was merged.

    \b
    Example:
      deskctl contact unmerge 9
    """
    from ....core.contacts.commands import UnmergeContact

    act(context, UnmergeContact(contact))


@contact.command("link")
@_contact()
@click.option(
    "--channel", metavar="CHANNEL", shell_complete=completes("channel"), help="Where they will send it; else anywhere."
)
@dry_run
@click.pass_obj
def link(context: CliContext, contact: int, channel: str | None) -> None:
    """Print a one-time code that ties a customer's other address to them.

    Give it to them where you know them; they send it where you do not know them yet. It works once.

    \b
    Example:
      deskctl contact link 7
    """
    from ....core.contacts.commands import IssueLink
    from ...times import local

    timezone = context.desk().info.timezone
    outcome = context.execute(IssueLink(contact, channel))
    context.release()
    if context.json:
        context.document(outcome)
        return
    facts = outcome["facts"]
    if context.dry_run:
        context.say(f"dry run: a code for contact {contact} would be made")
        return
    where = f"on {channel}" if channel else "on the channel that they want to be known on"
    context.say(f"Code for contact {contact}: {facts['code']}")
    words = f"/start {facts['code']}" if facts["kind"] == "telegram" else facts["code"]
    context.say(f"The customer sends   {words}   {where}.")
    context.say(f"It works once, until {local(facts['expires_at'], timezone)}.")


@contact.command("erase")
@_contact()
@click.option("--yes", is_flag=True, help="Do not ask.")
@dry_run
@click.pass_obj
def erase(context: CliContext, contact: int, yes: bool) -> None:
    """Erase a customer: what they said, what they are called, where they are reached.

    With their tickets' messages, answers and notes, their attachments and raw bytes, and everyone who was merged into
    them. That something was said, and when, stays, and that it was erased. Nothing brings it back but a backup.

    \b
    Example:
      deskctl contact erase 7
    """
    from ....core.contacts.commands import EraseContact

    if not (yes or context.dry_run):
        _ask(context, contact)
    act(context, EraseContact(contact))


def _ask(context: CliContext, number: int) -> None:
    """Raises Refused unless somebody says yes."""
    from ....core.contacts.commands import EraseContact
    from ....core.contacts.queries import ShowContact
    from ....errors import Refused
    from ....safe import visible

    desk = context.desk()
    facts = desk.execute(EraseContact(number), agent=context.claim, dry_run=True)["facts"]
    document = desk.ask(ShowContact(number, limit=0))
    context.release()
    if not sys.stdin.isatty():
        raise Refused("confirmation needs a terminal; pass --yes", "--dry-run shows what would be erased")
    merged = f", and {', '.join(f'contact {n}' for n in document['merged'])}" if document["merged"] else ""
    lines = [
        f"Contact {number}, {visible(document['name'] or 'without a name')}{merged}:",
        f"  addresses: {visible(', '.join(document['addresses'])) or 'none'}",
        f"  tickets: {facts['tickets']}, messages: {facts['messages']}, attachments: {facts['attachments']}",
        f"  outgoing messages: {facts['outgoing']}; the raw bytes of all, and what searches find",
    ]
    click.echo("\n".join(lines), err=True)
    if not click.confirm("Erase all of it for good?", err=True):
        raise Refused("nothing was erased")


@contact.command("export")
@_contact()
@click.option("--notes", is_flag=True, help="Internal notes, too: they are not for the customer.")
@click.option("--force", is_flag=True, help="Replace a folder that is there.")
@dry_run
@click.pass_obj
def export(context: CliContext, contact: int, notes: bool, force: bool) -> None:
    """Write all that is known of a customer to the folder contact-NUMBER.

    contact.json, a file for each ticket in tickets/, each message as text in messages/, and the files that were sent in
    attachments/.

    \b
    Example:
      deskctl contact export 7
    """
    from .export import export_contact

    export_contact(context, contact, notes=notes, force=force)
