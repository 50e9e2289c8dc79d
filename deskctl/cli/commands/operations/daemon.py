"""`deskctl daemon`."""

from __future__ import annotations

import sys
from typing import Any

import click

from ....safe import visible
from ...columns import aged
from ...context import CliContext
from ...output import field

SERVICES = (
    field("name", heading="service"),
    field(
        "state",
        style=lambda row: {"running": "green", "backoff": "yellow", "stopped": "red"}.get(row["state"], "dim"),
    ),
    aged("since"),
    field("restarts", right=True),
    field("last_error", least=20),
)


@click.group("daemon")
def daemon() -> None:
    """Run the desk's daemon, or ask how it is."""


@daemon.command("run")
@click.pass_obj
def run(context: CliContext) -> int:
    """Run the daemon until it is stopped.

    It takes mail in, sends what is in the outbox, and serves the commands. It says when it is ready. Ctrl-C or
    SIGTERM lets it finish what it is doing. Exits with 4 when a daemon runs for this desk already.

    \b
    Example:
      deskctl daemon run &
    """
    from ....daemon.run import run as run_daemon

    return run_daemon(context.config_path())


@daemon.command("status")
@click.pass_obj
def status(context: CliContext) -> int:
    """Say how the daemon and its services are.

    Exits with 1 when no daemon runs, or one of its services does not.

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
        context.say("no daemon runs for this desk")
        sys.stderr.write("hint: deskctl daemon run\n")
    else:
        if sys.stdout.isatty():
            context.say(f"the daemon runs (pid {report['pid']})")
        context.emit(report["services"], SERVICES)
        if older := _outdated(context, report):
            sys.stdout.flush()
            sys.stderr.write(f"warning: {visible(older)}\nhint: restart the daemon to use it\n")
    well = report["daemon"] and all(service["state"] in ("running", "off") for service in report["services"])
    return 0 if well else 1


def _outdated(context: CliContext, report: Any) -> str:
    """Say since when the daemon uses an older configuration than the file has; "" if it does not."""
    from ....config.locate import fingerprint

    path = context.config_path()
    used = report.get("config_sha256")
    if used in (None, fingerprint(path)):
        return ""
    return f"{path} was changed after the daemon read it at {report['started_at']}"


@daemon.command("stop")
@click.option("--timeout", type=click.FloatRange(min=0), default=60, show_default=True, help="Seconds to wait.")
@click.pass_obj
def stop(context: CliContext, timeout: float) -> None:
    """Stop the daemon, and wait until it has gone.

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
            raise Refused("you may not stop the daemon", "ask the desk's owner") from error
        raise
    if taken:  # what the file says counts only while somebody holds it
        lock.release()
        context.say("no daemon runs for this desk")
        return
    pid, what = lock.holder()
    if pid is None or what != DAEMON:
        context.say(f"no daemon runs for this desk; pid {pid or 'unknown'} is at work on it")
        return
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass
    except PermissionError as error:
        raise Refused(f"you may not stop the daemon (pid {pid})", "ask the desk's owner") from error
    deadline = time.monotonic() + timeout
    while lock.holder() == (pid, what):
        if time.monotonic() > deadline:
            raise Unavailable(f"the daemon (pid {pid}) is still at work after {timeout:g} s", "try again")
        time.sleep(0.05)
    context.say(f"stopped the daemon (pid {pid})")
