"""The declarations of how an event is undone.

`Undoable`: the class has an inverse. `Cannot`: undo refuses the whole command. `Follows`: the event follows from other
events of its command; it needs no inverse and does not prevent an undo.
"""

from __future__ import annotations

from typing import NamedTuple

from ...dataclass import dataclass
from ...i18n import _


@dataclass(frozen=True, slots=True)
class Undoable:
    """The event has an inverse. `does` describes in one sentence what undo restores, for the reference page; `unless`
    names the exceptions.
    """

    does: str
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Cannot:
    """The event cannot be undone. `why` completes "cannot be undone: …"; `instead` is what the agent can do."""

    why: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Follows:
    """The event follows from others. `why` explains the correction; undo of only such events is refused with it."""

    why: str
    instead: str = ""


Declaration = Undoable | Cannot | Follows


class Hindrance(NamedTuple):
    """The reason why an event cannot be undone now, and what to do instead."""

    why: str
    instead: str = ""


class Restore:
    """State outside tickets that an inverse restores; the feature that owns the state does it (`RESTORERS`)."""

    __slots__ = ()


#: For changes from before stores kept the previous values.
UNRECORDED = Hindrance(_("it was recorded by an earlier version, which did not keep the previous values"))
#: For events that only undo itself causes.
PART_OF_UNDO = Cannot(_("it is part of an undo"), _("run the command again"))


def changed_since(what: str, fields: tuple[str, ...], instead: str) -> Hindrance | None:
    """Return the hindrance that `fields` were changed again; None if there are none."""
    if not fields:
        return None
    why = _("{what} was changed since ({fields})", what=what, fields=", ".join(fields))
    return Hindrance(why, instead)
