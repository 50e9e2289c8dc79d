"""When many clocks run out at once, each agent hears of the first few singly, and of the rest in one message."""

from __future__ import annotations

from dataclasses import replace

from ..outbox import OutboxEntry
from ..unit import Unit

#: What comes in storms.
KINDS = ("due_soon", "overdue")
#: As many messages an agent gets in one go before the rest is gathered.
SINGLY = 3

_SUBJECT = {"en": "Many tickets are due or overdue", "ko": "여러 문의의 기한이 임박했거나 지났습니다"}
_FOOT = "\n\n-- \ndeskctl sla due\n"


def gathered(unit: Unit, agent: str, entry: OutboxEntry) -> OutboxEntry | None:
    """The message that `entry` has become a line of; None when it is to leave as it is."""
    told = unit.levels.told.setdefault(agent, [])
    if len(told) < SINGLY:
        told.append(entry.id)
        return None
    line = f"{entry.subject}\n  {_detail(entry)}"
    known = unit.levels.digests.get(agent)
    if known is None:
        subject = _SUBJECT.get(entry.language or "en", _SUBJECT["en"])
        digest = replace(entry, ticket=None, subject=subject, text=line + _FOOT)
        unit.levels.digests[agent] = digest.id
        unit.enqueue(digest)
        return digest
    digest = unit.outbox(known)
    digest = replace(digest, text=f"{digest.text.removesuffix(_FOOT)}\n{line}{_FOOT}")
    unit.put_outbox(digest)
    return digest


def _detail(entry: OutboxEntry) -> str:
    """What is due: the line after whom the ticket is from."""
    return (entry.text.splitlines()[1:2] or [""])[0]
