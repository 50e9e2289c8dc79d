"""The text of an automatic answer, in the customer's language. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from deskctl.plugins import Choice

from .article import Article
from .plain_text import plain_text, shorten

#: The most characters of the best article and of each other one.
MAX_BEST, MAX_OTHER = 1500, 300

_PHRASES = {
    "en": {
        "begin": "This article may answer your question:",
        "others": "These articles may also help:",
        "cut": "[…]",
        "end": "If it does not help, let us know, and a person will reply.",
        "hours": "Our hours: {hours}",
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


def _phrases(language: str) -> dict[str, str]:
    return _PHRASES.get(language.split("-")[0].lower(), _PHRASES["en"])


def answer_text(articles: Sequence[Article], language: str, hours: str) -> str:
    """Return the answer as plain text. `hours` is the channel's text about its hours, empty if not configured."""
    phrases = _phrases(language)
    best, *others = articles
    parts = [phrases["begin"], _article(best, MAX_BEST, phrases["cut"])]
    if others:
        parts.append(phrases["others"])
        parts += [_article(article, MAX_OTHER, phrases["cut"]) for article in others]
    parts.append(phrases["end"])
    if hours:
        parts.append(phrases["hours"].replace("{hours}", hours))
    return "\n\n".join(parts)


def answer_choices(language: str) -> tuple[Choice, ...]:
    """Return the choices below an answer."""
    phrases = _phrases(language)
    return (Choice("solved", phrases["solved"]), Choice("person", phrases["person"]))


def _article(article: Article, limit: int, cut: str) -> str:
    text, was_cut = shorten(plain_text(article.content.text, article.content.title), limit)
    return f"■ {article.content.title}\n\n{text}" + (f"\n{cut}" if was_cut else "")
