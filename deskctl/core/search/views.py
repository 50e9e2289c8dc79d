"""JSON documents of search (`docs/reference/json.md`)."""

from __future__ import annotations

from typing import TypedDict


class MessageHit(TypedDict):
    """A message that matches a search.

    `number` and `subject`: those of the ticket, or of the ticket into which it was merged. `snippet`: one line of the
    text (or of the names of the attachments, or the subject) around the first match; matches are between ⟦ and ⟧, which
    are not part of the text. `at`: the time at which it was sent.
    """

    number: int
    subject: str
    message: int
    snippet: str
    at: str


class SearchAnswer(TypedDict):
    """The result of a search. `ranked`: the number of newest matches compared, if there were more; else null."""

    hits: list[MessageHit]
    ranked: int | None


class ContactHit(TypedDict):
    """A contact whose name or addresses match a search."""

    id: int
    name: str | None
    addresses: list[str]
