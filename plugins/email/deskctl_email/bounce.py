"""Reports that a mail of ours was not delivered: RFC 3464 and 6533, else what free-form reports have in common.

Matching a report to the outgoing message is the desk's part; here it is only read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from deskctl.plugins import Bounce

from . import freeform, headers
from .charset import decode
from .mime import Part, read_headers

MAX_GROUPS = 1_000
"""Recipients of one report."""

_GROUPS = re.compile(rb"(?:\r?\n){2,}")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_STATUS_TYPES = frozenset(("message/delivery-status", "message/global-delivery-status"))
_RETURNED_TYPES = frozenset((
    "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/rfc822-headers",
    "message/partial",
))  # fmt: skip


def read(
    root: Part, leaves: Sequence[Part], text: str, first: Mapping[str, str], signs: freeform.Signs
) -> Bounce | None:
    """The report that this mail is, or None. `first` are the mail's headers, `text` its readable text."""
    report_type = ""
    if root.content_type == "multipart/report":
        report_type = headers.parameters(root.get("content-type")).get("report-type", "").lower()
        if report_type in ("disposition-notification", "feedback-report"):
            return None
    strength = freeform.strength(signs, first, is_report=report_type == "delivery-status")
    if strength or root.content_type == "multipart/report":  # a person may attach a report that came
        for leaf in leaves:
            if leaf.content_type in _STATUS_TYPES:
                status, good = _delivery_status(leaf, root, leaves)
                if status or good:
                    return status
    if not strength:
        return None
    found = freeform.read(text, signs, first, strength)
    if found is None:
        return None
    recipients = found.recipients or _returned_recipients(leaves, signs)
    return Bounce(
        recipients[:MAX_GROUPS],
        found.status,
        found.permanent,
        found.reason,
        _original_id(leaves) or found.original_message_id or _answered_id(root),
    )


def _delivery_status(status: Part, root: Part, leaves: Sequence[Part]) -> tuple[Bounce | None, bool]:
    """What the report says of those it did not reach, and whether it only tells of success."""
    recipients: list[str] = []
    codes: list[str] = []
    reasons: list[str] = []
    failed = delayed = good = False
    content = status.content()[:1_000_000].strip(b"\r\n")
    if not content.isascii():
        content = decode(content)[0].encode()  # one guess at the charset, not one for each field
    for group in _GROUPS.split(content, MAX_GROUPS):
        fields: dict[str, str] = {}
        for name, value in read_headers(group.strip(b"\r\n") + b"\r\n")[0]:
            fields.setdefault(name, headers.text(value))
        action = fields.get("action", "").lower().split("(")[0].strip()
        recipient = fields.get("original-recipient") or fields.get("final-recipient")
        if action.startswith(("fail", "undeliver")):
            failed = True
        elif action.startswith("delay"):
            delayed = True
        elif action or not recipient:
            good = good or bool(action)
            continue  # delivered, relayed, expanded: good news; or the fields about the whole message
        if recipient:
            address = _address(recipient) or _address(fields.get("final-recipient", ""))
            if address and address not in recipients:
                recipients.append(address)
        code = _STATUS.search(fields.get("status", "")) or _STATUS.search(fields.get("diagnostic-code", ""))
        if code:
            codes.append(code[1])
        if fields.get("diagnostic-code"):
            reasons.append(fields["diagnostic-code"].partition(";")[2].strip() or fields["diagnostic-code"])
    if not (failed or delayed or recipients):
        return None, good
    worst = next((code for code in codes if code.startswith("5")), codes[0] if codes else None)
    permanent = not (delayed and not failed) and not (worst or "5").startswith("4")
    reason = reasons[0][:500] if reasons else None
    return Bounce(tuple(recipients), worst, permanent, reason, _original_id(leaves) or _answered_id(root)), False


def _address(value: str) -> str | None:
    """The address in `rfc822; ana@example.org`."""
    kind, semicolon, rest = value.partition(";")
    found = headers.addresses((rest if semicolon else kind).encode("utf-8", "replace"))
    return found[0][1] if found else None


def _returned_headers(leaves: Sequence[Part]) -> dict[str, bytes]:
    """The headers of the returned message; only its header block is looked at."""
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
    """Exchange and others answer the original message instead of returning it."""
    ids = headers.message_ids(root.get("in-reply-to")) or headers.message_ids(root.get("references"))
    return ids[-1] if ids else None


def _returned_recipients(leaves: Sequence[Part], signs: freeform.Signs) -> tuple[str, ...]:
    """Whom the returned message was sent to, when the report itself does not say it and it was only one."""
    found = headers.addresses(_returned_headers(leaves).get("to", b""))
    addresses = [address for _, address in found if address not in signs.recipients]
    return tuple(addresses) if len(addresses) == 1 else ()
