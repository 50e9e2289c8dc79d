"""Conditions on declared fields, as people write them: `order_number=4711`, `amount>=100`, `order_number=`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ...errors import UsageError
from ...i18n import _
from ..values.field import Field, FieldType, FieldValue
from ..values.suggestions import did_you_mean

_CONDITION = re.compile(r"([^=<>]*)(<=|>=|=|<|>)(.*)", re.DOTALL)


class FieldCondition(NamedTuple):
    """A condition. `operator` is =, <, <=, > or >=; without a `value`, the ticket has none for the field."""

    name: str
    operator: str
    value: FieldValue | None


def split_condition(text: str) -> tuple[str, str, str]:
    """Return the name, the operator and the value of a condition. Raises UsageError."""
    found = _CONDITION.fullmatch(text)
    if found is None or not found[1].strip():
        raise UsageError(
            _('not a condition: "{text}"', text=text),
            _('use NAME=VALUE, or "NAME>=VALUE" for numbers and dates'),
        )
    return found[1].strip(), found[2], found[3]


def parse_condition(declared: Mapping[str, Field], former: Mapping[str, Field], text: str) -> FieldCondition:
    """Return the condition. `former` are fields that only have stored values. Raises UsageError."""
    name, operator, written = split_condition(text)
    field = declared.get(name) or former.get(name)
    if field is None:
        fields = ", ".join(sorted(declared)) or _("none")
        raise UsageError(
            _('no field "{name}"{suggestion}', name=name, suggestion=did_you_mean(name, declared)),
            _("fields that can be conditions: {fields}", fields=fields),
        )
    if operator != "=" and not field.type.is_ordered:
        raise UsageError(
            _("{field} has the type {type} and cannot be compared with {operator}",
              field=name, type=field.type.value, operator=operator),
            _("use {field}=VALUE", field=name),
        )  # fmt: skip
    if operator == "=" and field.is_cleared_by(written):
        return FieldCondition(name, operator, None)
    return FieldCondition(name, operator, field.parse(written))


def former_field(name: str) -> Field:
    """Return the declaration of a field that is no longer declared: its values are texts."""
    return Field(name, FieldType.TEXT)
