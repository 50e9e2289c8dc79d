"""Locations and venues, written so that they are readable without Telegram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .json_access import as_dict, one_line


def describe_location(message: Mapping[str, Any]) -> str:
    """Return the location or venue of a message with a link to a map, in a few lines; `""` if it has none."""
    venue, location = as_dict(message.get("venue")), as_dict(message.get("location"))
    location = location or as_dict(venue.get("location"))
    latitude, longitude = location.get("latitude"), location.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return ""
    name = ", ".join(filter(None, (one_line(venue.get("title")), one_line(venue.get("address")))))
    if abs(latitude) > 90 or abs(longitude) > 180:
        return "\n".join(filter(None, (name, "location: ?")))
    link = f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}"
    return "\n".join(filter(None, (name, f"location: {latitude:.6g}, {longitude:.7g}", link)))
