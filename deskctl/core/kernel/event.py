"""The base of events: facts about something that happened, the kind under which it is stored, and how it is undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime
from enum import Enum, IntEnum
from inspect import get_annotations
from typing import TYPE_CHECKING, Any, ClassVar, get_args, get_type_hints

from ...dataclass import dataclass
from ...i18n import Text
from .undo import Cannot, Declaration, Follows, Hindrance, Restore, Undoable

if TYPE_CHECKING:
    from .records import RecordedEvent
    from .unit import Unit

KINDS: dict[str, type[Event]] = {}

#: The state before an event that undo needs, as JSON. It is separate from the facts because it may contain personal
#: data: it is never shown, and an erase deletes it.
Kept = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `ticket` is a number, or None if the event concerns no ticket.

    Each class has a `kind`, the name under which it is stored, and declares or inherits how it is undone (`undo`). A
    class that is `Undoable` has an `inverse`; the one below is for classes with `old` and `new`. `concerns` names the
    subject of an event without a ticket, with facts in braces. `by_customer`: a customer caused it, even if an agent
    recorded it. `quiet`: the event does not count as an update of its ticket.
    """

    kind: ClassVar[str]
    undo: ClassVar[Declaration]
    concerns: ClassVar[Text | None] = None
    by_customer: ClassVar[bool] = False
    quiet: ClassVar[bool] = False
    ticket: int | None

    def __init_subclass__(cls) -> None:
        declared: object = getattr(cls, "undo", None)
        if not isinstance(declared, Declaration):
            raise TypeError(
                f"event class {cls.__name__} does not say how it is undone; "
                "set undo = Undoable(…), Cannot(…) or Follows(…) (deskctl.core.kernel.undo)"
            )
        named = {name for base in cls.__mro__ for name in get_annotations(base)}
        if isinstance(declared, Undoable) and cls.inverse is Event.inverse and not {"old", "new"} <= named:
            raise TypeError(f"event class {cls.__name__} is Undoable and has neither `inverse` nor `old` and `new`")
        if "kind" not in vars(cls):
            raise TypeError(f"event class {cls.__name__} has no `kind`: set the name under which it is stored")
        KINDS[cls.kind] = cls

    def is_quiet(self) -> bool:
        """Return True if the event does not count as an update of its ticket."""
        return self.quiet

    @property
    def is_consequence(self) -> bool:
        """True if the event follows from other events of its command."""
        return isinstance(self.undo, Follows)

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        """Undo this event, recorded as `past`: yield the events, and the state outside tickets, that do it."""
        if isinstance(self.undo, Undoable):
            swapped: Any = replace
            yield swapped(self, old=getattr(self, "new"), new=getattr(self, "old"))  # noqa: B009 - fields of subclasses

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        """Return why the event cannot be undone now; None if it can. Changes nothing."""
        return Hindrance(self.undo.why, self.undo.instead) if isinstance(self.undo, Cannot) else None

    def facts(self) -> dict[str, Any]:
        """Return the facts as JSON, without `ticket` and `kept`: times in RFC 3339, enumerations by value."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.name not in ("ticket", "kept")}


def _plain(value: Any) -> Any:
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def restore(kind: str, ticket: int | None, facts: dict[str, Any], kept: Kept = None) -> Event:
    """Return the event with these facts. Facts that a later version added are ignored."""
    cls = KINDS[kind]
    hints = _hints(cls)
    known = {k: _typed(hints[k], v) for k, v in facts.items() if k in hints}
    if kept is not None and "kept" in hints:
        known["kept"] = kept
    return cls(ticket=ticket, **known)


_HINTS: dict[type[Event], dict[str, Any]] = {}


def _hints(cls: type[Event]) -> dict[str, Any]:
    if cls not in _HINTS:
        _HINTS[cls] = get_type_hints(cls)
    return _HINTS[cls]


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    enumeration = _enumeration(hint)
    if enumeration is not None:
        return enumeration[value.upper()] if issubclass(enumeration, IntEnum) else enumeration(value)
    text = str(hint)
    if "datetime" in text:
        return datetime.fromisoformat(value)
    if "frozenset" in text:
        return frozenset(value)
    return tuple(value) if "tuple" in text else value


def _enumeration(hint: Any) -> type[Enum] | None:
    """Return the enumeration in a type such as `Status` or `Status | None`."""
    return next((t for t in (hint, *get_args(hint)) if isinstance(t, type) and issubclass(t, Enum)), None)
