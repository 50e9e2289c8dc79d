"""Read contacts in a transaction: merged contacts, their data, and their one-time codes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, select, text

from ...core.contacts.link_codes import LinkCode, LinkTries
from ...core.contacts.model import Address, Contact, PersonalData
from .. import rows
from ..encoding import clean
from ..tables import contacts, link_codes, link_tries, tickets
from ..tables.contacts import MERGED
from ..tables.tickets import ACTIVE
from .link_codes import link_code_from_row, link_tries_from_row
from .personal_data import personal_data

#: Key of the advisory lock for merging and splitting contacts; an arbitrary constant.
_CONTACTS_LOCK = 0x6465736B63
_LARGEST = 2**63 - 1


class ContactSource:
    """The part of `DatabaseSource` for contacts."""

    _connection: Connection

    def contacts_into(self, ids: Collection[int]) -> Iterable[Contact]:
        query = select(contacts).where(text(MERGED), contacts.c.merged_into.in_(_valid(ids)))
        return [rows.contact(row) for row in self._connection.execute(query.order_by(contacts.c.id))]

    def lock_contacts(self) -> None:
        if self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_CONTACTS_LOCK})")

    def active_tickets_of(self, contacts: Collection[int]) -> Sequence[int]:
        query = select(tickets.c.number).where(text(ACTIVE), tickets.c.contact.in_(_valid(contacts)))
        return self._connection.execute(query.order_by(tickets.c.number)).scalars().all()

    def personal_data(self, contacts: Collection[int]) -> PersonalData:
        return personal_data(self._connection, _valid(contacts))

    def link_code(self, digest: str) -> LinkCode | None:
        query = select(link_codes).where(link_codes.c.digest == digest).with_for_update()
        row = self._connection.execute(query).one_or_none()
        return link_code_from_row(row) if row else None

    def link_tries(self, address: Address) -> LinkTries | None:
        query = select(link_tries).where(link_tries.c.address == clean(address.address))
        row = self._connection.execute(query.where(link_tries.c.kind == address.kind)).one_or_none()
        return link_tries_from_row(row) if row else None


def _valid(numbers: Collection[int]) -> list[int]:
    return [n for n in numbers if 0 < n <= _LARGEST]
