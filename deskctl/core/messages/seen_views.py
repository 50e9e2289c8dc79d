"""The documents of messages that agents have seen, and of agents who are writing a reply."""

from __future__ import annotations

from typing import TypedDict


class ComposingRow(TypedDict):
    """An agent who is writing a reply in the editor, since that time (RFC 3339)."""

    agent: str
    since: str


class SeenMark(TypedDict):
    """`seen` is the newest customer message that the agent was shown, or null; `newest` is 0 without customer messages.

    `shown` and `now` are lists of [message id, version] of public messages by people: those that the agent was shown
    (null if none), and the present ones.
    """

    seen: int | None
    newest: int
    shown: list[list[int]] | None
    now: list[list[int]]
    composing: list[ComposingRow]
