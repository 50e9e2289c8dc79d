"""The contract of erasure: a plugin deletes its data about a person together with the data of the desk.

def forget(person: ErasedPerson, context: PluginContext) -> None:
    context.connection.execute(delete(visits).where(visits.c.contact.in_(person.contacts)))

@hookimpl
def deskctl_erase():
    return [EraseType("visits", forget)]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.contacts.erased_person import ErasedPerson
from ..dataclass import dataclass
from .automation import PluginContext

__all__ = ["EraseType", "ErasedPerson"]


@dataclass(frozen=True, slots=True)
class EraseType:
    """The data that a plugin deletes when `deskctl contact erase` erases a person.

    `run(person, context)` runs inside the transaction of the erasure, and `context.connection` can write. It deletes
    the rows about the person from the plugin's own tables and has no other effects, because it may run again after a
    conflict. If it raises, the transaction is rolled back, nothing is erased, and the error names the plugin.
    """

    name: str
    run: Callable[[ErasedPerson, PluginContext], Any]
    description: str = ""
