"""The author of a message that a form, a shop or a group sent, and the desk's decision on automatic mail."""

from __future__ import annotations

import re
from dataclasses import replace

from ..kernel.unit import Unit
from .channels import Channels
from .model import Automatic, InboundMessage

#: The header, stored with the message, that names the group or form through which its author wrote.
THROUGH = "x-deskctl-through"
#: Local parts of unattended addresses.
UNATTENDED_ADDRESS = re.compile(
    r"(no|do-?not|nicht|ne)[-_.]?(reply|antworten|repondre)|mailer-daemon|postmaster|bounces?\b", re.IGNORECASE
)


def with_author(unit: Unit, message: InboundMessage) -> InboundMessage:
    """Return the message with its author: mail from the desk's own contact form counts as from Reply-To.

    Other mail of the desk's own addresses (a loop) is unchanged.
    """
    if _is_from_form(unit, message):
        message = _of_person(message)
    if message.through is None:
        return message
    return replace(message, headers={**message.headers, THROUGH: message.through})


def with_author_of_new_ticket(unit: Unit, message: InboundMessage) -> InboundMessage:
    """Return a message for a new ticket with its author: the person in Reply-To if From is a machine."""
    sender = message.sender or ""
    machine = message.automatic.bulk or UNATTENDED_ADDRESS.search(sender.partition("@")[0]) is not None
    if message.through is None and machine and _names_person(unit, message):
        return _of_person(message)
    return message


def classify_sender(unit: Unit, message: InboundMessage, *, takes_part: bool, opens: bool) -> Automatic:
    """Return the channel's decision on automatic mail, corrected with the data of the desk.

    `takes_part`: the message answers a thread in which its sender takes part. `opens`: it opens a ticket. Bulk and
    auto-generated mail counts as written by a person in the first case, and in the second if its Reply-To names one.
    """
    decision = message.automatic
    if message.bounce is not None:
        return Automatic(True, "delay" if message.bounce.delayed else "bounce", False)
    if message.confirmation is not None and message.confirmation.kind == "delivered":
        return Automatic(True, "delivered", False)
    if decision.bulk:
        person = takes_part or (opens and _names_person(unit, message))
        return replace(decision, automatic=not person, may_answer=False)
    if decision.automatic:
        return replace(decision, why=decision.why or "automatic", may_answer=False)
    if message.sender is not None and unit.settings.of(Channels).owns(message.sender):
        return Automatic(True, "own address", False)
    return decision


def _is_from_form(unit: Unit, message: InboundMessage) -> bool:
    if message.sender is None or not unit.settings.of(Channels).owns(message.sender):
        return False
    return (not message.automatic.automatic or message.automatic.bulk) and _names_person(unit, message)


def _names_person(unit: Unit, message: InboundMessage) -> bool:
    return message.reply_to_person is not None and not unit.settings.of(Channels).owns(message.reply_to_person[0])


def _of_person(message: InboundMessage) -> InboundMessage:
    assert message.reply_to_person is not None
    address, name = message.reply_to_person
    return replace(message, sender=address, sender_name=name, through=message.sender)
