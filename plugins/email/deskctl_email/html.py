"""HTML to readable text. The libraries are loaded with the first HTML mail: an idle desk does without their memory."""

from __future__ import annotations

import re

MAX_SIZE = 1_000_000
"""Characters of HTML that are converted."""
MAX_DEPTH = 200
"""Nesting that is converted; deeper, the tree is read flat."""
MAX_ELEMENTS = 50_000

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr p li td tr th dt dd option".split())
_BLANK_LINES = re.compile(r"\n(?:[ \t\xa0\u200b\u200c\u200d\ufeff]*\n){2,}")
_SPACES = re.compile(r"[ \t\xa0\u200b\ufeff]+")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")


def to_text(html: str) -> tuple[str, str]:
    """The text of an HTML mail, and a remark if it was too large or too deep to be laid out (`""` if not)."""
    remark = ""
    if len(html) > MAX_SIZE:
        html = html[:MAX_SIZE]
        remark = "HTML cut to be read as text"
    if _too_deep(html):
        return _tidy(_flat(html)), "HTML nested too deep: read without layout"
    try:
        return _tidy(_laid_out(html)), remark
    except Exception:  # two libraries over hostile input: whatever the first one meets, the second reads the words
        return _tidy(_flat(html)), "HTML broken: read without layout"


def _too_deep(html: str) -> bool:
    depth = elements = 0
    for match in _TAG.finditer(html):
        elements += 1
        if match[2].lower() in _VOID:
            continue
        depth = max(0, depth + (-1 if match[1] else 1))
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS:
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

    tree = LexborHTMLParser(html)
    tree.strip_tags(["script", "style", "head", "title", "noscript"])
    return tree.body.text(separator="\n", deep=True) if tree.body else ""


def _tidy(text: str) -> str:
    lines = (_SPACES.sub(" ", line).rstrip() for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
