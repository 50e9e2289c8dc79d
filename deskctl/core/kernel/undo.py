"""How an event is undone: the declarations that each event class makes.

`Undoable`: the class has an inverse. `Cannot`: undo refuses the whole command. `Follows`: the event follows from other
events of its command, so it needs no inverse and is no reason to refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Undoable:
    """`does` says in one sentence what undo restores, for the reference page. `unless` names the exceptions."""

    does: str
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Cannot:
    """`why` completes "cannot be undone: …"; `instead` is what the agent can do."""

    why: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Follows:
    """`why` says what keeps it right. A command that consists only of such events is refused with `why`."""

    why: str
    instead: str = ""


Declaration = Undoable | Cannot | Follows


class Hindrance(NamedTuple):
    """Why an event cannot be undone now, and what to do instead."""

    why: str
    instead: str = ""


class Restore:
    """State outside tickets that an inverse puts back; the feature that owns the state does it (`RESTORERS`)."""

    __slots__ = ()


#: For state outside tickets that was changed before a store kept the previous values.
UNRECORDED = Hindrance("it was recorded by an earlier version, which did not keep the previous values")
#: For events that only undo itself causes.
PART_OF_UNDO = Cannot("it is part of an undo", "run the command again")


def changed_since(what: str, fields: tuple[str, ...], instead: str) -> Hindrance | None:
    """The hindrance that somebody changed the same `fields` again; None when there are none."""
    return Hindrance(f"{what} was changed since ({', '.join(fields)})", instead) if fields else None
