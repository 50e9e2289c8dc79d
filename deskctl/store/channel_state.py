"""Where each channel stopped reading: a small JSON document of the channel's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from .encoding import clean, from_json, to_json
from .engine import Database
from .statements import insert, or_update
from .tables import channel_state


class ChannelState:
    """Raises Unavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, channel: str) -> dict[str, Any]:
        """What was saved last, `{}` at first."""
        query = select(channel_state.c.state).where(channel_state.c.channel == clean(channel))
        with self._database.reading() as connection:
            kept = connection.execute(query).scalar_one_or_none()
        return dict(from_json(kept)) if kept is not None else {}

    def save(self, channel: str, state: Mapping[str, Any]) -> None:
        """Durable when it returns."""
        with self._database.writing("state.save") as connection:
            row = (clean(channel), to_json(dict(state)))
            insert(connection, channel_state, [row], "channel state", or_update("channel", ["state"]))
