"""Store the read position of each channel: a small JSON document that the channel defines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from ..encoding import clean, from_json, to_json
from ..engine import Database
from ..statements import insert, on_conflict_update
from ..tables import channel_state


class ChannelState:
    """The read positions of channels. Methods raise Unavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, channel: str) -> dict[str, Any]:
        """Return the last saved state, `{}` if there is none."""
        query = select(channel_state.c.state).where(channel_state.c.channel == clean(channel))
        with self._database.reading() as connection:
            stored = connection.execute(query).scalar_one_or_none()
        return dict(from_json(stored)) if stored is not None else {}

    def save(self, channel: str, state: Mapping[str, Any]) -> None:
        """Save the state. It is durable when the method returns."""
        with self._database.writing("state.save") as connection:
            row = (clean(channel), to_json(dict(state)))
            insert(connection, channel_state, [row], "channel state", on_conflict_update("channel", ["state"]))
