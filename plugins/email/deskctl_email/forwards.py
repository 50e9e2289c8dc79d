"""Forwarded messages: extract the original message, which is attached or follows header lines in the body."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from deskctl.plugins import Forwarded

from . import headers as field
from . import quote_patterns
from .mime import Part, parse_mime
from .quote_headers import find_header_block

MAX_LINES = 2_000
"""Lines of a body in which the start of a forwarded message is searched."""

_FORWARD = re.compile(
    r"(?:\s|\[[^\]]{0,40}\])*(?:fwd?|fw|wg|wtr|tr|rv|i|enc|vs|vb|vl|doorst|pd|пересл|转发|轉寄|轉傳|転送|전달|傳送)\s?(?:\[\d+\])?"
    r"\s?[:：]"
    r"|(?:\s|\[)*(?:전달|fwd?)\s?\]",
    re.IGNORECASE,
)


def is_forward(subject: str) -> bool:
    """Return True if the subject marks the mail as a forward."""
    return bool(_FORWARD.match(subject))


def find_forwarded(leaves: Sequence[Part], text: str, subject: str) -> Forwarded | None:
    """Return the message that the mail forwards: an attached one, else the one below header lines in the body."""
    attached = _attached(leaves, text, subject)
    return attached or _in_body(text, subject)


def _attached(leaves: Sequence[Part], text: str, subject: str) -> Forwarded | None:
    """Return the only attached message, if the subject marks a forward or the mail has almost no other text."""
    messages = [leaf for leaf in leaves if leaf.content_type in ("message/rfc822", "message/global")]
    if len(messages) != 1 or not (is_forward(subject) or len(text) <= 300):
        return None
    return forwarded_from_message(messages[0].content())


def forwarded_from_message(raw: bytes) -> Forwarded | None:
    """Return the content of an attached message; None if it names no sender."""
    from . import content, visible_text

    root, leaves, _ = parse_mime(raw)
    senders = field.addresses(root.get("from")) or field.addresses(root.get("sender"))
    if not senders:
        return None
    name, address = senders[0]
    parts = content.extract_content(leaves)
    return Forwarded(
        sender=address,
        sender_name=name or None,
        subject=field.text(root.get("subject"), parts.charset),
        text=visible_text.visible_text_of_segments([(one.text, one.marked) for one in parts.segments]),
        sent_at=field.date(root.get("date")),
        message_id=field.message_id(root.get("message-id")),
    )


def _in_body(text: str, subject: str) -> Forwarded | None:
    """Return the message below `---------- Forwarded message ---------`, or below header lines in a forward."""
    forward = is_forward(subject)
    if not forward and ":" not in text and "：" not in text:
        return None
    lines = text.split("\n", MAX_LINES)
    for at, line in enumerate(lines[:MAX_LINES]):
        first = line.lstrip()[:1]
        if (
            not first
            or first == ">"
            or (first not in "-_=*—–" and ":" not in line and "：" not in line and "|" not in line)
        ):
            continue  # most lines
        head = line[:300]
        announced = bool(quote_patterns.FORWARDED.match(head))
        if not announced and not (
            forward and (quote_patterns.HEADER.match(head) or quote_patterns.ORIGINAL.match(head))
        ):
            continue
        start = at
        if announced or not quote_patterns.HEADER.match(head):
            start = next((n for n in range(at + 1, min(at + 5, len(lines))) if lines[n].strip()), len(lines))
            if start == len(lines):
                return None
        block = find_header_block(lines, start)
        if block is None:
            continue
        return _from_header_block(block.values, "\n".join(lines[start + block.size :]))
    return None


def _from_header_block(values: dict[str, str], text: str) -> Forwarded | None:
    who = values.get("from", "").replace("mailto:", " ").replace("[", "<").replace("]", ">").replace("*", "")
    found = field.addresses(who.encode("utf-8", "replace"))
    if not found:
        return None
    name, address = found[0]
    return Forwarded(
        sender=address,
        sender_name=name.strip(" \"'<>()") or None,
        subject=values.get("subject", ""),
        text=text.strip(),
        sent_at=_zoned_date(values.get("date", "")),
    )


def _zoned_date(value: str) -> datetime | None:
    """Return the date of a forwarded header if it has a time zone; a local time without one is ambiguous."""
    if not re.search(r"[+-]\d{4}\b|\bGMT\b|\bUTC\b", value):
        return None
    return field.date(value.encode("ascii", "ignore"))
