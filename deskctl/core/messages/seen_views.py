"""What agents have seen of a ticket, and who is composing a reply."""

from __future__ import annotations

from typing import TypedDict


class ComposingRow(TypedDict):
    """An agent who is writing a reply in the editor, since that moment (RFC 3339)."""

    agent: str
    since: str


class SeenMark(TypedDict):
    """`seen` is the newest customer message that the agent was shown, null when none; `newest` is 0 when nobody wrote.

    `shown` and `now` are lists of [message id, version] of public messages by people: those that the agent was shown
    (null when none), and those that are there now.
    """

    seen: int | None
    newest: int
    shown: list[list[int]] | None
    now: list[list[int]]
    composing: list[ComposingRow]
