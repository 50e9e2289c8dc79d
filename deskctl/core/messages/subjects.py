"""Subject lines: what the words are, apart from `Re:`, the tags of lists and the numbers of tickets."""

from __future__ import annotations

import re
import unicodedata

_ANSWER = re.compile(
    r"\s*(?:re|aw|sv|antw|vs|odp|ynt|ref|bls|回复|回覆|答复|返信|답장|회신)\s*(?:\[\d+\]|\(\d+\))?\s*[:\uff1a]\s*",
    re.IGNORECASE,
)
_PREFIX = re.compile(
    r"\s*(?:re|aw|sv|antw|vs|odp|ynt|ref|bls|fwd?|fw|wg|wtr|tr|rv|enc|i|vb|vl|pd|回复|回覆|答复|返信|답장|회신|전달|转发|轉寄|転送)"
    r"\s*(?:\[\d+\]|\(\d+\))?\s*[:\uff1a]\s*",
    re.IGNORECASE,
)
#: Programs in East Asia may write brackets and number sign full width.
_NUMBER = re.compile(r"\s*[\[\uff3b][#\uff03](\d{1,9})[\]\uff3d]")
_TAG = re.compile(r"\s*\[[^\[\]]{1,60}\]")
#: Lines in brackets above a text, in which a channel says where it comes from or what it answers.
_REMARKS = re.compile(r"(?:\s*\[[^\n]*\][^\S\n]*(?:\n|$))+")
_DIFFERENCES = re.compile(r"[\W_]+")


def numbered(subject: str, number: int) -> str:
    """The subject of an answer on ticket `number`: one `Re:`, and no other ticket's number.

    >>> numbered("AW: Re: Printer [#1]", 42)
    'Re: Printer [#42]'
    """
    words = " ".join(_NUMBER.sub(" ", subject).split())
    while (shorter := _ANSWER.sub("", words, count=1) if _ANSWER.match(words) else words) != words:
        words = shorter
    return f"Re: {words} [#{number}]".replace("  ", " ")


def numbers(subject: str) -> list[int]:
    """The ticket numbers in a subject, the last first: that is the one that was added last."""
    found = _NUMBER.findall(subject)[-3:]
    return list(dict.fromkeys(int(number) for number in reversed(found)))


def differs(subject: str, other: str, text: str = "") -> bool:
    """Whether a message's subject says something that neither the ticket's subject nor the message's text says.

    `Re:` and `Fwd:`, numbers of tickets, tags in brackets, letter case and punctuation say nothing. Where messages have
    no subject of their own, as in chats, it is the first words of the text.
    """
    said = _words(subject)
    if not said or said == _words(other):
        return False
    start = unicodedata.normalize("NFKC", text[:1_000])
    texts = start, _REMARKS.sub("", start, count=1)
    return not any(_DIFFERENCES.sub("", each).casefold().startswith(said) for each in texts)


def _words(subject: str) -> str:
    bare = _NUMBER.sub(" ", subject)
    for _ in range(20):
        shorter = _PREFIX.sub("", bare, count=1) if _PREFIX.match(bare) else bare
        tag = _TAG.match(shorter)
        if tag and shorter[tag.end() :].strip():
            shorter = shorter[tag.end() :]
        if shorter == bare:
            break
        bare = shorter
    return _DIFFERENCES.sub("", unicodedata.normalize("NFKC", bare)).casefold()
