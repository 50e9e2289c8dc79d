"""The settings of tickets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta

from ...dataclass import dataclass
from ..values.field import Field


@dataclass(frozen=True, slots=True)
class TicketSettings:
    """`close_after` is the wall-clock time after which a solved ticket is closed. `fields` are the ticket fields of
    this desk, by name.
    """

    close_after: timedelta = timedelta(days=4)
    fields: Mapping[str, Field] = field(default_factory=dict)
