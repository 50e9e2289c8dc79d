"""The action. `parse` and `run` are pure; `send` makes the request after the commit."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterable

from deskctl.plugins import (
    ActionCall,
    ActionContext,
    ActionJob,
    Apply,
    DeskctlError,
    NotFound,
    PluginContext,
    RunJob,
    UsageError,
)
from deskctl.plugins.actions import Tag
from deskctl.plugins.queries import ShowTicket

from .config import PagerConfig

#: Seconds to wait for the service. The limit of the job is longer.
ANSWER_SECONDS = 20


def services(context: ActionContext) -> Iterable[str]:
    """Return the values for completion."""
    return _config(context).services


def parse(value: str, context: ActionContext) -> str:
    """Return the service in a value. Raises UsageError if it is not configured."""
    known = _config(context).services
    if value not in known:
        raise UsageError(f'no service is called "{value}"', f"services: {', '.join(known)}")
    return value


def run(call: ActionCall, context: ActionContext) -> Iterable[Apply | RunJob]:
    """Note that someone is paged, and start the job. Do nothing for a ticket with an assignee if so configured."""
    if _config(context).skip_assigned and call.ticket.assignee is not None:
        return ()
    return (Apply("note", f"Paged {call.value}: {call.reason}"), RunJob())


def send(job: ActionJob, context: PluginContext) -> Iterable[Tag]:
    """Start the alarm, and tag the ticket. The id of the job lets the service detect a repeated request."""
    config = _config(context)
    content = {
        "service": job.value,
        "summary": f"ticket {job.ticket}: {job.reason}",
        "source": f"ticket {job.ticket}",
    }
    headers = {"Content-Type": "application/json", "Idempotency-Key": job.id}
    if config.token is not None:
        headers["Authorization"] = f"Bearer {config.token.reveal()}"
    request = urllib.request.Request(config.url, json.dumps(content).encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS):
            pass
    except urllib.error.HTTPError as error:
        error.close()
        raise DeskctlError(f"the service answered with status {error.code}") from None
    except OSError as error:
        raise DeskctlError(f"cannot reach the service ({type(error).__name__})") from None
    return _tags(job.ticket, context)


def _tags(ticket: int, context: PluginContext) -> Iterable[Tag]:
    try:
        context.desk.ask(ShowTicket(ticket))
    except NotFound:
        return ()  # the ticket was erased meanwhile
    return (Tag(ticket, add=("paged",)),)


def _config(context: ActionContext) -> PagerConfig:
    if not isinstance(context.config, PagerConfig):
        raise UsageError("the plugin is not configured", "add [plugins.pager] to the configuration")
    return context.config
