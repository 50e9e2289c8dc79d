"""`docs/reference/json.md` names every key that is printed."""

from __future__ import annotations

import re

import pytest

from deskctl.core.queries import (
    answers,
    customer_answers,
    level_answers,
    outbox_answers,
    route_answers,
    seen_answers,
    shift_answers,
)
from deskctl.desk import Outcome, call_documents
from tests.cli.shell import ROOT

PAGE = (ROOT / "docs" / "reference" / "json.md").read_text()
WORDS = {word for code in re.findall(r"`([^`]+)`", PAGE) for word in re.split(r"[^a-z0-9_]+", code)}
PRINTED = [
    answers.TicketRow, answers.TicketDocument, answers.MessageRow, answers.AttachmentRow, answers.ContactRef,
    customer_answers.ContactRow, customer_answers.ContactDocument,
    customer_answers.IdentityRow, customer_answers.SaidRow, answers.OtherTicket,
    answers.CallRow, seen_answers.ComposingRow,
    answers.MessageHit, answers.ContactHit, answers.BouncedRow, outbox_answers.BounceRow, outbox_answers.SentFile,
    outbox_answers.DeliveryRow, answers.BlockRow,
    answers.AgentRow, answers.TeamRow,
    route_answers.RouteDocument, route_answers.RouteDecision, outbox_answers.OutboxRow,
    outbox_answers.OutboxDocument,
    answers.ServiceHealth,
    answers.HealthReport, Outcome, call_documents.ChannelRow, call_documents.ChannelReport, call_documents.PartRow,
    call_documents.PluginRow, call_documents.PluginDocument, call_documents.RequestRow, call_documents.AutomationRow,
    call_documents.KeyRow, call_documents.JobRow, call_documents.JobDone,
    level_answers.CalendarRow, level_answers.CalendarDocument, level_answers.CalendarDay,
    level_answers.CalendarCheck, level_answers.PolicyDocument, level_answers.StepRow, level_answers.PolicyCandidate,
    level_answers.PolicyTest, level_answers.ClockDocument, level_answers.SegmentRow, level_answers.DueRow,
    shift_answers.ShiftRow, shift_answers.StintRow, shift_answers.ShiftDay, shift_answers.ShiftPerson,
    shift_answers.NextShift, shift_answers.HandoverRow, shift_answers.ShiftWeek, shift_answers.GapRow,
    shift_answers.History, shift_answers.GapReport, shift_answers.StaffingHour, shift_answers.StaffingReport,
    shift_answers.QueueRow, shift_answers.ApprovalRow, shift_answers.QueueDocument,
]  # fmt: skip


@pytest.mark.parametrize("document", PRINTED, ids=lambda document: document.__name__)
def test_every_key_is_documented(document: type) -> None:
    assert set(document.__annotations__) <= WORDS
