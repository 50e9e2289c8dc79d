"""What `Desk.call` understands, and the JSON that comes back.

ingest(raw_base64, channel=None)     Ingested      journal a raw mail for a channel; durable when it returns
channel_test(name)                   ChannelReport try every part of a channel
channels()                           list[ChannelRow]
plugins()                            list[PluginRow]
wait_delivery(outbox, seconds)       answers.OutboxRow; returns when it is settled, or after `seconds`
settled without a daemon             `wait_delivery` answers at once with the row as it is
"""

from __future__ import annotations

from typing import TypedDict


class Ingested(TypedDict):
    """`new` is False when the same bytes were there before."""

    channel: str
    new: bool


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
    state: str  # running, backoff, stopped, off; "off" when no daemon runs


class PluginRow(TypedDict):
    name: str
    version: str | None
    source: str  # "built in", a distribution's name, or a file
    enabled: bool
    channels: list[str]
    hooks: list[str]
    error: str | None
