"""Measure the search in a million messages: the newest 50 hits with highlighted words."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator

from bench.real.desk import BenchDesk
from bench.real.filled import filled
from bench.real.measure import FLOORS, Figure, compare, without_floor
from bench.real.pages import seconds
from deskctl.core.search.queries import SearchMessages
from deskctl.store import migrate

MESSAGES = int(os.environ.get("DESKCTL_BENCH_TICKETS", "1000000"))
WORDS = 80
#: Name, search text, and the same query for FTS5 and as a regular expression.
SEARCHES = (
    ("a word in most messages", "printer", "printer", r"\bprinter\b"),
    ("a word in one of 10,000", "wxrare", "wxrare", r"\bwxrare\b"),
    ("two words", "printer invoice", "printer AND invoice", r"\b(printer|invoice)\b"),
    ("two words side by side", '"printer invoice"', '"printer invoice"', r"\bprinter invoice\b"),
    ("a Korean word of two syllables", "결제", "결제", "결제"),
    ("two Korean words", "결제 오류", "결제 AND 오류", "결제|오류"),
)


def search(runs: int) -> list[Figure]:
    """Measure the search in process, alternating with the floor, which is a separate script."""
    desk = filled(MESSAGES)
    speak(desk)
    figures = []
    for name, typed, match, pattern in SEARCHES:
        low: list[float] = []
        high: list[float] = []
        for _ in range(max(runs, 5)):
            low.append(floor(desk, match, pattern))
            high.append(seconds(desk, SearchMessages(typed)) * 1000)
        figures.append(compare(f"search for {name}", "ms", low, high, at_most=3))
    best = [seconds(desk, SearchMessages("printer", rank=True)) * 1000 for _ in range(3)]
    return [*figures, without_floor("search --rank for a word in most messages", "ms", best)]


def floor(desk: BenchDesk, match: str, pattern: str) -> float:
    """Return the time in milliseconds."""
    command = [sys.executable, str(FLOORS / "bench_search.py"), str(desk.store), match, pattern]
    return float(json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["ms"])


def speak(desk: BenchDesk) -> None:
    """Give each message its own text and index it, once per desk."""
    connection = sqlite3.connect(desk.store, isolation_level=None)
    if connection.execute("PRAGMA user_version").fetchone()[0]:
        return
    print("filling a store with texts; some minutes for a million", file=sys.stderr)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    numbers = [row[0] for row in connection.execute("SELECT id FROM messages")]
    values = zip(texts(), numbers, strict=False)
    connection.executemany("UPDATE messages SET text = ?, visible_text = NULL WHERE id = ?", values)
    connection.execute("COMMIT")
    connection.close()
    migrate.reindex(f"sqlite:///{desk.store}")
    connection = sqlite3.connect(desk.store)
    connection.execute("PRAGMA user_version = 1")
    connection.close()


def texts() -> Iterator[str]:
    """Create a text with Zipf-like words; one text in ten is Korean."""
    chance = random.Random(11)
    syllables = [c + v for c in "klmntsrvpdgxbfz" for v in "aeiou"]
    latin = ["the", "printer", "is", "invoice", "broken", "please"]
    latin += ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(30_000)]
    hangul = "가나다라마바사아자차카타파하고노도로모보소오조초거너더러머버서어저처기니디리미비시이지치"
    korean = ["결제", "오류", "환불", "요청"]
    korean += ["".join(chance.choices(hangul, k=chance.randint(2, 4))) for _ in range(15_000)]
    endings = ["", "", "은", "을", "이", "에서", "으로", "입니다"]
    while True:
        if chance.random() < 0.1:
            words = [_zipf(korean, chance) + chance.choice(endings) for _ in range(WORDS)]
        else:
            words = [_zipf(latin, chance) for _ in range(WORDS)]
        if chance.random() < 0.0001:
            words.append("wxrare")
        yield " ".join(words) + "."


def _zipf(words: list[str], chance: random.Random) -> str:
    return words[min(len(words) - 1, int(len(words) ** chance.random()) - 1)]
