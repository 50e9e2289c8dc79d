"""Convert one-time codes and failed attempts to rows, and rows back to objects."""

from __future__ import annotations

from typing import Any

from ...core.contacts.link_codes import LinkCode, LinkTries
from ..encoding import clean
from ..moments import from_micros, maybe_from_micros, maybe_to_micros, to_micros

#: A row of SQLAlchemy; the tables define its columns.
AnyRow = Any

LINK_CODE_COLUMNS = "digest contact kind created_at expires_at used_at"
LINK_TRIES_COLUMNS = "address kind wrong since"


def link_code_values(code: LinkCode) -> tuple[Any, ...]:
    return (
        code.digest,
        code.contact,
        code.kind,
        to_micros(code.created_at),
        to_micros(code.expires_at),
        maybe_to_micros(code.used_at),
    )


def link_code_from_row(row: AnyRow) -> LinkCode:
    return LinkCode(
        digest=row.digest,
        contact=row.contact,
        created_at=from_micros(row.created_at),
        expires_at=from_micros(row.expires_at),
        kind=row.kind,
        used_at=maybe_from_micros(row.used_at),
    )


def link_tries_values(tries: LinkTries) -> tuple[Any, ...]:
    return (clean(tries.address), tries.kind, tries.wrong, to_micros(tries.since))


def link_tries_from_row(row: AnyRow) -> LinkTries:
    return LinkTries(row.kind, row.address, row.wrong, from_micros(row.since))
