"""Reports that a mail of ours was not delivered: RFC 3464, and the oldest free forms (qmail, Exim).

Matching a report to the outgoing message is the desk's part; here it is only read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from deskctl.plugins import Bounce

from . import headers
from .mime import Part, read_headers

MAX_GROUPS = 1_000
"""Recipients of one report."""

_GROUPS = re.compile(rb"(?:\r?\n){2,}")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ENHANCED = re.compile(r"(?<![\d.])([45]\d\d)[ -](?:#?([45]\.\d{1,3}\.\d{1,3})\b)?")
_QMAIL = "Hi. This is the qmail-send program"
_QMAIL_RECIPIENT = re.compile(r"^<([^<>\s]{1,300}@[^<>\s]{1,300})>:\s*$", re.MULTILINE)
_EXIM = "This message was created automatically by mail delivery software"
_COPY = re.compile(r"(?im)^-{2,4} ?(?:Below this line is a copy|This is a copy of the message)")
_COPY_ID = re.compile(r"^Message-ID:\s*(<[^<>\s]{1,900}>)", re.MULTILINE | re.IGNORECASE)


def read(leaves: Sequence[Part], text: str, first: Mapping[str, str]) -> Bounce | None:
    """The report that this mail is, or None. `first` are the mail's headers, `text` its readable text."""
    for leaf in leaves:
        if leaf.content_type in ("message/delivery-status", "message/global-delivery-status"):
            return _delivery_status(leaf, leaves)
    if _QMAIL in text[:2_000] or (_EXIM in text[:2_000] and "x-failed-recipients" in first):
        return _free_form(text[:20_000], first, leaves)
    return None


def _delivery_status(status: Part, leaves: Sequence[Part]) -> Bounce | None:
    recipients: list[str] = []
    codes: list[str] = []
    reasons: list[str] = []
    failed = delayed = False
    for group in _GROUPS.split(status.content()[:1_000_000], MAX_GROUPS):
        fields = {}
        for name, value in read_headers(group.strip(b"\r\n") + b"\r\n")[0]:
            fields.setdefault(name, headers.text(value))
        action = fields.get("action", "").lower().split("(")[0].strip()
        recipient = fields.get("original-recipient") or fields.get("final-recipient")
        if action.startswith("fail"):
            failed = True
        elif action.startswith("delay"):
            delayed = True
        elif action or not recipient:
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
        return None
    code_or_none = codes[0] if codes else None
    permanent = not (delayed and not failed) and not (code_or_none or "5").startswith("4")
    return Bounce(
        tuple(recipients), code_or_none, permanent, reasons[0][:500] if reasons else None, _original_id(leaves)
    )


def _address(value: str) -> str | None:
    """The address in `rfc822; ana@example.org`."""
    kind, semicolon, rest = value.partition(";")
    found = headers.addresses((rest if semicolon else kind).encode("utf-8", "replace"))
    return found[0][1] if found else None


def _original_id(leaves: Sequence[Part]) -> str | None:
    """The Message-ID of the returned message; only its header block is looked at."""
    for leaf in leaves:
        if leaf.content_type in ("message/rfc822", "text/rfc822-headers", "message/global", "message/rfc822-headers"):
            for name, value in read_headers(leaf.content()[:200_000])[0]:
                if name == "message-id":
                    return headers.message_id(value)
    return None


def _free_form(text: str, first: Mapping[str, str], leaves: Sequence[Part]) -> Bounce:
    copy = _COPY.search(text)
    report, rest = (text[: copy.start()], text[copy.start() :]) if copy else (text, text)
    recipients = [
        address for _, address in headers.addresses(first.get("x-failed-recipients", "").encode("utf-8", "replace"))
    ]
    recipients = recipients or list(dict.fromkeys(_QMAIL_RECIPIENT.findall(report)))[:MAX_GROUPS]
    code = _ENHANCED.search(report)
    status = _STATUS.search(report)
    lines = [line.strip() for line in report.splitlines()]
    reason = next((line for line in lines if _ENHANCED.search(line) or _STATUS.search(line)), None)
    original = _COPY_ID.search(rest)
    return Bounce(
        tuple(recipients),
        status[1] if status else None,
        not ((status and status[1].startswith("4")) or (not status and code and code[1].startswith("4"))),
        reason[:500] if reason else None,
        original[1] if original else _original_id(leaves),
    )
