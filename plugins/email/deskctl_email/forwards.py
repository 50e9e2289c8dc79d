"""What a forward carries: the message that somebody else wrote, attached or below its header lines in the body."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from deskctl.plugins import Forwarded

from . import headers as field
from . import markers
from .blocks import header_block
from .mime import Part, read

MAX_LINES = 2_000
"""Lines of a body in which a forwarded message's beginning is looked for."""

_FORWARD = re.compile(
    r"(?:\s|\[[^\]]{0,40}\])*(?:fwd?|fw|wg|wtr|tr|rv|i|enc|vs|vb|vl|doorst|pd|пересл|转发|轉寄|轉傳|転送|전달|傳送)\s?(?:\[\d+\])?"
    r"\s?[:：]"
    r"|(?:\s|\[)*(?:전달|fwd?)\s?\]",
    re.IGNORECASE,
)


def is_forward(subject: str) -> bool:
    """Whether the subject says that the mail passes on another one."""
    return bool(_FORWARD.match(subject))


def find(leaves: Sequence[Part], text: str, subject: str) -> Forwarded | None:
    """The message that the mail passes on: an attached one first, else the one below its header lines."""
    attached = _attached(leaves, text, subject)
    return attached or _in_body(text, subject)


def _attached(leaves: Sequence[Part], text: str, subject: str) -> Forwarded | None:
    """The only attached message, where the mail says that it forwards or says nearly nothing itself."""
    messages = [leaf for leaf in leaves if leaf.content_type in ("message/rfc822", "message/global")]
    if len(messages) != 1 or not (is_forward(subject) or len(text) <= 300):
        return None
    return of_message(messages[0].content())


def of_message(raw: bytes) -> Forwarded | None:
    """An attached message's sender and words; None if it names no sender."""
    from . import bodies, quotes

    root, leaves, _ = read(raw)
    senders = field.addresses(root.get("from")) or field.addresses(root.get("sender"))
    if not senders:
        return None
    name, address = senders[0]
    content = bodies.sort_out(leaves)
    return Forwarded(
        sender=address,
        sender_name=name or None,
        subject=field.text(root.get("subject"), content.charset),
        text=quotes.visible_of_segments([(one.text, one.marked) for one in content.segments]),
        sent_at=field.date(root.get("date")),
        message_id=field.message_id(root.get("message-id")),
    )


def _in_body(text: str, subject: str) -> Forwarded | None:
    """The message below `---------- Forwarded message ---------`, or below header lines if the subject says Fwd."""
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
            continue  # nearly all lines
        head = line[:300]
        announced = bool(markers.FORWARDED.match(head))
        if not announced and not (forward and (markers.HEADER.match(head) or markers.ORIGINAL.match(head))):
            continue
        start = at
        if announced or not markers.HEADER.match(head):
            start = next((n for n in range(at + 1, min(at + 5, len(lines))) if lines[n].strip()), len(lines))
            if start == len(lines):
                return None
        block = header_block(lines, start)
        if block is None:
            continue
        return _of_block(block.values, "\n".join(lines[start + block.size :]))
    return None


def _of_block(values: dict[str, str], text: str) -> Forwarded | None:
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
        sent_at=_moment(values.get("date", "")),
    )


def _moment(value: str) -> datetime | None:
    """The moment, if the header states it with its zone; a forward's local time says too little."""
    if not re.search(r"[+-]\d{4}\b|\bGMT\b|\bUTC\b", value):
        return None
    return field.date(value.encode("ascii", "ignore"))
