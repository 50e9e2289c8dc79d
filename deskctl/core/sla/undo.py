"""Undo changes, removals and moves of policies: the content of an earlier version becomes a new version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..kernel.event import Event
from ..kernel.feature import Restorer
from ..kernel.handler import By
from ..kernel.undo import Restore
from ..kernel.unit import Unit
from .policy_events import PolicyChanged, PolicyMoved, RestorePolicy
from .recalculate import recalculate_all
from .repository import Sla


def restore(unit: Unit, past: RestorePolicy) -> Iterator[Event | By]:
    """Remove a policy that was added, restore the content of a changed one and the place of a removed or moved one."""
    book, name = Sla.of(unit).book, past.policy
    position = book.place(name)
    current = book.policy(name)
    version = None if current is None else current.version
    if past.version is None and past.place is None:
        Sla.of(unit).put_order(tuple(other for other in book.order if other != name))
        yield PolicyChanged(None, name, None, {"version": version, "place": position})
    elif past.place is not None:
        order = [other for other in book.order if other != name]
        order.insert(past.place - 1, name)
        Sla.of(unit).put_order(tuple(order))
        if past.version is None:
            yield PolicyMoved(None, name, past.place, {"version": None, "place": position})
        else:
            yield PolicyChanged(
                None, name, _restore_content(unit, name, past.version), {"version": None, "place": None}
            )
    else:
        assert past.version is not None
        yield PolicyChanged(None, name, _restore_content(unit, name, past.version), {"version": version, "place": None})
    yield from recalculate_all(unit)


def _restore_content(unit: Unit, name: str, version: int) -> int:
    """Make the content of a version the newest one, unless it is. Return the number of the newest version."""
    versions = Sla.of(unit).book.policies[name]
    if versions[-1].version == version:
        return version
    former = next(policy for policy in versions if policy.version == version)
    Sla.of(unit).put_policy(replace(former, version=versions[-1].version + 1, since=unit.now))
    return versions[-1].version + 1


RESTORERS: dict[type[Restore], Restorer] = {RestorePolicy: restore}
