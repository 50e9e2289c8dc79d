"""What `deskctl doctor` looks at. Every check is on its own: one that fails never hides another."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from ....errors import ConfigError, DeskctlError, Refused
from ...context import CliContext
from .connection_checks import failing, outdated, unmanned, unset_secrets

if TYPE_CHECKING:
    from ....config import Config

#: Less than this and mail will soon have no room.
LEAST_FREE = 500_000_000  # bytes
#: Public holidays are copied anew before there are none left.
LEAST_HOLIDAYS = timedelta(days=365)
#: Seconds for reading the store in search of damage.
CHECK_WITHIN = 20.0
#: A clock that is this far behind the newest ticket has been set back.
CLOCK_SLACK = timedelta(minutes=5)


class Finding(TypedDict):
    """`state`: fine, note (worth knowing) or finding (wrong). `mend` is the command that mends it, or ""."""

    check: str
    state: str
    detail: str
    mend: str


def fine(check: str, detail: str) -> Finding:
    return {"check": check, "state": "fine", "detail": detail, "mend": ""}


def note(check: str, detail: str, mend: str = "") -> Finding:
    return {"check": check, "state": "note", "detail": detail, "mend": mend}


def finding(check: str, detail: str, mend: str = "") -> Finding:
    return {"check": check, "state": "finding", "detail": detail, "mend": mend}


def examine(context: CliContext, *, offline: bool = False) -> list[Finding]:
    """Everything, in the order in which it should be repaired. `offline`: connect to no other server."""
    try:
        path = context.config_path()
    except ConfigError as error:
        return [finding("configuration", error.what, error.hint)]
    rows: list[Finding] = []
    config = _configuration(path, rows)
    if config is None:
        return rows
    store_fits = False
    if who := owner(config.folder):
        detail = f"{config.folder} belongs to {who}: its permissions and its store were not checked"
        rows.append(note("permissions", detail, f"run deskctl doctor as {who}"))
        rows += _guarded("disk", lambda: _disk(config))
        store_fits = True
    else:
        rows += _guarded("permissions", lambda: _permissions(config))
        rows += _guarded("disk", lambda: _disk(config))
        for row in _guarded("store", lambda: _schema(config)):
            rows.append(row)
            store_fits = row["state"] == "fine"
        said = {row["detail"] for row in rows}
        rows += [row for row in _guarded("integrity", lambda: _integrity(config)) if row["detail"] not in said]
    if store_fits:
        rows += _guarded("desk", lambda: _desk(context, config, offline))
        known = {row["detail"].partition(":")[0] for row in rows if row["check"] == "plugins"}
        said = {row["detail"] for row in rows}
        rows += [row for row in _guarded("plugins", lambda: _at_work(context, known)) if row["detail"] not in said]
    return rows


def _guarded(check: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(look())
    except DeskctlError as error:
        return [finding(check, error.what, error.hint)]
    except OSError as error:
        return [finding(check, f"{error.filename or ''} {error.strerror}".strip())]


def _configuration(path: Path, rows: list[Finding]) -> Config | None:
    from ....config import check, plugins_table
    from ....plugins import manager

    try:
        plugins = manager.load(plugins_table(path))
        report = check(path, plugins.channel_types, plugins.absent(), plugins.configs)
    except ConfigError as error:
        rows.append(finding("configuration", error.what, error.hint or "deskctl config check"))
        return None
    problems = (*report.errors, *report.warnings)
    rows += [finding("configuration", str(problem), "deskctl config check") for problem in problems]
    if not problems:
        rows.append(fine("configuration", str(path)))
    rows += [
        finding("plugins", f"{plugin['name']}: {plugin['error']}", "deskctl plugin list")
        for plugin in plugins.rows()
        if plugin["error"]
    ]
    return report.config


def owner(folder: Path) -> str | None:
    """Return the account that a desk belongs to if it is not the caller's, and None for root."""
    from ....config.trust import login

    uid = folder.stat().st_uid
    return None if os.geteuid() in (0, uid) else login(uid)


def _permissions(config: Config) -> Iterator[Finding]:
    before = len(problems := list(_loose(config)))
    yield from problems
    if not before:
        folders = " and ".join(dict.fromkeys((str(config.folder), str(config.run_dir))))
        yield fine("permissions", f"nobody else may write in {folders}")


def _loose(config: Config) -> Iterator[Finding]:
    from ....config.trust import check_trust

    if why := check_trust(config.path):
        yield finding("permissions", str(why), why.repair)
    for folder in dict.fromkeys((config.folder, config.run_dir)):
        if not folder.is_dir():
            yield finding("permissions", f"{folder} does not exist", f"mkdir -m 700 {folder}")
        elif not os.access(folder, os.W_OK | os.X_OK):
            yield finding("permissions", f"you may not write in {folder}", f"chown $(id -un) {folder}")
        elif folder != config.folder and (loose := check_trust(folder, folder=True)):
            yield finding("permissions", str(loose), loose.repair)
    store = config.store.file
    if store is not None and store.exists():
        yield from _loose_store(store)


def _loose_store(store: Path) -> Iterator[Finding]:
    """A store that cannot be written, or that others can read or write."""
    from ....config.trust import check_trust

    log = store.with_name(store.name + "-wal")
    for file in (store, *(path for path in (log, store.with_name(store.name + "-shm")) if path.exists())):
        if not os.access(file, os.W_OK) or not file.stat().st_mode & 0o200:
            yield finding("permissions", f"{file} is not writable, so the desk takes no mail", f"chmod u+w {file}")
    if not os.access(store.parent, os.W_OK | os.X_OK) or not store.parent.stat().st_mode & 0o200:
        detail = f"you may not write in {store.parent}, where the store keeps its log"
        yield finding("permissions", detail, f"chmod u+wx {store.parent}")
    if loose := check_trust(store):
        yield finding("permissions", str(loose), loose.repair)
    elif store.stat().st_mode & 0o004:
        yield finding("permissions", f"everybody can read {store}, and customers' mail in it", f"chmod o-r {store}")


def _disk(config: Config) -> Iterator[Finding]:
    free = shutil.disk_usage(config.folder).free
    text = f"{free / 1e9:.1f} GB free in {config.folder}"
    yield fine("disk", text) if free >= LEAST_FREE else finding("disk", text, "make room: new mail needs it")


def _schema(config: Config) -> Iterator[Finding]:
    from ....store.migrate import index_progress, status

    found = status(config.store.url)
    if found.revision is None:
        yield finding("store", "the store is empty", "deskctl db upgrade")
    elif found.pending:
        yield finding("store", f"{len(found.pending)} upgrades are pending", "deskctl db upgrade")
    elif not (index := index_progress(config.store.url)).complete:
        yield finding("store", f"{index.done} of {index.total} are indexed for search", "deskctl db upgrade")
    else:
        yield fine("store", f"revision {found.revision}")


def _integrity(config: Config) -> Iterator[Finding]:
    """Damage, within a bounded time."""
    from ....store.integrity import check

    found = check(config.store.url, CHECK_WITHIN)
    for problem in found.problems:
        yield finding("integrity", f"the store is damaged: {problem}", found.repair)
    if found.problems:
        return
    if found.complete:
        yield fine("integrity", "no damage in the store")
    else:
        file = shlex.quote(str(config.store.file))
        detail = f"no damage in what {CHECK_WITHIN:g} s were enough to read of the store"
        yield note("integrity", detail, f"sqlite3 {file} 'PRAGMA quick_check'")


def ending_holidays(calendars: Sequence[Any], today: date) -> Iterator[Finding]:
    """Calendars whose copied holidays come to their end, or have."""
    from ..calendars.month_view import refreshing

    for calendar in calendars:
        until = calendar["holidays_until"]
        if until is not None and date(until, 12, 31) - today < LEAST_HOLIDAYS:
            kind = finding if until < today.year else note
            detail = f"the holidays of {calendar['name']} ({', '.join(calendar['holidays'])}) end with {until}"
            yield kind("calendars", detail, refreshing(calendar))


def _at_work(context: CliContext, known: Collection[str]) -> Iterator[Finding]:
    """What failed since the desk was opened: plugins (`known` are those that failed at once), and their jobs."""
    desk = context.desk()
    plugins = desk.call("plugins")
    for plugin in plugins:
        if plugin["error"] and plugin["name"] not in known:
            yield finding("plugins", f"{plugin['name']}: {plugin['error']}", f"deskctl plugin show {plugin['name']}")
    jobs = desk.call("jobs")
    on = {row["name"] for row in plugins if row["enabled"]}
    for name in sorted({job["plugin"] for job in jobs}):
        failed = [job for job in jobs if job["plugin"] == name and job["state"] == "failed"]
        trying = [job for job in jobs if job["plugin"] == name and job["state"] == "waiting" and job["last_error"]]
        waiting = sum(job["plugin"] == name and job["state"] == "waiting" for job in jobs)
        if failed:
            yield finding("jobs", f"{len(failed)} of {name} failed: {failed[-1]['last_error']}", "deskctl plugin jobs")
        if trying:
            yield note("jobs", f"{name} is tried again: {trying[-1]['last_error']}", "deskctl plugin jobs")
        if waiting and name in on and not desk.info.daemon:
            yield note("jobs", f"{waiting} of {name} wait for the daemon", "deskctl daemon run")
        if waiting and name not in on:
            yield note("jobs", f"{waiting} wait for the plugin {name}, which is off", f"deskctl plugin show {name}")


def _secrets(config: Config, *, daemon: bool) -> Iterator[Finding]:
    """Passwords that are to come from the environment and are not there. A running daemon may have its own."""
    for path, secret in unset_secrets(config):
        kind = note if daemon else finding
        yield kind(
            "configuration", f"{path}: the environment variable {secret.unset} is not set", f"export {secret.unset}=…"
        )


def _desk(context: CliContext, config: Config, offline: bool) -> Iterator[Finding]:
    from ....core.agents.queries import ListAgents
    from ....core.calendars.queries import ListCalendars
    from ....core.delivery.queries import ListOutbox
    from ....core.operations.queries import DeskHealth, StoreStatus
    from ....core.tickets.queries import ListTickets

    desk = context.desk()
    health = desk.ask(DeskHealth())
    if old := outdated(config, health):
        yield finding("daemon", old, "deskctl daemon stop; deskctl daemon run (systemctl restart deskctl)")
    yield from _secrets(config, daemon=health["daemon"])
    store = desk.ask(StoreStatus())
    waiting = store["waiting"] + store["outbox"]
    if health["daemon"]:
        yield fine("daemon", f"runs, pid {health['pid']}")
        for service in health["services"]:
            if service["state"] not in ("running", "off") or service["last_error"]:
                kind = note if service["state"] == "running" else finding
                detail = f"{service['name']} is {service['state']}: {service['last_error'] or 'no reason known'}"
                yield kind("daemon", detail, "deskctl daemon status")
    elif waiting:
        yield finding("daemon", f"no daemon runs, and {waiting} messages wait for it", "deskctl daemon run")
    else:
        yield note("daemon", "no daemon runs: no mail is taken in or sent", "deskctl daemon run")
    if store["quarantined"]:
        yield finding("inbox", f"{store['quarantined']} messages are quarantined", "deskctl inbox list")
    for state in ("failed", "uncertain"):
        if rows := desk.ask(ListOutbox(state=state)):
            yield finding("outbox", f"{len(rows)} messages are {state}", f"deskctl outbox list --state {state}")
    if rows := desk.ask(ListOutbox(state="retry")):
        detail = f"{len(rows)} messages could not be sent yet: {rows[-1]['last_error']}"
        yield finding("outbox", detail, "deskctl channel test NAME; deskctl outbox list")
    agents = desk.ask(ListAgents())
    if agents:
        yield fine("agents", f"{len(agents)} active")
    else:
        yield note("agents", "there are none yet", "deskctl agent add HANDLE --name NAME --email ADDRESS")
    for channel, team in unmanned(desk, config):
        detail = f"channel {channel} gives its tickets to team {team}, which has no active member"
        yield finding("teams", detail, f"deskctl agent set HANDLE --join {team}")
    yield from ending_holidays(desk.ask(ListCalendars()), datetime.now(UTC).date())
    channels = desk.call("channels")
    if not channels:
        yield note("channels", "none is configured: nobody can reach the desk", "edit config.toml: [channels.NAME]")
    for channel in channels:
        if not channel["sends"]:
            yield note("channels", f"{channel['name']} cannot send answers", "give it smtp in config.toml")
        if channel["kind"] == "email" and channel["receives"] and channel["authority"] is None:
            detail = f"{channel['name']} has no authority: forged senders are not recognised by DMARC"
            yield note("channels", detail, "name the mail server that checks DMARC in config.toml: authority")
    names = [] if offline else [channel["name"] for channel in channels]
    try:
        for name, detail, hint in failing(desk, names):
            yield finding("channels", f"{name}: {detail}", hint)
    except Refused as error:
        yield note("channels", f"not tested: {error.what}", error.hint)
    newest = desk.ask(ListTickets(all=True, limit=1))
    if newest and datetime.fromisoformat(newest[0]["updated_at"]) > datetime.now(UTC) + CLOCK_SLACK:
        yield finding("clock", f"it is behind the newest ticket ({newest[0]['updated_at']})", "timedatectl status")
    else:
        yield fine("clock", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"))
