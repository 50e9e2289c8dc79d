"""The plain text of an answer as a page of HTML, for mail programs that show nothing else well.

It says what the text says, and nothing that the text could smuggle in: every character is escaped, a link shows the
address that it leads to, and the page asks for nothing from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Final

#: Quotes deeper than this are shown at this depth.
MAX_DEPTH: Final = 8

_QUOTE = re.compile(r"(?:> ?)+")
_LINK = re.compile(r"https?://[^\s<>\"'\u200b-\u200f\u2028-\u202e\u2066-\u2069]+", re.IGNORECASE)
#: What ends a sentence or a bracket around a link rather than the link.
_AFTER_LINK = ".,;:!?)]}、。，！？）」』>"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"^ | (?= )", re.MULTILINE)

_PAGE = (
    '<!DOCTYPE html>\n<html{lang}>\n<head><meta charset="utf-8"></head>\n'
    '<body style="font-family: sans-serif; font-size: 14px; line-height: 1.5">\n{body}</body>\n</html>\n'
)
_QUOTED = '<blockquote style="margin: 0 0 0 4px; padding-left: 10px; border-left: 2px solid #ccc; color: #555">\n'
_SIGNED = '<div style="color: #666">\n'


def page(text: str, language: str | None = None) -> str:
    """`text` has any line ends. `language` is a tag (BCP 47), as in "ko"."""
    lines = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip("\n").split("\n")
    lang = f' lang="{escape(language)}"' if language else ""
    return _PAGE.replace("{lang}", lang).replace("{body}", "".join(_blocks(lines)))


def _blocks(lines: list[str]) -> Iterator[str]:
    """Paragraphs, in block quotes as deep as the marks before their lines, and the signature in a block of its own."""
    depth, paragraph, signed = 0, list[str](), False
    for line in lines:
        quote = _QUOTE.match(line)
        deep = min(quote[0].count(">"), MAX_DEPTH) if quote else 0
        words = line[quote.end() :] if quote else line
        signature = line == "-- " and not signed
        if paragraph and (not words.strip() or deep != depth or signature):
            yield _paragraph(paragraph)
            paragraph = []
        if deep > depth:
            yield _QUOTED * (deep - depth)
        elif deep < depth:
            yield "</blockquote>\n" * (depth - deep)
        depth = deep
        if signature:
            signed = True
            yield _SIGNED
        if words.strip():
            paragraph.append(words)
    if paragraph:
        yield _paragraph(paragraph)
    yield "</blockquote>\n" * depth
    if signed:
        yield "</div>\n"


def _paragraph(lines: list[str]) -> str:
    return "<p>" + "<br>\n".join(map(_linked, lines)) + "</p>\n"


def _linked(line: str) -> str:
    pieces, end = [], 0
    for found in _LINK.finditer(line):
        address = found[0].rstrip(_AFTER_LINK)
        if len(address) <= len("https://"):
            continue
        pieces.append(_shown(line[end : found.start()]))
        pieces.append(f'<a href="{escape(address)}">{escape(address)}</a>')
        end = found.start() + len(address)
    return "".join((*pieces, _shown(line[end:])))


def _shown(words: str) -> str:
    """Escaped; blanks that HTML would swallow are kept."""
    return _SPACES.sub("&nbsp;", escape(words).replace("\t", "    "))
