"""`deskctl db`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ...context import CliContext
from ...messages import _, _n, shown

if TYPE_CHECKING:
    from pathlib import Path

    from ....desk.components import Plugins


@click.group("db")
def db() -> None:
    """Manage the store: schema upgrades and search index."""


@db.command("status")
@click.pass_obj
def status(context: CliContext) -> int:
    """Show the schema revision of the store, and what `db upgrade` would do.

    Exits with 1 if an upgrade is pending or the search index is incomplete.

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
        "url": _without_password(url),
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
        context.say("revision  " + (found.revision or _("none: the store is empty")))
        context.say(f"newest    {found.head}")
        context.say("pending   " + (", ".join(found.pending) or _("none")))
        if index is not None:
            progress = _("{done} of {total} messages indexed for search", done=index.done, total=index.total)
            rest = "" if index.complete else "; " + _("continue with deskctl db upgrade")
            context.say(f"index     {progress}{rest}")
        for row in tables:
            facts = [", ".join(row["made"]) or _("no tables yet")]
            facts += [_("pending: {revisions}", revisions=", ".join(row["pending"]))] if row["pending"] else []
            facts += [] if row["loaded"] else [_("the plugin is not loaded")]
            facts += [shown(row["error"])] if row["error"] else []
            context.say(f"plugin    {row['plugin']}: {'; '.join(facts)}")
    unfinished = index is not None and not index.complete
    return 1 if found.pending or unfinished or any(row["pending"] or row["error"] for row in tables) else 0


@db.command("upgrade")
@click.pass_obj
def upgrade(context: CliContext) -> None:
    """Upgrade the store to the schema of this version, or create it.

    Stop the daemon first. The upgrade saves a copy of a SQLite store beside it; back up a PostgreSQL database with
    pg_dump.

    If this version splits text into words differently, the upgrade indexes all messages again. You can interrupt it;
    the next `db upgrade` continues. Until the index is complete, `search` and the daemon refuse to start.

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
    _require_owner(context)
    copies: list[Path] = []
    with _locked(context, url):
        try:
            before = store_status(url).revision
        except Unavailable:
            before = None  # no store yet; if it is unreachable, the upgrade reports the error
        with _explain_interruption("upgrade"):
            upgrade_store(url, _progress, copies.append)
        after = store_status(url).revision
        made = ensure_plugin_tables(url, plugins, lambda: plugin_tables.made(url))
    if context.json:
        new = {name: list(revisions) for name, revisions in made.items()}
        copy = str(copies[0]) if copies else None
        context.document(
            {"url": _without_password(url), "before": before, "revision": after, "plugins": new, "copy": copy}
        )
        return
    for path in copies:
        context.say(_("saved a copy of the store before the upgrade: {file}", file=path))
    if before == after:
        context.say(_("the store is already at revision {revision}", revision=after))
    elif before is None:
        context.say(_("created the store at revision {revision}", revision=after))
    else:
        context.say(_("upgraded the store from revision {before} to {after}", before=before, after=after))
    for name, revisions in sorted(made.items()):
        context.say(_("created the tables of {plugin}: {revisions}", plugin=name, revisions=", ".join(revisions)))
    for plugin in plugins.rows():
        if plugin["error"] and plugin["tables"]:
            what = _(
                "plugin {name} is off: {reason}", name=visible(plugin["name"]), reason=visible(shown(plugin["error"]))
            )
            click.echo(_("error: {what}", what=what), err=True)


@db.command("reindex")
@click.pass_obj
def reindex(context: CliContext) -> None:
    """Rebuild the search index.

    Use it to repair a damaged index; an upgrade rebuilds the index automatically if needed. You can interrupt it; the
    next run continues. Stop the daemon first.

    \b
    Example:
      deskctl db reindex
    """
    from ....store.migrate import reindex as reindex_store

    url, _ = _store_and_plugins(context)
    _require_owner(context)
    with _locked(context, url), _explain_interruption("reindex"):
        messages = reindex_store(url, _progress)
    if context.json:
        context.document({"url": _without_password(url), "messages": messages})
    else:
        context.say(_n("indexed {n} message", "indexed {n} messages", messages))


def _progress(done: int, total: int) -> None:
    """Show the progress of the indexing on a terminal."""
    if sys.stderr.isatty():
        line = _("indexing message {done} of {total}", done=done, total=total)
        sys.stderr.write(f"\r{line}" + ("\n" if done >= total else ""))
        sys.stderr.flush()


@contextmanager
def _explain_interruption(command: str) -> Iterator[None]:
    """Print how to continue after Ctrl-C."""
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write("\n" + _("interrupted; continue with deskctl db {command}", command=command) + "\n")
        raise


def _store_and_plugins(context: CliContext) -> tuple[str, Plugins]:
    from ....bootstrap import load

    config, plugins = load(context.config_path())
    return config.store.url, plugins


def _plugin_tables(url: str, plugins: Plugins) -> list[dict[str, Any]]:
    """Return the created and pending table revisions of each plugin."""
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


def _without_password(url: str) -> str:
    """Return the URL without its password."""
    head, at, tail = url.rpartition("@")
    scheme, slashes, login = head.partition("://")
    return f"{scheme}{slashes}{login.partition(':')[0]}@{tail}" if at and slashes else url


def _require_owner(context: CliContext) -> None:
    """Raise Refused unless the user is the owner of the desk or root."""
    from ....bootstrap import load
    from ....desk.caller import Caller
    from ....errors import Refused

    config, _plugins = load(context.config_path())
    caller = Caller.of_this_process(config.owners())
    if not caller.trusted:
        what = _("{user} may not change the store; only the owner of the desk may", user=caller.name)
        raise Refused(what, _("ask the owner of the desk"))


@contextmanager
def _locked(context: CliContext, url: str) -> Iterator[None]:
    """Hold the lock of a SQLite desk. Raises Refused if a daemon holds it, Unavailable if another command keeps it."""
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
            raise Refused(_("the daemon (pid {pid}) uses the store", pid=pid), _("stop it first: deskctl daemon stop"))
        lock.take_within(COMMAND, 60)
    try:
        yield
    finally:
        lock.release()
