"""Conversion of Markdown articles to plain text, for messages, snippets and the index."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ACTIVE = re.compile(r"<(script|style|iframe|object|template)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,500})\]\([^()\s]{0,2000}(?:\s+\"[^\"\n]*\")?\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,500})\]\(\s*<?([^()\s<>]{1,2000})>?(?:\s+\"[^\"\n]*\")?\)")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]++(.*)")
_OPENING = re.compile(r"(?:\*\*|__)(?=\S)")
_CLOSING = re.compile(r"(?<=\S)(?=(\*\*|__))")
_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^ {0,3}(?:```+|~~~+)[^\n]*\n?", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n+")


def plain_text(markdown: str, title: str = "") -> str:
    """Return readable text without tags, scripts and comments, and with links as `text (URL)`.

    A first heading that equals `title` is left out.
    """
    text = _ACTIVE.sub("", _COMMENT.sub("", markdown))
    text = _AUTOLINK.sub(r"\1", text)
    text = _TAG.sub("", text)
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(lambda m: m[1] if m[1] == m[2] else f"{m[1]} ({m[2]})", text)
    text = "\n".join(_strip_strong(line) for line in _FENCE.sub("", text).split("\n"))
    text = _CODE.sub(r"\1", text)
    text = "\n".join(_strip_heading(line).rstrip(" \t") for line in text.split("\n"))
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    first, _, rest = text.partition("\n")
    return rest.strip() if title and first.strip() == title and rest.strip() else text


def _strip_strong(line: str) -> str:
    """Return a line without the marks around strong words, in linear time for any number of marks."""
    kept: list[str] = []
    position = at = 0
    closings: dict[str, list[int]] | None = None
    while opening := _OPENING.search(line, at):
        if closings is None:
            closings = {"**": [], "__": []}
            for closing in _CLOSING.finditer(line):
                closings[closing[1]].append(closing.start())
        ends = closings[opening[0]]
        index = bisect_left(ends, opening.end() + 1)
        if index == len(ends):
            at = opening.start() + 1
            continue
        kept += [line[position : opening.start()], line[opening.end() : ends[index]]]
        position = at = ends[index] + 2
    return "".join([*kept, line[position:]]) if kept else line


def strip_closing_hashes(heading: str) -> str:
    """Return the words of a heading without the hashes after them."""
    words = heading.rstrip(" \t")
    bare = words.rstrip("#")
    return bare.rstrip(" \t") if bare.endswith((" ", "\t")) else words


def _strip_heading(line: str) -> str:
    """Return the words of a heading, without the hashes around them; any other line as it is."""
    heading = _HEADING.match(line)
    return line if heading is None else strip_closing_hashes(heading[1])


def shorten(text: str, limit: int) -> tuple[str, bool]:
    """Cut a text to at most `limit` characters, at the end of a paragraph or sentence.

    Also return True if it was cut.
    """
    if len(text) <= limit:
        return text, False
    head = text[:limit]
    for mark in ("\n\n", ". ", ".\n", "다. ", "\n", " "):
        at = head.rfind(mark)
        if at > limit // 3:
            return head[: at + len(mark.rstrip())].rstrip(), True
    return head, True


def snippet(text: str, wanted: Collection[str], limit: int = 160) -> str:
    """Return the sentence of `text` with the most wanted terms, on one line."""
    words = {word for term in wanted if len(word := term.lstrip("=.")) > 1}
    best, best_value = "", -1.0
    for sentence in _SENTENCE.split(text[:8000])[:60]:
        sentence = " ".join(sentence.split())
        if not sentence:
            continue
        folded = sentence.casefold()
        value = sum(word in folded for word in words) / (1 + len(sentence) / 400)
        if value > best_value:
            best, best_value = sentence, value
    return best if len(best) <= limit else best[: limit - 1].rstrip() + "…"
