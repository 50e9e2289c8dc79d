"""Verification of a mail that answers a notification: its sender, its age and earlier mail with the same content.

The Message-ID of a notification is a secret that only its recipient knows. It is valid for 14 days. The same content is
accepted only once; different content in answer to the same notification is another answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from ...i18n import _
from ...safe import visible_lines
from ..agents.model import Agent
from ..delivery.model import OutboxEntry, OutboxKind
from ..delivery.repository import Outbox
from ..kernel.unit import Unit
from ..messages.authentication import Dmarc, dmarc
from ..messages.channels import ChannelInfo
from ..messages.model import InboundMessage, IncomingFile
from ..messages.repository import Messages
from ..notifications.texts import names_customer, secrets
from .commands import Receive
from .notification_text import NotificationText, Stripped, strip
from .text_match import words

#: The time for which an answer to a notification is accepted.
VALIDITY = timedelta(days=14)
#: The maximum length, in characters, of a mail that is compared with the notification.
MAX_COMPARED = 100_000


def rejection_reason(channel: ChannelInfo, command: Receive, entry: OutboxEntry) -> str | None:
    """Return the reason why the mail is not accepted as an agent's answer; None if it is accepted."""
    if dmarc(channel, command.message) is Dmarc.FAIL:
        return _("its sender may be forged (DMARC failed)")
    if command.envelope.received_at - entry.created_at > VALIDITY:
        return _("it answers a notification that is older than {days} days", days=VALIDITY.days)
    return None


def is_forged(channel: ChannelInfo, command: Receive) -> bool:
    """Return True if DMARC failed for the sender of a mail."""
    return dmarc(channel, command.message) is Dmarc.FAIL


def without_secret(message: InboundMessage, entry: OutboxEntry) -> InboundMessage:
    """Return the mail without the Message-ID of a notification, which is a secret that bounces and quotes repeat."""
    secret = entry.message_id.strip("<>")
    if entry.kind is not OutboxKind.NOTIFICATION:
        return message
    text, visible = (part.replace(secret, "hidden") for part in (message.text, message.visible_text))
    answered = tuple(each for each in message.in_reply_to if each != entry.message_id)
    references = tuple(each for each in message.references if each != entry.message_id)
    return replace(message, text=text, visible_text=visible, in_reply_to=answered, references=references)


def without_secrets(unit: Unit, message: InboundMessage) -> InboundMessage:
    """Return the mail without the Message-IDs of the notifications that it refers to."""
    original = message.bounce.original_message_id if message.bounce else None
    for message_id in {*message.in_reply_to, *message.references, *filter(None, (original,))}:
        entry = Outbox.of(unit).sent(message_id)
        if entry is not None:
            message = without_secret(message, entry)
    return message


def content_digest(message: InboundMessage) -> str:
    """Return a hash of the text and the attachments, independent of the date and of white space."""
    digest = sha256(" ".join(message.visible_text.split()).encode("utf-8", "surrogatepass"))
    for file in message.files:
        digest.update(sha256(file.content).digest())
    return digest.hexdigest()


def accepted_message(unit: Unit, entry: OutboxEntry, digest: str) -> int | None:
    """Return the message that mail with this content became, if it answered the same notification; else None."""
    fresh = Messages.of(unit).changes.accepted.get((entry.id, digest))
    return fresh if fresh is not None else Messages.of(unit).source.accepted(entry.id).get(digest)


def without_notification(unit: Unit, message: InboundMessage, agent: Agent, entry: OutboxEntry) -> Stripped:
    """Return the text of the agent without the lines of the notification."""
    if not entry.text.strip() or len(message.text) > MAX_COMPARED:
        return Stripped(message.visible_text, certain=False)  # erased, or too long to compare
    notification = _notification_text(unit, agent, entry)
    stripped = strip(message.visible_text, message.text, notification)
    return Stripped(stripped.text, stripped.certain and not _in_files(message.files, notification))


def _notification_text(unit: Unit, agent: Agent, entry: OutboxEntry) -> NotificationText:
    quoted = [message for message, _ in entry.shown.messages] if entry.shown else []
    # Text of a sender who is not a participant is not the customer's text: no participant has seen it.
    verified = {head.id for head in Messages.of(unit).heads(int(entry.ticket or 0)) if head.verified}
    shown = [message for message in quoted if message in verified]
    customer_text = {
        line.strip()
        for text in Messages.of(unit).source.visible_texts(shown).values()
        for line in visible_lines(text).splitlines()
    }
    customer_text |= {
        line.strip()
        for m in Messages.of(unit).changes.messages
        if m.id in shown
        for line in m.visible_text.splitlines()
    }
    lines = [line for line in entry.text.splitlines() if line.strip()]
    has_strangers = len(shown) < len(quoted)
    customer_lines = [
        line for line in lines if line.strip() in customer_text or (names_customer(line) and not has_strangers)
    ]
    internal = [line for line in lines if line not in customer_lines]
    origin = (entry.sender_name, entry.sender_address, *entry.to, agent.name)
    return NotificationText(entry.subject, lines, customer_lines, secrets(internal), [name for name in origin if name])


def _in_files(files: Sequence[IncomingFile], notification: NotificationText) -> bool:
    """Return True if an attachment is the notification or contains lines of it."""
    return any(_reveals(file, notification.internal) for file in files if not file.inline)


def _reveals(file: IncomingFile, internal: Collection[str]) -> bool:
    """Return True if an attachment is a message, or a text that contains one of the internal lines."""
    kind = file.content_type.partition("/")[0]
    if kind == "message" or (file.filename or "").lower().endswith((".eml", ".msg")):
        return True
    if kind != "text":
        return False
    text = words(file.content.decode("utf-8", "replace").split("\n")).letters
    return any(len(line) > 7 and line in text for line in (words([each]).letters for each in internal))
