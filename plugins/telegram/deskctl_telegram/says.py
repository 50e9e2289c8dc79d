"""What a message says, in plain words: its text with the links in it, or what it shows instead of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .reading import clean, line, table, tables, text, whole

_NAMES = {
    "photo": "photo",
    "animation": "animation",
    "document": "file",
    "video": "video",
    "video_note": "video message",
    "voice": "voice message",
    "audio": "audio",
    "paid_media": "paid media",
    "story": "story",
    "game": "game",
    "checklist": "checklist",
}


def says(message: Mapping[str, Any]) -> str:
    """Never empty for a message that has content, so that nobody reads an empty ticket."""
    words = linked(message.get("text"), message.get("entities"))
    words = words or linked(message.get("caption"), message.get("caption_entities"))
    shown = _shown(message)
    lines = (_passed_on(message), words or (f"[{shown}]" if shown else ""), *_places(message))
    return "\n\n".join(filter(None, lines))


def quoted(message: Mapping[str, Any]) -> str:
    """The part of an earlier message that the sender picked out to answer, as mail quotes; "" for none."""
    picked = clean(text(table(message.get("quote")).get("text"))).strip()
    return "\n".join(f"> {row}".rstrip() for row in picked.split("\n")) if picked else ""


def linked(said: Any, entities: Any) -> str:
    """Text in which a word that is a link is followed by its address."""
    units = text(said).encode("utf-16-le", "surrogatepass")
    ends: list[tuple[int, str]] = []
    for entity in tables(entities):
        offset, length = whole(entity.get("offset")), whole(entity.get("length"))
        url = line(entity.get("url"), 2000)
        if entity.get("type") != "text_link" or not url or offset is None or length is None:
            continue
        if offset < 0 or length < 1 or offset + length > len(units) // 2:
            continue
        label = units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")
        if label.strip().rstrip("/") != url.rstrip("/"):
            ends.append((2 * (offset + length), f" <{url}>"))
    for at, address in sorted(ends, reverse=True):
        units = units[:at] + address.encode("utf-16-le", "surrogatepass") + units[at:]
    return clean(units.decode("utf-16-le", "surrogatepass")).strip()


def _passed_on(message: Mapping[str, Any]) -> str:
    """Whose words they are, when not the sender's own."""
    origin = table(message.get("forward_origin"))
    if not origin:
        return ""
    person = table(origin.get("sender_user"))
    name = " ".join(filter(None, (line(person.get("first_name")), line(person.get("last_name")))))
    name = name or line(origin.get("sender_user_name"))
    name = name or next((t for k in ("sender_chat", "chat") if (t := line(table(origin.get(k)).get("title")))), "")
    return f"[forwarded from {name}]" if name else "[forwarded]"


def _shown(message: Mapping[str, Any]) -> str:
    """What a message without text is."""
    sticker = table(message.get("sticker"))
    if sticker:
        return f"sticker {line(sticker.get('emoji'), 10)}".strip()
    dice = table(message.get("dice"))
    if dice:
        return f"{line(dice.get('emoji'), 10) or 'dice'} {whole(dice.get('value')) or ''}".strip()
    poll = table(message.get("poll"))
    if poll:
        options = ", ".join(line(option.get("text"), 100) for option in tables(poll.get("options")))
        return f"poll: {line(poll.get('question'), 300)} {options}".strip()
    for kind, name in _NAMES.items():
        if kind in message:
            seconds = whole(table(message.get(kind)).get("duration"))
            return f"{name}, {seconds // 60}:{seconds % 60:02}" if seconds is not None and seconds >= 0 else name
    return ""


def _places(message: Mapping[str, Any]) -> list[str]:
    """A place on the map and a card of addresses, each readable without Telegram."""
    said = []
    venue, place = table(message.get("venue")), table(message.get("location"))
    place = place or table(venue.get("location"))
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        name = ", ".join(filter(None, (line(venue.get("title")), line(venue.get("address")))))
        spot = f"{latitude:.6g}, {longitude:.7g}" if abs(latitude) <= 90 and abs(longitude) <= 180 else "?"
        link = f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}" if spot != "?" else ""
        said.append("\n".join(filter(None, (name, f"location: {spot}", link))))
    contact = table(message.get("contact"))
    if contact:
        name = " ".join(filter(None, (line(contact.get("first_name")), line(contact.get("last_name")))))
        said.append(f"contact: {name} {line(contact.get('phone_number'), 40)}".strip())
    return said
