""""""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListAgents(Query):
    """Answer: `list[answers.AgentRow]`."""

    names_agent: ClassVar[bool] = False
    all: bool = False


@dataclass(frozen=True, slots=True)
class ListTeams(Query):
    """Answer: `list[answers.TeamRow]`."""

    names_agent: ClassVar[bool] = False
