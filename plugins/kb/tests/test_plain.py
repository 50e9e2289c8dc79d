"""Articles as plain text: markup never leaves as markup."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl_kb.plain import plain, shortened, snippet


def test_scripts_comments_and_tags_never_reach_a_customer() -> None:
    text = plain("Hi <!-- whom to call: 010 --><b>there</b><script>steal()</script><img src=x onerror=y()> x < 3 > y")
    assert text == "Hi there x < 3 > y"
    assert plain("a <script>never closed") == "a"
    assert plain("a <!-- never closed") == "a"


def test_markdown_becomes_readable_text() -> None:
    text = plain('# 환불\n\n**주문**을 `열고` [여기](https://a.test/b "t")를 누르세요.\n\n```\ncode\n```\n', "환불")
    assert text == "주문을 열고 여기 (https://a.test/b)를 누르세요.\n\ncode"
    assert plain("<https://a.test>") == "https://a.test"


@pytest.mark.parametrize("evil", ["<" * 50_000, "[" * 50_000, "![a](" * 20_000, "<script" * 20_000, "**" * 50_000])
def test_hostile_text_costs_no_time(evil: str) -> None:
    since = time.monotonic()
    plain(evil)
    assert time.monotonic() - since < 5


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=500), st.integers(1, 200))
def test_what_is_shortened_is_a_beginning_of_it(text: str, longest: int) -> None:
    short, cut = shortened(text, longest)
    assert len(short) <= longest and text.startswith(short) and cut == (len(text) > longest)


def test_a_snippet_is_the_sentence_that_says_most_of_what_is_asked() -> None:
    text = "First things first. Refunds go to your card. Last words."
    assert snippet(text, {"refund", "card"}) == "Refunds go to your card."
    assert len(snippet("카드 " * 500, {"카드"})) <= 160
