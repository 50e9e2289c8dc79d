"""The declared ticket fields of the desk, for help, completion and the columns of lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from ..safe import visible
from .messages import shown
from .output import Column, plain

if TYPE_CHECKING:
    from ..core.tickets.views import FieldRow
    from .context import CliContext


def declared_fields(ctx: click.Context) -> list[FieldRow]:
    """Return the declared fields for help and completion, which report no errors: without a desk there are none."""
    from ..errors import DeskctlError
    from .context import CliContext

    context = ctx.find_object(CliContext)
    if context is None:
        return []
    try:
        return fields_of_desk(context)
    except (DeskctlError, OSError):
        return []
    finally:
        context.release()


def complete_condition(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Complete `NAME=VALUE` of a declared field."""
    name, mark, typed = incomplete.partition("=")
    rows = declared_fields(ctx)
    if not mark:
        return [f"{row['name']}=" for row in rows if row["name"].startswith(name)]
    values = [each["value"] for row in rows if row["name"] == name for each in row["values"]]
    return [f"{name}={value}" for value in values if value.startswith(typed)]


def fields_of_desk(context: CliContext, *, former: bool = False) -> list[FieldRow]:
    """Return the declared fields; with `former`, also fields that only have stored values. Raises DeskctlError."""
    from ..core.tickets.queries import ListFields

    rows: list[FieldRow] = context.ask(ListFields(former))["fields"]
    return rows


def is_plain(row: FieldRow) -> bool:
    """Return True for a field that every desk has."""
    from ..core.tickets.field_registry import PLAIN

    return any(field.name == row["name"] for field in PLAIN)


def with_field_columns(context: CliContext, known: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns and, if `--columns` names others, those of the declared and former fields."""
    chosen = {name.strip() for name in (context.columns or "").split(",")} - {"", *(column.name for column in known)}
    if not chosen:
        return known
    return (*known, *field_columns(fields_of_desk(context, former=True)))


def field_columns(rows: Iterable[FieldRow]) -> list[Column]:
    """Return a column for each field. People see its label and the labels of its choices."""
    return [_column(row) for row in rows]


def _column(row: FieldRow) -> Column:
    name, labels = row["name"], {each["value"]: each["label"] for each in row["values"]}

    def value(ticket: Any) -> Any:
        return ticket["fields"].get(name)

    def text(ticket: Any) -> str:
        found = plain(value(ticket))
        return labels.get(found, found)

    return Column(
        name,
        value,
        shown=text,
        least=8 if row["type"] in ("text", "choice") else None,
        right=row["type"] == "number",
        heading=visible(shown(row["label"])),
        extra=True,
    )
