"""The HTML alternative of an outgoing message, for mail programs that display plain text badly.

The page has the same content as the text. Every character is escaped, each link shows its target, and the page loads
nothing from the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Final

#: Deeper quotes are shown at this depth.
MAX_DEPTH: Final = 8

_QUOTE = re.compile(r"(?:> ?)+")
_LINK = re.compile(r"https?://[^\s<>\"'\u200b-\u200f\u2028-\u202e\u2066-\u2069]+", re.IGNORECASE)
#: Characters after a link that belong to the sentence, not to the link.
_AFTER_LINK = ".,;:!?)]}、。，！？）」』>"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"^ | (?= )", re.MULTILINE)

_PAGE = (
    '<!DOCTYPE html>\n<html{lang}>\n<head><meta charset="utf-8"></head>\n'
    '<body style="font-family: sans-serif; font-size: 14px; line-height: 1.5">\n{body}</body>\n</html>\n'
)
_QUOTED = '<blockquote style="margin: 0 0 0 4px; padding-left: 10px; border-left: 2px solid #ccc; color: #555">\n'
_SIGNED = '<div style="color: #666">\n'


def html_page(text: str, language: str | None = None) -> str:
    """Return the HTML page for `text`, which may have any line ends. `language` is a BCP 47 tag such as "ko"."""
    lines = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip("\n").split("\n")
    lang = f' lang="{escape(language)}"' if language else ""
    return _PAGE.replace("{lang}", lang).replace("{body}", "".join(_blocks(lines)))


def _blocks(lines: list[str]) -> Iterator[str]:
    """Yield paragraphs, nested in block quotes by the quote marks of the lines; the signature gets its own block."""
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
    return "<p>" + "<br>\n".join(map(_link_addresses, lines)) + "</p>\n"


def _link_addresses(line: str) -> str:
    pieces, end = [], 0
    for found in _LINK.finditer(line):
        address = found[0].rstrip(_AFTER_LINK)
        if len(address) <= len("https://"):
            continue
        pieces.append(_escape_text(line[end : found.start()]))
        pieces.append(f'<a href="{escape(address)}">{escape(address)}</a>')
        end = found.start() + len(address)
    return "".join((*pieces, _escape_text(line[end:])))


def _escape_text(words: str) -> str:
    """Escape text and keep the spaces that HTML would collapse."""
    return _SPACES.sub("&nbsp;", escape(words).replace("\t", "    "))
