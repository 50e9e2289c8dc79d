"""JSON documents of the feature search (`docs/reference/json.md`)."""

from __future__ import annotations

from typing import TypedDict


class MessageHit(TypedDict):
    """A message that was found. `number` and `subject` are the ticket's; where it was merged, those of the ticket that
    goes on. `snippet` is one line of its text (or of its attachments' names, or its subject) around the first word
    found; what was found stands between ⟦ and ⟧, which are no part of the text. `at` is when it was sent."""

    number: int
    subject: str
    message: int
    snippet: str
    at: str


class SearchAnswer(TypedDict):
    """`ranked`: so many of the newest that hold the words were compared, as there were more; else null."""

    hits: list[MessageHit]
    ranked: int | None


class ContactHit(TypedDict):
    """A contact whose name or address was searched for."""

    id: int
    name: str | None
    addresses: list[str]
