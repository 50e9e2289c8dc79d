"""What can be asked of the desk that changes nothing: one frozen dataclass a query.

Answers are the documented JSON documents themselves (`answers`): what `--json` prints is what the desk says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .permissions import Audience

#: Every query by name; filled as the modules are imported.
REGISTRY: dict[str, type[Query]] = {}


@dataclass(frozen=True, slots=True)
class Query:
    """`names_agent`: asked as the agent whose shell it is. Questions about the setup are asked by whoever is at the
    keyboard, unless they say otherwise."""

    names_agent: ClassVar[bool] = True

    audience: ClassVar[Audience] = Audience.DESK

    def __init_subclass__(cls, audience: Audience | None = None) -> None:
        if audience is not None:  # `dataclass(slots=True)` makes the class a second time, without arguments
            cls.audience = audience
        REGISTRY[cls.__name__] = cls
