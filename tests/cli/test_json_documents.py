"""`docs/reference/json.md` documents every key of the JSON output."""

from __future__ import annotations

import re

import pytest

from deskctl.core.agents.views import AgentRow, TeamRow
from deskctl.core.calendars.views import CalendarCheck, CalendarDay, CalendarDocument, CalendarRow
from deskctl.core.contacts import views as customer_answers
from deskctl.core.contacts.views import ContactRef
from deskctl.core.delivery import views as outbox_answers
from deskctl.core.kernel.outcome import OutcomeDocument
from deskctl.core.messages import seen_views as seen_answers
from deskctl.core.messages.views import AttachmentRow, BlockRow, CallRow, MessageRow
from deskctl.core.operations.views import HealthReport, ServiceHealth
from deskctl.core.routing import views as route_answers
from deskctl.core.routing.views import ApprovalRow, QueueDocument, QueueRow
from deskctl.core.search.views import ContactHit, MessageHit
from deskctl.core.shifts import views as shift_answers
from deskctl.core.sla import views as level_answers
from deskctl.core.tickets import views as answers
from deskctl.core.tickets.contact_document import ContactDocument, SaidRow
from deskctl.desk import call_documents
from tests.cli.shell import ROOT

PAGE = (ROOT / "docs" / "reference" / "json.md").read_text()
WORDS = {word for code in re.findall(r"`([^`]+)`", PAGE) for word in re.split(r"[^a-z0-9_]+", code)}
PRINTED = [
    answers.TicketRow, answers.TicketDocument, MessageRow, AttachmentRow, ContactRef,
    customer_answers.ContactRow, ContactDocument,
    customer_answers.IdentityRow, SaidRow, answers.OtherTicket,
    CallRow, seen_answers.ComposingRow,
    MessageHit, ContactHit, answers.BouncedRow, outbox_answers.BounceRow, outbox_answers.SentFile,
    outbox_answers.DeliveryRow, BlockRow,
    AgentRow, TeamRow,
    route_answers.RouteDocument, route_answers.RouteDecision, outbox_answers.OutboxRow,
    outbox_answers.OutboxDocument,
    ServiceHealth,
    HealthReport, OutcomeDocument, call_documents.ChannelRow, call_documents.ChannelReport, call_documents.PartRow,
    call_documents.PluginRow, call_documents.PluginDocument, call_documents.RequestRow, call_documents.AutomationRow,
    call_documents.KeyRow, call_documents.JobRow, call_documents.JobDone, CalendarRow, CalendarDocument, CalendarDay,
    CalendarCheck, level_answers.PolicyDocument, level_answers.StepRow, level_answers.PolicyCandidate,
    level_answers.PolicyTest, level_answers.ClockDocument, level_answers.SegmentRow, level_answers.DueRow,
    shift_answers.ShiftRow, shift_answers.StintRow, shift_answers.ShiftDay, shift_answers.ShiftPerson,
    shift_answers.NextShift, shift_answers.HandoverRow, shift_answers.ShiftWeek, shift_answers.GapRow,
    shift_answers.History, shift_answers.GapReport, shift_answers.StaffingHour, shift_answers.StaffingReport,
    QueueRow, ApprovalRow, QueueDocument,
]  # fmt: skip


@pytest.mark.parametrize("document", PRINTED, ids=lambda document: document.__name__)
def test_document_keys_are_documented(document: type) -> None:
    assert set(document.__annotations__) <= WORDS
