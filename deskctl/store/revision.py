"""The schema revisions that this version supports, the oldest first. Read at every start, therefore without Alembic."""

from __future__ import annotations

REVISIONS = (
    "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012", "0013", "0017",
    "0018", "0019", "0020", "0021",
)  # fmt: skip
HEAD = REVISIONS[-1]


def pending(revision: str | None) -> list[str]:
    """Return the revisions between a store's revision and the newest. None is a store without tables."""
    return list(REVISIONS) if revision is None else list(REVISIONS[REVISIONS.index(revision) + 1 :])
