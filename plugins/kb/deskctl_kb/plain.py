"""Articles as plain text: for mails, snippets and the index. What is markup in them never leaves as markup."""

from __future__ import annotations

import re
from collections.abc import Collection

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ACTIVE = re.compile(r"<(script|style|iframe|object|template)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")
_IMAGE = re.compile(r"!\[([^\]\n]{0,500})\]\([^()\s]{0,2000}(?:\s+\"[^\"\n]*\")?\)")
_LINK = re.compile(r"\[([^\]\n]{1,500})\]\(\s*<?([^()\s<>]{1,2000})>?(?:\s+\"[^\"\n]*\")?\)")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$", re.MULTILINE)
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^ {0,3}(?:```+|~~~+)[^\n]*\n?", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n+")


def plain(markdown: str, title: str = "") -> str:
    """Readable text: no tags, no scripts, no comments, links as `words (address)`. A first heading that only repeats
    `title` is left out."""
    text = _ACTIVE.sub("", _COMMENT.sub("", markdown))
    text = _AUTOLINK.sub(r"\1", text)
    text = _TAG.sub("", text)
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(lambda m: m[1] if m[1] == m[2] else f"{m[1]} ({m[2]})", text)
    text = _CODE.sub(r"\1", _STRONG.sub(r"\2", _FENCE.sub("", text)))
    text = _HEADING.sub(r"\1", text)
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    first, _, rest = text.partition("\n")
    return rest.strip() if title and first.strip() == title and rest.strip() else text


def shortened(text: str, longest: int) -> tuple[str, bool]:
    """At most `longest` characters, cut where a paragraph or a sentence ends; and whether something was cut."""
    if len(text) <= longest:
        return text, False
    head = text[:longest]
    for mark in ("\n\n", ". ", ".\n", "다. ", "\n", " "):
        at = head.rfind(mark)
        if at > longest // 3:
            return head[: at + len(mark.rstrip())].rstrip(), True
    return head, True


def snippet(text: str, wanted: Collection[str], longest: int = 160) -> str:
    """The sentence of `text` that says most of what is wanted, on one line."""
    sought = {bare for term in wanted if len(bare := term.lstrip("=.")) > 1}
    best, most = "", -1.0
    for sentence in _SENTENCE.split(text[:8000])[:60]:
        sentence = " ".join(sentence.split())
        if not sentence:
            continue
        said = sentence.casefold()
        value = sum(term in said for term in sought) / (1 + len(sentence) / 400)
        if value > most:
            best, most = sentence, value
    return best if len(best) <= longest else best[: longest - 1].rstrip() + "…"
