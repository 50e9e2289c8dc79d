"""A place on the map and a card of addresses, each readable without Telegram."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .reading import clean, line, table, text

_CARD = re.compile(
    r"(?:^|\n)(?:item\d+\.)?(EMAIL|TEL|ORG|TITLE|URL|NOTE|ADR|BDAY)[^:\n]{0,200}:([^\n]{1,300})", re.IGNORECASE
)


def places(message: Mapping[str, Any]) -> list[str]:
    """The place and the card of a message, each as a few lines."""
    said = []
    venue, place = table(message.get("venue")), table(message.get("location"))
    place = place or table(venue.get("location"))
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        name = ", ".join(filter(None, (line(venue.get("title")), line(venue.get("address")))))
        spot = f"{latitude:.6g}, {longitude:.7g}" if abs(latitude) <= 90 and abs(longitude) <= 180 else "?"
        address = f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}" if spot != "?" else ""
        said.append("\n".join(filter(None, (name, f"location: {spot}", address))))
    contact = table(message.get("contact"))
    if contact:
        name = " ".join(filter(None, (line(contact.get("first_name")), line(contact.get("last_name")))))
        number = line(contact.get("phone_number"), 40)
        said.append("\n".join((f"contact: {name} {number}".strip(), *_card(contact, number))))
    return said


def _card(contact: Mapping[str, Any], number: str) -> list[str]:
    """What the card says beside the name and the number (vCard)."""
    lines = []
    digits = re.sub(r"\D", "", number)
    for kind, value in _CARD.findall(clean(text(contact.get("vcard")))[:4_000])[:20]:
        words = line(value.replace(";", " ").replace("\\,", ","))
        if words and not (kind.upper() == "TEL" and re.sub(r"\D", "", words) == digits):
            lines.append(f"{kind.lower()}: {words}")
    return lines
