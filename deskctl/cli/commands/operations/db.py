"""`deskctl db`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ...context import CliContext

if TYPE_CHECKING:
    from pathlib import Path

    from ....desk.components import Plugins


@click.group("db")
def db() -> None:
    """The store's schema: its revision and upgrades."""


@db.command("status")
@click.pass_obj
def status(context: CliContext) -> int:
    """Say which revision the store has, and what `db upgrade` would do.

    Exits with 1 when an upgrade is pending or the search index is not complete.

    \b
    Example:
      deskctl db status
    """
    from ....store.migrate import index_progress
    from ....store.migrate import status as store_status

    url, plugins = _store_and_plugins(context)
    found = store_status(url)
    tables = _plugin_tables(url, plugins) if not found.pending else []
    index = index_progress(url) if not found.pending else None
    document = {
        "url": _shown(url),
        "revision": found.revision,
        "head": found.head,
        "pending": list(found.pending),
        "plugins": tables,
        "index": None if index is None else {"done": index.done, "total": index.total, "complete": index.complete},
    }
    if context.json:
        context.document(document)
    else:
        context.say(f"store     {document['url']}")
        context.say(f"revision  {found.revision or 'none: the store is empty'}")
        context.say(f"newest    {found.head}")
        context.say(f"pending   {', '.join(found.pending) or 'nothing'}")
        if index is not None:
            rest = "" if index.complete else "; deskctl db upgrade continues"
            context.say(f"index     {index.done} of {index.total} are indexed for search{rest}")
        for row in tables:
            rest = f"; pending {', '.join(row['pending'])}" if row["pending"] else ""
            gone = "" if row["loaded"] else "; the plugin is not loaded"
            wrong = f"; {row['error']}" if row["error"] else ""
            context.say(f"plugin    {row['plugin']}: {', '.join(row['made']) or 'no tables yet'}{rest}{gone}{wrong}")
    unfinished = index is not None and not index.complete
    return 1 if found.pending or unfinished or any(row["pending"] or row["error"] for row in tables) else 0


@db.command("upgrade")
@click.pass_obj
def upgrade(context: CliContext) -> None:
    """Bring the store to this version's schema; make it when there is none.

    Stop the daemon first. A SQLite store is copied beside itself before it changes; of a PostgreSQL database make a
    backup with pg_dump.

    If this version cuts text into other words, the upgrade indexes all messages again. That can be interrupted: the
    next `db upgrade` continues where it stopped. Until then `search` and the daemon refuse to start.

    \b
    Example:
      deskctl db upgrade
    """
    from ....bootstrap import ensure_plugin_tables
    from ....errors import Unavailable
    from ....safe import visible
    from ....store import plugin_tables
    from ....store.migrate import status as store_status
    from ....store.migrate import upgrade as upgrade_store

    url, plugins = _store_and_plugins(context)
    _owners_only(context)
    copies: list[Path] = []
    with _owned(context, url):
        try:
            before = store_status(url).revision
        except Unavailable:
            before = None  # there is no store yet; one that cannot be reached is told by the upgrade itself
        with _continuing("upgrade"):
            upgrade_store(url, _progress, copies.append)
        after = store_status(url).revision
        made = ensure_plugin_tables(url, plugins, lambda: plugin_tables.made(url))
    if context.json:
        new = {name: list(revisions) for name, revisions in made.items()}
        copy = str(copies[0]) if copies else None
        context.document({"url": _shown(url), "before": before, "revision": after, "plugins": new, "copy": copy})
        return
    for path in copies:
        context.say(f"copied the store as it was to {path}")
    if before == after:
        context.say(f"the store is at {after} already")
    else:
        context.say(f"upgraded the store from {before or 'nothing'} to {after}")
    for name, revisions in sorted(made.items()):
        context.say(f"made the tables of {name}: {', '.join(revisions)}")
    for plugin in plugins.rows():
        if plugin["error"] and plugin["tables"]:
            click.echo(f"error: the plugin {visible(plugin['name'])} is off: {visible(plugin['error'])}", err=True)


@db.command("reindex")
@click.pass_obj
def reindex(context: CliContext) -> None:
    """Index anew what `deskctl search` finds.

    An upgrade does it by itself where it must; this is for an index that was damaged. It can be interrupted: the next
    run continues where it stopped. Stop the daemon first.

    \b
    Example:
      deskctl db reindex
    """
    from ....store.migrate import reindex as reindex_store

    url, _ = _store_and_plugins(context)
    _owners_only(context)
    with _owned(context, url), _continuing("reindex"):
        messages = reindex_store(url, _progress)
    if context.json:
        context.document({"url": _shown(url), "messages": messages})
    else:
        context.say(f"indexed {messages} messages")


def _progress(done: int, total: int) -> None:
    """How far the indexing is, for whoever watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\rindexing {done} of {total}" + ("\n" if done >= total else ""))
        sys.stderr.flush()


@contextmanager
def _continuing(command: str) -> Iterator[None]:
    """Say how to continue when Ctrl-C ends the indexing."""
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write(f"\ninterrupted; deskctl db {command} continues where it stopped\n")
        raise


def _store_and_plugins(context: CliContext) -> tuple[str, Plugins]:
    from ....bootstrap import load

    config, plugins = load(context.config_path())
    return config.store.url, plugins


def _plugin_tables(url: str, plugins: Plugins) -> list[dict[str, Any]]:
    """What was made of each plugin's tables, and what is still to come."""
    from ....errors import ConfigError
    from ....store import plugin_tables

    made = plugin_tables.made(url)
    rows: list[dict[str, Any]] = []
    for name in sorted({*made, *plugins.tables}):
        done, error = made.get(name, ()), None
        pending: tuple[str, ...] = ()
        try:
            if name in plugins.tables:
                pending = plugin_tables.pending(name, plugins.tables[name], done)
        except ConfigError as wrong:
            error = wrong.what
        row = {"plugin": name, "made": list(done), "pending": list(pending), "error": error}
        rows.append({**row, "loaded": name in plugins.tables})
    return rows


def _shown(url: str) -> str:
    """The URL without its password."""
    head, at, tail = url.rpartition("@")
    scheme, slashes, login = head.partition("://")
    return f"{scheme}{slashes}{login.partition(':')[0]}@{tail}" if at and slashes else url


def _owners_only(context: CliContext) -> None:
    """Raise Refused unless the desk's owner or root is at the keyboard."""
    from ....bootstrap import load
    from ....desk.caller import Caller
    from ....errors import Refused

    config, _ = load(context.config_path())
    caller = Caller.of_this_process(config.owners())
    if not caller.trusted:
        raise Refused(f"{caller.name} may not change the store: it is for the desk's owner", "ask the desk's owner")


@contextmanager
def _owned(context: CliContext, url: str) -> Iterator[None]:
    """Hold the desk's lock where there is one. Raises Refused when a daemon runs, Unavailable when it stays taken."""
    if not url.startswith("sqlite:"):
        yield
        return
    from ....config.locate import run_dir
    from ....desk.lock import COMMAND, DAEMON, OwnerLock
    from ....errors import Refused

    lock = OwnerLock(run_dir(context.config_path()))
    if not lock.take(COMMAND):
        pid, what = lock.holder()
        if what == DAEMON:
            raise Refused(f"the daemon (pid {pid}) uses the store", f"stop it first: kill {pid}")
        lock.take_within(COMMAND, 60)
    try:
        yield
    finally:
        lock.release()
