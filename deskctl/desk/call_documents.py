"""What `Desk.call` understands, and the JSON that comes back.

ingest(raw_base64, channel=None)     Ingested      journal a raw mail for a channel; durable when it returns
channel_test(name)                   ChannelReport try every part of a channel
channels()                           list[ChannelRow]
plugins()                            list[PluginRow]
plugin(name)                         PluginDocument
channel_action(name, action, params) a document of the channel's own (`ChannelType.actions`)
channel_start(name)                  Started       begin again with a channel that stopped (no daemon: nothing to do)
raw(message=None, ticket=None)       RawMail       the bytes as they came in
reparse(messages=[], since, after)   Reparsed      read a batch again from the raw bytes
suggest(ticket, limit=5)             list[SuggestionRow], best first: what plugins offer to whoever answers the ticket
insert(reference, ticket=None)       Inserted      the words of a suggestion ("kb:3"), for a reply
jobs()                               list[JobRow]  work for automations that waits, runs or has failed
job_retry(job), job_drop(job)        JobDone       try a job again from the beginning, or let it go
wait_delivery(outbox, seconds)       outbox_answers.OutboxRow; returns when it is settled, or after `seconds`
settled without a daemon             `wait_delivery` answers at once with the row as it is

`core.permissions` lists the callers that each call is for.
"""

from __future__ import annotations

from typing import Any, TypedDict


class Ingested(TypedDict):
    """`new` is False when the same bytes were there before."""

    channel: str
    new: bool


class Started(TypedDict):
    """`started` is False where nothing had stopped."""

    channel: str
    started: bool


class RawMail(TypedDict):
    message: int
    ticket: int
    channel: str
    sha256: str
    raw_base64: str


class Reparsed(TypedDict):
    """`failed`: {message, reason} of those that could not be read. `after`: where to go on, null at the end."""

    done: int
    failed: list[dict[str, Any]]
    after: int | None


class PartRow(TypedDict):
    name: str
    ok: bool
    detail: str
    hint: str


class ChannelReport(TypedDict):
    channel: str
    ok: bool
    parts: list[PartRow]


class ChannelRow(TypedDict):
    name: str
    kind: str
    address: str | None
    team: str | None
    receives: bool
    sends: bool
    authority: str | None  # the mail server whose Authentication-Results are believed
    state: str  # running, backoff, stopped, off; "off" when no daemon runs


class SuggestionRow(TypedDict):
    """`reference` is what `insert` takes; `public`: a customer may see it."""

    reference: str
    title: str
    snippet: str
    score: float
    public: bool
    plugin: str


class Inserted(TypedDict):
    reference: str
    title: str
    text: str


class JobRow(TypedDict):
    """`state`: waiting, running or failed. `kind` and `ticket` are those of the event."""

    id: int
    plugin: str
    automation: str  # PLUGIN.NAME
    event: int
    kind: str
    ticket: int | None
    state: str
    due_at: str
    attempts: int
    claimed_at: str | None
    last_error: str | None


class JobDone(TypedDict):
    job: int


class PluginRow(TypedDict):
    name: str
    version: str | None
    source: str  # "built in", a distribution's name, or a file
    enabled: bool
    channels: list[str]
    requests: list[str]
    automations: list[str]
    suggestions: list[str]
    tables: bool
    hooks: list[str]
    error: str | None


class RequestRow(TypedDict):
    name: str  # PLUGIN.VERB
    writes: bool
    needs_agent: bool
    description: str


class AutomationRow(TypedDict):
    """`on`: the kinds of event that it hears of. `seconds`: its limit."""

    name: str
    on: list[str]
    seconds: float
    description: str


class KeyRow(TypedDict):
    """A key of `[plugins.NAME]`: what it takes, and its default as TOML has it, null where there is none to show."""

    key: str
    value: str
    default: str | None
    required: bool


class PluginDocument(TypedDict):
    """`tables` are the revisions of its tables that were made. `config_help`: what its settings say of themselves."""

    name: str
    version: str | None
    source: str
    enabled: bool
    error: str | None
    hooks: list[str]
    channels: list[str]
    requests: list[RequestRow]
    automations: list[AutomationRow]
    suggestions: list[str]
    tables: list[str]
    config: list[KeyRow]
    config_help: str
