"""The contract of a channel: it receives messages and sends replies.

A plugin describes a channel type once with a `ChannelType`. The daemon opens a `Channel` for each table
`[channels.NAME]` of this type and supervises it. `deskctl.testing` contains the tests of this contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from logging import Logger
from typing import Any, Protocol

from ..core.messages.model import Envelope, InboundMessage, OutboundMessage, RecipientReport
from ..dataclass import dataclass
from ..errors import DeskctlError


class Unavailable(DeskctlError):
    """The other side cannot be reached now. The supervisor retries with growing waits."""


class AuthFailed(DeskctlError):
    """The other side refuses the credentials. The channel stops until the configuration changes and reports it."""


class TryLater(DeskctlError):
    """The message was not accepted, but may be accepted later. `retry_after`: seconds, if the other side named a time.

    `tried` is False if the channel has reached its sending limit and made no attempt. The message then waits
    `retry_after` seconds, and this does not count as a failure.
    """

    def __init__(self, what: str, hint: str = "", retry_after: float | None = None, *, tried: bool = True) -> None:
        super().__init__(what, hint)
        self.retry_after = retry_after
        self.tried = tried


class Rejected(DeskctlError):
    """The message will never be accepted in this form."""


class Uncertain(DeskctlError):
    """The message was sent, but there was no answer: it may have been accepted. It is not sent again automatically."""


class StoreUnavailable(DeskctlError):
    """`deliver` could not store the message. Do not acknowledge it; deliver it again later."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other side accepted the message. `remark` is its answer, for the log.

    `ids`: the identifiers, besides the Message-ID, by which a reply may refer to the message
    (`InboundMessage.in_reply_to`), if the other side assigns its own. They have angle brackets and are unique in a
    channel. `refused`: recipients that the other side refused although it accepted the message for others.
    """

    remark: str = ""
    ids: tuple[str, ...] = ()
    refused: tuple[RecipientReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """The result of one check of a channel: its name, success or failure, details, and a hint for the repair."""

    name: str
    ok: bool
    detail: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """The result of `Channel.check`, one part per check."""

    parts: tuple[Part, ...]

    @property
    def ok(self) -> bool:
        return all(part.ok for part in self.parts)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The capabilities of a channel type. `sends`: it can send. `receives`: `receive` does something.

    `marks_sending`: `send` calls `ctx.sending(outbox_id)` directly before it transmits the message; otherwise the
    message counts as being sent from the call of `send`. `conversational`: the next message of a customer belongs to
    the ticket of the previous one (chat). `choices`: `send` displays `OutboundMessage.choices`.
    """

    receives: bool = True
    sends: bool = True
    marks_sending: bool = False
    conversational: bool = False
    choices: bool = False


class ChannelContext(Protocol):
    """The context that the daemon passes to a channel. All methods can be called from threads of the channel, except
    the coroutines, which run in the daemon's event loop.
    """

    name: str
    """The name of the channel: NAME of `[channels.NAME]`."""
    log: Logger
    """A logger. Do not log message texts or secrets."""

    async def deliver(self, raw: bytes, key: str, envelope: Envelope) -> None:
        """Store a raw message durably. Acknowledge it to the other side only after this call returns.

        A second delivery with the same `key` changes nothing. Raises StoreUnavailable.
        """
        ...

    def deliver_blocking(self, batch: list[tuple[bytes, str, Envelope]]) -> None:
        """Store several messages in one commit, from a thread. Raises StoreUnavailable."""
        ...

    def journalled(self, keys: Sequence[str]) -> set[str]:
        """Return those of the keys (a few hundred at most) that are in the journal of this channel. Blocking."""
        ...

    def sending(self, outbox_id: int) -> None:
        """Mark a message durably as being sent, directly before it is transmitted. Blocking; call it from a thread."""
        ...

    def listening(self) -> None:
        """Report that the channel accepts connections. See `ChannelType.listens`."""
        ...

    def accepting(self) -> bool:
        """Return True if the desk can accept messages now (its store can be written)."""
        ...

    def load_state(self) -> dict[str, Any]:
        """Return the saved state of this channel, `{}` at first. Blocking."""
        ...

    def save_state(self, state: Mapping[str, Any]) -> None:
        """Save a small JSON document (a cursor) durably. Blocking. Raises StoreUnavailable."""
        ...

    def read_file(self, sha256: str) -> bytes:
        """Return the bytes of an attachment. Blocking."""
        ...

    def alert(self, what: str, hint: str = "") -> None:
        """Report a problem that a person must see (a wrong password). It is logged and shown by `doctor`."""
        ...

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...


class Channel(Protocol):
    """An open channel, one instance for each configured channel. Its coroutines run in the daemon's event loop."""

    async def receive(self) -> None:
        """Receive messages until cancelled. Raises Unavailable or AuthFailed."""
        ...

    async def send(self, message: OutboundMessage) -> Receipt:
        """Send one message. Raises TryLater, Rejected or Uncertain.

        Any other exception counts as Uncertain after the message was marked as being sent, and as TryLater before.
        """
        ...

    async def check(self) -> Health:
        """Test every configured part and clean up afterwards. Creates no ticket and raises nothing."""
        ...

    async def aclose(self) -> None:
        """Close all connections. Called once, also after a failure."""
        ...


#: A channel action: a function (config, context, parameters) that returns a JSON document. It blocks and runs in a
#: separate thread, in the daemon or in a local command. Only the owner of the desk can run it. Raises DeskctlError.
#: The actions that rules of the desk use are not these, but `ActionType` in `ticket_action`.
Action = Callable[[Any, ChannelContext, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class ChannelType:
    """A channel type. `kind` is its name, the value of `type` in `[channels.NAME]`.

    `config` is an attrs class or a dataclass for the table `[channels.NAME]`; unknown keys are errors.
    `open(config, context)` creates a channel without I/O. `parse(raw, envelope)` is a pure function that accepts any
    bytes: it reports damage in `problems`, and an exception quarantines the message. `address(config)` and
    `aliases(config)` return the addresses that customers write to. `sends(config)` and `receives(config)` return True
    if this configuration can send and receive, `copies(config)` if `send` is called to store a copy of each sent reply,
    `plus(config)` if mail to `local+anything@domain` arrives. `authority(config)` is the mail server whose
    Authentication-Results are trusted if the table names none.
    `listens(config)` is True if `receive` opens a listener and calls `context.listening()` when it accepts
    connections: the daemon reports that it is ready only after that. `concurrency(config)` is the number of messages
    that the daemon passes to `send` at the same time.
    `actions` are the functions that the plugin's commands can run for a channel, by name.
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
    concurrency: Callable[[Any], int] = lambda config: 4
    actions: Mapping[str, Action] = field(default_factory=dict)
    description: str = ""
