"""The base of commands: requests that change something, each a frozen dataclass with one handler.

Each feature has its own module of commands, so that a command line process loads only those it uses.
"""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ...i18n import Text
from .permissions import Audience

#: Every command by name; filled when the modules are imported.
REGISTRY: dict[str, type[Command]] = {}


@dataclass(frozen=True, slots=True)
class Command:
    """A request that changes something.

    `audience`: the callers that may use it. `needs_agent`: the caller must be an agent. `names_agent`: the command is
    attributed to the agent at the shell, even if other users may give it. `undoable`: `undo` considers the command,
    even if it then refuses; False for commands of the desk itself and for commands that change nothing. `did` is the
    summary in the past tense, as in `_("solved {subject}")`. `undoes`: the command undoes other commands. `reads`: the
    command never changes anything.
    """

    needs_agent: ClassVar[bool] = True
    names_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = True
    did: ClassVar[Text | None] = None
    undoes: ClassVar[bool] = False
    reads: ClassVar[bool] = False

    @property
    def historical(self) -> bool:
        """True if the command imports a message from before the desk was set up: no one is notified."""
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
