"""What agents do with tickets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from . import Command


@dataclass(frozen=True, slots=True)
class Create(Command):
    """Write down what a customer said elsewhere. `sender` is an address or a phone number; nothing is sent.

    Without a subject the first line of the text is it. Of a telephone call `direction` is in or out and `seconds` how
    long it took; `callback` is the moment of a promised call, in words (`moments.parse_moment`).
    """

    did: ClassVar[str] = "created"
    sender: str
    subject: str
    text: str
    channel: str = "manual"
    sender_name: str | None = None
    team: str | None = None
    priority: str | None = None
    tags: tuple[str, ...] = ()
    direction: str | None = None
    seconds: int | None = None
    callback: str | None = None


@dataclass(frozen=True, slots=True)
class Take(Command):
    did: ClassVar[str] = "took"
    ticket: int


@dataclass(frozen=True, slots=True)
class Next(Command):
    """Take the ticket at the head of the queue of the agent's teams. Refused when there is none (exit 1)."""

    did: ClassVar[str] = "took"
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Assign(Command):
    """`to` is an agent or a team (`agent:`/`team:` are exact); None puts the ticket back in the queue."""

    did: ClassVar[str] = "assigned"
    ticket: int
    to: str | None


@dataclass(frozen=True, slots=True)
class Reply(Command):
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
class Note(Command):
    did: ClassVar[str] = "added a note to"
    ticket: int
    text: str


@dataclass(frozen=True, slots=True)
class Escalate(Command):
    """Hand a ticket to someone who can do more; the owner until now stays on as a follower.

    `to` is an agent, a team or a tier (`agent:`, `team:` and `tier:` are exact); None is the next tier of its team.
    """

    did: ClassVar[str] = "escalated"
    ticket: int
    to: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Tag(Command):
    did: ClassVar[str] = "tagged"
    ticket: int
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Set(Command):
    """Set fields by name: priority, status (pending, hold, open), team, language, callback (a moment, or none)."""

    did: ClassVar[str] = "set fields of"
    ticket: int
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Solve(Command):
    did: ClassVar[str] = "solved"
    ticket: int


@dataclass(frozen=True, slots=True)
class Close(Command):
    did: ClassVar[str] = "closed"
    ticket: int


@dataclass(frozen=True, slots=True)
class Reopen(Command):
    did: ClassVar[str] = "reopened"
    ticket: int


@dataclass(frozen=True, slots=True)
class Merge(Command):
    """Close `ticket` with a pointer to `into`."""

    did: ClassVar[str] = "merged"
    ticket: int
    into: int


@dataclass(frozen=True, slots=True)
class Split(Command):
    """Begin a new ticket with some messages of another, by id. Without a subject it has that of the first of them."""

    did: ClassVar[str] = "split"
    ticket: int
    messages: tuple[int, ...]
    subject: str = ""


@dataclass(frozen=True, slots=True)
class MarkSpam(Command):
    """Close as spam. `block`: mail from its sender ("sender") or their whole domain ("domain") is spam from now on."""

    did: ClassVar[str] = "marked as spam"
    ticket: int
    block: str | None = None


@dataclass(frozen=True, slots=True)
class UnmarkSpam(Command):
    """No spam after all; its sender is no longer blocked."""

    did: ClassVar[str] = "marked as no spam"
    ticket: int


@dataclass(frozen=True, slots=True)
class Undo(Command):
    """Undo the actor's last command, or the one numbered `command`: all commands of its invocation."""

    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    undoable: ClassVar[bool] = False
    command: int | None = None


@dataclass(frozen=True, slots=True)
class ListCommands(Command):
    """List the actor's last `limit` commands and whether undo can take them back. Changes nothing."""

    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    undoable: ClassVar[bool] = False
    limit: int = 20
