"""The settings that the core uses; they come from the configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from ..values.field import Field

if TYPE_CHECKING:
    from .records import RecordedEvent

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The acknowledgement that a channel sends for a new ticket.

    `texts` replaces the built-in text, by language, and may contain {number}, {subject}, {desk}, {hours} and {within}.
    `hours` and `within` are free text, for example "Mon to Fri, 9 to 18".
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    hours: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """The properties of a channel that the core uses.

    `kind` is the channel type ("email"); `address` is the address that customers write to.
    `sends`: the channel can send replies. `copies`: it keeps a copy of what it sent. `plus`: mail to
    `local+anything@domain` arrives. `sender_name` may contain {agent} and {desk}.
    `acknowledge` is the acknowledgement of a new ticket; None: none is sent.
    `authority` is the authserv-id (RFC 8601) of the mail server whose Authentication-Results are trusted.
    `conversational`: a message belongs to the ticket of the last message (chat), not to the one it refers to (mail).
    `choices`: the channel shows choices as buttons. `answer`: automations may give the first answer.
    `greeting` is the help text for customers, by language ("" for every language); `hours` is free text.
    """

    name: str
    kind: str
    address: str | None = None
    aliases: tuple[str, ...] = ()
    team: str | None = None
    sends: bool = False
    copies: bool = False
    plus: bool = False
    sender_name: str = "{desk}"
    acknowledge: Acknowledgement | None = None
    authority: str | None = None
    conversational: bool = False
    choices: bool = False
    answer: bool = False
    greeting: Mapping[str, str] = field(default_factory=dict)
    hours: str = ""


#: The channels that every desk has, for requests that an agent records by hand. They cannot send.
BUILT_IN = {name: ChannelInfo(name, name) for name in ("phone", "manual")}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a desk. Durations are wall-clock time.

    `undo_window` is the time before a reply is sent, in which it can be undone. `link_valid` is the lifetime of a
    one-time code. `digest` is the time after a notification in which further ones are collected into one message.
    `automations` lists by PLUGIN.NAME the event kinds that an automation subscribes to. `wanted` has a function for
    automations that need only some of these events: it returns False for an event that needs no job. `features` are the
    settings of features by their class (`of`). `fields` are the ticket fields of this desk, by name.
    """

    name: str = "Help desk"
    timezone: str = "UTC"
    language: str = "en"
    channels: Mapping[str, ChannelInfo] = field(default_factory=dict)
    undo_window: timedelta = timedelta(seconds=10)
    close_after: timedelta = timedelta(days=4)
    keep_spam: timedelta = timedelta(days=30)
    automations: Mapping[str, frozenset[str]] = field(default_factory=dict)
    wanted: Mapping[str, Callable[[RecordedEvent], bool]] = field(default_factory=dict)
    link_valid: timedelta = timedelta(hours=24)
    digest: timedelta = timedelta(seconds=30)
    features: Mapping[type[Any], Any] = field(default_factory=dict)
    fields: Mapping[str, Field] = field(default_factory=dict)

    def of(self, kind: type[S]) -> S:
        """Return the settings of a feature, by their class; the defaults if the desk has none."""
        found: S = self.features[kind] if kind in self.features else kind()
        return found

    def channel(self, name: str) -> ChannelInfo | None:
        """Return a channel by name, built-in channels included."""
        return self.channels.get(name) or BUILT_IN.get(name)

    @property
    def notifier(self) -> ChannelInfo | None:
        """The channel that sends notifications to agents: the first mail channel that can send."""
        return next((c for c in self.channels.values() if c.kind == "email" and c.sends), None)

    @property
    def own_addresses(self) -> frozenset[str]:
        """Every address of the desk itself, lower-cased."""
        return frozenset(a.lower() for c in self.channels.values() for a in (c.address, *c.aliases) if a)

    def owns(self, address: str) -> bool:
        """Return True if mail to an address comes back to the desk, `local+anything@domain` included."""
        local, _, domain = address.lower().rpartition("@")
        own = self.own_addresses
        return f"{local}@{domain}" in own or f"{local.partition('+')[0]}@{domain}" in own
