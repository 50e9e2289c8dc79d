"""What `Desk.call` does, apart from where it runs: the components that a local desk and the daemon share."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from deskctl.core import numbers
from deskctl.core.journal import JournalEntry
from deskctl.core.messages import Envelope
from deskctl.core.outbox import OutboxKind
from deskctl.desk.ports import Jobs, names
from deskctl.desk.requests import ChannelReport, ChannelRow, JobDone
from deskctl.errors import NotFound, UsageError

if TYPE_CHECKING:
    from deskctl.config import Config
    from deskctl.plugins.channel import Health

T = TypeVar("T")

#: Outbox states in which an attempt is over and there is something to tell.
SETTLED = frozenset({"sent", "failed", "uncertain", "cancelled"})
#: Seconds that checking a channel may take.
CHECK_WITHIN = 180.0
_OUTBOX_KEYS = ("id", "ticket", "to", "state", "attempts", "next_attempt_at", "last_error", "message_id")


def parameter(params: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """A parameter of a call. Raises UsageError."""
    value = params.get(name)
    if type(value) is not kind:
        raise UsageError(f"{name}: {kind.__name__} expected")
    numbers.check((value,))
    return value


def only(params: Mapping[str, Any], *allowed: str) -> None:
    """Raises UsageError for a parameter that the call does not have."""
    unknown = sorted(set(params) - set(allowed))
    if unknown:
        raise UsageError(f"there is no parameter {', '.join(unknown)}")


def channel_name(config: Config, name: str) -> str:
    """A configured channel. Raises NotFound."""
    if name not in config.channels:
        raise NotFound(f"there is no channel {name}", f"the channels are {names(config.channels)}")
    return name


def ingested(config: Config, params: Mapping[str, Any], now: datetime) -> JournalEntry:
    """The journal entry of `ingest`. Its key is the hash of the bytes: the same mail piped twice is one.

    Raises UsageError and NotFound.
    """
    only(params, "raw_base64", "channel")
    try:
        raw = base64.b64decode(parameter(params, "raw_base64", str), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UsageError("raw_base64 is not base64") from error
    if not raw.strip():
        raise UsageError("there is no mail in that", "give the mail on standard input: deskctl mail ingest < mail")
    name = params.get("channel")
    channel = _only_mail_channel(config) if name is None else channel_name(config, parameter(params, "channel", str))
    return JournalEntry(channel, f"pipe:{hashlib.sha256(raw).hexdigest()}", Envelope("pipe", now), raw)


def _only_mail_channel(config: Config) -> str:
    found = [name for name, table in config.channels.items() if table.type == "email"]
    if len(found) != 1:
        raise UsageError(
            f"there are {len(found) or 'no'} email channels, say which", f"deskctl mail ingest NAME, of {names(found)}"
        )
    return found[0]


def channel_rows(config: Config, states: Mapping[str, str]) -> list[ChannelRow]:
    """Every configured channel. `states` are those of the daemon's services, by channel."""
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
    """An `outbox_answers.OutboxRow` of an `outbox_answers.OutboxDocument`."""
    row = {key: document[key] for key in _OUTBOX_KEYS}
    return row | {"message_id": None} if document["kind"] == OutboxKind.NOTIFICATION else row


def job(jobs: Jobs, request: str, params: Mapping[str, Any]) -> JobDone:
    """`job_retry` and `job_drop`. Raises NotFound."""
    only(params, "job")
    number = parameter(params, "job", int)
    (jobs.retry if request == "job_retry" else jobs.drop)(number)
    return {"job": number}


def unknown_call(name: str) -> UsageError:
    return UsageError(f"there is no request {name}", "is the daemon older than this command? restart it")
