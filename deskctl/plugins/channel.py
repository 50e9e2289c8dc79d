"""The contract of a channel: how messages come in, how answers leave.

A channel plugin describes itself once with a `ChannelType`; the daemon opens a `Channel` for each table
`[channels.NAME]` of its kind and supervises it. `deskctl.testing` has the tests that prove a channel right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from logging import Logger
from typing import Any, Protocol

from ..core.messages.model import Envelope, InboundMessage, OutboundMessage, RecipientReport
from ..errors import DeskctlError


class Unavailable(DeskctlError):
    """The other side cannot be reached now; the supervisor tries again, waiting longer each time."""


class AuthFailed(DeskctlError):
    """The other side refuses our credentials. The channel stops until the configuration changes; people are told."""


class TryLater(DeskctlError):
    """The message was not accepted, but may be later. `retry_after` in seconds, when the peer named a time.

    `tried` is False when nothing was attempted, because the channel has sent as much as it may for now: the message
    waits `retry_after` seconds for its turn, and that counts as no failure.
    """

    def __init__(self, what: str, hint: str = "", retry_after: float | None = None, *, tried: bool = True) -> None:
        super().__init__(what, hint)
        self.retry_after = retry_after
        self.tried = tried


class Rejected(DeskctlError):
    """The message will never be accepted as it is."""


class Uncertain(DeskctlError):
    """The message left, but no answer came: it may have been accepted. It is never sent again blindly."""


class StoreUnavailable(DeskctlError):
    """`deliver` could not make the message durable. Do not acknowledge it; offer it again later."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other side accepted the message. `remark` is what it answered, for the log.

    `ids`: by which names, besides its Message-ID, an answer may refer to it (`InboundMessage.in_reply_to`), where the
    other side gives messages names of its own; with angle brackets, never the same for two messages of a channel.
    `refused`: recipients whom the other side did not accept, while it accepted the message for others.
    """

    remark: str = ""
    ids: tuple[str, ...] = ()
    refused: tuple[RecipientReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a channel was asked to try: what, whether it worked, and what to do if not."""

    name: str
    ok: bool
    detail: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """What `Channel.check` found, part by part."""

    parts: tuple[Part, ...]

    @property
    def ok(self) -> bool:
        return all(part.ok for part in self.parts)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """`sends`: answers can leave. `receives`: `receive` does something.

    `marks_sending`: `send` itself calls `ctx.sending(outbox_id)` at the last moment before the words leave;
    otherwise the message counts as sending from the call of `send` on. `conversational`: a customer's next message
    belongs to the ticket last talked about there (chat). `choices`: `send` shows `OutboundMessage.choices` itself.
    """

    receives: bool = True
    sends: bool = True
    marks_sending: bool = False
    conversational: bool = False
    choices: bool = False


class ChannelContext(Protocol):
    """What the daemon gives a channel. Everything here is safe to call from the channel's own threads,
    except the coroutines, which belong to the daemon's loop."""

    name: str
    """The channel's name: NAME of `[channels.NAME]`."""
    log: Logger
    """Never log message bodies or secrets."""

    async def deliver(self, raw: bytes, key: str, envelope: Envelope) -> None:
        """Returns once the raw message is in the journal and committed; only then acknowledge it.

        The same `key` again is fine and changes nothing. Raises StoreUnavailable.
        """
        ...

    def deliver_blocking(self, batch: list[tuple[bytes, str, Envelope]]) -> None:
        """The same for several messages at once, one commit, from a thread. Raises StoreUnavailable."""
        ...

    def journalled(self, keys: Sequence[str]) -> set[str]:
        """Which of these (a few hundred at most) are in the journal of this channel. Blocking."""
        ...

    def sending(self, outbox_id: int) -> None:
        """Durably mark a message as on its way, just before its words leave. Blocking; call it from a thread."""
        ...

    def listening(self) -> None:
        """Report that the channel accepts connections. See `ChannelType.listens`."""
        ...

    def accepting(self) -> bool:
        """Whether the desk can take messages now (its store can be written)."""
        ...

    def load_state(self) -> dict[str, Any]:
        """What this channel saved last, `{}` at first. Blocking."""
        ...

    def save_state(self, state: Mapping[str, Any]) -> None:
        """Durably keep a small JSON document (a cursor). Blocking. Raises StoreUnavailable."""
        ...

    def read_file(self, sha256: str) -> bytes:
        """The bytes of an attachment. Blocking."""
        ...

    def alert(self, what: str, hint: str = "") -> None:
        """Something a person must see (a wrong password): logged, shown by `doctor`."""
        ...

    def now(self) -> datetime:
        """Aware, UTC."""
        ...


class Channel(Protocol):
    """An open channel. One instance a configured channel; its coroutines run in the daemon's loop."""

    async def receive(self) -> None:
        """Take messages in until cancelled. Raises Unavailable or AuthFailed."""
        ...

    async def send(self, message: OutboundMessage) -> Receipt:
        """Send one message. Raises TryLater, Rejected or Uncertain; anything else counts as uncertain
        once it was marked as sending, and as TryLater before."""
        ...

    async def check(self) -> Health:
        """Try every configured part and clean up after; never makes a ticket. Raises nothing."""
        ...

    async def aclose(self) -> None:
        """Let go of connections. Called once, also after a failure."""
        ...


#: (config, context, parameters) → a JSON document. Blocking, in a thread of its own, wherever the desk runs; only the
#: desk's owner can ask for it. Raises DeskctlError.
Action = Callable[[Any, ChannelContext, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class ChannelType:
    """A kind of channel.

    `config` is an attrs or data class that the table `[channels.NAME]` is turned into; keys it lacks are
    errors. `open(config, context)` makes a channel without doing I/O. `parse(raw, envelope)` is pure and
    reads any bytes: what is broken becomes a remark in `problems`; an exception quarantines the message.
    `address(config)` and `aliases(config)` name what customers write to. `sends(config)` and
    `receives(config)` tell what this configuration can do, `copies(config)` whether `send` is asked to keep
    a copy of each reply that was sent, `plus(config)` whether mail to `local+anything@domain` arrives.
    `authority(config)` is the mail server whose Authentication-Results are believed where the table names none.
    `listens(config)` is True if `receive` opens a listener and calls `context.listening()` when it accepts
    connections: the daemon reports that it is ready only after that.
    `actions` are what the plugin's own commands ask the desk to do for a channel, by name.
    """

    kind: str
    config: type
    open: Callable[[Any, ChannelContext], Channel]
    parse: Callable[[bytes, Envelope], InboundMessage]
    capabilities: Capabilities = Capabilities()
    address: Callable[[Any], str | None] = lambda config: getattr(config, "address", None)
    aliases: Callable[[Any], tuple[str, ...]] = lambda config: tuple(getattr(config, "aliases", ()) or ())
    sends: Callable[[Any], bool] = lambda config: True
    receives: Callable[[Any], bool] = lambda config: True
    copies: Callable[[Any], bool] = lambda config: False
    plus: Callable[[Any], bool] = lambda config: False
    authority: Callable[[Any], str | None] = lambda config: None
    listens: Callable[[Any], bool] = lambda config: False
    actions: Mapping[str, Action] = field(default_factory=dict)
    description: str = ""
