"""The read position in a mailbox."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Cursor:
    """The read position in a mailbox: each mail with `start` <= UID < `next` is in the journal, `aside` or deleted.

    `uidvalidity`: the numbering of all these UIDs. `since`: the time of the first login, in UTC; older mail is not
    ingested. `settled`: mail below this UID has been flagged, moved or deleted; this is repeated after a restart for
    mail between `settled` and `next`. `aside`: UIDs that the server lists but does not deliver. `singly`: up to this
    UID mail is fetched one at a time, because the connection was lost during a batch; `failures`: the number of times
    that the connection was lost while fetching only the mail at `next`. `renumbered`: mail below this UID with the
    keyword TAKEN was ingested, with a different key, before the server renumbered the folder.
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
        """Return the cursor as a JSON document."""
        return {**asdict(self), "since": self.since.isoformat(), "aside": list(self.aside)}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Cursor:
        """Return the cursor of a JSON document."""
        return cls(
            **{**document, "since": datetime.fromisoformat(document["since"]), "aside": tuple(document["aside"])}
        )
