"""The automatic messages of the desk to customers, in the customer's language."""

from __future__ import annotations

from collections.abc import Sequence

from ...i18n import Phrases, _, _p, preferred
from ..kernel.unit import Unit
from ..tickets.model import Status, Ticket
from .channels import ChannelInfo
from .model import Choice

#: The maximum number of tickets in the answer to a customer who asks for their status.
MOST_TICKETS = 10

_PHRASES = Phrases(
    {
        "machine": _("This is an automatic answer."),
        "choose": _("Answer with a number:"),
        "greeting": _("Hello! This is {desk}."),
        "help": _(
            "Write what you need, and someone will answer you here.\n"
            "You can also ask for the status of your tickets, open a new ticket, or ask for a person."
        ),
        "hours": _("Support hours: {hours}"),
        "tickets": _("Your open tickets:"),
        "more": _("… and {count} more"),
        "no_tickets": _("You have no open tickets. Write what you need to open one."),
        "no_subject": _("(no subject)"),
        "begin": _("What is it about? Your next message opens a new ticket."),
        "person": _("A person will answer you here (ticket #{number})."),
        "person_again": _("Our team knows that you are waiting for a person (ticket #{number})."),
        "asks_for_person": _("A person, please"),
        "linked": _("Thank you! We now answer you here together with your earlier messages."),
        "not_linked": _(
            "This code does not work. A code works once and for a short time; please ask us for a new one."
        ),
        "solved": _("Thank you! Ticket #{number} is solved. If it is not, just write again."),
        "worked_on": _("Thank you! The agent who works on ticket #{number} has been notified."),
        "chosen": _("You have already chosen (ticket #{number})."),
        "too_late": _("This choice is no longer available. Please write what you need."),
        "not_yours": _("This choice is not available to you."),
        "about": _("About ticket #{number}: {subject}"),
        "so_far": _("The conversation so far:"),
        "files": _("[file: {name}]"),
    }
)
_STATES = Phrases(
    {
        Status.NEW: _p("status for customers", "received"),
        Status.OPEN: _p("status for customers", "in progress"),
        Status.PENDING: _p("status for customers", "waiting for your answer"),
        Status.HOLD: _p("status for customers", "waiting for an answer from someone else"),
        Status.SOLVED: _p("status for customers", "solved"),
    }
)


def customer_language(unit: Unit, *wanted: str | None) -> str:
    """Return the first of the wanted languages that deskctl has a catalogue for, else the desk's, else English."""
    known = (language.partition("-")[0].lower() for language in (*wanted, unit.settings.language) if language)
    return preferred(*known)


def phrase(language: str, name: str, /, **facts: object) -> str:
    """Return a message by its name; `facts` are its parameters."""
    return _PHRASES(name, language, **facts)


def subject(language: str, ticket: Ticket) -> str:
    """Return the subject in one line, or a placeholder."""
    return " ".join(ticket.subject.split()) or phrase(language, "no_subject")


def ticket_list(language: str, tickets: Sequence[Ticket]) -> str:
    """Return a customer's open tickets, one a line, with their status in words for customers."""
    if not tickets:
        return phrase(language, "no_tickets")
    lines = [f"#{t.number} {subject(language, t)}: {_STATES(t.status, language)}" for t in tickets[:MOST_TICKETS]]
    if len(tickets) > MOST_TICKETS:
        lines.append(phrase(language, "more", count=len(tickets) - MOST_TICKETS))
    return "\n".join([phrase(language, "tickets"), *lines])


def greeting(unit: Unit, channel: ChannelInfo, language: str) -> str:
    """Return the channel's greeting with the possible requests and the support hours."""
    texts = channel.greeting
    text = texts.get(language) or texts.get("") or texts.get(unit.settings.language) or next(iter(texts.values()), None)
    first = text or phrase(language, "greeting", desk=unit.settings.name)
    return "\n\n".join(part for part in (first.strip(), phrase(language, "help"), hours(channel, language)) if part)


def hours(channel: ChannelInfo, language: str) -> str:
    """Return the support hours; "" if the channel has none."""
    return phrase(language, "hours", hours=channel.hours) if channel.hours else ""


def numbered_choices(language: str, choices: Sequence[Choice]) -> str:
    """Return the choices as a numbered list, for a channel without buttons; "" without choices."""
    if not choices:
        return ""
    lines = (f"{number}: {' '.join(choice.label.split())}" for number, choice in enumerate(choices, 1))
    return "\n".join([phrase(language, "choose"), *lines])
