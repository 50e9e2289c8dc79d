"""The checks of `deskctl doctor`. Each check is independent: an error in one does not hide the others."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from ....errors import ConfigError, DeskctlError, Refused
from ....i18n import _, _n, joined
from ...context import CliContext
from .connection_checks import channel_failures, empty_teams, stale_configuration, unset_secrets

if TYPE_CHECKING:
    from ....config import Config
    from ....desk import Desk

#: The minimum free disk space in bytes.
MIN_FREE_SPACE = 500_000_000
#: The minimum time until the last public holidays of a calendar.
MIN_HOLIDAYS = timedelta(days=365)
#: The time limit of the search for damage in the store, in seconds.
INTEGRITY_TIMEOUT = 20.0
#: If the system clock is this far behind the newest ticket, it was set back.
CLOCK_TOLERANCE = timedelta(minutes=5)


class Finding(TypedDict):
    """The result of a check. `state` is fine, note (not a fault) or finding (a fault). `mend` is the repair or ""."""

    check: str
    state: str
    detail: str
    mend: str


def fine(check: str, detail: str) -> Finding:
    """Return the result of a check that found no problem."""
    return {"check": check, "state": "fine", "detail": detail, "mend": ""}


def note(check: str, detail: str, repair: str = "") -> Finding:
    """Return a result that the user should know but that is not a fault."""
    return {"check": check, "state": "note", "detail": detail, "mend": repair}


def finding(check: str, detail: str, repair: str = "") -> Finding:
    """Return a fault, with the command that repairs it."""
    return {"check": check, "state": "finding", "detail": detail, "mend": repair}


def run_checks(context: CliContext, *, offline: bool = False) -> list[Finding]:
    """Return the results of all checks, in the order of repair. With `offline`, do not connect to other servers."""
    try:
        path = context.config_path()
    except ConfigError as error:
        return [finding("configuration", error.what, error.hint)]
    rows: list[Finding] = []
    config = _configuration(path, rows)
    if config is None:
        return rows
    store_fits = False
    if user := other_owner(config.folder):
        detail = _("{folder} belongs to {user}; permissions and store not checked", folder=config.folder, user=user)
        rows.append(note("permissions", detail, _("run deskctl doctor as {user}", user=user)))
        rows += _guarded("disk", lambda: _disk(config))
        store_fits = True
    else:
        rows += _guarded("permissions", lambda: _permissions(config))
        rows += _guarded("disk", lambda: _disk(config))
        for row in _guarded("store", lambda: _schema(config)):
            rows.append(row)
            store_fits = row["state"] == "fine"
        known = {row["detail"] for row in rows}
        rows += [row for row in _guarded("integrity", lambda: _integrity(config)) if row["detail"] not in known]
    if store_fits:
        rows += _guarded("desk", lambda: _desk(context, config, offline))
        failed = {row["detail"].partition(":")[0] for row in rows if row["check"] == "plugins"}
        known = {row["detail"] for row in rows}
        rows += [row for row in _guarded("plugins", lambda: _runtime(context, failed)) if row["detail"] not in known]
    return rows


def _guarded(check: str, run: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """Return the results of a check; an error of the check becomes a finding."""
    try:
        return list(run())
    except DeskctlError as error:
        return [finding(check, error.what, error.hint)]
    except OSError as error:
        return [finding(check, f"{error.filename or ''} {error.strerror}".strip())]


def _configuration(path: Path, rows: list[Finding]) -> Config | None:
    from ....config import check, plugins_table
    from ....plugins import manager

    try:
        plugins = manager.load(plugins_table(path))
        report = check(path, plugins.channel_types, plugins.disabled_reasons(), plugins.configs)
    except ConfigError as error:
        rows.append(finding("configuration", error.what, error.hint or "deskctl config check"))
        return None
    problems = (*report.errors, *report.warnings)
    rows += [finding("configuration", str(problem), "deskctl config check") for problem in problems]
    if not problems:
        rows.append(fine("configuration", str(path)))
    rows += [
        finding("plugins", joined(": ", (plugin["name"], plugin["error"])), "deskctl plugin list")
        for plugin in plugins.rows()
        if plugin["error"]
    ]
    return report.config


def other_owner(folder: Path) -> str | None:
    """Return the user that a desk belongs to, None if it is the current user or the current user is root."""
    from ....config.trust import login

    uid = folder.stat().st_uid
    return None if os.geteuid() in (0, uid) else login(uid)


def _permissions(config: Config) -> Iterator[Finding]:
    problems = list(_permission_problems(config))
    yield from problems
    if not problems:
        folders = ", ".join(dict.fromkeys((str(config.folder), str(config.run_dir))))
        yield fine("permissions", _("no other user can write to {folders}", folders=folders))


def _permission_problems(config: Config) -> Iterator[Finding]:
    from ....config.trust import check_trust

    if why := check_trust(config.path):
        yield finding("permissions", str(why), why.repair)
    for folder in dict.fromkeys((config.folder, config.run_dir)):
        if not folder.is_dir():
            yield finding("permissions", _("{folder} does not exist", folder=folder), f"mkdir -m 700 {folder}")
        elif not os.access(folder, os.W_OK | os.X_OK):
            detail = _("you cannot write to {folder}", folder=folder)
            yield finding("permissions", detail, f"chown $(id -un) {folder}")
        elif folder != config.folder and (why := check_trust(folder, folder=True)):
            yield finding("permissions", str(why), why.repair)
    store = config.store.file
    if store is not None and store.exists():
        yield from _store_permission_problems(store)


def _store_permission_problems(store: Path) -> Iterator[Finding]:
    """Yield a finding if the store is not writable, or if other users can read or write it."""
    from ....config.trust import check_trust

    log = store.with_name(store.name + "-wal")
    for file in (store, *(path for path in (log, store.with_name(store.name + "-shm")) if path.exists())):
        if not os.access(file, os.W_OK) or not file.stat().st_mode & 0o200:
            detail = _("{file} is not writable, so the desk cannot receive mail", file=file)
            yield finding("permissions", detail, f"chmod u+w {file}")
    if not os.access(store.parent, os.W_OK | os.X_OK) or not store.parent.stat().st_mode & 0o200:
        detail = _("you cannot write to {folder}, where the store keeps its log", folder=store.parent)
        yield finding("permissions", detail, f"chmod u+wx {store.parent}")
    if why := check_trust(store):
        yield finding("permissions", str(why), why.repair)
    elif store.stat().st_mode & 0o004:
        detail = _("all users can read {file} and the customers' mail in it", file=store)
        yield finding("permissions", detail, f"chmod o-r {store}")


def _disk(config: Config) -> Iterator[Finding]:
    free = shutil.disk_usage(config.folder).free
    detail = _("{size} GB free in {folder}", size=f"{free / 1e9:.1f}", folder=config.folder)
    enough = free >= MIN_FREE_SPACE
    yield fine("disk", detail) if enough else finding("disk", detail, _("free disk space for new mail"))


def _schema(config: Config) -> Iterator[Finding]:
    from ....store.migrate import index_progress, status

    found = status(config.store.url)
    if found.revision is None:
        yield finding("store", _("the store is empty"), "deskctl db upgrade")
    elif found.pending:
        detail = _n("{n} schema upgrade is pending", "{n} schema upgrades are pending", len(found.pending))
        yield finding("store", detail, "deskctl db upgrade")
    elif not (index := index_progress(config.store.url)).complete:
        detail = _("{done} of {total} messages indexed for search", done=index.done, total=index.total)
        yield finding("store", detail, "deskctl db upgrade")
    else:
        yield fine("store", _("revision {revision}", revision=found.revision))


def _integrity(config: Config) -> Iterator[Finding]:
    """Search the store for damage, within `INTEGRITY_TIMEOUT`."""
    from ....store.integrity import check

    found = check(config.store.url, INTEGRITY_TIMEOUT)
    for problem in found.problems:
        yield finding("integrity", _("the store is damaged: {problem}", problem=problem), found.repair)
    if found.problems:
        return
    if found.complete:
        yield fine("integrity", _("no damage in the store"))
    else:
        file = shlex.quote(str(config.store.file))
        detail = _("no damage in the part of the store read in {seconds} s", seconds=f"{INTEGRITY_TIMEOUT:g}")
        yield note("integrity", detail, f"sqlite3 {file} 'PRAGMA quick_check'")


def expiring_holidays(calendars: Sequence[Any], today: date) -> Iterator[Finding]:
    """Yield a result for each calendar whose public holidays end soon or have ended."""
    from ..calendars.month_view import refresh_command

    for calendar in calendars:
        until = calendar["holidays_until"]
        if until is not None and date(until, 12, 31) - today < MIN_HOLIDAYS:
            kind = finding if until < today.year else note
            detail = _(
                "public holidays of calendar {name} ({regions}) end in {year}",
                name=calendar["name"],
                regions=", ".join(calendar["holidays"]),
                year=until,
            )
            yield kind("calendars", detail, refresh_command(calendar))


def _runtime(context: CliContext, known: Collection[str]) -> Iterator[Finding]:
    """Yield the failures of plugins at runtime, and of their jobs. `known` are plugins that failed to load."""
    desk = context.desk()
    plugins = desk.call("plugins")
    for plugin in plugins:
        if plugin["error"] and plugin["name"] not in known:
            detail = joined(": ", (plugin["name"], plugin["error"]))
            yield finding("plugins", detail, f"deskctl plugin show {plugin['name']}")
    yield from _missing_actions(context, {f"{row['name']}.{name}" for row in plugins for name in row["actions"]})
    jobs = desk.call("jobs")
    on = {row["name"] for row in plugins if row["enabled"]}
    for name in sorted({job["plugin"] for job in jobs}):
        failed = [job for job in jobs if job["plugin"] == name and job["state"] == "failed"]
        retried = [job for job in jobs if job["plugin"] == name and job["state"] == "waiting" and job["last_error"]]
        waiting = sum(job["plugin"] == name and job["state"] == "waiting" for job in jobs)
        if failed:
            error = failed[-1]["last_error"]
            detail = _("failed jobs of {plugin}: {count}; {error}", plugin=name, count=len(failed), error=error)
            yield finding("jobs", detail, "deskctl plugin jobs")
        if retried:
            detail = _("retrying a job of {plugin}: {error}", plugin=name, error=retried[-1]["last_error"])
            yield note("jobs", detail, "deskctl plugin jobs")
        if waiting and name in on and not desk.info.daemon:
            detail = _("jobs of {plugin} that wait for the daemon: {count}", plugin=name, count=waiting)
            yield note("jobs", detail, "deskctl daemon run")
        if waiting and name not in on:
            detail = _("jobs that wait for the plugin {plugin}, which is off: {count}", plugin=name, count=waiting)
            yield note("jobs", detail, f"deskctl plugin show {name}")


def _missing_actions(context: CliContext, provided: Collection[str]) -> Iterator[Finding]:
    """Yield each action of a plugin that an SLA policy uses and no plugin provides."""
    from ....core.sla.queries import ListPolicies

    for policy in context.ask(ListPolicies()):
        used = [text.partition("=")[0] for step in policy["steps"] for text in step["then"]]
        for action in sorted({name for name in used if "." in name and name not in provided}):
            detail = _(
                "policy {policy} uses the action {action}, which no plugin provides",
                policy=policy["name"],
                action=action,
            )
            yield finding("sla", detail, f"deskctl sla show {policy['name']}")


def _secrets(config: Config, *, daemon: bool) -> Iterator[Finding]:
    """Yield a result for each secret whose environment variable is not set; a running daemon may have it."""
    for path, secret in unset_secrets(config):
        kind = note if daemon else finding
        detail = _("{key}: environment variable {variable} is not set", key=path, variable=secret.unset)
        yield kind("configuration", detail, f"export {secret.unset}=…")


def _desk(context: CliContext, config: Config, offline: bool) -> Iterator[Finding]:
    from ....core.agents.queries import ListAgents
    from ....core.calendars.queries import ListCalendars
    from ....core.delivery.queries import ListOutbox
    from ....core.operations.queries import DeskHealth, StoreStatus
    from ....core.tickets.queries import ListTickets

    desk = context.desk()
    health = desk.ask(DeskHealth())
    if stale := stale_configuration(config, health):
        yield finding("daemon", stale, "deskctl daemon stop; deskctl daemon run (systemctl restart deskctl)")
    yield from _secrets(config, daemon=health["daemon"])
    store = desk.ask(StoreStatus())
    yield from _daemon(health, store["waiting"] + store["outbox"])
    if store["quarantined"]:
        detail = _n("{n} message is quarantined", "{n} messages are quarantined", store["quarantined"])
        yield finding("inbox", detail, "deskctl inbox list")
    for state in ("failed", "uncertain"):
        if rows := desk.ask(ListOutbox(state=state)):
            detail = _("{state} messages: {count}", state=state, count=len(rows))
            yield finding("outbox", detail, f"deskctl outbox list --state {state}")
    if rows := desk.ask(ListOutbox(state="retry")):
        error = rows[-1]["last_error"] or ""
        detail = _("messages that wait for a retry: {count}; {error}", count=len(rows), error=error)
        yield finding("outbox", detail, "deskctl channel test NAME; deskctl outbox list")
    agents = desk.ask(ListAgents())
    if agents:
        yield fine("agents", _n("{n} active agent", "{n} active agents", len(agents)))
    else:
        yield note("agents", _("no agents yet"), "deskctl agent add HANDLE --name NAME --email ADDRESS")
    for channel, team in empty_teams(desk, config):
        detail = _("team {team} of channel {channel} has no active member", channel=channel, team=team)
        yield finding("teams", detail, f"deskctl agent set HANDLE --join {team}")
    yield from expiring_holidays(desk.ask(ListCalendars()), datetime.now(UTC).date())
    yield from _channels(desk, offline=offline)
    newest = desk.ask(ListTickets(all=True, limit=1))
    if newest and datetime.fromisoformat(newest[0]["updated_at"]) > datetime.now(UTC) + CLOCK_TOLERANCE:
        detail = _("the system clock is behind the newest ticket ({time})", time=newest[0]["updated_at"])
        yield finding("clock", detail, "timedatectl status")
    else:
        yield fine("clock", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"))


def _daemon(health: Any, waiting: int) -> Iterator[Finding]:
    """Check the daemon and its services. `waiting` is the number of messages that wait for the daemon."""
    if not health["daemon"]:
        if waiting:
            detail = _n(
                "no daemon runs, and {n} message waits for it", "no daemon runs, and {n} messages wait for it", waiting
            )
            yield finding("daemon", detail, "deskctl daemon run")
        else:
            yield note("daemon", _("no daemon runs, so no mail is received or sent"), "deskctl daemon run")
        return
    yield fine("daemon", _("running, pid {pid}", pid=health["pid"]))
    for service in health["services"]:
        if service["state"] not in ("running", "off") or service["last_error"]:
            kind = note if service["state"] == "running" else finding
            reason = service["last_error"] or _("no reason known")
            detail = _("{name} is {state}: {reason}", name=service["name"], state=service["state"], reason=reason)
            yield kind("daemon", detail, "deskctl daemon status")


def _channels(desk: Desk, *, offline: bool) -> Iterator[Finding]:
    """Check the configuration of channels and, unless `offline`, test their connections."""
    channels = desk.call("channels")
    if not channels:
        detail = _("no channels, so customers cannot reach the desk")
        yield note("channels", detail, _("add a table [channels.NAME] to config.toml"))
    for channel in channels:
        if not channel["sends"]:
            detail = _("{channel} cannot send replies", channel=channel["name"])
            yield note("channels", detail, _("set smtp in config.toml"))
        if channel["kind"] == "email" and channel["receives"] and channel["authority"] is None:
            detail = _("{channel} has no authority, so DMARC does not detect forged senders", channel=channel["name"])
            yield note("channels", detail, _("set authority in config.toml to the mail server that checks DMARC"))
    names = [] if offline else [channel["name"] for channel in channels]
    try:
        for name, error, hint in channel_failures(desk, names):
            yield finding("channels", joined(": ", (name, error)), hint)
    except Refused as refusal:
        yield note("channels", _("not tested: {reason}", reason=refusal.what), refusal.hint)
