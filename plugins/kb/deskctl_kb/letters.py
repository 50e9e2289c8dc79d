"""The words around articles in an automatic answer, by language. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from deskctl.plugins import Choice

from .article import Article
from .plain import plain, shortened

#: Characters of the best article and of the others; what is longer is cut where a paragraph ends.
BEST, OTHERS = 1500, 300

_WORDS = {
    "en": {
        "begin": "This may answer your question:",
        "others": "This may help, too:",
        "cut": "[…]",
        "end": "If it does not help, tell us, and a person will answer you.",
        "hours": "People answer: {hours}",
        "solved": "This solved it",
        "person": "I need a person",
    },
    "ko": {
        "begin": "문의하신 내용에 도움이 될 만한 글입니다.",
        "others": "이 글도 도움이 될 수 있습니다.",
        "cut": "(이하 생략)",
        "end": "해결되지 않으면 알려 주세요. 담당자가 답변해 드립니다.",
        "hours": "상담 시간: {hours}",
        "solved": "해결됐어요",
        "person": "상담원과 이야기하고 싶어요",
    },
}


def _words(language: str) -> dict[str, str]:
    return _WORDS.get(language.split("-")[0].lower(), _WORDS["en"])


def letter(articles: Sequence[Article], language: str, hours: str) -> str:
    """Plain text. `hours` are words for when people answer, "" where nobody said."""
    words = _words(language)
    best, *others = articles
    parts = [words["begin"], _article(best, BEST, words["cut"])]
    if others:
        parts.append(words["others"])
        parts += [_article(article, OTHERS, words["cut"]) for article in others]
    parts.append(words["end"])
    if hours:
        parts.append(words["hours"].replace("{hours}", hours))
    return "\n\n".join(parts)


def choices(language: str) -> tuple[Choice, ...]:
    words = _words(language)
    return (Choice("solved", words["solved"]), Choice("person", words["person"]))


def _article(article: Article, longest: int, cut: str) -> str:
    text, was_cut = shortened(plain(article.content.text, article.content.title), longest)
    return f"■ {article.content.title}\n\n{text}" + (f"\n{cut}" if was_cut else "")
