"""Bounces: delivery reports about mail that the desk sent, in the form of RFC 3464 and 6533 or in free form.

This module only reads reports; the desk matches them to outgoing messages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from deskctl.plugins import Bounce, Confirmation, ReasonClass, RecipientReport

from . import bounce_reasons, freeform_bounce, headers
from .charset import decode
from .mime import Part, read_headers

_RETRIED_REASONS = frozenset({ReasonClass.NETWORK, ReasonClass.TEMPORARY})
"""Reasons for which a server retries; when it stops, the mail has expired."""

MAX_GROUPS = 1_000
"""Recipients that are read from one report."""

_GROUPS = re.compile(rb"(?:\r?\n){2,}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REJECTED = re.compile(
    r"\b(?:rejected|refused|quota exceeded)\b|거부|拒否|拒绝|拒絕|abgelehnt|rejeté|rechazad", re.IGNORECASE
)
_DISPOSED = re.compile(r";\s*(?:deleted|denied|failed|dispatched)", re.IGNORECASE)
_STATUS_TYPES = frozenset(("message/delivery-status", "message/global-delivery-status"))
_RETURNED_TYPES = frozenset((
    "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/rfc822-headers",
    "message/partial",
))  # fmt: skip


class Report(NamedTuple):
    """The result of reading a report: a mail that was not delivered (`bounce`) or only success (`confirmation`)."""

    bounce: Bounce | None = None
    confirmation: Confirmation | None = None


def read_report(
    root: Part, leaves: Sequence[Part], text: str, first: Mapping[str, str], origin: freeform_bounce.Origin
) -> Report:
    """Return the delivery report in this mail; an empty report for other mail.

    `first` contains the mail's headers, `text` its readable text.
    """
    report_type = ""
    if root.content_type == "multipart/report":
        report_type = headers.parameters(root.get("content-type")).get("report-type", "").lower()
        if report_type in ("disposition-notification", "feedback-report"):
            return _filter_rejection(root, leaves, text)
    is_report = report_type in ("delivery-status", "global-delivery-status")
    confidence = freeform_bounce.report_confidence(origin, first, is_report=is_report)
    copied = _returned_headers(leaves)
    if not confidence and {one for _, one in headers.addresses(copied.get("from", b""))} & set(origin.recipients):
        confidence = 1  # the returned mail was written by the recipient of this report
    if confidence or root.content_type == "multipart/report":  # a person may attach a report
        for leaf in leaves:
            if leaf.content_type in _STATUS_TYPES:
                reports = _recipient_reports(leaf, text)
                if reports:
                    return _summary(reports, _original_id(leaves) or _answered_id(root))
    if not confidence:
        return Report()
    found = freeform_bounce.read_freeform(text, origin, first, confidence, is_report=is_report, copied=bool(copied))
    if found is None:
        return Report()
    original = _original_id(leaves) or found.original_message_id or _answered_id(root)
    recipients = (found.recipients or _returned_recipients(leaves, origin))[:MAX_GROUPS]
    reason = bounce_reasons.classify_reason(found.reason or "", found.status)
    if reason is ReasonClass.OTHER:
        reason = bounce_reasons.classify_reason(found.words, found.status)
    if reason in _RETRIED_REASONS and not found.delayed and bounce_reasons.has_expired(found.words):
        reason = ReasonClass.EXPIRED
    if found.delayed and reason is ReasonClass.OTHER:
        reason = ReasonClass.TEMPORARY
    action = "delayed" if found.delayed else "failed"
    reports = [RecipientReport(address, action, found.status, reason, found.reason) for address in recipients]
    bounce = Bounce(recipients, found.status, found.permanent, found.reason, original, action, reason, tuple(reports))
    return Report(bounce)


def _filter_rejection(root: Part, leaves: Sequence[Part], text: str) -> Report:
    """Return the report of a recipient's mail filter that rejects by disposition notification (RFC 5429, 2.1)."""
    notification = next((leaf for leaf in leaves if leaf.content_type == "message/disposition-notification"), None)
    if notification is None or not _REJECTED.search(text[:2_000]):
        return Report()
    fields = {name: headers.text(value) for name, value in read_headers(notification.content()[:100_000].lstrip())[0]}
    if not _DISPOSED.search(fields.get("disposition", "")):
        return Report()
    address = _address(fields.get("original-recipient", "")) or _address(fields.get("final-recipient", "")) or ""
    reason = " ".join(text.split())[:500]
    report = RecipientReport(address, "failed", None, bounce_reasons.classify_reason(reason), reason)
    original = headers.message_id(fields.get("original-message-id", "").encode())
    return _summary([report], original or _original_id(leaves) or _answered_id(root))


def _summary(reports: Sequence[RecipientReport], original: str | None) -> Report:
    """Return one report about the whole mail: the worst of its recipient reports."""
    bad = [one for one in reports if one.action != "delivered"]
    if not bad:
        return Report(confirmation=Confirmation("delivered", tuple(one.address for one in reports), original))
    failed = [one for one in bad if one.action == "failed"]
    coded = [one for one in bad if one.status]
    worst = next((one for one in coded if one.status and one.status.startswith("5")), (coded or bad)[0])
    return Report(
        Bounce(
            tuple(dict.fromkeys(one.address for one in bad if one.address)),
            worst.status,
            bool(failed) and not (worst.status or "5").startswith("4"),
            next((one.reason for one in bad if one.reason), None),
            original,
            "failed" if failed else "delayed",
            worst.reason_class,
            tuple(one for one in reports if one.address),
        )
    )


def _recipient_reports(status: Part, text: str) -> list[RecipientReport]:
    """Return the report about each recipient from the machine-readable part; `text` is the report's readable text."""
    content = status.content()[:1_000_000].strip(b"\r\n")
    if not content.isascii():
        content = decode(content)[0].encode()  # guess the charset once, not for each field
    found: dict[str, RecipientReport] = {}
    for number, group in enumerate(_GROUPS.split(content, MAX_GROUPS)):
        fields: dict[str, str] = {}
        for name, value in read_headers(group.strip(b"\r\n") + b"\r\n")[0]:
            fields.setdefault(name, headers.text(value))
        report = _recipient_report(fields, text)
        if report is not None:
            found.setdefault(report.address.lower() or str(number), report)
    return list(found.values())


def _recipient_report(fields: Mapping[str, str], text: str) -> RecipientReport | None:
    """Return the report from one group of fields; None for the group about the whole message."""
    stated = fields.get("action", "").lower().split("(")[0].strip()
    named = fields.get("original-recipient") or fields.get("final-recipient")
    if stated.startswith(("fail", "undeliver")):
        action = "failed"
    elif stated.startswith("delay"):
        action = "delayed"
    elif stated.startswith(("deliver", "relay", "expand")) or (stated and fields.get("status", "").startswith("2")):
        action = "delivered"
    elif named:
        action = "failed"
    else:
        return None
    address = _address(named or "") or _address(fields.get("final-recipient", "")) or ""
    diagnostic = fields.get("diagnostic-code", "")
    code = _STATUS.search(fields.get("status", "")) or _STATUS.search(diagnostic)
    status = code[1] if code else None
    reason = (diagnostic.partition(";")[2].strip() or diagnostic)[:500] or None
    if action == "delivered":
        return RecipientReport(address, action, status, None, reason)
    kind = _reason_class(fields, reason, status, text)
    if action == "delayed" and kind is ReasonClass.OTHER:
        kind = ReasonClass.TEMPORARY
    return RecipientReport(address, action, status, kind, reason)


def _reason_class(fields: Mapping[str, str], reason: str | None, status: str | None, text: str) -> ReasonClass:
    """Return the reason class from the server's reply, else from the status and the report's text."""
    server_text = " ".join(filter(None, (reason, fields.get("x-supplementary-info"))))
    stated = bounce_reasons.classify_reason(server_text, status)
    if stated is ReasonClass.OTHER or (not server_text and (status or "").endswith(".0")):
        worded = bounce_reasons.classify_reason(freeform_bounce.text_above_copy(text))
        return stated if worded is ReasonClass.OTHER else worded
    return stated


def _address(value: str) -> str | None:
    """Return the address in a value such as `rfc822; ana@example.org`."""
    kind, semicolon, rest = value.partition(";")
    found = headers.addresses((rest if semicolon else kind).encode("utf-8", "replace"))
    return found[0][1] if found else None


def _returned_headers(leaves: Sequence[Part]) -> dict[str, bytes]:
    """Return the headers of the returned message."""
    for leaf in leaves:
        if leaf.content_type in _RETURNED_TYPES:
            found: dict[str, bytes] = {}
            for name, value in read_headers(leaf.content()[:200_000].lstrip(b"\r\n"))[0]:
                found.setdefault(name, value)
            return found
    return {}


def _original_id(leaves: Sequence[Part]) -> str | None:
    value = _returned_headers(leaves).get("message-id")
    return headers.message_id(value) if value else None


def _answered_id(root: Part) -> str | None:
    """Return the Message-ID that the report replies to: Exchange and others reply instead of returning the message."""
    ids = headers.message_ids(root.get("in-reply-to")) or headers.message_ids(root.get("references"))
    return ids[-1] if ids else None


def _returned_recipients(leaves: Sequence[Part], origin: freeform_bounce.Origin) -> tuple[str, ...]:
    """Return the recipient of the returned message, if it had only one; used if the report itself names none."""
    found = headers.addresses(_returned_headers(leaves).get("to", b""))
    addresses = [address for _, address in found if address not in origin.recipients]
    return tuple(addresses) if len(addresses) == 1 else ()
