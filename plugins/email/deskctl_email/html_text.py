"""Conversion of HTML to text. The HTML libraries are imported with the first HTML mail, to save memory when idle."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from .messages import _

MAX_SIZE = 1_000_000
"""Characters of HTML that are converted."""
MAX_DEPTH = 200
"""Nesting depth that is laid out; a deeper tree is read without layout."""

MAX_ATTRIBUTES = 200
"""Attributes of a tag; further ones are removed, because the HTML libraries compare each with all others."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_EMPTY = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "wbr")
)
_CLOSED_BY_THE_NEXT = frozenset(("p", "li", "td", "tr", "th", "dt", "dd", "option"))
_NESTING_TAG = re.compile(r"<(?!/?(?:script|style|head|title|br|p)\b)/?[a-zA-Z][^<>]*>")
_ATTRIBUTE = r"""(?:[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?)?)"""
_MANY_ATTRIBUTES = re.compile(rf"(</?[a-zA-Z][^\s/<>]*+(?=[\s/]){_ATTRIBUTE}{{{MAX_ATTRIBUTES}}}+){_ATTRIBUTE}++")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_INVISIBLE = re.compile("[\u200b\ufeff\u00ad]+")


class HtmlText(NamedTuple):
    """The text of an HTML mail. `marked` has `> ` before the lines that the HTML structure marks as quoted."""

    text: str
    marked: str
    remark: str = ""


def html_to_text(html: str, *, links: bool = True) -> HtmlText:
    """Return the text of an HTML mail, and a remark if it was too large or too deep for layout.

    `links`: write the target of a link after its text, as in `the invoice <https://...>`.
    """
    remark = ""
    if len(html) > MAX_SIZE:
        html = html[:MAX_SIZE]
        remark = _("HTML truncated")
    html = _MANY_ATTRIBUTES.sub(r"\1", html)
    if html.count("<") > MAX_DEPTH and _too_deep(html):
        return _convert_flat(html, _("HTML nested too deeply: converted without layout"))
    try:
        text, marked = _convert(html, links)
    except Exception:  # noqa: BLE001 - hostile input may raise anything; the other library reads the text
        return _convert_flat(html, _("HTML is invalid: converted without layout"))
    return HtmlText(text, marked, remark)


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

    # Without huge_tree, lxml silently drops elements nested deeper than 256.
    return HTMLParser(huge_tree=True, encoding="utf-8", remove_comments=True, remove_pis=True)


def _convert(html: str, links: bool) -> tuple[str, str]:
    from lxml.etree import fromstring

    from .html_layout import Layout

    if "\u200b" in html or "\ufeff" in html or "\u00ad" in html:
        html = _INVISIBLE.sub("", html)
    html = _DECLARATION.sub("", html).strip()
    if not html:
        return "", ""
    tree = fromstring(html.encode("utf-8", "replace"), _parser())
    return Layout(links=links).read(tree) if tree is not None else ("", "")


def _convert_flat(html: str, remark: str) -> HtmlText:
    from selectolax.lexbor import LexborHTMLParser

    # Building a deep tree takes quadratic time, so tags that can nest are removed first.
    tree = LexborHTMLParser(_NESTING_TAG.sub("\n", html))
    tree.strip_tags(["script", "style", "head", "title"])
    text = tree.body.text(separator="\n", deep=True) if tree.body else ""
    lines: list[str] = []
    for line in text.split("\n"):
        words = " ".join(line.split())
        if words or (lines and lines[-1]):
            lines.append(words)
    text = "\n".join(lines).strip("\n")
    return HtmlText(text, text, remark)
