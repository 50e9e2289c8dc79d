"""Convert errors of the database into errors of deskctl. No error of SQLAlchemy leaves this package."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event, exc
from sqlalchemy.engine import ExceptionContext

from ..errors import DeskctlError, Unavailable
from ..i18n import _


class Inconsistent(DeskctlError):
    """The store refuses a write that contradicts itself or existing data. Nothing was written.

    The cause is a mistake in the program or in the data: a retry does not help.
    """


class Conflict(Unavailable):
    """A concurrent transaction was faster (PostgreSQL). A retry of the whole transaction resolves it."""


#: SQLSTATEs after which the same transaction may succeed: serialization_failure, deadlock_detected,
#: unique_violation, foreign_key_violation, exclusion_violation.
_RETRYABLE = frozenset({"40001", "40P01", "23505", "23503", "23P01"})


#: Classes of SQLSTATE: connection, transaction state, authorization, no such database, resources, operator, system.
_UNAVAILABLE = frozenset({"08", "25", "28", "3D", "53", "57", "58"})
#: insufficient_privilege, undefined_table, undefined_column: the database of another application, or an incomplete
#: restore.
_WRONG_DATABASE = frozenset({"42501", "42P01", "42703"})


def scrub_errors(engine: Engine) -> None:
    """Remove texts of customers from the errors of an engine, wherever they are shown or logged.

    Databases quote values: `Key (address)=(kim@example.org) already exists`, `invalid input syntax: "…"`. Plugins that
    use a connection of the engine get the scrubbed errors too.
    """

    @event.listens_for(engine, "handle_error")
    def _scrubbed(context: ExceptionContext) -> None:
        original, wrapped = context.original_exception, context.sqlalchemy_exception
        message = _safe(original)
        if message is None:
            return
        original.args = (message,)
        if wrapped is not None:
            kind = type(original)
            wrapped.args = (f"({kind.__module__}.{kind.__name__}) {message}",)


def _safe(error: BaseException) -> str | None:
    """Return the message of a database error without values; None if the message contains no values."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorname", None)
        line = _QUOTED.sub("…", _line(error))
        return f"{line} ({code})" if code and code not in line else line
    state = getattr(error, "sqlstate", None)
    if state is None or not hasattr(error, "diag"):
        return None
    if state[:2] in _UNAVAILABLE:  # the context of an error during COPY is the row
        return error.diag.message_primary if error.diag.context else None
    names = [
        f"{kind} {name}"
        for kind in ("schema", "table", "column", "constraint")
        if (name := getattr(error.diag, f"{kind}_name", None)) and name != "public"
    ]
    return ", ".join([f"{type(error).__name__} ({state})", *names])


#: Parts that SQLite quotes: names and search terms.
_QUOTED = re.compile(r"\"[^\"]*\"?|'[^']*'?|\[.*|(?<=no such column: ).*")


@contextmanager
def convert_errors(location: str) -> Iterator[None]:
    """Convert errors of the database to Conflict, Unavailable or Inconsistent. `location` names the database, without
    secrets.
    """
    try:
        yield
    except exc.TimeoutError as error:
        raise Unavailable(_("the store {where} is busy", where=location), _("try again in a moment")) from error
    except exc.DBAPIError as error:
        if isinstance(error, exc.DataError):
            raise Inconsistent(
                _("the store {where} refused the write: {line}", where=location, line=_line(error.orig))
            ) from error
        raise _fault(error.orig, location, gone=error.connection_invalidated) from error
    except exc.SQLAlchemyError as error:
        raise Inconsistent(_("the store {where} failed: {line}", where=location, line=_line(error))) from error
    except sqlite3.Error as error:
        raise _fault(error, location, gone=False) from error


def is_store_fault(error: BaseException, location: str) -> bool:
    """Return True if the store caused an error of SQLAlchemy, False for a mistake in a statement.

    A retry or an operator can resolve the errors that the store causes.
    """
    if isinstance(error, exc.TimeoutError | Conflict):
        return True
    if not isinstance(error, exc.DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return (getattr(error.orig, "sqlite_errorcode", 0) & 0xFF) in _SQLITE
    if getattr(error.orig, "sqlstate", None) in _WRONG_DATABASE:
        return False
    return isinstance(_fault(error.orig, location, gone=error.connection_invalidated), Unavailable)


def _fault(error: BaseException | None, location: str, *, gone: bool) -> Exception:
    if isinstance(error, sqlite3.Error):
        return _sqlite_fault(error, location)
    state = getattr(error, "sqlstate", None)
    if state in _RETRYABLE:
        return Conflict(_line(error))
    if state == "55P03":  # lock_not_available
        return Unavailable(
            _("the store {where} is locked by another process", where=location), _("try again in a moment")
        )
    if state is None or gone or state[:2] in _UNAVAILABLE or state in _WRONG_DATABASE:
        return Unavailable(
            _("the store {where} cannot be used: {line}", where=location, line=_line(error)),
            _("check that the server runs and that [store] url is correct"),
        )
    return Inconsistent(_("the store {where} refused the write: {line}", where=location, line=_line(error)))


_LOCKED = (
    _("the store {where} is locked by another process"),
    _("find the process with `fuser`, or try again in a moment"),
)
#: The message and the hint by SQLite result code.
_SQLITE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: (
        _("the store {where} cannot be written: the disk is full"),
        _("free disk space; no incomplete change was written"),
    ),
    sqlite3.SQLITE_READONLY: (
        _("the store {where} cannot be written: it is read-only"),
        _("check the owner and the mode of the file and its folder"),
    ),
    sqlite3.SQLITE_CANTOPEN: (
        _("the store {where} cannot be opened"),
        _("check that the file and its folder exist and are writable"),
    ),
    sqlite3.SQLITE_PERM: (
        _("this user has no permission to use the store {where}"),
        _("check the owner and the mode of the file and its folder"),
    ),
    sqlite3.SQLITE_IOERR: (
        _("the store {where} cannot be read or written: the disk has an error"),
        _("read the system log, and check the disk"),
    ),
    sqlite3.SQLITE_CORRUPT: (_("the store {where} is damaged"), _("stop the daemon and restore a backup")),
    sqlite3.SQLITE_NOTADB: (_("the store {where} is not a SQLite database"), _("check [store] url")),
    sqlite3.SQLITE_NOMEM: (_("there is not enough memory for the store {where}"), _("give the process more memory")),
}


def _sqlite_fault(error: sqlite3.Error, location: str) -> Exception:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and (known := _SQLITE.get(code & 0xFF)):
        message, hint = known
        return Unavailable(message.filled(where=location), hint)
    if isinstance(error, (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)):
        return Inconsistent(_("the store {where} refused the write: {line}", where=location, line=_line(error)))
    return Unavailable(
        _("the store {where} cannot be used: {line}", where=location, line=_line(error)),
        _("deskctl db status shows details"),
    )


def _line(error: object) -> str:
    """Return the first line of an error, which contains neither the statement nor its values."""
    return str(error).strip().split("\n", 1)[0]
