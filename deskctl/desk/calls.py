"""The table of calls: requests that are neither commands nor queries.

Each call is declared once in `CALLS`: its name, its permission, the class of its parameters and its handler. A local
desk and the daemon use the same handlers (see `environment`). `call_documents` describes the answers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from deskctl.core.delivery.model import OutboxKind
from deskctl.core.intake.journal import JournalEntry
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.permissions import Audience
from deskctl.core.messages.model import Envelope
from deskctl.dataclass import dataclass
from deskctl.desk import channel_calls, suggestions
from deskctl.desk.environment import Environment
from deskctl.desk.ports import names
from deskctl.errors import UsageError
from deskctl.i18n import _

if TYPE_CHECKING:
    from deskctl.config import Config
    from deskctl.desk.call_documents import (
        ChannelReport,
        ChannelRow,
        Ingested,
        Inserted,
        JobDone,
        PluginDocument,
        RawMail,
        Reparsed,
        Started,
        SuggestionRow,
    )
    from deskctl.plugins.channel import Health

#: Outbox states in which an attempt is over and there is something to report.
SETTLED = frozenset({"sent", "failed", "uncertain", "cancelled"})
#: The longest time that a client may wait for the delivery of an outgoing message, in seconds.
FOLLOW_WITHIN = 600
_OUTBOX_KEYS = ("id", "ticket", "to", "state", "attempts", "next_attempt_at", "last_error", "message_id")


@dataclass(frozen=True, slots=True)
class Call:
    """A call: its permission, the dataclass of its parameters, and its handler."""

    name: str
    audience: Audience
    params: type[Any]
    run: Callable[[Environment, Any, Actor], Awaitable[Any]]


# --- parameters -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoParams:
    """A call without parameters."""


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a channel or a plugin."""

    name: str


@dataclass(frozen=True, slots=True)
class Ingest:
    raw_base64: str
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelAction:
    name: str
    action: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Raw:
    """`message`: a number or a Message-ID. `ticket`: the newest message of this ticket."""

    message: int | str | None = None
    ticket: int | None = None


@dataclass(frozen=True, slots=True)
class Reparse:
    messages: tuple[int, ...] | None = None
    since: str | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Suggest:
    ticket: int
    limit: int = 5


@dataclass(frozen=True, slots=True)
class Insert:
    reference: str
    ticket: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    job: int


@dataclass(frozen=True, slots=True)
class WaitDelivery:
    outbox: int
    seconds: int = field(default=0)


# --- handlers ---------------------------------------------------------------------------------------


async def _ingest(environment: Environment, params: Ingest, viewer: Actor) -> Ingested:
    """Write a raw mail to the journal of a channel. It is durable when the call returns."""
    config, now = environment.components.config, datetime.now(UTC)
    entry = await environment.read(lambda: journal_entry(config, params, now))
    new = await environment.deliver(entry)
    await environment.process_journal(until=entry)
    return {"channel": entry.channel, "new": new}


async def _raw(environment: Environment, params: Raw, viewer: Actor) -> RawMail:
    """Return the bytes of a message as received."""
    return await environment.read(lambda: channel_calls.raw(environment.components, params.message, params.ticket))


async def _reparse(environment: Environment, params: Reparse, viewer: Actor) -> Reparsed:
    """Parse a batch of messages again from their raw bytes."""
    return await environment.run_in_thread(
        lambda: channel_calls.reparse(
            environment.components,
            params.messages or (),
            params.since,
            params.after or 0,
            environment.write_blocking,
            environment.on_executed,
        )
    )


async def _channels(environment: Environment, params: NoParams, viewer: Actor) -> list[ChannelRow]:
    return channel_rows(environment.components.config, environment.service_states())


async def _channel_test(environment: Environment, params: Name, viewer: Actor) -> ChannelReport:
    """Test every part of a channel."""
    name = channel_calls.channel_name(environment.components.config, params.name)
    return report(name, await environment.check_channel(name))


async def _channel_action(environment: Environment, params: ChannelAction, viewer: Actor) -> Any:
    """Run an action of a channel type (`ChannelType.actions`) and return its document."""
    answer = await environment.run_in_thread(
        lambda: channel_calls.action(
            environment.components, params.name, params.action, params.params, environment.channel_context
        )
    )
    await environment.process_journal()
    return answer


async def _channel_start(environment: Environment, params: Name, viewer: Actor) -> Started:
    """Restart a channel that stopped. Without a daemon nothing is started."""
    name = channel_calls.channel_name(environment.components.config, params.name)
    return {"channel": name, "started": environment.restart_channel(name)}


async def _plugins(environment: Environment, params: NoParams, viewer: Actor) -> Any:
    return environment.components.plugins.rows()


async def _plugin(environment: Environment, params: Name, viewer: Actor) -> PluginDocument:
    from deskctl.desk import plugin_report

    return await environment.read(lambda: plugin_report.plugin(environment.components, params.name))


async def _jobs(environment: Environment, params: NoParams, viewer: Actor) -> Any:
    """List the jobs of automations that are waiting, running or failed."""
    return await environment.read(environment.components.store.jobs.rows)


async def _job_retry(environment: Environment, params: Job, viewer: Actor) -> JobDone:
    """Run a job again from the beginning. Raises NotFound."""
    await environment.write(lambda: environment.components.store.jobs.retry(params.job))
    environment.on_jobs_changed()
    return {"job": params.job}


async def _job_drop(environment: Environment, params: Job, viewer: Actor) -> JobDone:
    """Delete a job. Raises NotFound."""
    await environment.write(lambda: environment.components.store.jobs.drop(params.job))
    environment.on_jobs_changed()
    return {"job": params.job}


async def _suggest(environment: Environment, params: Suggest, viewer: Actor) -> list[SuggestionRow]:
    """Return suggestions of plugins for the reply to a ticket, best first."""
    return await environment.read(
        lambda: suggestions.suggest(environment.components, params.ticket, params.limit, viewer)
    )


async def _insert(environment: Environment, params: Insert, viewer: Actor) -> Inserted:
    """Return the text of a suggestion ("kb:3") for a reply."""
    return await environment.read(
        lambda: suggestions.insert(environment.components, params.reference, params.ticket, viewer)
    )


async def _wait_delivery(environment: Environment, params: WaitDelivery, viewer: Actor) -> Any:
    """Return an `outbox_answers.OutboxRow` when it is settled, or after `seconds`. Without a daemon, return at once."""
    return await environment.follow_delivery(params.outbox, min(params.seconds, FOLLOW_WITHIN), viewer)


_AGENT, _OWNER = Audience.AGENT, Audience.OWNER

#: Every call by name. `remote.SLOW_CALLS` gives the time limits of slow ones.
CALLS: Mapping[str, Call] = {
    call.name: call
    for call in (
        Call("ingest", Audience.INGEST, Ingest, _ingest),
        Call("raw", _AGENT, Raw, _raw),
        Call("reparse", _OWNER, Reparse, _reparse),
        Call("channels", _AGENT, NoParams, _channels),
        Call("channel_test", _OWNER, Name, _channel_test),
        Call("channel_action", _OWNER, ChannelAction, _channel_action),
        Call("channel_start", _OWNER, Name, _channel_start),
        Call("plugins", _AGENT, NoParams, _plugins),
        Call("plugin", _AGENT, Name, _plugin),
        Call("jobs", _AGENT, NoParams, _jobs),
        Call("job_retry", _OWNER, Job, _job_retry),
        Call("job_drop", _OWNER, Job, _job_drop),
        Call("suggest", _AGENT, Suggest, _suggest),
        Call("insert", _AGENT, Insert, _insert),
        Call("wait_delivery", _AGENT, WaitDelivery, _wait_delivery),
    )
}


def unknown_call(name: str) -> UsageError:
    return UsageError(_("unknown request: {name}", name=name), _("if deskctl was upgraded, restart the daemon"))


# --- documents --------------------------------------------------------------------------------------


def journal_entry(config: Config, params: Ingest, now: datetime) -> JournalEntry:
    """Return the journal entry of a raw mail. Its key is a hash of the bytes, so the same mail is stored once.

    Raises UsageError and NotFound.
    """
    try:
        raw = base64.b64decode(params.raw_base64, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UsageError(_("raw_base64 is not base64")) from error
    if not raw.strip():
        hint = _("pass the mail on standard input: deskctl mail ingest < mail")
        raise UsageError(_("the mail is empty"), hint)
    channel = (
        _only_mail_channel(config) if params.channel is None else channel_calls.channel_name(config, params.channel)
    )
    return JournalEntry(channel, f"pipe:{hashlib.sha256(raw).hexdigest()}", Envelope("pipe", now), raw)


def _only_mail_channel(config: Config) -> str:
    found = [name for name, table in config.channels.items() if table.type == "email"]
    if len(found) != 1:
        raise UsageError(
            _("no email channel is configured") if not found else _("several email channels are configured"),
            _("name the channel: deskctl mail ingest NAME; NAME is one of {names}", names=names(found)),
        )
    return found[0]


def channel_rows(config: Config, states: Mapping[str, str]) -> list[ChannelRow]:
    """Return a row for every configured channel. `states` are those of the daemon's services, by channel."""
    return [
        {
            "name": table.name,
            "kind": table.type,
            "address": table.address,
            "team": table.team,
            "receives": table.receives,
            "sends": table.sends,
            "authority": table.authority,
            "state": states.get(table.name, "off"),
        }
        for table in config.channels.values()
    ]


def report(channel: str, health: Health) -> ChannelReport:
    return {
        "channel": channel,
        "ok": health.ok,
        "parts": [{"name": p.name, "ok": p.ok, "detail": p.detail, "hint": p.hint} for p in health.parts],
    }


def outbox_row(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `outbox_answers.OutboxRow` of an `outbox_answers.OutboxDocument`."""
    row = {key: document[key] for key in _OUTBOX_KEYS}
    return row | {"message_id": None} if document["kind"] == OutboxKind.NOTIFICATION else row
