"""HTML to readable text. The libraries are loaded with the first HTML mail: an idle desk does without their memory."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

MAX_SIZE = 1_000_000
"""Characters of HTML that are converted."""
MAX_DEPTH = 200
"""Nesting that is laid out; deeper, the tree is read flat."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_EMPTY = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "wbr")
)
_CLOSED_BY_THE_NEXT = frozenset(("p", "li", "td", "tr", "th", "dt", "dd", "option"))
_NESTING_TAG = re.compile(r"<(?!/?(?:script|style|head|title|br|p)\b)/?[a-zA-Z][^<>]*>")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_INVISIBLE = re.compile("[\u200b\ufeff\u00ad]+")


class Page(NamedTuple):
    """`text` as read; `marked` is the same with `> ` before the lines that the structure says are quoted."""

    text: str
    marked: str
    remark: str = ""


def to_text(html: str, *, links: bool = True) -> Page:
    """The text of an HTML mail, and a remark if it was too large or too deep to be laid out.

    `links`: the target of a link stands behind its words, as in `the invoice <https://...>`.
    """
    remark = ""
    if len(html) > MAX_SIZE:
        html = html[:MAX_SIZE]
        remark = "HTML cut to be read as text"
    if html.count("<") > MAX_DEPTH and _too_deep(html):
        return _flat(html, "HTML nested too deep: read without layout")
    try:
        text, marked = _laid_out(html, links)
    except Exception:  # noqa: BLE001 - a library over hostile input: whatever it meets, the other one reads the words
        return _flat(html, "HTML broken: read without layout")
    return Page(text, marked, remark)


def _too_deep(html: str) -> bool:
    depth = 0
    for match in _TAG.finditer(html):
        name = match[2].lower()
        if match[1]:
            depth -= depth > 0 and name not in _CLOSED_BY_THE_NEXT
            continue
        depth += name not in _EMPTY and name not in _CLOSED_BY_THE_NEXT
        if depth > MAX_DEPTH:
            return True
    return False


@lru_cache(maxsize=1)
def _parser() -> Any:
    from lxml.etree import HTMLParser

    # Without huge_tree, what is nested deeper than 256 is dropped silently.
    return HTMLParser(huge_tree=True, encoding="utf-8", remove_comments=True, remove_pis=True)


def _laid_out(html: str, links: bool) -> tuple[str, str]:
    from lxml.etree import fromstring

    from .layout import Layout

    if "\u200b" in html or "\ufeff" in html or "\u00ad" in html:
        html = _INVISIBLE.sub("", html)
    html = _DECLARATION.sub("", html).strip()
    if not html:
        return "", ""
    tree = fromstring(html.encode("utf-8", "replace"), _parser())
    return Layout(links=links).read(tree) if tree is not None else ("", "")


def _flat(html: str, remark: str) -> Page:
    from selectolax.lexbor import LexborHTMLParser

    # Building a deep tree costs the square of its depth: only what does not nest is left in.
    tree = LexborHTMLParser(_NESTING_TAG.sub("\n", html))
    tree.strip_tags(["script", "style", "head", "title"])
    text = tree.body.text(separator="\n", deep=True) if tree.body else ""
    lines: list[str] = []
    for line in text.split("\n"):
        words = " ".join(line.split())
        if words or (lines and lines[-1]):
            lines.append(words)
    text = "\n".join(lines).strip("\n")
    return Page(text, text, remark)
