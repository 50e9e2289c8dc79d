"""The documents of saved views."""

from __future__ import annotations

from typing import TypedDict


class ViewRow(TypedDict):
    """A saved view."""

    name: str
    query: str
