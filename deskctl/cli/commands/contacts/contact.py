"""`deskctl contact`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from ...columns import age_column
from ...confirmation import confirm
from ...context import CliContext
from ...execution import run_command
from ...messages import _
from ...name_completion import completer
from ...options import columns, dry_run, limit_option
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
    age_column("seen_at", "last"),
    age_column("created_at", "since", extra=True),
)
PAGE = 50
_VALUES = ("name", "tier", "org", "language", "timezone")


class ContactType(click.ParamType[int]):
    """The type of an argument that takes a contact's number (`7` or `#7`) or one of their addresses."""

    name = "contact"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        from ...ticket_arguments import parse_number

        number = value if isinstance(value, int) else parse_number(value)
        if number is not None:
            return number
        if ctx is None or ctx.resilient_parsing or not any(sign in value for sign in "@+0123456789"):
            what = _("not a contact number or address: {value}; see deskctl contact list", value=repr(value))
            self.fail(what, param, ctx)
        from ....core.contacts.queries import FindContact

        found: int = ctx.obj.ask(FindContact(value))
        return found


CONTACT = ContactType()


F = TypeVar("F", bound=Callable[..., Any])


def _contact(name: str = "contact") -> Callable[[F], F]:
    return click.argument(name, type=CONTACT, shell_complete=completer("contact"))


@click.group("contact")
def contact() -> None:
    """Manage customers and their addresses on all channels."""


@contact.command("list")
@click.option("--search", "text", metavar="TEXT", help="Only customers with these words in their name or address.")
@click.option("--org", metavar="ORG", help="Only customers of this organisation.")
@click.option("--tier", metavar="TIER", help="Only customers of this tier.")
@limit_option(PAGE)
@click.option("--exit-code", is_flag=True, help="Exit with 1 if the list is empty.")
@columns(COLUMNS)
@click.pass_obj
def list_(
    context: CliContext, text: str | None, org: str | None, tier: str | None, limit: int | None, exit_code: bool
) -> int:
    """List customers, newest first.

    \b
    Examples:
      deskctl contact list --search 김민수
      deskctl contact list --org acme --tier vip
    """
    from dataclasses import asdict

    from ....core.contacts.queries import CountContacts, ListContacts

    size = context.page_size(limit, PAGE)
    query = ListContacts(text=text, org=org, tier=tier, limit=size)
    rows = context.rows(query)
    total = context.ask(CountContacts(**asdict(query))) if context.at_terminal and len(rows) == size else len(rows)
    context.emit(rows, COLUMNS, empty=_("no customers"))
    context.say_rest(len(rows), total, size)
    return 1 if exit_code and not rows else 0


@contact.command("show")
@_contact()
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="Show the newest N messages.")
@click.option("--notes/--no-notes", default=True, help="Show internal notes.  [default: notes]")
@click.pass_obj
def show(context: CliContext, contact: int, limit: int, notes: bool) -> None:
    """Show a customer with their tickets and messages on all channels.

    For a contact that was merged, show the contact that it was merged into.

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
    from ...screen import Screen
    from .contact_view import render_contact

    screen = Screen(width=terminal_width(), timezone=timezone, color=context.color)
    if document["id"] != contact:
        context.say(_("contact {number} was merged into contact {other}:", number=contact, other=document["id"]))
    page(render_contact(document, screen))


@contact.command("set")
@_contact()
@click.argument("words", nargs=-1, required=True, metavar="NAME=VALUE...")
@dry_run
@click.pass_obj
def set_(context: CliContext, contact: int, words: tuple[str, ...]) -> None:
    """Set fields of a customer. An empty value clears the field.

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
    wrong = [name for name, sign, _value in pairs if not sign]
    if wrong:
        raise UsageError(
            _("not NAME=VALUE: {word}", word=wrong[0]),
            _(
                "for example {example}; fields: {fields}",
                example=f"deskctl contact set {contact} tier=vip",
                fields=", ".join(_VALUES),
            ),
        )
    run_command(context, SetContact(contact, tuple((name, value) for name, sign, value in pairs)))


@contact.command("merge")
@_contact()
@_contact("other")
@dry_run
@click.pass_obj
def merge(context: CliContext, contact: int, other: int) -> None:
    """Merge OTHER into CONTACT: both are the same customer.

    Addresses and tickets stay with their contacts, so `contact unmerge OTHER` undoes the merge.

    \b
    Example:
      deskctl contact merge 7 9
    """
    from ....core.contacts.commands import MergeContacts

    run_command(context, MergeContacts(contact, other))


@contact.command("unmerge")
@_contact()
@dry_run
@click.pass_obj
def unmerge(context: CliContext, contact: int) -> None:
    """Undo the merge of a contact.

    \b
    Example:
      deskctl contact unmerge 9
    """
    from ....core.contacts.commands import UnmergeContact

    run_command(context, UnmergeContact(contact))


@contact.command("link")
@_contact()
@click.option(
    "--channel",
    metavar="CHANNEL",
    shell_complete=completer("channel"),
    help="Channel that the customer will send the code on; default is any.",
)
@dry_run
@click.pass_obj
def link(context: CliContext, contact: int, channel: str | None) -> None:
    """Print a one-time code that links another address to a customer.

    Give the code to the customer on a channel that already has their address. They send it from the new address. It
    works once.

    \b
    Example:
      deskctl contact link 7
    """
    from ....core.contacts.commands import IssueLink
    from ...times import local_time

    timezone = context.desk().info.timezone
    outcome = context.execute(IssueLink(contact, channel))
    context.release()
    if context.json:
        context.document(outcome.document())
        return
    facts = outcome.facts
    if context.dry_run:
        context.say(_("dry run: would create a code for contact {number}", number=contact))
        return
    words = f"/start {facts['code']}" if facts["kind"] == "telegram" else facts["code"]
    context.say(_("Code for contact {number}: {code}", number=contact, code=facts["code"]))
    if channel:
        context.say(_("The customer sends   {words}   on {channel}.", words=words, channel=channel))
    else:
        context.say(_("The customer sends   {words}   from the address to link.", words=words))
    context.say(_("It works once, until {time}.", time=local_time(facts["expires_at"], timezone)))


@contact.command("erase")
@_contact()
@click.option("--yes", is_flag=True, help="Skip the confirmation.")
@dry_run
@click.pass_obj
def erase(context: CliContext, contact: int, yes: bool) -> None:
    """Erase the personal data of a customer: messages, names and addresses.

    Erases all messages, replies and notes on their tickets, attachments and raw mail, and all contacts that were merged
    into them. The times of messages and the fact of the erasure stay. Only a backup can restore the data.

    \b
    Example:
      deskctl contact erase 7
    """
    from ....core.contacts.commands import EraseContact

    if not (yes or context.dry_run):
        _confirm(context, contact)
    run_command(context, EraseContact(contact))


def _confirm(context: CliContext, number: int) -> None:
    """Ask for confirmation. Raises Refused unless the answer is yes."""
    from ....core.contacts.commands import EraseContact
    from ....core.contacts.queries import ShowContact
    from ....errors import Refused
    from ....safe import visible

    desk = context.desk()
    facts = desk.execute(EraseContact(number), agent=context.claim, dry_run=True).facts
    document = desk.ask(ShowContact(number, limit=0))
    context.release()
    merged = [f"{n}" for n in document["merged"]]
    lines = [
        _("Contact {number}: {name}", number=number, name=visible(document["name"] or _("(no name)"))),
        *([_("  merged contacts: {numbers}", numbers=", ".join(merged))] if merged else []),
        _("  addresses: {addresses}", addresses=visible(", ".join(document["addresses"])) or _("none")),
        _(
            "  tickets: {tickets}, messages: {messages}, attachments: {attachments}",
            tickets=facts["tickets"],
            messages=facts["messages"],
            attachments=facts["attachments"],
        ),
        _("  outgoing messages: {count}; also all raw mail and search results", count=facts["outgoing"]),
    ]
    hint = _("--dry-run shows what would be erased")
    if not confirm(lines, _("Erase all of this permanently?"), hint=hint):
        raise Refused(_("nothing was erased"))


@contact.command("export")
@_contact()
@click.option("--notes", is_flag=True, help="Include internal notes, which are not meant for the customer.")
@click.option("--force", is_flag=True, help="Replace an existing folder.")
@dry_run
@click.pass_obj
def export(context: CliContext, contact: int, notes: bool, force: bool) -> None:
    """Export all data of a customer to the folder contact-NUMBER.

    The folder contains contact.json, a file for each ticket in tickets/, the text of each message in messages/, and
    the attachments in attachments/.

    \b
    Example:
      deskctl contact export 7
    """
    from .export import export_contact

    export_contact(context, contact, notes=notes, force=force)
