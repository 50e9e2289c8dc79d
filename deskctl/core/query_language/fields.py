"""The fields of queries, each declared once: type, values, completion and documentation follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final, Literal

from ...dataclass import dataclass
from ...i18n import Text, _
from ..kernel.settings import Settings
from ..tickets.field_registry import declared_fields
from ..tickets.model import Priority, Status
from ..values.field import Field

#: The kinds of names that a desk has. A name that does not exist is an error.
NameKind = Literal["agent", "team", "channel", "tier"]


class ValueType(Enum):
    """The types of values. They decide which comparisons a field has and how a value is read."""

    KEYWORD = auto()
    """One word, compared without regard to the case of ASCII letters."""
    NAME = auto()
    """A name of a person, of which a value can be a part."""
    ADDRESS = auto()
    """An address of a contact, its id (`#7`), or a domain (`@example.org`)."""
    TEXT = auto()
    """Words that must be adjacent, as in `search`."""
    PRIORITY = auto()
    NUMBER = auto()
    MOMENT = auto()
    """A time, a day, a month, or a time relative to now."""
    ELAPSED = auto()
    """The time that has passed since a time."""
    STATE = auto()
    """A property that a ticket has or does not have."""
    DECLARED = auto()
    """The type of a declared field."""


#: Types of which values are larger or smaller than others.
ORDERED: Final = frozenset({ValueType.PRIORITY, ValueType.NUMBER, ValueType.MOMENT, ValueType.ELAPSED})


@dataclass(frozen=True, slots=True)
class QueryField:
    """A field of queries.

    `values` are all values, () if they are not known in advance; `names` is the kind of names that are its values.
    `optional`: a ticket can be without a value, so that `none` and `*` are values. `changes_by_itself`: the answer
    depends on the present time. `declared` is the declaration of a field of the configuration.
    """

    name: str
    type: ValueType
    about: Text | str
    values: tuple[str, ...] = ()
    names: NameKind | None = None
    optional: bool = False
    changes_by_itself: bool = False
    declared: Field | None = None

    @property
    def is_ordered(self) -> bool:
        """True if the field has the comparisons <, <=, > and >=."""
        return self.declared.type.is_ordered if self.declared is not None else self.type in ORDERED


def _fields() -> tuple[QueryField, ...]:
    keyword, moment, elapsed = ValueType.KEYWORD, ValueType.MOMENT, ValueType.ELAPSED
    priorities = tuple(each.label for each in Priority)
    return (
        QueryField("status", keyword, _("status of the ticket"), values=tuple(Status)),
        QueryField("is", ValueType.STATE, _("property of the ticket"), values=tuple(STATES), changes_by_itself=True),
        QueryField("priority", ValueType.PRIORITY, _("priority of the ticket"), values=priorities),
        QueryField("assignee", keyword, _("agent who has the ticket"), names="agent", optional=True),
        QueryField("follower", keyword, _("agent who follows the ticket"), names="agent", optional=True),
        QueryField("team", keyword, _("team that has the ticket"), names="team", optional=True),
        QueryField("tier", keyword, _("lowest tier that can have the ticket"), names="tier", optional=True),
        QueryField("approval", keyword, _("agent who asked for an approval"), names="agent", optional=True),
        QueryField("channel", keyword, _("channel on which the customer wrote"), names="channel"),
        QueryField("tag", keyword, _("tag of the ticket"), optional=True),
        QueryField("language", keyword, _("language code of the ticket"), optional=True),
        QueryField("number", ValueType.NUMBER, _("number of the ticket")),
        QueryField("subject", ValueType.TEXT, _("words in the subject of the ticket or of a message")),
        QueryField("text", ValueType.TEXT, _("words in the text of a message")),
        QueryField("file", ValueType.TEXT, _("words in the name of an attachment")),
        QueryField("created", moment, _("time of creation")),
        QueryField("updated", moment, _("time of the last change")),
        QueryField("solved", moment, _("time of the solution"), optional=True),
        QueryField("due", moment, _("earliest due time of the running SLA clocks"), optional=True),
        QueryField("callback", moment, _("time of a promised callback"), optional=True),
        QueryField(
            "waiting", elapsed, _("time since the oldest unanswered message of the customer"),
            optional=True, changes_by_itself=True,
        ),
        QueryField("age", elapsed, _("time since the creation"), changes_by_itself=True),
        QueryField("idle", elapsed, _("time since the last change"), changes_by_itself=True),
        QueryField("sla", keyword, _("state of the worst SLA clock"), values=SLA_STATES, optional=True,
                   changes_by_itself=True),
        QueryField("contact", ValueType.ADDRESS, _("address, @domain or #id of the customer")),
        QueryField("contact.name", ValueType.NAME, _("part of the customer's name"), optional=True),
        QueryField("contact.tier", keyword, _("tier of the customer"), optional=True),
        QueryField("contact.org", keyword, _("organisation of the customer"), optional=True),
        QueryField("contact.language", keyword, _("language code of the customer"), optional=True),
    )  # fmt: skip


#: The values of `is`, with their meanings.
STATES: Final[Mapping[str, Text]] = {
    "open": _("new, open, pending or on hold"),
    "closed": _("solved, closed or merged"),
    "assigned": _("has an assignee"),
    "unassigned": _("has no assignee"),
    "waiting": _("the customer waits for an answer"),
    "overdue": _("a running SLA clock is past its due time"),
    "escalated": _("needs an agent of a higher tier"),
    "spam": _("marked as spam"),
    "merged": _("merged into another ticket"),
    "follow-up": _("continues a closed ticket"),
}
SLA_STATES: Final = ("paused", "running", "warned", "breached")
#: The fields of every desk, by name.
BUILT_IN: Final[Mapping[str, QueryField]] = {field.name: field for field in _fields()}
#: The prefix of declared fields. It can be left out if no other field has the name.
DECLARED_PREFIX: Final = "fields."


def query_fields(settings: Settings) -> dict[str, QueryField]:
    """Return the fields by name: those of every desk, and the declared ones with and without the prefix."""
    declared = {
        f"{DECLARED_PREFIX}{name}": QueryField(
            f"{DECLARED_PREFIX}{name}",
            ValueType.DECLARED,
            field.title,
            values=field.values,
            optional=True,
            declared=field,
        )
        for name, field in declared_fields(settings).items()
    }
    return {**{name.removeprefix(DECLARED_PREFIX): field for name, field in declared.items()}, **declared, **BUILT_IN}
