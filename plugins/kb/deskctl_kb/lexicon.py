"""Word lists from `wordlists/`: stop words, Korean endings and particles, frequent words, synonyms."""

from __future__ import annotations

from importlib.resources import files


def _lines(name: str) -> list[str]:
    text = (files(__package__) / "wordlists" / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _words(name: str) -> list[str]:
    return [word for line in _lines(name) for word in line.split()]


def _longest_first(name: str) -> tuple[str, ...]:
    return tuple(sorted(_words(name), key=lambda word: (-len(word), word)))


STOP_WORDS = frozenset(_words("stop_words"))
FILLERS = frozenset(_words("fillers"))
STOP_PAIRS = frozenset(_words("stop_pairs"))
ENDINGS = _longest_first("endings")
PARTICLES = _longest_first("particles")

#: Words that only express that someone asks, and words that are frequent in any question: two levels of frequency in
#: messages to help desks. The Korean entries are beginnings of words.
ASKING = frozenset(_words("asking"))
ASKING_KO = tuple(_words("asking_ko"))
COMMON = frozenset(_words("common"))
COMMON_KO = tuple(_words("common_ko"))

#: The synonyms of each word.
SYNONYMS: dict[str, tuple[str, ...]] = {}
for _line in _lines("synonyms"):
    for _word in (_group := _line.split()):
        SYNONYMS[_word] = SYNONYMS.get(_word, ()) + tuple(word for word in _group if word != _word)
