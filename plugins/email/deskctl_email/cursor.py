"""How far a mailbox has been read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Cursor:
    """Every mail with `start` <= UID < `next` is in the journal, or `aside`, or gone from the server.

    `uidvalidity`: the numbering that all UIDs here belong to. `since`: the first login, aware, UTC: older mail is
    never taken in. Up to `settled` mail was flagged, moved or deleted as well; between `settled` and `next` that is
    done again after a restart. `aside`: UIDs that the server lists but does not give.
    Up to `singly` one mail is fetched at a time, because fetching several cut the line; `failures` counts how often
    the mail at `next` alone has cut it. Below `renumbered` mail that carries our keyword was taken in before the server
    numbered the folder anew, under another key.
    """

    uidvalidity: int
    start: int
    since: datetime
    next: int
    settled: int
    aside: tuple[int, ...] = ()
    singly: int = 0
    failures: int = 0
    renumbered: int = 0

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "since": self.since.isoformat(), "aside": list(self.aside)}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Cursor:
        return cls(**{**kept, "since": datetime.fromisoformat(kept["since"]), "aside": tuple(kept["aside"])})
