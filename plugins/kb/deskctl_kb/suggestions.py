"""Suggestions of articles on a ticket, and their insertion into a reply to the customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskctl.plugins import NotFound, PluginContext, Refused, Suggestion, Words

from . import repository
from .article import State
from .messages import _
from .plain_text import plain_text
from .read_requests import for_ticket, rows


def suggest(ticket: Any, context: PluginContext, limit: int) -> Sequence[Suggestion]:
    """Return articles for a ticket, including internal ones, which have `public` false."""
    result = for_ticket(context.connection, ticket, context.language, limit)
    return [
        Suggestion(f"kb:{row['id']}", row["title"], row["snippet"], row["score"], row["public"]) for row in rows(result)
    ]


def insert(reference: str, context: PluginContext) -> Words:
    """Return the text of `kb:3` for a customer. Raises NotFound, or Refused if it is internal or not published."""
    number = reference.removeprefix("kb:")
    if not number.isascii() or not number.isdecimal() or len(number) > 9:
        raise NotFound(_('no article "{reference}"', reference=number), _("deskctl kb list shows all articles"))
    article = repository.get_article(context.connection, int(number))
    content = article.content
    if not content.public:
        raise Refused(
            _("article {number} is internal, customers may not see it", number=number),
            _("to make it public: deskctl kb edit {number} --public", number=number),
        )
    if content.state is not State.PUBLISHED:
        hint = _("to publish it: deskctl kb publish {number}", number=number)
        if content.state is State.DRAFT:
            raise Refused(_("article {number} is a draft", number=number), hint)
        raise Refused(_("article {number} is retired", number=number), hint)
    return Words(plain_text(content.text, content.title), content.title)
