"""What the core knows of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What customers hear at once. `texts` replaces the built-in words, by language; they may name {number},
    {subject}, {desk}, {hours} and {within}. `hours` and `within` are words for people ("Mon to Fri, 9 to 18")."""

    texts: Mapping[str, str] = field(default_factory=dict)
    hours: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """A channel as the core sees it. `kind` is its type ("email"); `address` is what customers write to.

    `sends` tells whether an answer can leave through it, `copies` whether it keeps a copy of what it sent,
    `plus` whether mail to `local+anything@domain` arrives. `sender_name` may name {agent} and {desk}.
    `acknowledge` is what a new ticket is answered with at once, None for nothing. `authority` is the name
    (authserv-id, RFC 8601) of the mail server whose Authentication-Results are believed. `conversational`: what a
    customer writes next belongs to what was last talked about (chat), not to what it refers to (mail). `choices`: the
    channel shows them itself. `answer`: a machine may give the first answer. `greeting` is what somebody hears who
    asks what can be done here, by language ("" for every language); `hours` are words for people.
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


#: Channels that every desk has: somebody tells an agent, who writes it down. Nothing leaves through them.
BUILT_IN = {name: ChannelInfo(name, name) for name in ("phone", "manual")}


@dataclass(frozen=True, slots=True)
class Settings:
    """Durations are wall-clock time; `undo_window` is how long a reply can be taken back, `link_valid` how long a
    customer may take to send a one-time code, `digest` how long what an agent is told after a first thing is gathered.
    """

    name: str = "Help desk"
    timezone: str = "UTC"
    language: str = "en"
    channels: Mapping[str, ChannelInfo] = field(default_factory=dict)
    undo_window: timedelta = timedelta(seconds=10)
    close_after: timedelta = timedelta(days=4)
    keep_spam: timedelta = timedelta(days=30)
    automations: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by PLUGIN.NAME: kinds of event it wants
    link_valid: timedelta = timedelta(hours=24)
    digest: timedelta = timedelta(seconds=30)

    def channel(self, name: str) -> ChannelInfo | None:
        return self.channels.get(name) or BUILT_IN.get(name)

    @property
    def notifier(self) -> ChannelInfo | None:
        """The channel through which agents are told things: the first that sends mail."""
        return next((c for c in self.channels.values() if c.kind == "email" and c.sends), None)

    @property
    def own_addresses(self) -> frozenset[str]:
        """Every address of the desk itself, lower-cased."""
        return frozenset(a.lower() for c in self.channels.values() for a in (c.address, *c.aliases) if a)

    def owns(self, address: str) -> bool:
        """Whether it is the desk's own, `local+anything@domain` included: what is sent there comes back."""
        local, _, domain = address.lower().rpartition("@")
        own = self.own_addresses
        return f"{local}@{domain}" in own or f"{local.partition('+')[0]}@{domain}" in own
