"""Articles offered to an agent who looks at a ticket, and put into a reply to its customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskctl.plugins import NotFound, PluginContext, Refused, Suggestion, Words

from . import shelf
from .article import State
from .plain import plain
from .reading import for_ticket, rows


def suggest(ticket: Any, context: PluginContext, limit: int) -> Sequence[Suggestion]:
    """What fits a ticket, internal articles too: `public` says which a customer may see."""
    finding = for_ticket(context.connection, ticket, context.language, limit)
    return [
        Suggestion(f"kb:{row['id']}", row["title"], row["snippet"], row["score"], row["public"])
        for row in rows(finding)
    ]


def insert(reference: str, context: PluginContext) -> Words:
    """The words of `kb:3` for a customer. Raises NotFound, and Refused for what is internal or not published."""
    number = reference.removeprefix("kb:")
    if not number.isascii() or not number.isdecimal() or len(number) > 9:
        raise NotFound(f"there is no article {number!r}", "deskctl kb list")
    article = shelf.article(context.connection, int(number))
    content = article.content
    if not content.public:
        raise Refused(
            f"article {number} is internal: it is not for customers", f"deskctl kb edit {number} --public makes it so"
        )
    if content.state is not State.PUBLISHED:
        state = "a draft" if content.state is State.DRAFT else "retired"
        raise Refused(f"article {number} is {state}", f"deskctl kb publish {number}")
    return Words(plain(content.text, content.title), content.title)
