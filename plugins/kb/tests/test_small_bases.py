"""Automatic answers with 1 to 20 articles, in Korean and English: only questions that name a title are answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from deskctl_kb.article import Content
from deskctl_kb.migrations.m0001_articles import upgrade
from deskctl_kb.repository import ArticleWriter
from deskctl_kb.search import confident_result, has_good_match

DATA = Path(__file__).parent / "data"
#: The number of articles, and the questions about them with the least number of right answers: (asked, answered).
SIZES = {
    "ko": {1: (6, 6), 2: (10, 10), 5: (20, 20), 20: (50, 49)},
    "en": {1: (5, 5), 2: (9, 9), 5: (18, 17), 20: (48, 45)},
}
PRECISION = 0.95


@contextmanager
def knowledge_base(language: str, size: int) -> Iterator[tuple[Connection, dict[str, int]]]:
    """Create a store with the first articles of the set. Return their numbers by title."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade(connection)
        writer = ArticleWriter(connection, "test", datetime.now(UTC))
        numbers = {}
        for line in (DATA / f"small_{language}.jsonl").read_text().splitlines()[:size]:
            article = json.loads(line)
            content = Content(article["title"], article["text"], language, public=True)
            numbers[content.title] = writer.add(content).number
        writer.finish()
        yield connection, numbers
    engine.dispose()


def questions(language: str) -> Iterator[tuple[str | None, str]]:
    """Return the title of the right article, or None if there is none, and the question."""
    for line in (DATA / f"small_{language}.jsonl").read_text().splitlines():
        article = json.loads(line)
        for asked in article["asked"]:
            yield article["title"], asked
    for asked in (DATA / f"small_{language}_other.txt").read_text().splitlines():
        yield None, asked


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("size", [1, 2, 5, 20])
def test_questions_that_name_a_title_are_answered_and_others_are_not(language: str, size: int) -> None:
    right, wrong, silent, gaps = 0, [], [], []
    with knowledge_base(language, size) as (connection, numbers):
        for title, asked in questions(language):
            result = confident_result(connection, asked, language=language, default=language, limit=3)
            expected = numbers.get(title or "")
            if result is not None:
                if result.found[0].article.number == expected:
                    right += 1
                else:
                    wrong.append((asked, result.found[0].article.content.title))
            elif expected is not None:
                silent.append(asked)
            if expected is not None and not has_good_match(connection, asked, language, language):
                gaps.append(asked)
    count, least = SIZES[language][size]
    assert right + len(silent) + sum(a in dict(wrong) for t, a in questions(language) if t in numbers) == count
    assert right >= least, silent
    assert right >= PRECISION * (right + len(wrong)), wrong
    assert gaps == []
