"""What can be asked of the desk that changes something: one frozen dataclass a command, one handler each.

The modules are apart so that a short-lived process loads only the commands it speaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .permissions import Audience

#: Every command by name; filled as the modules are imported.
REGISTRY: dict[str, type[Command]] = {}


@dataclass(frozen=True, slots=True)
class Command:
    """`needs_agent`: only an agent may ask for it. `names_agent`: the agent whose shell it is asks for it, also where
    others may. `undoable`: `undo` takes notice of it, whether or not it can take it back; False for what the desk does
    by itself and for what changes nothing. `did` says in the past tense what it does to what its events concern.
    `undoes`: it undoes other commands."""

    needs_agent: ClassVar[bool] = True
    names_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = True
    did: ClassVar[str] = ""
    undoes: ClassVar[bool] = False

    @property
    def historical(self) -> bool:
        """True if it takes in a message from before the desk was set up: no one is notified."""
        return False

    audience: ClassVar[Audience] = Audience.DESK

    def __init_subclass__(cls, audience: Audience | None = None) -> None:
        if audience is not None:  # `dataclass(slots=True)` makes the class a second time, without arguments
            cls.audience = audience
        REGISTRY[cls.__name__] = cls


def audience_of(name: str) -> Audience:
    """Return the audience of a command by its name; a command that no longer exists is for the desk itself."""
    found = REGISTRY.get(name)
    return Audience.DESK if found is None else found.audience
