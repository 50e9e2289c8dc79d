"""`deskctl db`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ..context import CliContext


@click.group("db")
def db() -> None:
    """The store's schema: its revision and upgrades."""


@db.command("status")
@click.pass_obj
def status(context: CliContext) -> int:
    """Say which revision the store has, and what `db upgrade` would do.

    Exits with 1 when an upgrade is pending.

    \b
    Example:
      deskctl db status
    """
    from ...store.migrate import status as store_status

    url = _store_url(context)
    found = store_status(url)
    document = {"url": _shown(url), "revision": found.revision, "head": found.head, "pending": list(found.pending)}
    if context.json:
        context.document(document)
    else:
        context.say(f"store     {document['url']}")
        context.say(f"revision  {found.revision or 'none: the store is empty'}")
        context.say(f"newest    {found.head}")
        context.say(f"pending   {', '.join(found.pending) or 'nothing'}")
    return 1 if found.pending else 0


@db.command("upgrade")
@click.pass_obj
def upgrade(context: CliContext) -> None:
    """Bring the store to this version's schema; make it when there is none.

    Stop the daemon first.

    \b
    Example:
      deskctl db upgrade
    """
    from ...errors import Unavailable
    from ...store.migrate import status as store_status
    from ...store.migrate import upgrade as upgrade_store

    url = _store_url(context)
    with _owned(context, url):
        try:
            before = store_status(url).revision
        except Unavailable:
            before = None  # there is no store yet; one that cannot be reached is told by the upgrade itself
        upgrade_store(url, _progress)
        after = store_status(url).revision
    if context.json:
        context.document({"url": _shown(url), "before": before, "revision": after})
    elif before == after:
        context.say(f"the store is at {after} already")
    else:
        context.say(f"upgraded the store from {before or 'nothing'} to {after}")


@db.command("reindex")
@click.pass_obj
def reindex(context: CliContext) -> None:
    """Index anew what `deskctl search` finds, all or nothing.

    An upgrade does it by itself where it must; this is for an index that was damaged. Stop the daemon first.

    \b
    Example:
      deskctl db reindex
    """
    from ...store.migrate import reindex as reindex_store

    url = _store_url(context)
    with _owned(context, url):
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


def _store_url(context: CliContext) -> str:
    from ...bootstrap import load

    return load(context.config_path())[0].store.url


def _shown(url: str) -> str:
    """The URL without its password."""
    head, at, tail = url.rpartition("@")
    scheme, slashes, login = head.partition("://")
    return f"{scheme}{slashes}{login.partition(':')[0]}@{tail}" if at and slashes else url


@contextmanager
def _owned(context: CliContext, url: str) -> Iterator[None]:
    """Hold the desk's lock where there is one. Raises Refused when a daemon runs, Unavailable when it stays taken."""
    if not url.startswith("sqlite:"):
        yield
        return
    from ...config.locate import run_dir
    from ...desk.lock import COMMAND, DAEMON, OwnerLock
    from ...errors import Refused

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
