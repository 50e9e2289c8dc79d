"""The access to the store that the answers to queries use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ...core.agents.model import DESK
from ...core.kernel.actor import Actor
from ...core.kernel.query import Query
from ...core.kernel.settings import Settings
from ...dataclass import dataclass
from ..engine import Database


@dataclass(frozen=True, slots=True)
class Reader:
    """A connection with a consistent view of the store, and the settings that answers need.

    `viewer` is the person who asks: `agent:HANDLE`, or `user:LOGIN` for the owner of the desk or root without an agent;
    `DESK` if the desk itself asks. An answer leaves out data that the viewer may not see.
    """

    connection: Connection
    settings: Settings
    database: Database
    viewer: Actor = DESK


class Pages(NamedTuple):
    """A list that can be long, in two steps: the keys of its rows, then some of the rows after another.

    `keys` checks the query and returns the keys in the order of the list. `rows` leaves out rows that were removed
    meanwhile.
    """

    keys: Callable[[Reader, Any], Sequence[int]]
    rows: Callable[[Reader, Any, Sequence[int]], list[Any]]


#: The answers to queries: for each query class a function that returns its JSON document.
Answers = Mapping[type[Query], Callable[[Reader, Any], Any]]
