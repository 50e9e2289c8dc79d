"""Separate the conditions of a search from its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl.core.query_language.fields import BUILT_IN
from deskctl.core.query_language.search_text import split_search
from deskctl.core.query_language.syntax import LONGEST_QUERY


@pytest.mark.parametrize(
    ("text", "words", "query"),
    [
        ("refund 환불", "refund 환불", ""),
        ("refund status:open", "refund", "status:open"),
        ("-tag:test refund", "refund", "-tag:test"),
        ("refund NOT  tag:test", "refund", "NOT  tag:test"),
        ('contact.name:"Kim Lee" refund', "refund", 'contact.name:"Kim Lee"'),
        ("refund tag:(a OR b) priority:>=high", "refund", "tag:(a OR b) priority:>=high"),
        ("created:[now-7d TO *] refund", "refund", "created:[now-7d TO *]"),
        ('"status:open is broken" printer', '"status:open is broken" printer', ""),
        ("http://example.org/x Re: hello", "http://example.org/x Re: hello", ""),
        ("status: open", "status: open", ""),
        ("mystatus:open", "mystatus:open", ""),
        ("status:open", "", "status:open"),
        ('unclosed "quote status:open', 'unclosed "quote', "status:open"),
    ],
)
def test_conditions_are_separated_from_words(text: str, words: str, query: str) -> None:
    assert split_search(text, BUILT_IN) == (words, query)


def test_text_that_is_too_long_for_a_query_is_not_separated() -> None:
    text = "status:open " + "x" * LONGEST_QUERY
    assert split_search(text, BUILT_IN) == (text, "")


@given(st.text(alphabet='a:"()[]{}<>=-* \\tag환', max_size=60))
def test_any_text_is_separated(text: str) -> None:
    split = split_search(text, BUILT_IN)
    assert split.query or split.words == text
