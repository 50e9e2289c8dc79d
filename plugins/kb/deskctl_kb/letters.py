"""The texts around articles in an automatic answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from deskctl.plugins import Choice, translator

from .article import Article
from .plain import plain, shortened

#: Characters of the best article and of the others; what is longer is cut where a paragraph ends.
BEST, OTHERS = 1500, 300

_ = translator("deskctl_kb")


def letter(articles: Sequence[Article], language: str, hours: str) -> str:
    """Return the text of an automatic answer. `hours` is when people answer, "" where it is not configured."""
    best, *others = articles
    cut = _.translate(_("[…]"), language)
    parts = [_.translate(_("This may answer your question:"), language), _article(best, BEST, cut)]
    if others:
        parts.append(_.translate(_("This may help, too:"), language))
        parts += [_article(article, OTHERS, cut) for article in others]
    parts.append(_.translate(_("If it does not help, tell us, and a person will answer you."), language))
    if hours:
        parts.append(_.translate(_("Support hours: {hours}", hours=hours), language))
    return "\n\n".join(parts)


def choices(language: str) -> tuple[Choice, ...]:
    """Return the choices below an automatic answer."""
    return (
        Choice("solved", _.translate(_("This solved it"), language)),
        Choice("person", _.translate(_("I need a person"), language)),
    )


def _article(article: Article, longest: int, cut: str) -> str:
    text, was_cut = shortened(plain(article.content.text, article.content.title), longest)
    return f"■ {article.content.title}\n\n{text}" + (f"\n{cut}" if was_cut else "")
