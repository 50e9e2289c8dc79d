"""Ranking of articles: quality, terms, and agreement of the segmented index with the formula."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl_kb import bm25f
from deskctl_kb.question import parse_question
from deskctl_kb.terms import base_form, terms

BENCH = Path(__file__).parents[3] / "bench"


@pytest.fixture(scope="module")
def quality() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kb_quality", BENCH / "kb_quality.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", ["ko", "en"])
def test_ranking_is_at_least_a_tenth_better_than_bm25(quality: ModuleType, language: str) -> None:
    lines = (BENCH / "data" / "kb" / f"{language}.jsonl").read_text().splitlines()
    articles = [json.loads(line) for line in lines]
    floor = quality.mrr(articles, quality.plain(articles))
    assert quality.mrr(articles, quality.deskctl_search(articles, language)) >= 1.1 * floor


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("환불은", "환불"),
        ("환불을", "환불"),
        ("환불하려면", "환불"),
        ("결제됩니다", "결제"),
        ("주민센터에서", "주민센터"),
        ("계정이", "계정"),
        ("카드", "카드"),
        ("을", "을"),
    ],
)
def test_base_form_removes_particles_and_endings(word: str, expected: str) -> None:
    assert base_form(word) == expected


def test_terms_do_not_depend_on_spelling_variants() -> None:
    assert terms("Refunds refunded REFUND") == ["refund"] * 3
    assert terms("how do I") == []
    assert "email" in terms("my e-mail") and "email" in terms("email")
    assert terms("ｅｍａｉｌ") == terms("email")
    assert terms("customer's") == terms("customer’s") == terms("customer")
    assert {"환불", "=환불"} <= set(terms("환불을")) and "=환불" in terms("환불 방법")
    assert terms("返金したい")[:2] == ["返金", "金し"]


def test_synonyms_have_lower_weights() -> None:
    asked = parse_question("암호를 잊었어요", "ko")
    assert asked.wanted["=비밀번호"] < asked.wanted["=암호"] and "=비밀번호" not in asked.literal


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=3000), st.sampled_from(["ko", "en", "de", "xx"]))
def test_terms_of_arbitrary_text_fit_the_index(text: str, language: str) -> None:
    for term in parse_question(text, language).wanted:
        assert 0 < len(term) <= 100 and "\0" not in term
    assert set(bm25f.entries(terms(text, language), (), terms(text, language)).values()) <= set(range(1 << 16))


ARTICLES = st.lists(
    st.tuples(st.lists(st.sampled_from("abcdef"), max_size=4), st.lists(st.sampled_from("abcdefgh"), min_size=1)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(ARTICLES, st.sets(st.sampled_from("abcdefgh"), min_size=1), st.booleans())
def test_segmented_index_ranks_as_the_formula(
    articles: list[tuple[list[str], list[str]]], wanted: set[str], customers: bool
) -> None:
    # Every third article is in another segment, every second is internal.
    numbers = [n + (bm25f.SEGMENT if n % 3 == 0 else 0) for n in range(len(articles))]
    lengths: dict[int, list[int]] = {}
    postings: dict[str, dict[int, list[int]]] = {}
    for number, (title, text) in zip(numbers, articles, strict=True):
        segment, local = divmod(number, bm25f.SEGMENT)
        values = lengths.setdefault(segment, [0] * bm25f.SEGMENT * bm25f.LENGTHS)
        values[local * 3 : local * 3 + 3] = [len(title), len(text) + 1, number % 2]
        for term, times in bm25f.entries(title, (), text).items():
            postings.setdefault(term, {}).setdefault(segment, []).extend((local, times))
    weights = dict.fromkeys(wanted, 1.0)
    found = bm25f.rank(
        weights,
        {t: [(s, bm25f.pack(e)) for s, e in pieces.items()] for t, pieces in postings.items()},
        {s: bm25f.pack(values) for s, values in lengths.items()},
        5,
        customers,
    )
    reference = _bm25f(dict(zip(numbers, articles, strict=True)), wanted)
    expected = sorted(
        ((-round(score, 9), n) for n, score in reference.items() if score > 0 and (n % 2 or not customers))
    )[:5]
    assert [(-round(score, 9), number) for score, number in found] == expected


def _bm25f(articles: dict[int, tuple[list[str], list[str]]], wanted: set[str]) -> dict[int, float]:
    """Return the BM25F scores computed with the formula."""
    import math

    total = len(articles)
    head_mean = round(max(sum(len(title) for title, _ in articles.values()) / total, 1.0), 1)
    text_mean = round(max(sum(len(text) + 1 for _, text in articles.values()) / total, 1.0), 1)
    holding = {term: sum(term in title + text for title, text in articles.values()) for term in wanted}
    rarity = {t: math.log(1 + (total - n + 0.5) / (n + 0.5)) for t, n in holding.items() if n}
    scores = {}
    for number, (title, text) in articles.items():
        score = 0.0
        for term, weight in rarity.items():
            if weight < bm25f.MIN_RARITY * max(rarity.values()):
                continue
            head = title.count(term) * bm25f.TITLE / (1 - bm25f.B_HEAD + bm25f.B_HEAD * len(title) / head_mean)
            body = text.count(term) / (1 - bm25f.B_TEXT + bm25f.B_TEXT * (len(text) + 1) / text_mean)
            score += weight * (head + body) / (bm25f.K1 + head + body)
        scores[number] = score
    return scores
