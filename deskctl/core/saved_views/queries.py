"""Queries about saved views."""

from __future__ import annotations

from ...dataclass import dataclass
from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListViews(Query, audience=Audience.AGENT):
    """List the saved views in alphabetical order. Answer: `list[views.ViewRow]`."""
