"""The action. `parse` and `run` are pure; `write` does the work after the commit."""

from __future__ import annotations

import json
from collections.abc import Iterable

from deskctl.plugins import ActionCall, ActionContext, ActionJob, Apply, PluginContext, RunJob, UsageError

from .config import PigeonConfig


def names(context: ActionContext) -> Iterable[str]:
    """Return the values for completion."""
    return _config(context).names


def parse(value: str, context: ActionContext) -> str:
    """Return the name in a value. Raises UsageError if it is not configured."""
    known = _config(context).names
    if value not in known:
        raise UsageError(f'no pigeon is called "{value}"', f"names: {', '.join(known)}")
    return value


def run(call: ActionCall, context: ActionContext) -> Iterable[Apply | RunJob]:
    """Return the changes of a run. A repeated call returns the same changes."""
    return [Apply("note", f"Sent {call.value}: {call.reason}"), RunJob()]


def write(job: ActionJob, context: PluginContext) -> tuple[()]:
    """Write the file of a run. A repeated job writes the same file again."""
    outbox = _config(context).outbox
    outbox.mkdir(parents=True, exist_ok=True)
    content = {"id": job.id, "name": job.value, "ticket": job.ticket, "reason": job.reason}
    part = outbox / f"{job.id}.part"
    part.write_text(json.dumps(content), encoding="utf-8")
    part.replace(outbox / f"{job.id}.json")
    return ()


def _config(context: ActionContext) -> PigeonConfig:
    if not isinstance(context.config, PigeonConfig):
        raise UsageError("the plugin is not configured", "add [plugins.pigeon] with outbox to the configuration")
    return context.config
