"""Load and write contacts, their addresses and link codes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, cast

from ...errors import NotFound
from ...i18n import _
from ..kernel.repository import Grouped, Repository, load_missing
from ..kernel.unit import Unit
from .link_codes import LinkCode, LinkTries
from .model import Address, Contact, Identity, PersonalData


class ContactSource(Protocol):
    """The reads from the store for contacts."""

    def contacts(self, ids: Collection[int]) -> Iterable[Contact]: ...
    def identities(self, addresses: Collection[Address]) -> Iterable[Identity]: ...

    def addresses_of(self, contacts: Collection[int]) -> Iterable[Identity]:
        """Return the identities of contacts, oldest first."""
        ...

    def contacts_into(self, ids: Collection[int]) -> Iterable[Contact]:
        """Return the contacts that were merged into one of these."""
        ...

    def lock_contacts(self) -> None:
        """Lock the merges of contacts until the transaction ends."""
        ...

    def active_tickets_of(self, contacts: Collection[int]) -> Sequence[int]:
        """Return the numbers of these contacts' own tickets that are new, open, pending or on hold."""
        ...

    def personal_data(self, contacts: Collection[int]) -> PersonalData: ...
    def link_code(self, digest: str) -> LinkCode | None: ...
    def link_tries(self, address: Address) -> LinkTries | None: ...


@dataclass(slots=True)
class ContactChanges:
    """The changes of contacts in a transaction."""

    contacts: dict[int, Contact] = field(default_factory=dict)  # new or changed
    identities: list[Identity] = field(default_factory=list)  # new
    erased: set[int] = field(default_factory=set)  # contacts whose personal data is deleted
    erased_names: set[str] = field(default_factory=set)  # their names until now
    link_codes: dict[str, LinkCode] = field(default_factory=dict)  # by digest, new or changed
    link_tries: dict[Address, LinkTries] = field(default_factory=dict)  # new or changed
    bounced: dict[Address, str | None] = field(default_factory=dict)  # why mail bounces; None: it arrives


class Contacts(Repository):
    """The contacts of a unit."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.source = cast("ContactSource", unit.source)
        self.changes = unit.changes.of(ContactChanges)
        self._contacts: dict[int, Contact | None] = {}
        self._identities: dict[Address, Identity | None] = {}
        self._addresses = Grouped[int, Identity](
            lambda contacts: ((i.contact, i) for i in self.source.addresses_of(contacts))
        )
        self._merged = Grouped[int, int](
            lambda contacts: ((int(c.merged_into or 0), c.id) for c in self.source.contacts_into(contacts))
        )

    def load(self, ids: Collection[int]) -> None:
        """Load contacts, and the contacts that they were merged into."""
        wanted = set(ids)
        while wanted:
            load_missing(self._contacts, wanted, self.source.contacts, lambda c: c.id)
            found = (self._contacts[i] for i in wanted)
            wanted = {c.merged_into for c in found if c is not None and c.merged_into is not None}
            wanted -= self._contacts.keys()

    @property
    def loaded(self) -> list[int]:
        """The ids of the contacts that were loaded and exist."""
        return [number for number, contact in self._contacts.items() if contact is not None]

    def load_identities(self, addresses: Collection[Address]) -> None:
        """Load identities and the contacts that they belong to."""
        load_missing(self._identities, addresses, self.source.identities, lambda i: Address(i.kind, i.address))
        self.load({i.contact for a in addresses if (i := self._identities[a])})

    def lock(self) -> None:
        """Lock the merges of contacts before a decision that depends on them, and discard what was loaded."""
        self.source.lock_contacts()
        self._merged.clear()
        for number in self._contacts.keys() - self.changes.contacts.keys():
            del self._contacts[number]

    def get(self, number: int) -> Contact:
        """Return a contact. Raises NotFound."""
        self.load((number,))
        found = self._contacts[number]
        if found is None:
            raise NotFound(_("no contact {number}", number=number), _("deskctl contact list shows all contacts"))
        return found

    def merged_into(self, ids: Collection[int]) -> list[Contact]:
        """Return the contacts that were merged into one of these, as this transaction leaves them."""
        stored = set(self._merged.of(ids))
        self.load(stored)
        changed = {c.id for c in self.changes.contacts.values() if c.merged_into in ids}
        return [c for n in sorted(stored | changed) if (c := self.get(n)).merged_into in ids]

    def identity(self, address: Address) -> Identity | None:
        """Return the identity with an address."""
        self.load_identities((address,))
        return self._identities[address]

    def addresses(self, contact: int) -> list[Identity]:
        """Return a contact's identities, oldest first."""
        stored = list(self._addresses.of((contact,)))
        return stored + [i for i in self.changes.identities if i.contact == contact and i not in stored]

    def expect(self, contacts: Iterable[int]) -> None:
        """Announce contacts whose addresses and merges may be needed, so that they are loaded in bulk."""
        wanted = list(contacts)
        self._addresses.expect(wanted)
        self._merged.expect(wanted)

    def add(self, contact: Contact) -> None:
        """Add a new contact. Nothing about it is stored."""
        self._addresses.add(contact.id)
        self._merged.add(contact.id)
        self.put(contact)

    def put(self, contact: Contact) -> None:
        """Add or replace a contact."""
        self._contacts[contact.id] = self.changes.contacts[contact.id] = contact

    def add_identity(self, identity: Identity) -> None:
        """Add an address to a contact."""
        self._identities[Address(identity.kind, identity.address)] = identity
        self.changes.identities.append(identity)

    def mark_bounced(self, address: Address, why: str | None) -> None:
        """Record why mail to an address bounces, or with None that it arrives."""
        identity = self.identity(address)
        if identity is not None and identity.bounced != why:
            self._identities[address] = replace(identity, bounced=why)
            self.changes.bounced[address] = why

    def link_code(self, digest: str) -> LinkCode | None:
        """Return the link code with a digest."""
        return self.changes.link_codes.get(digest) or self.source.link_code(digest)

    def link_tries(self, address: Address) -> LinkTries | None:
        """Return the failed tries from an address."""
        return self.changes.link_tries.get(address) or self.source.link_tries(address)

    def put_link_code(self, code: LinkCode) -> None:
        """Add or replace a link code."""
        self.changes.link_codes[code.digest] = code

    def put_link_tries(self, tries: LinkTries) -> None:
        """Replace the failed tries from an address."""
        self.changes.link_tries[Address(tries.kind, tries.address)] = tries
