"""Measure the ranked search of the knowledge base against a plain FTS5 query over the same words."""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from bench.real.measure import ROOT, WORK, Figure, compare
from deskctl.bootstrap import open_desk
from deskctl.core.kernel.settings import Settings
from deskctl.store import Store

ARTICLES = 10_000
AT_A_TIME = 2_000
CONFIG = '[desk]\nname = "Bench"\n[store]\nurl = "sqlite:///desk.db"\n'


def kb(runs: int) -> list[Figure]:
    """Measure a search in process, like the daemon: from the question to titles and snippets."""
    folder = WORK / "kb"
    config, floor = folder / "config.toml", folder / "floor.db"
    if not floor.exists():
        _fill(folder)
    questions = list(_questions())
    real: list[float] = []
    bare: list[float] = []
    desk = open_desk(str(config))
    try:
        with closing(sqlite3.connect(floor)) as database:
            for _ in range(max(runs, 5)):
                bare.append(_median(questions, lambda words: _bare(database, words)))
                real.append(_median(questions, lambda words: desk.request("kb.search", text=words)))
    finally:
        desk.close()
    return [compare(f"{ARTICLES:,} articles ranked", "ms", bare, real, at_most=15)]


def _median(questions: list[str], ask: Callable[[str], object]) -> float:
    times = []
    for words in questions:
        began = time.perf_counter()
        ask(words)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _bare(database: sqlite3.Connection, words: str) -> object:
    from deskctl.core.values.tokens import tokenize

    match = " OR ".join(f'"{word}"' for word in dict.fromkeys(tokenize(words)))
    query = "SELECT rowid FROM articles WHERE articles MATCH ? ORDER BY bm25(articles) LIMIT 10"
    return database.execute(query, [match]).fetchall()


def known_articles() -> Iterator[dict[str, object]]:
    """Yield articles in English and Korean, with questions that they answer."""
    for language in ("en", "ko"):
        for line in (ROOT / "bench" / "data" / "kb" / f"{language}.jsonl").read_text().splitlines():
            yield json.loads(line)


def _questions() -> Iterator[str]:
    for article in known_articles():
        questions = article["questions"]
        assert isinstance(questions, list)
        yield questions[0]


def _fill(folder: Path) -> None:
    """Create articles of about 120 words from known articles, common words and rare names."""
    from deskctl.core.values.tokens import tokenize

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(CONFIG)
    (folder / "config.toml").chmod(0o600)
    for old in folder.glob("*.db*"):
        old.unlink()
    Store.open(f"sqlite:///{folder / 'desk.db'}", Settings(), migrate=True).close()
    chance = random.Random(1)
    known = list(known_articles())
    words = [word for article in known for word in f"{article['title']} {article['text']}".split()]
    made = []
    for number in range(ARTICLES):
        article = chance.choice(known)
        rare = [f"{chance.choice(words)}{chance.randrange(3000)}" for _ in range(10)]
        text = " ".join([str(article["text"]), *chance.choices(words, k=90), *rare])
        made.append((f"{article['title']} {number}", text))
    desk = open_desk(str(folder / "config.toml"))
    for start in range(0, ARTICLES, AT_A_TIME):
        some = enumerate(made[start : start + AT_A_TIME], start)
        files = tuple((f"{number:05}.md", f"# {title}\n\n{text}\n") for number, (title, text) in some)
        desk.request("kb.import", files=files, public=True)
    desk.close()
    with closing(sqlite3.connect(folder / "floor.db")) as database:
        database.execute("CREATE VIRTUAL TABLE articles USING fts5(title, text)")
        rows = [(" ".join(tokenize(title)), " ".join(tokenize(text))) for title, text in made]
        database.executemany("INSERT INTO articles VALUES (?, ?)", rows)
        database.commit()
