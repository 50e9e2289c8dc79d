"""Set the fields of a ticket."""

from __future__ import annotations

from collections.abc import Container, Generator, Iterable, Mapping

from ...errors import Refused, UsageError
from ...i18n import _, joined
from ..kernel.actor import Actor
from ..kernel.event import Event
from ..kernel.handler import Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..values.field import Field
from ..values.suggestions import did_you_mean
from .commands import Set
from .events import field_changed
from .field_registry import declared_fields
from .model import Status, Ticket
from .repository import Tickets
from .special_fields import SETTERS, Setter
from .status import editable_ticket


def set_fields(unit: Unit, command: Set, actor: Actor, more: Mapping[str, Setter] | None = None) -> Steps:
    """Set fields. `more` are the setters of special fields of other features."""
    setters = {**SETTERS, **(more or {})}
    declared = declared_fields(unit.settings)
    ticket = editable_ticket(unit, command.ticket)
    done = []
    for name, value in command.values:
        current = Tickets.of(unit).get(ticket.number)
        if name in setters:
            resolved = yield from setters[name](unit, current, value)
        elif name in declared:
            resolved = yield from _set_declared(declared[name], current, value)
        else:
            raise _unknown_field(name, current.fields, [*setters, *declared])
        done.append(_("{field} is {value}", field=name, value=resolved or " ".join(value.split())))
    summary = _("ticket {number}: {changes}", number=ticket.number, changes=joined(", ", done))
    return Outcome(summary, (ticket.number,))


def set_initial(unit: Unit, ticket: Ticket, values: Iterable[tuple[str, str]]) -> Generator[Event, None, None]:
    """Set declared fields of a new ticket; the last value of a field counts. Raises UsageError."""
    declared = declared_fields(unit.settings)
    for name, value in dict(values).items():
        if name not in declared:
            raise _unknown_field(name, ticket.fields, list(declared))
        yield from _set_declared(declared[name], ticket, value)


def _set_declared(declared: Field, ticket: Ticket, written: str) -> Generator[Event, None, str]:
    """Set or clear a field that is only a declaration. Returns the value to show."""
    before = ticket.fields.get(declared.name)
    after = None if declared.is_cleared_by(written) else declared.parse(written)
    if after is None and declared.required_to_solve and ticket.status is Status.SOLVED:
        raise Refused(
            _(
                "ticket {number} is solved and needs a value for {field}",
                number=ticket.number,
                field=declared.full_name,
            ),
            _("give another value, or reopen the ticket: deskctl reopen {number}", number=ticket.number),
        )
    if after != before:
        yield field_changed(ticket.number, declared.name, before, after)
    return _("none") if after is None else declared.shown(after)


def _unknown_field(name: str, values: Container[str], known: list[str]) -> UsageError:
    if name in values:
        return UsageError(
            _("the field {name} is no longer in the configuration", name=name),
            _("add [fields.{name}] to the configuration to change it", name=name),
        )
    return UsageError(
        _('no field "{name}"{suggestion}', name=name, suggestion=did_you_mean(name, known)),
        _("the fields are {fields}", fields=", ".join(sorted(known)) or _("none")),
    )
