"""Commands about customers. They do not need an agent; an agent who runs one is recorded as its actor."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ...i18n import Text, _
from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class SetContact(Command, audience=Audience.AGENT):
    """Set fields of a contact: name, tier, org, language, timezone. An empty value or `none` clears the field."""

    did: ClassVar[Text] = _("changed {subject}")
    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    contact: int
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MergeContacts(Command, audience=Audience.AGENT):
    """Merge the contact `other` into `contact`; both are the same customer from now on."""

    did: ClassVar[Text] = _("merged {subject}")
    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    contact: int
    other: int


@dataclass(frozen=True, slots=True)
class UnmergeContact(Command, audience=Audience.AGENT):
    """Separate a merged contact from the contact that it was merged into."""

    did: ClassVar[Text] = _("separated {subject}")
    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    contact: int


@dataclass(frozen=True, slots=True)
class IssueLink(Command, audience=Audience.AGENT):
    """Create a one-time code that links its sender to the contact. `channel` limits where it is valid."""

    did: ClassVar[Text] = _("issued a link code for {subject}")
    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    contact: int
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class ExportContact(Command, audience=Audience.AGENT):
    """Record that the data of the contact is exported to files."""

    did: ClassVar[Text] = _("exported {subject}")
    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    contact: int


@dataclass(frozen=True, slots=True)
class EraseContact(Command, audience=Audience.AGENT):
    """Erase the messages and the personal data of the contact and of the contacts merged into it, permanently."""

    did: ClassVar[Text] = _("erased {subject}")
    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    contact: int
