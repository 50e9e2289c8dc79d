"""Conversion of articles to plain text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl_kb.plain_text import plain_text, shorten, snippet


def test_scripts_comments_and_tags_are_removed() -> None:
    text = plain_text(
        "Hi <!-- whom to call: 010 --><b>there</b><script>steal()</script><img src=x onerror=y()> x < 3 > y"
    )
    assert text == "Hi there x < 3 > y"
    assert plain_text("a <script>never closed") == "a"
    assert plain_text("a <!-- never closed") == "a"


def test_markdown_is_converted_to_readable_text() -> None:
    text = plain_text(
        '# 환불\n\n**주문**을 `열고` [여기](https://a.test/b "t")를 누르세요.\n\n```\ncode\n```\n', "환불"
    )
    assert text == "주문을 열고 여기 (https://a.test/b)를 누르세요.\n\ncode"
    assert plain_text("<https://a.test>") == "https://a.test"


@pytest.mark.parametrize("evil", ["<" * 50_000, "[" * 50_000, "![a](" * 20_000, "<script" * 20_000, "**" * 50_000])
def test_hostile_text_is_converted_quickly(evil: str) -> None:
    start = time.monotonic()
    plain_text(evil)
    assert time.monotonic() - start < 5


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=500), st.integers(1, 200))
def test_shortened_text_is_a_prefix(text: str, limit: int) -> None:
    short, cut = shorten(text, limit)
    assert len(short) <= limit and text.startswith(short) and cut == (len(text) > limit)


def test_snippet_is_the_sentence_with_most_wanted_terms() -> None:
    text = "First things first. Refunds go to your card. Last words."
    assert snippet(text, {"refund", "card"}) == "Refunds go to your card."
    assert len(snippet("카드 " * 500, {"카드"})) <= 160
