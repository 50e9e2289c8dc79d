"""What a message says, in plain words: its text with the links in it, or what it shows instead of text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .answered import link, replied, source
from .content import shown
from .places import places
from .reading import clean, line, table, tables, text, whole


def says(message: Mapping[str, Any]) -> str:
    """Never empty for a message that has content, so that nobody reads an empty ticket."""
    words = linked(message.get("text"), message.get("entities"))
    words = words or linked(message.get("caption"), message.get("caption_entities"))
    lines = (_passed_on(message), words, shown(message) if _beside(message, words) else "", *places(message))
    return "\n\n".join(filter(None, lines))


def quoted(message: Mapping[str, Any]) -> str:
    """The part of an earlier message that the sender picked out to answer, as mail quotes; in a group, where the desk
    may not know it, all of it. `""` for none."""
    picked = clean(text(table(message.get("quote")).get("text"))).strip()
    return "\n".join(f"> {row}".rstrip() for row in picked.split("\n")) if picked else replied(message)


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


def _beside(message: Mapping[str, Any], words: str) -> bool:
    """Whether what a message shows is said beside its words: a file with a caption is there to be seen."""
    return not words or any(kind in message for kind in ("paid_media", "checklist", "poll", "giveaway", "invoice"))


def _passed_on(message: Mapping[str, Any]) -> str:
    """Whose words they are, when not the sender's own, and where they were said."""
    origin = table(message.get("forward_origin"))
    if not origin:
        return ""
    name = source(origin)
    address = link(table(origin.get("chat")), whole(origin.get("message_id")))
    words = f"forwarded from {name}" if name else "forwarded"
    return f"[{words}: {address}]" if address else f"[{words}]"
