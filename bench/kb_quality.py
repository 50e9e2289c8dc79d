"""Measure the search quality of the knowledge base: `bench/kb_quality.py [FILE.jsonl]...`

Prints the MRR@10 of plain BM25 over words and CJK bigrams (the floor) and of the ranking of the knowledge base, and the
results of the automatic first answer. A file has one article per line: {"id", "title", "text", "questions": [...]}. The
correct answer to a question is its own article.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from deskctl_kb import bm25f
from deskctl_kb.article import Content, State
from deskctl_kb.migrations.m0001_articles import upgrade
from deskctl_kb.question import parse_question
from deskctl_kb.repository import ArticleWriter
from deskctl_kb.search import find, is_confident
from deskctl_kb.terms import terms

DATA = Path(__file__).parent / "data" / "kb"
_TOKEN = re.compile(r"[\uac00-\ud7a3\u3040-\u30ff\u4e00-\u9fff]+|[^\W_\uac00-\ud7a3\u3040-\u30ff\u4e00-\u9fff]+")

Search = Callable[[str], list[int]]


def plain(articles: list[dict[str, Any]]) -> Search:
    """BM25 (k1 1.2, b 0.75) over words and CJK bigrams of title and text."""

    def cut(text: str) -> list[str]:
        found: list[str] = []
        for token in _TOKEN.findall(text.lower()):
            if token[0] >= "\u3040" and len(token) > 1:
                found += [token[i : i + 2] for i in range(len(token) - 1)]
            else:
                found.append(token)
        return found

    counted = {a["id"]: Counter(cut(a["title"] + " " + a["text"])) for a in articles}
    lengths = {number: sum(count.values()) for number, count in counted.items()}
    mean = sum(lengths.values()) / len(lengths)
    frequency = Counter(term for count in counted.values() for term in count)

    def search(question: str) -> list[int]:
        scores: Counter[int] = Counter()
        for term in cut(question):
            idf = math.log(1 + (len(articles) - frequency[term] + 0.5) / (frequency[term] + 0.5))
            for number, count in counted.items():
                if tf := count[term]:
                    scores[number] += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * lengths[number] / mean))  # type: ignore[assignment]
        return [number for number, _ in scores.most_common(10)]

    return search


def deskctl_search(articles: list[dict[str, Any]], language: str) -> Search:
    postings: dict[str, dict[int, list[int]]] = {}
    lengths: dict[int, list[int]] = {}
    for article in articles:
        title, text = terms(article["title"], language), terms(article["text"], language)
        segment, local = divmod(article["id"], bm25f.SEGMENT)
        values = lengths.setdefault(segment, [0] * bm25f.SEGMENT * bm25f.LENGTHS)
        values[local * bm25f.LENGTHS : local * bm25f.LENGTHS + 3] = [len(title), len(text) + 1, 1]
        for term, times in bm25f.entries(title, (), text).items():
            postings.setdefault(term, {}).setdefault(segment, []).extend((local, times))
    packed = {t: [(s, bm25f.pack(e)) for s, e in pieces.items()] for t, pieces in postings.items()}
    sizes = {s: bm25f.pack(values) for s, values in lengths.items()}

    def search(question: str) -> list[int]:
        wanted = parse_question(question, language).wanted
        return [number for _, number in bm25f.rank(wanted, {t: packed[t] for t in wanted if t in packed}, sizes, 10)]

    return search


def mrr(articles: list[dict[str, Any]], search: Search, wrong: bool = False) -> float:
    total, count = 0.0, 0
    for article in articles:
        for question in article["questions"]:
            found = search(question)
            place = found.index(article["id"]) + 1 if article["id"] in found else 0
            total += 1 / place if place else 0
            count += 1
            if wrong and place != 1:
                titles = {a["id"]: a["title"] for a in articles}
                first = titles[found[0]] if found else "-"
                print(f"  {place or '-':>2}  {question}  →  {article['title']}   (first: {first})")
    return total / count


def answers(articles: list[dict[str, Any]], language: str) -> tuple[float, float, float]:
    """Measure the automatic first answer: the share of questions that it answers, how many of those with the
    right article among the three shown, and the share of wrong answers after the right article is removed."""
    answered = right = wrong = count = 0
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade(connection)
        writer = ArticleWriter(connection, "bench", datetime.now(UTC))
        made = {a["id"]: writer.add(Content(a["title"], a["text"], language, public=True)) for a in articles}
        writer.finish()
        for article in articles:
            here = made[article["id"]]
            for there in (True, False):
                if not there:
                    gone = writer.write(here, replace(here.content, state=State.RETIRED))
                    writer.finish()
                for question in article["questions"]:
                    found = find(connection, question, language=language, default=language, limit=3, customers=True)
                    if there:
                        count += 1
                        answered += is_confident(found)
                        right += is_confident(found) and here.number in [one.article.number for one in found.found]
                    else:
                        wrong += is_confident(found)
            made[article["id"]] = writer.write(gone, here.content)
            writer.finish()
    return answered / count, right / max(answered, 1), wrong / count


def main() -> int:
    files = [Path(name) for name in sys.argv[1:] if name != "-v"] or sorted(DATA.glob("*.jsonl"))
    missed = False
    print(f"{'':12} {'articles':>8} {'BM25':>7} {'kb':>7} {'':>7}   automatic answers")
    for file in files:
        articles = [json.loads(line) for line in file.read_text().splitlines()]
        floor = mrr(articles, plain(articles))
        real = mrr(articles, deskctl_search(articles, file.stem[:2]), "-v" in sys.argv)
        missed |= real < floor
        share, right, wrong = answers(articles, file.stem[:2])
        print(
            f"{file.name:12} {len(articles):>8} {floor:>7.3f} {real:>7.3f} {real / floor - 1:>+7.1%}   "
            f"{share:.0%} of the questions, {right:.0%} of them rightly; {wrong:.0%} when no article answers"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
