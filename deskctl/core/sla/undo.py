"""Undo of changed, removed and moved policies: time goes forward, so an earlier version becomes the newest one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..kernel.event import Event
from ..kernel.handler import By, Restorer
from ..kernel.undo import Restore
from ..kernel.unit import Unit
from . import recalculate as keeping
from .events import PolicyChanged, PolicyMoved, RestorePolicy


def restore(unit: Unit, past: RestorePolicy) -> Iterator[Event | By]:
    """A policy that was added is removed, a changed one has its former content, one that was removed or moved has its
    place again."""
    book, name = unit.levels.book, past.policy
    there = book.place(name)
    current = book.policy(name)
    version = None if current is None else current.version
    if past.version is None and past.place is None:
        unit.levels.put_order(tuple(other for other in book.order if other != name))
        yield PolicyChanged(None, name, None, {"version": version, "place": there})
    elif past.place is not None:
        order = [other for other in book.order if other != name]
        order.insert(past.place - 1, name)
        unit.levels.put_order(tuple(order))
        if past.version is None:
            yield PolicyMoved(None, name, past.place, {"version": None, "place": there})
        else:
            yield PolicyChanged(None, name, past.version, {"version": None, "place": None})
    else:
        versions = book.policies[name]
        former = next(policy for policy in versions if policy.version == past.version)
        restored = replace(former, version=versions[-1].version + 1, since=unit.now)
        unit.levels.put_policy(restored)
        yield PolicyChanged(None, name, restored.version, {"version": version, "place": None})
    yield from keeping.keep_all(unit)


RESTORERS: dict[type[Restore], Restorer] = {RestorePolicy: restore}
