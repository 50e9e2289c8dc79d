"""Layout of an HTML tree as lines of text: blocks, lists, tables and the quotes that mail programs mark.

The layout visits the tree once, without recursion. Margins collapse to one empty line, and white space collapses as in
a browser.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from . import quote_patterns
from .html_links import Links
from .quote_headers import ends_with_attribution

_SKIPPED = frozenset(("head", "style", "script", "title", "template", "noscript", "svg", "object", "select", "meta"))
_BREAKING = frozenset((
    "div", "section", "article", "header", "footer", "main", "aside", "nav", "address", "form", "fieldset", "center",
    "dt", "dd", "tr", "tbody", "thead", "tfoot", "caption", "figure", "figcaption", "li", "body", "html", "hr", "td",
    "th", "legend", "details", "summary",
))  # fmt: skip
_SPACED = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "table", "dl"))
_BLOCKS = _BREAKING | _SPACED | {"br"}
_BULLETS = ("* ", "+ ", "o ", "- ")
_HIDDEN = re.compile(r"(?:display\s*:\s*none|mso-hide\s*:\s*all)", re.IGNORECASE)
_KEEPS_SPACES = re.compile(r"white-space\s*:\s*(?:pre\b|pre-wrap|break-spaces|pre-line)", re.IGNORECASE)

_BORDER = re.compile(
    r"border-left(?:-(?:width|style|color))?\s*:\s*(?!none|0(?:px|pt|em)?\s*(?:;|$)|medium none|initial|inherit)",
    re.IGNORECASE,
)

_QUOTE_CLASSES = frozenset((
    "gmail_quote", "gmail_quote_container", "gmail_attr", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote",
    "zmail_extra", "tutanota_quote", "freshdesk_quote", "front-blockquote", "ntes_quote", "qmbox_quote", "mail_quote",
    "x_gmail_quote", "x_yahoo_quoted", "x_moz-cite-prefix", "quoted_message", "gmail_quote_attribution",
))  # fmt: skip
_SIGNATURE_CLASSES = frozenset((
    "gmail_signature", "moz-signature", "protonmail_signature_block", "airmail_signature", "signature_block",
    "x_gmail_signature", "zmail_signature_below", "bloop_sign",
))  # fmt: skip
_SIGNATURE_IDS = frozenset((
    "signature", "ms-outlook-mobile-signature", "x_signature", "x_ms-outlook-mobile-signature", "composer_signature",
    "bloop_sign", "protonmail_signature", "applemailsignature",
))  # fmt: skip
_QUOTE_IDS = frozenset((
    "mail-editor-reference-message-container", "x_mail-editor-reference-message-container", "isreplycontent",
    "olk_src_body_section", "zimbra_quote", "replysplit",
))  # fmt: skip
_REST_IDS = frozenset(("divrplyfwdmsg", "x_divrplyfwdmsg", "appendonsend", "x_appendonsend", "reply-intro"))
"""Ids of elements after which the rest of the mail is the quoted message."""
_REST_CLASSES = frozenset(("outlookmessageheader", "x_outlookmessageheader"))
#: Text nodes and characters that are read for the first words of an element: quotes can be nested around many nodes.
_MAX_NODES, _MAX_FIRST_WORDS = 100, 200


class Layout:
    """The state of a layout: finished lines and the line in progress."""

    __slots__ = (
        "cell_lines", "gap", "lines", "links", "lists", "parts", "pre", "prefix", "quoted", "rest", "space",
        "wants_blank",
    )  # fmt: skip

    def __init__(self, *, links: bool = True) -> None:
        """Start a layout. `links`: write the target of a link after its text."""
        self.links = Links() if links else None
        self.lines: list[tuple[str, bool]] = []
        self.parts: list[str] = []  # of the line in progress
        self.space = False  # white space since the last word
        self.gap = False  # a table cell ended since the last word
        self.wants_blank = False  # a margin since the last line
        self.prefix = ""  # a list bullet, to be written before the next words
        self.lists: list[int] = []  # the open lists: -1 for bullets, else the number of the last item
        self.pre = 0
        self.quoted = 0
        self.rest = False  # the rest of the mail is quoted
        self.cell_lines: list[int] = []  # for each open table row, the number of lines before its last cell

    def read(self, tree: Any) -> tuple[str, str]:
        """Return the text of a tree, and the same text with `> ` before quoted lines."""
        from lxml.etree import iterwalk

        closing: list[tuple[Any, bool, bool]] = []  # open elements that changed `quoted` or `pre`
        walk = iterwalk(tree, events=("start", "end"))
        write, flush, lists = self._write, self._flush, self.lists
        for event, element in walk:
            tag = element.tag
            if event == "start":
                if tag in _SKIPPED:
                    walk.skip_subtree()
                    continue
                if element.attrib:
                    style = element.get("style")
                    if style and _HIDDEN.search(style):
                        walk.skip_subtree()
                        if tag in _BLOCKS:
                            flush()
                        continue
                    quoted = self._is_quote(tag, element)
                    pre = tag == "pre" or bool(style and "white-space" in style and _KEEPS_SPACES.search(style))
                else:
                    quoted, pre = tag == "blockquote" and self._is_quote(tag, element), tag == "pre"
                if tag in _BLOCKS:
                    self._open(tag, element)
                elif quoted:
                    flush()
                elif tag == "a" and self.links is not None:
                    self.links.open(element, len(self.lines), len(self.parts))
                elif tag == "img" and self.links is not None and (words := self.links.image_text(element)):
                    write(words)
                if quoted or pre:
                    closing.append((element, quoted, pre))
                    self.quoted += quoted
                    self.pre += pre
                if element.text:
                    write(element.text)
                continue
            if tag in _BLOCKS:
                self._close(tag, element)
            elif tag == "a" and self.links is not None:
                self._close_link(self.links, element)
            if closing and closing[-1][0] is element:
                _, quoted, pre = closing.pop()
                if quoted:
                    flush()
                self.quoted -= quoted
                self.pre -= pre
            if element.tail:
                write(element.tail)
        flush()
        del lists[:]
        return self._joined()

    def _joined(self) -> tuple[str, str]:
        kept: list[tuple[str, bool]] = []
        for line, quoted in self.lines:
            if line or (kept and kept[-1][0]):
                kept.append((line, quoted))
        while kept and not kept[-1][0]:
            kept.pop()
        text = "\n".join(line for line, _ in kept)
        if not any(quoted for _, quoted in kept):
            return text, text
        marked: list[str] = []
        before = False
        for line, quoted in kept:
            if quoted != before:
                marked.append("")  # so that a reply does not look like the rest of a quoted line
            marked.append(f"> {line}" if quoted else line)
            before = quoted
        return text, "\n".join(marked)

    def _is_quote(self, tag: str, element: Any) -> bool:
        """Return True if the element contains quoted text, or a signature, which is hidden like quoted text."""
        if tag == "blockquote" and (element.get("type") or "").lower() == "cite":
            return True
        classes = element.get("class")
        if classes:
            for name in classes.lower().split()[:20]:
                if name in _QUOTE_CLASSES or name in _SIGNATURE_CLASSES:
                    return not _is_forwarded(element)
                if name in _REST_CLASSES:
                    self._flush()
                    self.rest = True
        identity = element.get("id")
        if identity:
            identity = identity.lower()
            if identity in _SIGNATURE_IDS or identity in _QUOTE_IDS or identity.startswith("yahoo_quoted"):
                return not _is_forwarded(element)
            if identity in _REST_IDS:
                self._flush()
                self.rest = True
        if element.get("data-marker") == "__QUOTED_TEXT__":
            return True
        return tag in ("blockquote", "div") and self._is_bordered_quote(tag, element)

    def _is_bordered_quote(self, tag: str, element: Any) -> bool:
        """Return True if a block has a quote's border, or follows an attribution."""
        bordered = bool(_BORDER.search(element.get("style") or ""))
        if tag == "div" and not bordered:
            return False
        lines = [line for line, _ in self.lines[-8:] if line] + (["".join(self.parts)] if self.parts else [])
        if tag == "blockquote":
            quoted = bordered or ends_with_attribution(lines)
        else:
            quoted = bool(quote_patterns.HEADER.match(_first_words(element))) or ends_with_attribution(lines)
        return quoted and not _is_forwarded(element)

    def _open(self, tag: str, element: Any) -> None:
        if tag in ("td", "th"):
            if self.cell_lines and self.cell_lines[-1] == len(self.lines) and self.parts:
                self.gap = True
            else:
                self._flush()
            if self.cell_lines:
                self.cell_lines[-1] = len(self.lines)
            return
        self._flush(forced=tag == "br")
        if tag in _SPACED:
            self._margin(element)
        if tag == "tr":
            self.cell_lines.append(len(self.lines))
        elif tag == "ul":
            self.lists.append(-1)
        elif tag == "ol":
            start = element.get("start") or ""
            self.lists.append(int(start) - 1 if start.isascii() and start.isdigit() and len(start) < 9 else 0)
        elif tag == "li" and self.lists:
            if self.lists[-1] < 0:
                bullet = _BULLETS[(len(self.lists) - 1) % len(_BULLETS)]
            else:
                self.lists[-1] += 1
                bullet = f"{self.lists[-1]}. "
            self.prefix = "  " * min(len(self.lists), 20) + bullet

    def _close(self, tag: str, element: Any) -> None:
        if tag in ("td", "th", "br"):
            return
        self._flush()
        if tag in _SPACED:
            self._margin(element)
        if tag == "tr":
            if self.cell_lines:
                self.cell_lines.pop()
        elif tag in ("ul", "ol"):
            if self.lists:
                self.lists.pop()
        elif tag == "li":
            self.prefix = ""

    def _close_link(self, links: Links, element: Any) -> None:
        """Write the target of a link after its last word, which may be on an earlier line."""
        line, part = links.close(element)
        if line < 0:
            return
        inside = [text for text, _ in self.lines[line:]] + self.parts[part if line == len(self.lines) else 0 :]
        target = links.target(element, " ".join(inside))
        if not target:
            return
        if self.parts:
            self.parts.append(f" {target}")
            return
        last = next((at for at in range(len(self.lines) - 1, line - 1, -1) if self.lines[at][0]), -1)
        if last >= 0:
            self.lines[last] = (f"{self.lines[last][0]} {target}", self.lines[last][1])

    def _margin(self, element: Any) -> None:
        """Request an empty line, except inside lists and where Word writes one paragraph per line."""
        if self.lists or (element.get("class") or "").startswith("Mso"):
            return
        self.wants_blank = bool(self.lines)

    def _write(self, text: str) -> None:
        if self.pre:
            self._write_pre(text)
            return
        words = " ".join(text.split())
        if not words:
            self.space = True
            if "\xa0" in text and not self.parts:
                self.parts.append("")  # a separate empty line
            return
        if self.parts:
            if self.gap:
                self.parts.append("  ")
            elif self.space or text[0].isspace():
                self.parts.append(" ")
        else:
            if self.wants_blank:
                self._blank()
            if self.prefix:
                self.parts.append(self.prefix)
                self.prefix = ""
        self.gap = False
        self.parts.append(words)
        self.space = text[-1].isspace()

    def _write_pre(self, text: str) -> None:
        """Write preformatted text."""
        first = True
        for line in text.split("\n"):
            if not first:
                self._flush(forced=True)
            first = False
            if line:
                if not self.parts and self.wants_blank:
                    self._blank()
                self.parts.append(line.replace("\xa0", " "))

    def _blank(self) -> None:
        """Write the requested empty line."""
        if self.cell_lines and self.cell_lines[-1] == len(self.lines):
            self.cell_lines[-1] += 1  # the empty line is above the row, not in the cell
        self.lines.append(("", self._is_quoted()))
        self.wants_blank = False

    def _is_quoted(self) -> bool:
        return self.rest or self.quoted > 0

    def _flush(self, *, forced: bool = False) -> None:
        """Finish the line in progress. `forced`: also if it is empty."""
        if self.parts:
            self.lines.append(("".join(self.parts).rstrip(), self._is_quoted()))
            self.parts.clear()
        elif forced:
            self.lines.append(("", self._is_quoted()))
        self.space = self.gap = False


def _is_forwarded(element: Any) -> bool:
    """Return True if an element that looks quoted contains a forwarded message."""
    return bool(quote_patterns.FORWARDED.match(_first_words(element)))


def _first_words(element: Any) -> str:
    """Return the first words in an element; a header name and its colon may be in separate text nodes."""
    words = ""
    for text in islice(element.itertext(), _MAX_NODES):
        piece = text[:_MAX_FIRST_WORDS]
        words += " " if piece.isspace() else piece
        if len(words) > _MAX_FIRST_WORDS or len(words.split()) > 1:
            break
    return words[:_MAX_FIRST_WORDS].strip()
