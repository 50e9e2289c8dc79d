"""Knowledge bases of 1 to 20 articles: what names a title is answered, and nothing else is, in Korean and English."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from deskctl_kb.article import Content
from deskctl_kb.finding import answerable, surest
from deskctl_kb.migrations.m0001_articles import upgrade
from deskctl_kb.shelf import Pen

DATA = Path(__file__).parent / "data"
#: Sizes of bases, and how many questions of the set must be answered rightly at least: (asked, answered).
SIZES = {
    "ko": {1: (6, 6), 2: (10, 10), 5: (20, 20), 20: (50, 49)},
    "en": {1: (5, 5), 2: (9, 9), 5: (18, 17), 20: (48, 45)},
}
PRECISION = 0.95


@contextmanager
def base(language: str, size: int) -> Iterator[tuple[Connection, dict[str, int]]]:
    """A base of the first articles of the set; their numbers by title."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade(connection)
        pen = Pen(connection, "test", datetime.now(UTC))
        numbers = {}
        for line in (DATA / f"small_{language}.jsonl").read_text().splitlines()[:size]:
            article = json.loads(line)
            content = Content(article["title"], article["text"], language, public=True)
            numbers[content.title] = pen.add(content).number
        pen.finish()
        yield connection, numbers
    engine.dispose()


def questions(language: str) -> Iterator[tuple[str | None, str]]:
    """Title of the right article, None where no article of the set is right, and the question."""
    for line in (DATA / f"small_{language}.jsonl").read_text().splitlines():
        article = json.loads(line)
        for asked in article["asked"]:
            yield article["title"], asked
    for asked in (DATA / f"small_{language}_other.txt").read_text().splitlines():
        yield None, asked


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("size", [1, 2, 5, 20])
def test_small_bases_answer_what_names_a_title_and_nothing_else(language: str, size: int) -> None:
    right, wrong, silent, gaps = 0, [], [], []
    with base(language, size) as (connection, numbers):
        for title, asked in questions(language):
            finding = surest(connection, asked, language=language, default=language, limit=3)
            expected = numbers.get(title or "")
            if finding is not None:
                if finding.found[0].article.number == expected:
                    right += 1
                else:
                    wrong.append((asked, finding.found[0].article.content.title))
            elif expected is not None:
                silent.append(asked)
            if expected is not None and not answerable(connection, asked, language, language):
                gaps.append(asked)
    count, least = SIZES[language][size]
    assert right + len(silent) + sum(a in dict(wrong) for t, a in questions(language) if t in numbers) == count
    assert right >= least, silent
    assert right >= PRECISION * (right + len(wrong)), wrong
    assert gaps == []
