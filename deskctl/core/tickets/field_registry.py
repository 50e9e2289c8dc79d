"""The fields of tickets, each declared once.

`set`, its help and completion, `show`, `list`, JSON, events, undo, merge, split, erasure and the store follow from the
declaration of a field in `PLAIN`. Fields of the configuration are declared in the same way. Both are stored in the
table `ticket_fields`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from ..kernel.settings import Settings
from ..values.field import Field
from .settings import TicketSettings


class SpecialField(NamedTuple):
    """A field that `set` accepts and that has a separate setter, because it has special rules.

    `form` and `about` are for help texts, `values` for completion.
    """

    name: str
    form: str
    about: str = ""
    values: tuple[str, ...] = ()


#: The fields with setters in `special_fields`; `due` is set by the feature sla.
SPECIAL: Final = (
    SpecialField("priority", "low|normal|high|urgent", values=("low", "normal", "high", "urgent")),
    SpecialField("status", "pending|hold|open", values=("pending", "hold", "open")),
    SpecialField("language", "CODE"),
    SpecialField("team", "TEAM"),
    SpecialField("subject", "TEXT"),
    SpecialField("requester", "ADDRESS", "the customer: a mail address, a phone number, or #CONTACT"),
    SpecialField("callback", "MOMENT|none", "time of a promised callback", ("none",)),
    SpecialField("due", "MOMENT|none", "due time of the resolution; due.first_response=… for other clocks", ("none",)),
)

#: The fields that every desk has and that have no special rules.
PLAIN: Final[tuple[Field, ...]] = ()

#: The longest name of a field, in characters.
LONGEST_NAME: Final = 40
_NAME = re.compile(r"[a-z][a-z0-9_]*")
#: Names in lists and JSON documents of tickets, which are not fields.
_COLUMNS: Final = frozenset({"contact_tier", "field", "fields", "org"})


def declared_fields(settings: Settings) -> Mapping[str, Field]:
    """Return the fields of every desk and those of the configuration, by name."""
    return {**{field.name: field for field in PLAIN}, **settings.of(TicketSettings).fields}


def is_name(name: str) -> bool:
    """Return True if a field can have this name."""
    return len(name) <= LONGEST_NAME and _NAME.fullmatch(name) is not None


def is_built_in(name: str) -> bool:
    """Return True for a name that tickets of every desk use for something else."""
    from .views import TicketDocument

    declared = {*(field.name for field in SPECIAL), *(field.name for field in PLAIN)}
    return name in declared | _COLUMNS | TicketDocument.__annotations__.keys()
