"""Subject lines without `Re:`, tags of mailing lists and ticket numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ...normalization import normalize

if TYPE_CHECKING:
    from .model import InboundMessage

MAX_LENGTH = 1_000
"""Characters of a subject that are stored and read; the raw mail keeps all of them."""
_ANSWER = re.compile(
    r"\s*(?:re|aw|sv|antw|vs|odp|ynt|ref|bls|回复|回覆|答复|返信|답장|회신)\s*(?:\[\d+\]|\(\d+\))?\s*[:\uff1a]\s*",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"\s*(?:re|aw|sv|antw|vs|odp|ynt|ref|bls|fwd?|fw|wg|wtr|tr|rv|enc|i|vb|vl|pd|回复|回覆|答复|返信|답장|회신|전달|转发|轉寄|転送)"
    r"\s*(?:\[\d+\]|\(\d+\))?\s*[:\uff1a]\s*",
    re.IGNORECASE,
)
#: Programs in East Asia can write full-width brackets and number signs.
_NUMBER = re.compile(r"(?:(?<!\s)\s++)?[\[\uff3b][#\uff03](\d{1,9})[\]\uff3d]")
_TAG = re.compile(r"\s*+\[[^\[\]]{1,60}\]")
#: Lines in brackets above a text, in which a channel names its origin or the answered message.
_REMARKS = re.compile(r"(?:\s*\[[^\n]*\][^\S\n]*(?:\n|$))+")
_DIFFERENCES = re.compile(r"[\W_]+")


def limited(message: InboundMessage) -> InboundMessage:
    """Return the message with subjects of at most `MAX_LENGTH` characters."""
    forwarded = message.forwarded
    if forwarded is not None and forwarded.subject and len(forwarded.subject) > MAX_LENGTH:
        message = replace(message, forwarded=replace(forwarded, subject=forwarded.subject[:MAX_LENGTH]))
    return message if len(message.subject) <= MAX_LENGTH else replace(message, subject=message.subject[:MAX_LENGTH])


def numbered(subject: str, number: int) -> str:
    """Return the subject of an answer on ticket `number`: one `Re:`, and no other ticket's number.

    >>> numbered("AW: Re: Printer [#1]", 42)
    'Re: Printer [#42]'
    """
    words = " ".join(_NUMBER.sub(" ", subject[:MAX_LENGTH]).split())
    while answer := _ANSWER.match(words):
        words = words[answer.end() :]
    return f"Re: {words} [#{number}]".replace("  ", " ")


def numbers(subject: str) -> list[int]:
    """Return the ticket numbers in a subject. The last one comes first, because it was added last."""
    found = _NUMBER.findall(subject[:MAX_LENGTH])[-3:]
    return list(dict.fromkeys(int(number) for number in reversed(found)))


def differs(subject: str, other: str, text: str = "") -> bool:
    """Return True if a subject adds information to the ticket's subject and the message's text.

    `Re:` and `Fwd:`, ticket numbers, tags in brackets, letter case and punctuation are ignored. Messages without a
    subject, as in chats, have the first words of their text as the subject.
    """
    words = _words(subject)
    if not words or words == _words(other):
        return False
    start = normalize("NFKC", text[:1_000])
    texts = start, _REMARKS.sub("", start, count=1)
    return not any(_DIFFERENCES.sub("", each).casefold().startswith(words) for each in texts)


def _words(subject: str) -> str:
    bare = _NUMBER.sub(" ", subject[:MAX_LENGTH])
    for _ in range(20):
        shorter = _PREFIX.sub("", bare, count=1) if _PREFIX.match(bare) else bare
        tag = _TAG.match(shorter)
        if tag and shorter[tag.end() :].strip():
            shorter = shorter[tag.end() :]
        if shorter == bare:
            break
        bare = shorter
    return _DIFFERENCES.sub("", normalize("NFKC", bare)).casefold()
