"""What happens to a customer: called, changed, merged, parted, linked, exported, erased. Ids and facts only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..kernel.event import Event, Kept
from ..kernel.undo import UNRECORDED, Cannot, Follows, Hindrance, Restore, Undoable, changed_since
from ..values.dataclass_json import conflicts
from .identity import primary_contact
from .repository import Contacts

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class CallLogged(Event):
    """Somebody telephoned: `direction` is in (the customer called) or out; `seconds` None: nobody looked at a clock."""

    kind = "call_logged"
    undo = Follows("it belongs to the ticket and its message")

    message: int
    direction: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ContactChanged(Event):
    """`fields` of a contact have another value: name, tier, org, language, timezone. What it is stands in the contact.

    Once without a ticket; where the tier or the organisation changed, by a merge too, once on each open ticket.
    """

    kind = "contact_changed"
    quiet = True
    undo = Undoable("The contact is as before; clocks of their open tickets are recalculated.")
    concerns = "contact {contact}"

    contact: int
    fields: tuple[str, ...]

    kept: Kept = None

    @property
    def is_consequence(self) -> bool:
        return self.ticket is not None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.ticket is None and self.kept is not None:
            yield RestoreContact(self.contact, self.kept["old"])

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        contact = Contacts.of(unit).get(self.contact)
        if contact.erased_at is not None:
            return Hindrance(f"contact {self.contact} was erased since")
        if contact.merged_into is not None:
            return Hindrance(
                f"contact {self.contact} was merged into {contact.merged_into} since",
                f"deskctl contact unmerge {self.contact}, then undo {past.command}",
            )
        if self.kept is None:
            return UNRECORDED
        changed = conflicts(contact, self.kept["new"])
        return changed_since(f"contact {self.contact}", changed, f"deskctl contact set {self.contact}")


@dataclass(frozen=True, slots=True)
class ContactMerged(Event):
    """The contact turned out to be `into`. `how`: agent, code (the customer sent it) or vouched (a channel knows)."""

    kind = "contact_merged"
    undo = Undoable("The two contacts are separate again.")
    concerns = "contact {contact}"

    contact: int
    into: int
    how: str = "agent"

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield UndoContactMerge(self.contact, self.into)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if Contacts.of(unit).get(self.contact).merged_into == self.into:
            return None
        return Hindrance(f"contact {self.contact} is no longer merged into contact {self.into}")


@dataclass(frozen=True, slots=True)
class ContactUnmerged(Event):
    """The contact is another person than `into` after all."""

    kind = "contact_unmerged"
    undo = Undoable("The contact is merged again.")
    concerns = "contact {contact}"

    contact: int
    into: int

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield UndoContactUnmerge(self.contact, self.into)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        contact, into = Contacts.of(unit).get(self.contact), primary_contact(unit, self.into)
        if contact.merged_into is not None or into.id == self.contact:
            return Hindrance(f"contact {self.contact} was merged since", f"deskctl contact show {self.contact}")
        if contact.erased_at is not None or into.erased_at is not None:
            return Hindrance(f"contact {self.contact} or contact {self.into} was erased since")
        return None


@dataclass(frozen=True, slots=True)
class IdentityAdded(Event):
    """A channel vouches for a further address of the contact."""

    kind = "identity_added"
    undo = Cannot("a channel reported the address")
    concerns = "contact {contact}"

    contact: int
    identity_kind: str


@dataclass(frozen=True, slots=True)
class LinkIssued(Event):
    """A one-time code was made; `identity_kind` is the kind of channel it is for, None: any."""

    kind = "link_issued"
    undo = Undoable("The one-time code is no longer valid.", unless="the customer has used it")
    concerns = "contact {contact}"

    contact: int
    expires_at: datetime
    identity_kind: str | None = None

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield RevokeLink(self.kept["digest"])

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if self.kept is None:
            return UNRECORDED
        code = Contacts.of(unit).link_code(self.kept["digest"])
        if code is not None and code.used_at is not None:
            why = "the customer has used the code"
            return Hindrance(why, f"deskctl contact show {self.contact} lists what it linked")
        return None


@dataclass(frozen=True, slots=True)
class LinkRedeemed(Event):
    """A customer sent the contact's code; `other` is the contact that they were there until then."""

    kind = "link_redeemed"
    undo = Cannot("the customer sent the code", "deskctl contact unmerge separates the contacts")
    concerns = "contact {contact}"

    contact: int
    other: int
    identity_kind: str


@dataclass(frozen=True, slots=True)
class LinkRefused(Event):
    """A code led nowhere. `why`: wrong, used, late, elsewhere (it is for another kind of channel) or too_many."""

    kind = "link_refused"
    undo = Cannot("a customer did it")
    concerns = "contact {contact}"

    contact: int  # who sent it
    identity_kind: str
    why: str


@dataclass(frozen=True, slots=True)
class ContactExported(Event):
    """What the desk knows of a contact was written to files."""

    kind = "contact_exported"
    undo = Cannot("the exported files are outside the desk", "delete the files")
    concerns = "contact {contact}"

    contact: int


@dataclass(frozen=True, slots=True)
class ContactErased(Event):
    """What the contact, and those `merged` into it, said and are called is gone. How much that was stays."""

    kind = "contact_erased"
    undo = Cannot("erased data is gone for good")
    concerns = "contact {contact}"

    contact: int
    merged: tuple[int, ...] = ()
    tickets: int = 0
    messages: int = 0
    attachments: int = 0
    outgoing: int = 0
    addresses: int = 0


@dataclass(frozen=True, slots=True)
class RestoreContact(Restore):
    contact: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UndoContactMerge(Restore):
    """The contact is no longer merged into `into`."""

    contact: int
    into: int


@dataclass(frozen=True, slots=True)
class UndoContactUnmerge(Restore):
    """The contact is merged into `into` again."""

    contact: int
    into: int


@dataclass(frozen=True, slots=True)
class RevokeLink(Restore):
    """The one-time code with this digest is no longer valid."""

    digest: str
