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
from deskctl.core.saved_views.views import ViewRow
from deskctl.core.search.views import ContactHit, MessageHit
from deskctl.core.shifts import views as shift_answers
from deskctl.core.sla import views as level_answers
from deskctl.core.tickets import views as answers
from deskctl.core.tickets.contact_document import ContactDocument, SaidRow
from deskctl.desk import call_documents
from tests.cli.shell import ROOT, Shell, mail

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
    QueueRow, ApprovalRow, QueueDocument, ViewRow,
]  # fmt: skip


@pytest.mark.parametrize("document", PRINTED, ids=lambda document: document.__name__)
def test_document_keys_are_documented(document: type) -> None:
    assert set(document.__annotations__) <= WORDS


TICKET = [
    "number", "subject", "status", "priority", "channel", "team", "assignee", "contact", "tags", "language",
    "created_at", "updated_at", "waiting_since", "due_at", "sla", "callback_at", "tier",
    "approval", "fields",
]  # fmt: skip


MESSAGE = {
    "id", "kind", "author", "sent_at", "subject", "text", "visible_text", "attachments", "delivery",
    "delivery_error", "ticket", "automatic", "verified", "channel", "choices", "original",
    "call", "version", "to", "cc", "bcc", "reply_to", "doubt", "may_answer", "deliveries",
    "problem",
}  # fmt: skip


MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def test_list_prints_one_documented_object_per_line(desk: Shell) -> None:
    desk.ingest(mail("Ana Kim <ana@example.org>", "환불"))
    row = desk("list", "--json").row
    assert list(row) == TICKET
    assert list(row["contact"]) == ["id", "name", "address", "tier", "org"]
    assert (row["contact"]["name"], row["contact"]["address"]) == ("Ana Kim", "ana@example.org")
    assert (row["subject"], row["status"], row["priority"], row["channel"]) == ("환불", "new", "normal", "support")
    assert (row["team"], row["assignee"], row["tags"]) == ("support", None, [])
    assert all(MOMENT.fullmatch(row[key]) for key in ("created_at", "updated_at", "waiting_since"))


def test_show_adds_messages_and_events(desk: Shell) -> None:
    desk.ingest(mail())
    desk("note", "1", "-m", "remember")
    document = desk("show", "1", "--json").row
    assert set(TICKET) <= set(document)
    assert [(m["kind"], m["author"]) for m in document["messages"]] == [
        ("in", "ana@example.org"),
        ("note", "agent1"),
    ]
    assert all(set(m) == MESSAGE for m in document["messages"])
    assert all({"kind", "at", "by"} <= set(e) and MOMENT.fullmatch(e["at"]) for e in document["events"])
    assert document["events"][0]["kind"] == "ticket_created"


def test_outbox_and_inbox_print_their_documented_keys(desk: Shell) -> None:
    desk.ingest(mail())
    desk("reply", "1", "-m", "x")
    (row,) = desk("outbox", "list", "--json", "--all", "--ticket", "1").rows[-1:]
    assert list(row) == [
        "id", "ticket", "to", "state", "attempts", "next_attempt_at", "last_error", "message_id",
    ]  # fmt: skip
    (row,) = desk("inbox", "list", "--json", "--all").rows
    keys = ["id", "channel", "received_at", "from", "subject", "state", "attempts", "reason"]
    assert [key for key in row if key in keys] == keys
    assert row["state"] == "done"
    assert desk("inbox", "list", "--json").out == ""


def test_command_prints_its_outcome(desk: Shell) -> None:
    desk.ingest(mail())
    outcome = desk("take", "1", "--json").row
    assert set(outcome) == {"command", "changed", "said", "tickets", "subjects", "facts"}
    assert (outcome["changed"], outcome["tickets"]) == (True, [1])


def test_columns_option_selects_and_orders(desk: Shell) -> None:
    desk.ingest(mail(subject="One"))
    assert desk("list", "--columns", "subject,number,status").out == "One\t1\tnew\n"
    assert desk("list", "--json", "--columns", "number,subject").row == {"number": 1, "subject": "One"}
    assert "columns: number" in desk("list", "--columns", "colour", code=2).err


def test_common_options_work_before_and_after_the_command(unchanged: Shell) -> None:
    config = str(unchanged.folder / "config.toml")
    before = unchanged("--config", config, "--json", "list").out
    assert before == unchanged("list", "--json", "--config", config).out != ""
