"""`deskctl daemon`."""

from __future__ import annotations

import sys
from typing import Any

import click

from ....safe import visible
from ...columns import age_column
from ...context import CliContext
from ...messages import _
from ...output import field

SERVICES = (
    field("name", heading="service"),
    field(
        "state",
        style=lambda row: {"running": "green", "backoff": "yellow", "stopped": "red"}.get(row["state"], "dim"),
    ),
    age_column("since"),
    field("restarts", right=True),
    field("last_error", least=20),
)


@click.group("daemon")
def daemon() -> None:
    """Run, check and stop the daemon."""


@daemon.command("run")
@click.pass_obj
def run(context: CliContext) -> int:
    """Run the daemon until it is stopped.

    The daemon receives mail, sends the outbox, and serves the other commands. It prints a line when it is ready. After
    Ctrl-C or SIGTERM it finishes its current work and stops. Exits with 4 if a daemon already runs for this desk.

    \b
    Example:
      deskctl daemon run &
    """
    from ....daemon.run import run as run_daemon

    return run_daemon(context.config_path())


@daemon.command("status")
@click.pass_obj
def status(context: CliContext) -> int:
    """Show the state of the daemon and its services.

    Exits with 1 if no daemon runs, or if one of its services does not run.

    \b
    Example:
      deskctl daemon status
    """
    from ....core.operations.queries import DeskHealth

    report = context.ask(DeskHealth())
    context.release()
    if context.json:
        context.document(report)
    elif not report["daemon"]:
        context.say(_("no daemon runs for this desk"))
        sys.stderr.write(_("hint: {hint}", hint=_("start it with deskctl daemon run")) + "\n")
    else:
        if sys.stdout.isatty():
            context.say(_("the daemon runs (pid {pid})", pid=report["pid"]))
        context.emit(report["services"], SERVICES)
        if warning := _stale_configuration(context, report):
            sys.stdout.flush()
            sys.stderr.write(_("warning: {text}", text=visible(warning)) + "\n")
            sys.stderr.write(_("hint: {hint}", hint=_("restart the daemon to apply the changes")) + "\n")
    well = report["daemon"] and all(service["state"] in ("running", "off") for service in report["services"])
    return 0 if well else 1


def _stale_configuration(context: CliContext, report: Any) -> str:
    """Return a warning if the configuration has changed since the daemon read it, else ""."""
    from ....config.locate import fingerprint

    path = context.config_path()
    used = report.get("config_sha256")
    if used in (None, fingerprint(path)):
        return ""
    return _("{file} was changed after the daemon read it at {time}", file=path, time=report["started_at"])


@daemon.command("stop")
@click.option(
    "--timeout", type=click.FloatRange(min=0), default=60, show_default=True, help="Maximum time to wait, in seconds."
)
@click.pass_obj
def stop(context: CliContext, timeout: float) -> None:
    """Stop the daemon, and wait until it has exited.

    \b
    Example:
      deskctl daemon stop
    """
    import os
    import signal
    import time

    from ....config.locate import run_dir
    from ....desk.lock import COMMAND, DAEMON, OwnerLock
    from ....errors import Refused, Unavailable

    lock = OwnerLock(run_dir(context.config_path()))
    try:
        taken = lock.take(COMMAND)
    except Unavailable as error:
        if isinstance(error.__cause__, PermissionError):
            raise Refused(_("you may not stop the daemon"), _("ask the owner of the desk")) from error
        raise
    if taken:  # the content of the lock file is valid only while a process holds the lock
        lock.release()
        context.say(_("no daemon runs for this desk"))
        return
    pid, what = lock.holder()
    if pid is None or what != DAEMON:
        context.say(_("no daemon runs for this desk; process {pid} is using it", pid=pid or "?"))
        return
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass
    except PermissionError as error:
        what = _("you may not stop the daemon (pid {pid})", pid=pid)
        raise Refused(what, _("ask the owner of the desk")) from error
    deadline = time.monotonic() + timeout
    while lock.holder() == (pid, what):
        if time.monotonic() > deadline:
            what = _("the daemon (pid {pid}) still runs after {seconds} s", pid=pid, seconds=f"{timeout:g}")
            raise Unavailable(what, _("try again"))
        time.sleep(0.05)
    context.say(_("stopped the daemon (pid {pid})", pid=pid))
