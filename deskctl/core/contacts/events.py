"""Events of contacts. They contain ids and facts, no personal data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ...dataclass import dataclass
from ...i18n import _
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
    """A telephone call was logged. `direction` is in (from the customer) or out; `seconds` is None if not measured."""

    kind = "call_logged"
    undo = Follows(_("it belongs to the ticket and its message"))

    message: int
    direction: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ContactChanged(Event):
    """The `fields` of a contact changed: name, tier, org, language, timezone. The contact has the new values.

    One event has no ticket. If the tier or the organisation changed, also by a merge, each open ticket has one, too.
    """

    kind = "contact_changed"
    quiet = True
    undo = Undoable("The contact's fields are restored; the SLA clocks of its open tickets are recalculated.")
    concerns = _("contact {contact}")

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
            return Hindrance(_("contact {contact} was erased since", contact=self.contact))
        if contact.merged_into is not None:
            return Hindrance(
                _(
                    "contact {contact} was merged into contact {into} since",
                    contact=self.contact,
                    into=contact.merged_into,
                ),
                _(
                    "deskctl contact unmerge {contact}, then deskctl undo {command}",
                    contact=self.contact,
                    command=past.command,
                ),
            )
        if self.kept is None:
            return UNRECORDED
        changed = conflicts(contact, self.kept["new"])
        return changed_since(
            _("contact {contact}", contact=self.contact), changed, f"deskctl contact set {self.contact}"
        )


@dataclass(frozen=True, slots=True)
class ContactMerged(Event):
    """The contact was merged into `into`.

    `how` is agent, code (the customer sent a link code) or vouched (a channel confirmed the address).
    """

    kind = "contact_merged"
    undo = Undoable("The two contacts are separate again.")
    concerns = _("contact {contact}")

    contact: int
    into: int
    how: str = "agent"

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield UndoContactMerge(self.contact, self.into)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if Contacts.of(unit).get(self.contact).merged_into == self.into:
            return None
        return Hindrance(
            _("contact {contact} is no longer merged into contact {into}", contact=self.contact, into=self.into)
        )


@dataclass(frozen=True, slots=True)
class ContactUnmerged(Event):
    """The contact was separated from `into`."""

    kind = "contact_unmerged"
    undo = Undoable("The contact is merged again.")
    concerns = _("contact {contact}")

    contact: int
    into: int

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield UndoContactUnmerge(self.contact, self.into)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        contact, into = Contacts.of(unit).get(self.contact), primary_contact(unit, self.into)
        if contact.merged_into is not None or into.id == self.contact:
            return Hindrance(
                _("contact {contact} was merged since", contact=self.contact),
                _("see deskctl contact show {contact}", contact=self.contact),
            )
        if contact.erased_at is not None or into.erased_at is not None:
            return Hindrance(
                _("contact {contact} or contact {into} was erased since", contact=self.contact, into=self.into)
            )
        return None


@dataclass(frozen=True, slots=True)
class IdentityAdded(Event):
    """A channel reported another address of the contact."""

    kind = "identity_added"
    undo = Cannot(_("a channel reported the address"))
    concerns = _("contact {contact}")

    contact: int
    identity_kind: str


@dataclass(frozen=True, slots=True)
class LinkIssued(Event):
    """A link code was issued. `identity_kind` is the channel type that it is for; None: any."""

    kind = "link_issued"
    undo = Undoable("The link code is no longer valid.", unless="the customer has used it")
    concerns = _("contact {contact}")

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
            return Hindrance(
                _("the customer has used the code"),
                _("deskctl contact show {contact} lists the linked addresses", contact=self.contact),
            )
        return None


@dataclass(frozen=True, slots=True)
class LinkRedeemed(Event):
    """A customer sent a contact's link code. `other` is the contact that had the sender's address until then."""

    kind = "link_redeemed"
    undo = Cannot(_("the customer sent the code"), _("deskctl contact unmerge separates the contacts"))
    concerns = _("contact {contact}")

    contact: int
    other: int
    identity_kind: str


@dataclass(frozen=True, slots=True)
class LinkRefused(Event):
    """A link code was refused. `why` is wrong, used, late, elsewhere (for another channel type) or too_many."""

    kind = "link_refused"
    undo = Cannot(_("a customer did it"))
    concerns = _("contact {contact}")

    contact: int  # the sender
    identity_kind: str
    why: str


@dataclass(frozen=True, slots=True)
class ContactExported(Event):
    """The data of a contact was exported to files."""

    kind = "contact_exported"
    undo = Cannot(_("the exported files are outside the desk"), _("delete the files"))
    concerns = _("contact {contact}")

    contact: int


@dataclass(frozen=True, slots=True)
class ContactErased(Event):
    """The texts and names of the contact and of those `merged` into it were erased. The counts are kept."""

    kind = "contact_erased"
    undo = Cannot(_("erased data cannot be restored"))
    concerns = _("contact {contact}")

    contact: int
    merged: tuple[int, ...] = ()
    tickets: int = 0
    messages: int = 0
    attachments: int = 0
    outgoing: int = 0
    addresses: int = 0


@dataclass(frozen=True, slots=True)
class RestoreContact(Restore):
    """Restore fields of a contact."""

    contact: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UndoContactMerge(Restore):
    """Separate the contact from `into` again."""

    contact: int
    into: int


@dataclass(frozen=True, slots=True)
class UndoContactUnmerge(Restore):
    """Merge the contact into `into` again."""

    contact: int
    into: int


@dataclass(frozen=True, slots=True)
class RevokeLink(Restore):
    """Make the link code with this digest invalid."""

    digest: str
