"""JSON documents of intake (`docs/reference/json.md`)."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

#: The functional form is needed because `from` is a keyword. `state` is waiting, quarantined, done or dropped.
InboxRow = TypedDict(
    "InboxRow",
    {
        "id": int,
        "channel": str,
        "received_at": str,
        "from": str | None,
        "subject": str | None,
        "state": str,
        "attempts": int,
        "reason": str | None,
        "size": NotRequired[int],
        "message": NotRequired[int | None],
        "duplicate": NotRequired[bool],
    },
)


class InboxDocument(TypedDict):
    """A journal row with its envelope and its raw bytes."""

    row: dict[str, Any]
    envelope: dict[str, Any]
    raw_base64: str
