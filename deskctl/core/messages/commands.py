"""Commands of the feature messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.command import Command
from ..kernel.permissions import Audience
from .model import InboundMessage


@dataclass(frozen=True, slots=True)
class Reply(Command, audience=Audience.AGENT):
    """A public answer. It is refused when its author has not seen what customers and colleagues said, unless `force`.

    `known` are the messages that the author knows, pairs of (id, version); `seen` the newest that they know, in short.
    Without both, what `show` recorded for them counts, and without a record the ticket as it is. `at_once` skips the
    undo window. `via` is the channel that it leaves through, None for the one on which the customer spoke last. `to`
    are all its recipients, apart from `cc` and `bcc`; without it `core.recipients` decides. `no_cc` drops the copies
    that the rule finds, `accept_recipients` believes the newest message that names new recipients. `status` None:
    pending, unless it goes to somebody other than the requester. `inserted` are the references of what was put into the
    text, as in "kb:3".
    """

    did: ClassVar[str] = "replied on"
    ticket: int
    text: str
    seen: int | None = None
    status: str | None = None
    force: bool = False
    at_once: bool = False
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    files: tuple[tuple[str, str, str], ...] = ()  # name, content type, bytes in base64
    via: str | None = None
    to: tuple[str, ...] | str | None = None
    inserted: tuple[str, ...] = ()
    known: tuple[tuple[int, int], ...] | None = None
    no_cc: bool = False
    accept_recipients: bool = False


@dataclass(frozen=True, slots=True)
class Note(Command, audience=Audience.AGENT):
    did: ClassVar[str] = "added a note to"
    ticket: int
    text: str


@dataclass(frozen=True, slots=True)
class MarkSpam(Command, audience=Audience.AGENT):
    """Close as spam. `block`: mail from its sender ("sender") or their whole domain ("domain") is spam from now on."""

    did: ClassVar[str] = "marked as spam"
    ticket: int
    block: str | None = None


@dataclass(frozen=True, slots=True)
class UnmarkSpam(Command, audience=Audience.AGENT):
    """No spam after all; its sender is no longer blocked."""

    did: ClassVar[str] = "marked as no spam"
    ticket: int


@dataclass(frozen=True, slots=True)
class Block(Command, audience=Audience.AGENT):
    """Mail from `pattern` (an address, or `@domain`) is spam from now on; `blocked` False takes it back."""

    did: ClassVar[str] = "changed"
    needs_agent: ClassVar[bool] = False
    pattern: str
    blocked: bool = True


@dataclass(frozen=True, slots=True)
class Reread(Command):
    """A stored message was parsed again from its raw bytes; what is shown of it becomes what is read now."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    id: int
    message: InboundMessage
