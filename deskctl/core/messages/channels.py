"""The channels of the desk, as far as the core uses their configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from ...dataclass import dataclass


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
class Channels:
    """The configured channels by name."""

    channels: Mapping[str, ChannelInfo] = field(default_factory=dict)

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
        addresses = self.own_addresses
        return f"{local}@{domain}" in addresses or f"{local.partition('+')[0]}@{domain}" in addresses
