"""Queries for the state of the store and the daemon."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class StoreStatus(Query, audience=Audience.AGENT):
    """Return the state of the store. Answer: `views.StoreReport`."""

    names_agent: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class DeskHealth(Query, audience=Audience.AGENT):
    """Return the health of the daemon's services. Answer: `views.HealthReport`."""

    names_agent: ClassVar[bool] = False
