"""The queries that a plugin can use (`context.desk.ask`). The answers are the documents that `--json` prints."""

from __future__ import annotations

from ..core.search.queries import SearchContacts, SearchMessages
from ..core.tickets.queries import ListTickets, ShowTicket, ShowTickets

__all__ = ["ListTickets", "SearchContacts", "SearchMessages", "ShowTicket", "ShowTickets"]
