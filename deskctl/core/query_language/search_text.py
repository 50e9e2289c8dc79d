"""Separate the conditions of a search from its words: `refund status:open -tag:test "broken link"`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from .fields import QueryField
from .syntax import LONGEST_QUERY

#: A quoted text, or a condition: a field, a comparison, and a quoted text, a range, a group or a word.
_PART = re.compile(
    r'"[^"]*"|(?<!\S)(?P<condition>(?P<not>-|NOT\s+)?(?P<field>[^\W\d][\w.]*):'
    r'(?:[<>]=?)?(?:"(?:\\.|[^"\\])*"|[\[{][^\]}]*[\]}]|\([^()]*\)|[^\s"()\[\]{}]+))(?!\S)'
)


class SearchText(NamedTuple):
    """The words of a search, and its conditions as a query; "" for none."""

    words: str
    query: str


def split_search(text: str, fields: Mapping[str, QueryField]) -> SearchText:
    """Separate conditions on known fields. Other words with a colon, such as addresses of web pages, stay words."""
    if len(text) > LONGEST_QUERY:
        return SearchText(text, "")
    conditions: list[str] = []

    def take(found: re.Match[str]) -> str:
        if not found["condition"] or found["field"].lower() not in fields:
            return found[0]
        conditions.append(found["condition"])
        return ""

    words = _PART.sub(take, text)
    return SearchText(" ".join(words.split()) if conditions else text, " ".join(conditions))
