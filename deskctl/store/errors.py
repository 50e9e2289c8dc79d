"""What goes wrong in a database, said so that the right person can act. SQLAlchemy's errors end here."""

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
    """The store refuses what was to be written: it contradicts itself or what is there. A mistake of the program
    or of the data, which time does not heal; nothing was written."""


class Conflict(Unavailable):
    """Another transaction was faster (PostgreSQL). Doing the whole transaction again settles it (`retry.again`)."""


#: SQLSTATEs after which the same transaction may succeed: serialization_failure, deadlock_detected,
#: unique_violation, foreign_key_violation, exclusion_violation.
_AGAIN = frozenset({"40001", "40P01", "23505", "23503", "23P01"})


#: Classes of SQLSTATE: connection, transaction state, authorization, no such database, resources, operator, system.
_OUT_OF_REACH = frozenset({"08", "25", "28", "3D", "53", "57", "58"})
#: insufficient_privilege, undefined_table, undefined_column: somebody else's database, or one half restored.
_NOT_OURS = frozenset({"42501", "42P01", "42703"})


def scrub(engine: Engine) -> None:
    """Keep the texts of customers out of the errors of an engine, wherever these are shown or logged.

    Databases quote values: `Key (address)=(kim@example.org) already exists`, `invalid input syntax: "…"`. Plugins that
    use a connection of the engine get the scrubbed errors, too.
    """

    @event.listens_for(engine, "handle_error")
    def _scrubbed(context: ExceptionContext) -> None:
        original, wrapped = context.original_exception, context.sqlalchemy_exception
        words = _safe(original)
        if words is None:
            return
        original.args = (words,)
        if wrapped is not None:
            kind = type(original)
            wrapped.args = (f"({kind.__module__}.{kind.__name__}) {words}",)


def _safe(error: BaseException) -> str | None:
    """Return the words of a database's error without values, None where they are harmless as they are."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorname", None)
        line = _QUOTED.sub("…", _line(error))
        return f"{line} ({code})" if code and code not in line else line
    state = getattr(error, "sqlstate", None)
    if state is None or state[:2] in _OUT_OF_REACH or not hasattr(error, "diag"):
        return None
    names = [
        f"{kind} {name}"
        for kind in ("schema", "table", "column", "constraint")
        if (name := getattr(error.diag, f"{kind}_name", None)) and name != "public"
    ]
    return ", ".join([f"{type(error).__name__} ({state})", *names])


#: What SQLite quotes: names, and what was searched for.
_QUOTED = re.compile(r"\"[^\"]*\"?|'[^']*'?|\[.*|(?<=no such column: ).*")


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raises Conflict, Unavailable or Inconsistent for what a database raises. `where` names it, without secrets."""
    try:
        yield
    except exc.TimeoutError as error:
        raise Unavailable(_("the store {where} is busy", where=where), _("try again in a moment")) from error
    except exc.DBAPIError as error:
        if isinstance(error, exc.DataError):
            raise Inconsistent(f"the store {where} refuses what was to be written: {_line(error.orig)}") from error
        raise _fault(error.orig, where, gone=error.connection_invalidated) from error
    except exc.SQLAlchemyError as error:
        raise Inconsistent(f"the store {where}: {_line(error)}") from error
    except sqlite3.Error as error:
        raise _fault(error, where, gone=False) from error


def of_the_store(error: BaseException, where: str) -> bool:
    """Whether an error of SQLAlchemy is the store's doing, which time or a person may mend, and no mistake in a
    statement."""
    if isinstance(error, exc.TimeoutError | Conflict):
        return True
    if not isinstance(error, exc.DBAPIError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return (getattr(error.orig, "sqlite_errorcode", 0) & 0xFF) in _SQLITE
    if getattr(error.orig, "sqlstate", None) in _NOT_OURS:
        return False
    return isinstance(_fault(error.orig, where, gone=error.connection_invalidated), Unavailable)


def _fault(error: BaseException | None, where: str, *, gone: bool) -> Exception:
    if isinstance(error, sqlite3.Error):
        return _sqlite_fault(error, where)
    state = getattr(error, "sqlstate", None)
    if state in _AGAIN:
        return Conflict(_line(error))
    if state == "55P03":  # lock_not_available
        return Unavailable(_("the store {where} is locked by another process", where=where), _("try again in a moment"))
    if state is None or gone or state[:2] in _OUT_OF_REACH or state in _NOT_OURS:
        return Unavailable(
            _("the store {where} cannot be used: {line}", where=where, line=_line(error)),
            _("check that the server runs and that [store] url is correct"),
        )
    return Inconsistent(f"the store {where} refuses what was to be written: {_line(error)}")


_SQLITE = {
    sqlite3.SQLITE_BUSY: (_("is locked by another process"), _("find who holds it (fuser), or try again in a moment")),
    sqlite3.SQLITE_LOCKED: (
        _("is locked by another process"),
        _("find who holds it (fuser), or try again in a moment"),
    ),
    sqlite3.SQLITE_FULL: (
        _("cannot be written: the disk is full"),
        _("free disk space; no incomplete change was written"),
    ),
    sqlite3.SQLITE_READONLY: (
        _("cannot be written: it is read-only"),
        _("check the owner and the mode of the file and its folder"),
    ),
    sqlite3.SQLITE_CANTOPEN: (_("cannot be opened"), _("check that the file and its folder exist and may be written")),
    sqlite3.SQLITE_PERM: (
        _("may not be used by this user"),
        _("check the owner and the mode of the file and its folder"),
    ),
    sqlite3.SQLITE_IOERR: (
        _("cannot be read or written: the disk fails"),
        _("look at the system's log; check the disk"),
    ),
    sqlite3.SQLITE_CORRUPT: (_("is damaged"), _("stop the daemon and restore a backup")),
    sqlite3.SQLITE_NOTADB: (_("is not a SQLite database"), _("check [store] url")),
    sqlite3.SQLITE_NOMEM: (_("ran out of memory"), _("give the process more memory")),
}


def _sqlite_fault(error: sqlite3.Error, where: str) -> Exception:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and (known := _SQLITE.get(code & 0xFF)):
        return Unavailable(_("the store {where} {reason}", where=where, reason=known[0]), known[1])
    if isinstance(error, (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)):
        return Inconsistent(f"the store {where} refuses what was to be written: {_line(error)}")
    return Unavailable(
        _("the store {where} cannot be used: {line}", where=where, line=_line(error)), _("deskctl db status says more")
    )


def _line(error: object) -> str:
    """The first line of an error; statements and their values are not in it."""
    return str(error).strip().split("\n", 1)[0]
