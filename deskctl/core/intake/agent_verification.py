"""Whether a mail that answers a notification is accepted: whose it is, how old, and whether it was accepted before.

A notification's Message-ID is a secret between the desk and its recipient. It is good for 14 days, and once for each
content: the same words are accepted once, other words in answer to the same notification are another answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from ...safe import visible_lines
from ..agents.model import Agent
from ..delivery.model import OutboxEntry, OutboxKind
from ..delivery.repository import Outbox
from ..kernel.settings import ChannelInfo
from ..kernel.unit import Unit
from ..messages.authentication import Dmarc, dmarc
from ..messages.model import InboundMessage, IncomingFile
from ..messages.repository import Messages
from ..notifications import texts as wording
from .commands import Receive
from .notification_text import Notice, Stripped, strip
from .text_match import words

#: How long an answer to a notification is accepted.
VALID = timedelta(days=14)
#: Characters of a mail that are compared with the notification.
MOST = 100_000


def objection(channel: ChannelInfo, command: Receive, entry: OutboxEntry) -> str | None:
    """Why the mail is not accepted as an agent's; None when it is."""
    if dmarc(channel, command.message) is Dmarc.FAIL:
        return "its sender may be forged: DMARC failed"
    if command.envelope.received_at - entry.created_at > VALID:
        return f"it answers a notification that is older than {VALID.days} days"
    return None


def forged(channel: ChannelInfo, command: Receive) -> bool:
    return dmarc(channel, command.message) is Dmarc.FAIL


def without_secret(message: InboundMessage, entry: OutboxEntry) -> InboundMessage:
    """The mail as it may be shown: without a notification's Message-ID, which reports and quotes repeat."""
    secret = entry.message_id.strip("<>")
    if entry.kind is not OutboxKind.NOTIFICATION:
        return message
    text, visible = (words.replace(secret, "hidden") for words in (message.text, message.visible_text))
    answered = tuple(each for each in message.in_reply_to if each != entry.message_id)
    references = tuple(each for each in message.references if each != entry.message_id)
    return replace(message, text=text, visible_text=visible, in_reply_to=answered, references=references)


def without_secrets(unit: Unit, message: InboundMessage) -> InboundMessage:
    """The mail without the Message-ID of any notification that it refers to."""
    original = message.bounce.original_message_id if message.bounce else None
    for message_id in {*message.in_reply_to, *message.references, *filter(None, (original,))}:
        entry = Outbox.of(unit).sent(message_id)
        if entry is not None:
            message = without_secret(message, entry)
    return message


def content(message: InboundMessage) -> str:
    """A hash of what the mail says, without its date and its line ends."""
    said = sha256(" ".join(message.visible_text.split()).encode("utf-8", "surrogatepass"))
    for file in message.files:
        said.update(sha256(file.content).digest())
    return said.hexdigest()


def accepted_as(unit: Unit, entry: OutboxEntry, said: str) -> int | None:
    """The message that the same content became in answer to the same notification."""
    fresh = Messages.of(unit).changes.accepted.get((entry.id, said))
    return fresh if fresh is not None else Messages.of(unit).source.accepted(entry.id).get(said)


def own_words(unit: Unit, message: InboundMessage, agent: Agent, entry: OutboxEntry) -> Stripped:
    """What the agent wrote, without the lines of the notification."""
    if not entry.text.strip() or len(message.text) > MOST:
        return Stripped(message.visible_text, certain=False)  # erased, or too long to be compared
    notice = _notice(unit, agent, entry)
    seen = strip(message.visible_text, message.text, notice)
    return Stripped(seen.text, seen.certain and not _in_files(message.files, notice))


def _notice(unit: Unit, agent: Agent, entry: OutboxEntry) -> Notice:
    quoted = [message for message, _ in entry.shown.messages] if entry.shown else []
    # The words of a sender who does not take part are no customer's: nobody on the ticket has seen them.
    verified = {head.id for head in Messages.of(unit).heads(int(entry.ticket or 0)) if head.verified}
    shown = [message for message in quoted if message in verified]
    said = {
        line.strip()
        for text in Messages.of(unit).source.visible_texts(shown).values()
        for line in visible_lines(text).splitlines()
    }
    said |= {
        line.strip()
        for m in Messages.of(unit).changes.messages
        if m.id in shown
        for line in m.visible_text.splitlines()
    }
    lines = [line for line in entry.text.splitlines() if line.strip()]
    strangers = len(shown) < len(quoted)
    theirs = [line for line in lines if line.strip() in said or (wording.names_customer(line) and not strangers)]
    internal = [line for line in lines if line not in theirs]
    origin = (entry.sender_name, entry.sender_address, *entry.to, agent.name)
    return Notice(entry.subject, lines, theirs, wording.secrets(internal), [name for name in origin if name])


def _in_files(files: Sequence[IncomingFile], notice: Notice) -> bool:
    """Whether an attachment is the notification, or a text with lines of it."""
    return any(_tells(file, notice.internal) for file in files if not file.inline)


def _tells(file: IncomingFile, internal: Collection[str]) -> bool:
    kind = file.content_type.partition("/")[0]
    if kind == "message" or (file.filename or "").lower().endswith((".eml", ".msg")):
        return True
    if kind != "text":
        return False
    text = words(file.content.decode("utf-8", "replace").split("\n")).letters
    return any(len(line) > 7 and line in text for line in (words([each]).letters for each in internal))
