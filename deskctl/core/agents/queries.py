"""Queries of the feature agents."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListAgents(Query, audience=Audience.AGENT):
    """List the agents, `all` for inactive ones too. Answer: `list[views.AgentRow]`."""

    names_agent: ClassVar[bool] = False
    all: bool = False


@dataclass(frozen=True, slots=True)
class ListTeams(Query, audience=Audience.AGENT):
    """List the teams. Answer: `list[views.TeamRow]`."""

    names_agent: ClassVar[bool] = False
