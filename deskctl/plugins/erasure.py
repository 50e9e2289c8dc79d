"""The contract of erasing: what a plugin keeps of a person goes with everything else that is known of the person.

def forget(person: ErasedPerson, context: PluginContext) -> None:
    context.connection.execute(delete(visits).where(visits.c.contact.in_(person.contacts)))

@hookimpl
def deskctl_erase():
    return [EraseType("visits", forget)]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..core.contacts.erased_person import ErasedPerson
from .automation import PluginContext

__all__ = ["EraseType", "ErasedPerson"]


@dataclass(frozen=True, slots=True)
class EraseType:
    """What a plugin erases, when `deskctl contact erase` erases a person.

    `run(person, context)` runs inside the transaction that erases, where `context.connection` writes. It deletes what
    the plugin's own tables keep of the person, and nothing else: it may run again after a conflict. If it raises, the
    transaction is rolled back, nothing is erased, and the agent is told which plugin failed.
    """

    name: str
    run: Callable[[ErasedPerson, PluginContext], Any]
    description: str = ""
