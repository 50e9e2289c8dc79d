"""The documents of tickets: JSON schema version 1, described in `docs/reference/json.md`.

Times are RFC 3339 in UTC ("2026-03-01T09:00:00Z"); missing values are null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from ..contacts.views import ContactRef
    from ..messages.seen_views import ComposingRow
    from ..messages.views import MessageRow, ReplyRow


SCHEMA_VERSION = 1


class TicketRow(TypedDict):
    """A ticket in a list.

    `due_at` is the earliest due time of the running clocks. `sla` is breached, warned, running, paused, or null
    without clocks. `fields` are the declared fields by name, null without a value, and former fields with a value.
    """

    number: int
    subject: str
    status: str
    priority: str
    channel: str
    team: str | None
    assignee: str | None
    contact: ContactRef
    tags: list[str]
    language: str | None
    created_at: str
    updated_at: str
    waiting_since: str | None
    due_at: str | None
    sla: str | None
    callback_at: str | None
    tier: str | None
    approval: str | None
    fields: dict[str, str | int | float | bool | None]


class FieldText(TypedDict):
    """A field with a value, as people read it: `label` and `text` are in the reader's language."""

    name: str
    label: str
    text: str


class ChoiceRow(TypedDict):
    """A value that can be completed, with its label for people."""

    value: str
    label: str


class FieldRow(TypedDict):
    """A declared field. `form` is the form of a value in help texts; a `former` field is no longer declared."""

    name: str
    type: str
    label: str
    form: str
    values: list[ChoiceRow]
    required_to_solve: bool
    former: bool


class FieldsDocument(TypedDict):
    """The declared fields, those of every desk first."""

    fields: list[FieldRow]


class EventRow(TypedDict):
    """An event: `kind`, `at`, `by` and the facts of its kind."""

    kind: str
    at: str
    by: str
    command: int


class BouncedRow(TypedDict):
    """An address at which mail bounces."""

    address: str
    reason: str


class OtherTicket(TypedDict):
    """Another open ticket of the same customer."""

    number: int
    subject: str
    status: str
    channel: str
    updated_at: str


class TicketDocument(TicketRow):
    """A ticket with its messages and events.

    `newest_in` is the id of the newest customer message that a person wrote, 0 without one. `spam_reason` is a relay's
    verdict or the agent who marked the ticket, null if it is not spam. `bounced` are the contact's addresses at which
    mail bounces. `elsewhere` are the customer's other open tickets, newest change first. `addresses` are the
    customer's addresses on every channel. `reply` has the recipients of the next plain reply. `field_texts` are the
    declared fields with a value.
    """

    addresses: list[str]
    elsewhere: list[OtherTicket]
    followers: list[str]
    merged_into: int | None
    merged: list[int]
    follows: int | None
    spam: bool
    spam_reason: str | None
    bounced: list[BouncedRow]
    messages: list[MessageRow]
    events: list[dict[str, Any]]
    newest_in: int
    reply: ReplyRow
    composing: list[ComposingRow]
    field_texts: list[FieldText]
