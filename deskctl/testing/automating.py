"""Test doubles for automations and actions: events, calls, ticket documents and a desk in memory."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ..core.messages.views import MessageRow
from ..core.tickets.views import TicketDocument
from ..plugins import ActionCall, ActionJob, ActionTicket, NotFound
from ..plugins.automation import DeskView, Happening
from ..plugins.queries import ListTickets, SearchContacts, SearchMessages, ShowTicket, ShowTickets
from .builders import MOMENT


def message_document(number: int, text: str, kind: str = "in", **fields: Any) -> dict[str, Any]:
    """Return message `number` in the form of `deskctl show N --json`."""
    return {
        **_empty(MessageRow),
        "id": number,
        "kind": kind,
        "author": "ana@example.org" if kind == "in" else "agent1",
        "sent_at": _timestamp(MOMENT + timedelta(minutes=number)),
        "subject": "Printer",
        "text": text,
        "visible_text": text,
        "ticket": 1,
        "verified": True,
        "channel": "support",
        **fields,
    }


def ticket_document(number: int = 1, *texts: str, **fields: Any) -> dict[str, Any]:
    """Return a ticket in the form of `deskctl show N --json`; `texts` are the customer's messages."""
    subject = fields.get("subject", "Printer")
    messages = [message_document(n, text, ticket=number, subject=subject) for n, text in enumerate(texts, 1)]
    return {
        **_empty(TicketDocument),
        "number": number,
        "subject": subject,
        "status": "new",
        "priority": "normal",
        "channel": "support",
        "team": "support",
        "contact": {"id": 1, "name": "Ana", "address": "ana@example.org"},
        "created_at": _timestamp(MOMENT),
        "updated_at": _timestamp(MOMENT + timedelta(minutes=len(messages))),
        "waiting_since": _timestamp(MOMENT) if messages else None,
        "spam": False,
        "messages": messages,
        "newest_in": len(messages),
        **fields,
    }


def event_document(kind: str, by: str = "system:intake", **facts: Any) -> dict[str, Any]:
    """Return an event in the form of a ticket's document. `by` is an agent's handle, `contact:ID` or `system:NAME`."""
    return {"kind": kind, "at": _timestamp(MOMENT), "by": by, "command": 1, **facts}


def happened(kind: str = "message_received", ticket: int | None = 1, **facts: Any) -> Happening:
    """Return an event of the desk with the facts of its kind."""
    defaults = (
        {"message": 1, "matched": "new", "automatic": None, "verified": True} if kind == "message_received" else {}
    )
    return Happening(1, kind, ticket, "contact:1", MOMENT, {**defaults, **facts})


def action_call(value: Any, ticket: ActionTicket | None = None) -> ActionCall:
    """Return a run of an action; `value` is a result of its `parse`."""
    return ActionCall("0" * 32, value, ticket or action_ticket(), "sla", "overdue: first response", MOMENT)


def action_ticket(number: int = 1, **fields: Any) -> ActionTicket:
    """Return the state of a ticket as an action gets it."""
    defaults = {"subject": "Printer", "status": "new", "priority": "normal", "channel": "support", "team": "support"}
    return ActionTicket(number, **{**defaults, **fields})


def action_job(value: Any, ticket: int = 1) -> ActionJob:
    """Return the job of `action_call(value)`."""
    call = action_call(value)
    return ActionJob(call.id, value, ticket, call.cause, call.reason, call.at)


@dataclass(frozen=True, slots=True)
class MemoryChannel:
    """The settings of a channel as a plugin sees them."""

    name: str = "support"
    kind: str = "email"
    sends: bool = True
    answer: bool = False
    hours: str = ""


class MemoryDesk:
    """A desk in memory. `tickets` are documents by number."""

    def __init__(self, *tickets: dict[str, Any]) -> None:
        self.tickets = {ticket["number"]: ticket for ticket in tickets}

    def ask(self, query: object) -> Any:
        """Answer a query. Raises NotFound."""
        if isinstance(query, ShowTicket):
            try:
                return self.tickets[query.number]
            except KeyError:
                raise NotFound(f"no ticket {query.number}") from None
        if isinstance(query, ShowTickets):
            return [self.tickets[number] for number in query.numbers if number in self.tickets]
        if isinstance(query, ListTickets):
            return [row for row in self.tickets.values() if query.all or row["status"] not in ("solved", "closed")]
        if isinstance(query, SearchMessages):
            return {"hits": [], "ranked": None}
        if isinstance(query, SearchContacts):
            return []
        raise AssertionError(f"MemoryDesk does not support the query {type(query).__name__}")

    def say(self, text: str) -> None:
        """Replace the text of all messages and the subject of all tickets by `text`."""
        subject = " ".join(text.split())[:200]
        for ticket in self.tickets.values():
            ticket["subject"] = subject
            for message in ticket["messages"]:
                message.update(subject=subject, text=text, visible_text=text)


class MemoryPluginContext:
    """A PluginContext and ActionContext with a desk in memory. There is no store: `connection` is None."""

    def __init__(
        self,
        *tickets: dict[str, Any],
        config: Any = None,
        channels: Iterable[MemoryChannel] = (MemoryChannel(),),
        language: str = "en",
    ) -> None:
        self.memory = MemoryDesk(*tickets)
        self.desk: DeskView = self.memory
        self.config = config
        self.language = language
        self.connection: Any = None
        self.log = logging.getLogger("deskctl.testing.plugin")
        self.moment = MOMENT + timedelta(hours=1)
        self._channels = {channel.name: channel for channel in channels}

    def now(self) -> datetime:
        return self.moment

    def channel(self, name: str) -> MemoryChannel | None:
        return self._channels.get(name)


def _empty(shape: type) -> dict[str, Any]:
    """Return a document that has all keys of a shape with empty values."""
    return {key: [] if "list[" in str(hint) else None for key, hint in shape.__annotations__.items()}


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
