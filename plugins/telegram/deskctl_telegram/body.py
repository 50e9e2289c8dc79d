"""The body of a message as plain text: its text with links, and a description of other content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .contact_card import describe_contact
from .content import describe_content
from .json_access import as_dict, as_dicts, as_int, as_text, clean_text, one_line
from .location import describe_location
from .reply_context import group_quote, origin_name, post_link


def message_body(message: Mapping[str, Any]) -> str:
    """Return the body. It is not empty if the message has content, so that no ticket appears empty."""
    text = text_with_links(message.get("text"), message.get("entities"))
    text = text or text_with_links(message.get("caption"), message.get("caption_entities"))
    paragraphs = (
        _forward_note(message),
        text,
        describe_content(message) if _needs_description(message, text) else "",
        describe_location(message),
        describe_contact(message),
    )
    return "\n\n".join(filter(None, paragraphs))


def quoted_text(message: Mapping[str, Any]) -> str:
    """Return the part of an earlier message that the sender selected, with `> ` before each line.

    In a group, where the desk may not have the earlier message, quote all of it. Return `""` if there is none.
    """
    selected = clean_text(as_text(as_dict(message.get("quote")).get("text"))).strip()
    return "\n".join(f"> {row}".rstrip() for row in selected.split("\n")) if selected else group_quote(message)


def text_with_links(text: Any, entities: Any) -> str:
    """Return the text with the URL in angle brackets after each linked word."""
    units = as_text(text).encode("utf-16-le", "surrogatepass")
    insertions: list[tuple[int, str]] = []
    for entity in as_dicts(entities):
        offset, length = as_int(entity.get("offset")), as_int(entity.get("length"))
        url = one_line(entity.get("url"), 2000)
        if entity.get("type") != "text_link" or not url or offset is None or length is None:
            continue
        if offset < 0 or length < 1 or offset + length > len(units) // 2:
            continue
        label = units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")
        if label.strip().rstrip("/") != url.rstrip("/"):
            insertions.append((2 * (offset + length), f" <{url}>"))
    for at, link in sorted(insertions, reverse=True):
        units = units[:at] + link.encode("utf-16-le", "surrogatepass") + units[at:]
    return clean_text(units.decode("utf-16-le", "surrogatepass")).strip()


def _needs_description(message: Mapping[str, Any], text: str) -> bool:
    """Return False for a file with a caption: the attachment itself shows the content."""
    return not text or any(kind in message for kind in ("paid_media", "checklist", "poll", "giveaway", "invoice"))


def _forward_note(message: Mapping[str, Any]) -> str:
    """Return the note that names the original author of a forwarded message; `""` if it is not forwarded."""
    origin = as_dict(message.get("forward_origin"))
    if not origin:
        return ""
    name = origin_name(origin)
    address = post_link(as_dict(origin.get("chat")), as_int(origin.get("message_id")))
    note = f"forwarded from {name}" if name else "forwarded"
    return f"[{note}: {address}]" if address else f"[{note}]"
