"""What an automation is given in its tests: things that happened, and a desk that is kept in memory."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ..core.messages.views import MessageRow
from ..core.tickets.views import TicketDocument
from ..plugins import NotFound
from ..plugins.automation import DeskView, Happening
from ..plugins.queries import ListTickets, SearchContacts, SearchMessages, ShowTicket
from .builders import MOMENT


def message_document(number: int, text: str, kind: str = "in", **fields: Any) -> dict[str, Any]:
    """Message `number` as `deskctl show N --json` prints it."""
    return {
        **_empty(MessageRow),
        "id": number,
        "kind": kind,
        "author": "ana@example.org" if kind == "in" else "agent1",
        "sent_at": _stamp(MOMENT + timedelta(minutes=number)),
        "subject": "Printer",
        "text": text,
        "visible_text": text,
        "ticket": 1,
        "verified": True,
        "channel": "support",
        **fields,
    }


def ticket_document(number: int = 1, *texts: str, **fields: Any) -> dict[str, Any]:
    """A ticket as `deskctl show N --json` prints it; `texts` are what its customer said."""
    subject = fields.get("subject", "Printer")
    said = [message_document(n, text, ticket=number, subject=subject) for n, text in enumerate(texts, 1)]
    return {
        **_empty(TicketDocument),
        "number": number,
        "subject": subject,
        "status": "new",
        "priority": "normal",
        "channel": "support",
        "team": "support",
        "contact": {"id": 1, "name": "Ana", "address": "ana@example.org"},
        "created_at": _stamp(MOMENT),
        "updated_at": _stamp(MOMENT + timedelta(minutes=len(said))),
        "waiting_since": _stamp(MOMENT) if said else None,
        "spam": False,
        "messages": said,
        "newest_in": len(said),
        **fields,
    }


def event_document(kind: str, by: str = "system:intake", **facts: Any) -> dict[str, Any]:
    """An event as a ticket's document lists it. `by`: an agent's bare handle, `contact:ID` or `system:WHAT`."""
    return {"kind": kind, "at": _stamp(MOMENT), "by": by, "command": 1, **facts}


def happened(kind: str = "message_received", ticket: int | None = 1, **facts: Any) -> Happening:
    """Something that happened on the desk, with the facts of its kind."""
    given = {"message": 1, "matched": "new", "automatic": None, "verified": True} if kind == "message_received" else {}
    return Happening(1, kind, ticket, "contact:1", MOMENT, {**given, **facts})


@dataclass(frozen=True, slots=True)
class MemoryChannel:
    """What the desk knows of a channel."""

    name: str = "support"
    kind: str = "email"
    sends: bool = True
    answer: bool = False
    hours: str = ""


class MemoryDesk:
    """A desk with these `tickets`: documents, by number."""

    def __init__(self, *tickets: dict[str, Any]) -> None:
        self.tickets = {ticket["number"]: ticket for ticket in tickets}

    def ask(self, query: object) -> Any:
        """Raises NotFound."""
        if isinstance(query, ShowTicket):
            try:
                return self.tickets[query.number]
            except KeyError:
                raise NotFound(f"there is no ticket {query.number}") from None
        if isinstance(query, ListTickets):
            return [row for row in self.tickets.values() if query.all or row["status"] not in ("solved", "closed")]
        if isinstance(query, SearchMessages):
            return {"hits": [], "ranked": None}
        if isinstance(query, SearchContacts):
            return []
        raise AssertionError(f"the desk of the tests cannot answer {type(query).__name__}")

    def say(self, text: str) -> None:
        """Let every customer on every ticket have said just `text`."""
        subject = " ".join(text.split())[:200]
        for ticket in self.tickets.values():
            ticket["subject"] = subject
            for message in ticket["messages"]:
                message.update(subject=subject, text=text, visible_text=text)


class MemoryPluginContext:
    """What an automation is given, over a desk in memory. There is no store: `connection` is None."""

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
    """A document with every key of its shape and nothing in it."""
    return {key: [] if "list[" in str(hint) else None for key, hint in shape.__annotations__.items()}


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
