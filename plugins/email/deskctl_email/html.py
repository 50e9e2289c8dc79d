"""HTML to readable text. The libraries are loaded with the first HTML mail: an idle desk does without their memory."""

from __future__ import annotations

import re

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
_BLANK_LINES = re.compile(r"\n(?:[ \t\xa0\u200b\u200c\u200d\ufeff]*\n){2,}")
_SPACES = re.compile(r"[ \t\xa0\u200b\ufeff]+")
_BULLETS = ("*", "+", "o", "-", "")  # what stays indented: lists
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")


def to_text(html: str) -> tuple[str, str]:
    """The text of an HTML mail, and a remark if it was too large or too deep to be laid out (`""` if not)."""
    remark = ""
    if len(html) > MAX_SIZE:
        html = html[:MAX_SIZE]
        remark = "HTML cut to be read as text"
    if _too_deep(html):
        return _tidy(_flat(html)), "HTML nested too deep or too long: read without layout"
    try:
        return _tidy(_laid_out(html)), remark
    except Exception:  # noqa: BLE001 - two libraries over hostile input: whatever the first one meets, the second reads the words
        return _tidy(_flat(html)), "HTML broken: read without layout"


def _too_deep(html: str) -> bool:
    """Whether laying it out would take long: too deep, or far more elements than letters need."""
    elements = 5_000 + len(html) // 100
    depth = 0
    for match in _TAG.finditer(html):
        name = match[2].lower()
        if match[1]:
            depth -= depth > 0 and name not in _CLOSED_BY_THE_NEXT
            continue
        elements -= 1
        depth += name not in _EMPTY and name not in _CLOSED_BY_THE_NEXT
        if depth > MAX_DEPTH or elements < 0:
            return True
    return False


def _laid_out(html: str) -> str:
    from inscriptis import Inscriptis
    from lxml.html import HTMLParser, document_fromstring

    html = _DECLARATION.sub("", html).strip()
    if not html:
        return ""
    tree = document_fromstring(html, parser=HTMLParser(huge_tree=True))
    return str(Inscriptis(tree).get_text())


def _flat(html: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    # Building a deep tree costs the square of its depth: only what does not nest is left in.
    tree = LexborHTMLParser(_NESTING_TAG.sub("\n", html))
    tree.strip_tags(["script", "style", "head", "title"])
    return tree.body.text(separator="\n", deep=True) if tree.body else ""


def _tidy(text: str) -> str:
    lines = (_SPACES.sub(" ", line).rstrip() for line in text.split("\n"))
    lines = (line if line.lstrip()[:1] in _BULLETS else line.lstrip() for line in lines)
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
