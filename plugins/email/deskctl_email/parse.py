"""Parsing of a raw mail into an inbound message. Pure: no I/O, no clock, and no exception for any input."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from deskctl.plugins import Confirmation, Envelope, InboundMessage

from . import (
    automatic,
    bounce,
    forwards,
    freeform_bounce,
    language_detection,
    mailing_lists,
    read_receipts,
    verdicts,
    visible_text,
)
from . import headers as field
from .charset import decode, normalize_text
from .content import Content, extract_content
from .messages import _
from .mime import Part, parse_mime

MISSING_ID_HOST = "missing.deskctl.invalid"
"""The right side of the Message-ID that is generated for a mail without one."""
#: Prefixes of header fields that servers add in transit; two copies of one mail may differ in them.
_TRANSIT_HEADERS = ("received", "return-path", "delivered-to", "envelope-to", "x-", "arc-", "dkim-", "authentication-")

KEPT_HEADERS = (
    "thread-index", "thread-topic", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to",
    "x-forwarded-to", "x-spam-flag", "x-spam-status", "x-spam-score", "x-priority", "importance",
    "list-id", "user-agent", "x-mailer",
)  # fmt: skip
"""Headers that a reply returns (threading) or that the desk uses for decisions (mailbox, spam)."""

_WANTED = automatic.HEADERS | verdicts.HEADERS | frozenset(KEPT_HEADERS)


def parse(raw: bytes, envelope: Envelope) -> InboundMessage:
    """Parse a mail. Defects are listed in `problems`; a mail that cannot be parsed at all becomes plain text."""
    try:
        return _parse(raw, envelope)
    except Exception as error:  # noqa: BLE001 - a channel's `parse` must not raise: even a broken mail is shown
        return _unreadable(raw, error)


def _parse(raw: bytes, envelope: Envelope) -> InboundMessage:
    root, leaves, problems = parse_mime(raw)
    content = extract_content(leaves)
    problems += content.problems
    hint = content.charset
    first = _first_headers(root, hint)

    senders = field.addresses(root.get("from"), hint) or field.addresses(root.get("sender"), hint)
    name, sender = senders[0] if senders else ("", None)
    if sender is None:
        problems.append(_("no sender address"))
        name = field.text(root.get("from"), hint).strip(' <>"')
    subject = field.text(root.get("subject"), hint)
    moment = field.date(root.get("date"))
    if moment is None:
        problems.append(_("no date") if not root.get("date").strip() else _("invalid date"))
    digest = _digest(root, subject, content)
    message_id = field.message_id(root.get("message-id"))
    if message_id is None:
        message_id = f"<{_sent_digest(root)[:40]}@{MISSING_ID_HOST}>"
        problems.append(_("no Message-ID"))
    if envelope.size is not None:
        problems.append(_("too large to fetch: {size} bytes, only the header is here", size=envelope.size))
    recipients = _addresses(root, "to", hint)
    named = sender if field.addresses(root.get("from"), hint) else None  # a report's From may be <>
    origin = freeform_bounce.Origin(named, name, subject, envelope.sender == "", recipients)
    report = bounce.read_report(root, leaves, content.text, first, origin)
    receipt = read_receipts.find_receipt(root, leaves, subject, content.text)
    confirmation = report.confirmation or (receipt.confirmation if receipt else None)
    mailing_list = mailing_lists.read_list_headers(root, sender, name, envelope.sender, hint)
    through = sender if mailing_list.author is not None else None
    if mailing_list.author is not None:
        sender, name = mailing_list.author.address, mailing_list.author.name or ""
    person = mailing_lists.reply_to_person(root, through or sender, mailing_list, hint)
    answered = _answered(root, confirmation)
    automatic_mail = automatic.classify(
        automatic.Signals(
            first,
            through or sender,
            subject,
            null_sender=envelope.sender == "",
            report=_report_name(root, report, receipt),
            discussion=mailing_list.discussion,
            reply_to_person=person is not None,
            starts_thread=not answered and not root.get("references").strip(),
        )
    )
    visible = _visible(content, forward=forwards.is_forward(subject))
    return InboundMessage(
        sender=sender,
        sender_name=name or None,
        subject=subject,
        text=content.text,
        visible_text=visible,
        digest=digest,
        html=content.html,
        to=recipients,
        cc=_addresses(root, "cc", hint),
        reply_to=_addresses(root, "reply-to", hint),
        sent_at=moment,
        message_id=message_id,
        in_reply_to=answered,
        references=field.message_ids(root.get("references")),
        files=content.files,
        automatic=automatic_mail,
        bounce=report.bounce,
        confirmation=confirmation,
        spam=verdicts.spam_verdict(first),
        forwarded=None if report.bounce else forwards.find_forwarded(leaves, content.text, subject),
        authentication=verdicts.authentication_results(root),
        language=language_detection.detect_language(visible or subject),
        problems=tuple(problems),
        lists=mailing_list.addresses,
        through=through,
        reply_to_person=person,
        headers={name: first[name] for name in KEPT_HEADERS if name in first},
    )


def _report_name(root: Part, report: bounce.Report, receipt: read_receipts.ReadReceipt | None) -> str:
    """Return the kind of a machine report; "" for other mail."""
    if report.bounce is not None or report.confirmation is not None:
        return "delivery report"
    if receipt is not None:
        return receipt.why
    return "report" if root.content_type == "multipart/report" else ""


def _answered(root: Part, confirmation: Confirmation | None) -> tuple[str, ...]:
    """Return the ids in In-Reply-To; for a receipt without it, the id of the message that was read."""
    ids = field.message_ids(root.get("in-reply-to"))
    original = confirmation.original_message_id if confirmation else None
    return ids or ((original,) if original else ())


def _visible(content: Content, *, forward: bool) -> str:
    shown = visible_text.visible_text_of_segments([(one.text, one.marked) for one in content.segments], forward=forward)
    plain = len(content.segments) == 1 and not content.marked
    if plain and content.html and not forward and len(shown) == len(content.text.strip()):
        return visible_text.visible_text_by_html(content.text, content.html)
    return shown


def _addresses(root: Part, name: str, hint: str) -> tuple[str, ...]:
    """Return the distinct addresses of a header in order; the header may occur several times."""
    if name not in root.first:
        return ()
    values = [value for key, value in root.headers if key == name][:20]
    return tuple(dict.fromkeys(address for value in values for _, address in field.addresses(value, hint)))


def _first_headers(root: Part, hint: str) -> Mapping[str, str]:
    """Return the headers that decisions use, as text. Only these are decoded, because a mail has dozens of others."""
    return {name: field.text(value[:2_000], hint) for name, value in root.first.items() if name in _WANTED}


def _digest(root: Part, subject: str, content: Content) -> str:
    """Return a hash of the sender's content. Each piece is hashed with its length, so that joins are unambiguous."""
    digest = hashlib.sha256()

    def add(piece: bytes) -> None:
        digest.update(b"%d:" % len(piece))
        digest.update(piece)

    for name in ("from", "date"):
        add(b" ".join(root.get(name).split()))
    for text in (subject, content.text, content.html or ""):
        add(text.encode("utf-8", "replace"))
    for one in content.files:
        add((one.filename or "").encode("utf-8", "replace"))
        add(one.content)
    return digest.hexdigest()


def _sent_digest(root: Part) -> str:
    """Return a hash of a mail as it was sent, without headers added in transit.

    The hash replaces a missing Message-ID. Two different short mails may have the same text and date, so the hash
    includes all headers of the sender.
    """
    digest = hashlib.sha256()
    for name, value in root.headers:
        if not name.startswith(_TRANSIT_HEADERS):
            digest.update(b"%s:%s\n" % (name.encode(), b" ".join(value.split())))
    digest.update(b"\n" + root.body.replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _unreadable(raw: bytes, error: Exception) -> InboundMessage:
    text = decode(raw[:100_000])[0]
    digest = hashlib.sha256(raw).hexdigest()
    return InboundMessage(
        sender=None,
        sender_name=None,
        subject="",
        text=text,
        visible_text=text,
        digest=digest,
        message_id=f"<{digest[:40]}@{MISSING_ID_HOST}>",
        problems=(
            _("could not be parsed: {error}", error=f"{type(error).__name__}: {normalize_text(str(error))[:200]}"),
        ),
    )
