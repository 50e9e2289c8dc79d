"""Commands about messages: replies, notes, spam and blocked senders."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ...i18n import Text, _
from ..kernel.command import Command
from ..kernel.permissions import Audience
from .model import InboundMessage


@dataclass(frozen=True, slots=True)
class Reply(Command, audience=Audience.AGENT):
    """Send a public reply. It is refused if its author has not seen newer messages, unless `force` is set.

    `known` are the messages that the author knows, pairs of (id, version); `seen` is the newest message that they
    know. Without both, the record of `show` counts, and without a record the present ticket. `at_once` skips the undo
    window. `via` is the channel; None is the one on which the customer wrote last. `to` are all recipients apart from
    `cc` and `bcc`; by default the rule in `recipients` decides. `no_cc` drops the copies that the rule finds.
    `accept_recipients` accepts the newest message that names new recipients. A `status` of None means pending, unless
    the requester does not get the reply. `inserted` are references of inserted texts, as in "kb:3".
    """

    did: ClassVar[Text] = _("replied on {subject}")
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
    """Add an internal note."""

    did: ClassVar[Text] = _("added a note to {subject}")
    ticket: int
    text: str


@dataclass(frozen=True, slots=True)
class MarkSpam(Command, audience=Audience.AGENT):
    """Close a ticket as spam. `block` also blocks the sender ("sender") or the whole domain ("domain")."""

    did: ClassVar[Text] = _("marked {subject} as spam")
    ticket: int
    block: str | None = None


@dataclass(frozen=True, slots=True)
class UnmarkSpam(Command, audience=Audience.AGENT):
    """Undo the spam mark and unblock the sender."""

    did: ClassVar[Text] = _("restored {subject} from spam")
    ticket: int


@dataclass(frozen=True, slots=True)
class Block(Command, audience=Audience.AGENT):
    """Block a pattern, an address or `@domain`, so that its mail is spam; `blocked` False unblocks it."""

    did: ClassVar[Text] = _("changed {subject}")
    needs_agent: ClassVar[bool] = False
    pattern: str
    blocked: bool = True


@dataclass(frozen=True, slots=True)
class Reread(Command):
    """Replace the shown content of a stored message that was parsed again from its raw bytes."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    id: int
    message: InboundMessage
