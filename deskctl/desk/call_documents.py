"""The JSON documents that calls return. `calls` declares the calls with their parameters and permissions.

ingest                Ingested
channel_test          ChannelReport
channels              list[ChannelRow]
channel_action        a document of the channel type (`ChannelType.actions`)
channel_start         Started
plugins               list[PluginRow]
plugin                PluginDocument
raw                   RawMail
reparse               Reparsed
suggest               list[SuggestionRow], best first
insert                Inserted
jobs                  list[JobRow]
job_retry, job_drop   JobDone
wait_delivery         an OutboxRow of the core
"""

from __future__ import annotations

from typing import Any, TypedDict


class Ingested(TypedDict):
    """`new` is False if the same mail was already in the journal."""

    channel: str
    new: bool


class Started(TypedDict):
    """`started` is False if the channel was not stopped."""

    channel: str
    started: bool


class RawMail(TypedDict):
    message: int
    ticket: int
    channel: str
    sha256: str
    raw_base64: str


class Reparsed(TypedDict):
    """`failed`: {message, reason} of messages that could not be parsed. `after`: the next start, or null."""

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
    authority: str | None  # the mail server whose Authentication-Results are trusted
    state: str  # running, backoff, stopped, off; "off" when no daemon runs


class SuggestionRow(TypedDict):
    """`reference` is the parameter of `insert`. `public`: customers may see the suggestion."""

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
    """A job of an automation. `state`: waiting, running or failed. `kind` and `ticket` are those of the event."""

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
    actions: list[str]
    tables: bool
    hooks: list[str]
    error: str | None


class RequestRow(TypedDict):
    name: str  # PLUGIN.VERB
    writes: bool
    needs_agent: bool
    description: str


class AutomationRow(TypedDict):
    """`on`: the kinds of events that start it. `seconds`: its time limit."""

    name: str
    on: list[str]
    seconds: float
    description: str


class ActionRow(TypedDict):
    """`name`: PLUGIN.NAME. `form`: the placeholder of its value. `job`: it has work to do after the commit, which may
    take `seconds`.
    """

    name: str
    form: str
    job: bool
    seconds: float
    description: str


class KeyRow(TypedDict):
    """A key of `[plugins.NAME]` with the type of its value, and its default in TOML syntax, null without a default."""

    key: str
    value: str
    default: str | None
    required: bool


class PluginDocument(TypedDict):
    """`tables` are the applied revisions of its tables. `config_help` is the docstring of its config class."""

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
    actions: list[ActionRow]
    tables: list[str]
    config: list[KeyRow]
    config_help: str
