"""The text of an automatic answer, in the customer's language. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from deskctl.plugins import Choice

from .article import Article
from .messages import _
from .plain_text import plain_text, shorten

#: The maximum length of the best article and of each other article, in characters.
MAX_BEST, MAX_OTHER = 1500, 300


def answer_text(articles: Sequence[Article], language: str, hours: str) -> str:
    """Return the answer as plain text. `hours` is the channel's text about its hours, empty if not configured."""
    best, *others = articles
    cut = _.translate(_("[…]"), language)
    parts = [_.translate(_("This article may answer your question:"), language), _article(best, MAX_BEST, cut)]
    if others:
        parts.append(_.translate(_("These articles may also help:"), language))
        parts += [_article(article, MAX_OTHER, cut) for article in others]
    parts.append(_.translate(_("If it does not help, let us know, and a person will reply."), language))
    if hours:
        parts.append(_.translate(_("Support hours: {hours}", hours=hours), language))
    return "\n\n".join(parts)


def answer_choices(language: str) -> tuple[Choice, ...]:
    """Return the choices below an answer."""
    return (
        Choice("solved", _.translate(_("This solved it"), language)),
        Choice("person", _.translate(_("I need a person"), language)),
    )


def _article(article: Article, limit: int, cut: str) -> str:
    text, was_cut = shorten(plain_text(article.content.text, article.content.title), limit)
    return f"■ {article.content.title}\n\n{text}" + (f"\n{cut}" if was_cut else "")
