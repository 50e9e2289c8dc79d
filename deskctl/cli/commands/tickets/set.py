"""`deskctl set`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from ....core.tickets.field_registry import PLAIN, SPECIAL
from ....safe import visible
from ...context import CliContext
from ...declared_fields import declared_fields, is_plain
from ...execution import run_each
from ...messages import _, shown
from ...name_completion import complete_names
from ...options import dry_run
from ...ticket_arguments import collect_numbers
from ...width import pad, width

if TYPE_CHECKING:
    from ....core.tickets.views import FieldRow

#: The longest form of a field whose label stands in the same line.
_WIDEST_FORM = 32
_ABOUT = """Set fields of tickets.

    \b
    Fields:
{fields}

    \b
    Examples:
      deskctl set 42 priority=high
      deskctl set 42 43 status=hold language=ko
      deskctl set 42 "callback=tomorrow 10:00"
      deskctl set 42 "subject=Invoice 4711" requester=anna@example.org
    """


def _help() -> str:
    """Return the help text with the fields that every desk has."""
    rows = [(f"{name}={form}", about) for name, form, about, _values in SPECIAL]
    rows += [(f"{field.name}={field.form}", field.title if field.has_other_title else "") for field in PLAIN]
    longest = max(len(written) for written, about in rows if about)
    return _ABOUT.replace(
        "{fields}",
        "\n".join(f"      {written:{longest}}   ({about})" if about else f"      {written}" for written, about in rows),
    )


class SetCommand(click.Command):
    """The command `set`, whose help page also lists the fields of the desk, if there is one."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_help_text(ctx, formatter)
        custom = [row for row in declared_fields(ctx) if not is_plain(row)]
        if custom:
            with formatter.section(_("Fields of this desk; an empty value clears them")):
                formatter.write("".join(f"{' ' * formatter.current_indent}{line}\n" for line in _lines(custom)))


def _lines(rows: list[FieldRow]) -> Iterator[str]:
    """Yield the fields with their labels in a column, on a separate line after a long list of choices."""
    forms = [visible(f"{row['name']}={row['form']}") for row in rows]
    longest = max((width(form) for form in forms if width(form) <= _WIDEST_FORM), default=_WIDEST_FORM)
    for row, form in zip(rows, forms, strict=True):
        if width(form) > longest:
            yield form
        yield f"{pad(form if width(form) <= longest else '', longest)}   {_about(row)}"


def _about(row: FieldRow) -> str:
    label = visible(shown(row["label"]))
    return _("{label} (required to solve a ticket)", label=label) if row["required_to_solve"] else label


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    from click.shell_completion import CompletionItem

    values = {field.name: field.values for field in SPECIAL}
    values |= {row["name"]: tuple(each["value"] for each in row["values"]) for row in declared_fields(ctx)}
    name, mark, typed = incomplete.partition("=")
    if mark:
        found = [f"{name}={value}" for value in values.get(name, ()) if value.startswith(typed)]
    else:
        found = [f"{field}=" for field in values if incomplete and field.startswith(incomplete)]
    return [CompletionItem(value) for value in found] or complete_names(ctx, "ticket", incomplete)


@click.command("set", cls=SetCommand, help=_help())
@click.argument("words", nargs=-1, required=True, metavar="TICKET... NAME=VALUE...", shell_complete=_complete)
@dry_run
@click.pass_obj
def set_(context: CliContext, words: tuple[str, ...]) -> int:
    """Set fields of tickets."""
    from ....core.tickets.commands import Set
    from ....errors import UsageError

    values = tuple((name, value) for name, sign, value in (word.partition("=") for word in words) if sign)
    if not values:
        names = [field.name for field in SPECIAL]
        names += [row["name"] for row in declared_fields(click.get_current_context())]
        hint = _("for example deskctl set 42 priority=high; fields: {fields}", fields=", ".join(names))
        raise UsageError(_("missing NAME=VALUE"), hint)
    tickets = collect_numbers(tuple(word for word in words if "=" not in word))
    return run_each(context, (Set(ticket, values) for ticket in tickets))
