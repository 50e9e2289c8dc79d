"""Check that a store has the schema of this version. Runs at every start: one SELECT, without Alembic."""

from __future__ import annotations

from sqlalchemy import Connection, inspect

from ..errors import ConfigError
from ..i18n import _
from .revision import HEAD, REVISIONS


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the store's tables; None if it has no tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()
    return None if found is None else str(found)


def check(revision: str | None, location: str) -> None:
    """Raise ConfigError, with a hint, if the store is empty, older or newer than this version."""
    if revision == HEAD:
        return
    if revision is None:
        raise ConfigError(_("the store {where} is empty", where=location), _("run: deskctl db upgrade"))
    if revision in REVISIONS:
        raise ConfigError(
            _(
                "the store {where} has the old schema {revision}; this version needs {head}",
                where=location,
                revision=revision,
                head=HEAD,
            ),
            _("back it up, then run: deskctl db upgrade"),
        )
    raise ConfigError(
        _(
            "the store {where} was written by a newer deskctl (schema {revision}; this version supports {head})",
            where=location,
            revision=revision,
            head=HEAD,
        ),
        _("install that version or a newer one"),
    )
