"""The JSON document of a parsed mail, as printed by `mail parse --json`."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from deskctl.plugins import Bounce, Confirmation, InboundMessage


def mail_document(file: str, message: InboundMessage) -> dict[str, Any]:
    """Return the document of one mail. Missing values are null, a missing subject is `""`; times are RFC 3339 in UTC.

    `message_id` is null if the mail has none, although the message then has an ID that was derived from its content.
    """
    return {
        "file": file,
        "from": message.sender,
        "from_name": message.sender_name,
        "to": list(message.to),
        "cc": list(message.cc),
        "reply_to": list(message.reply_to),
        "subject": message.subject,
        "date": _utc_text(message.sent_at),
        "message_id": None if "no Message-ID" in message.problems else message.message_id,
        "in_reply_to": message.in_reply_to[0] if message.in_reply_to else None,
        "references": list(message.references),
        "text": message.text,
        "visible_text": message.visible_text,
        "html": message.html,
        "attachments": [
            {
                "filename": one.filename,
                "content_type": one.content_type,
                "size": len(one.content),
                "sha256": hashlib.sha256(one.content).hexdigest(),
            }
            for one in message.files
        ],
        "automatic": {
            "is": message.automatic.automatic,
            "why": message.automatic.why or None,
            "may_answer": message.automatic.may_answer,
        },
        "lists": list(message.lists),
        "through": message.through,
        "bounce": _bounce(message.bounce),
        "confirmation": _confirmation(message.confirmation),
        "language": message.language,
        "problems": list(message.problems),
    }


def _utc_text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def _bounce(bounce: Bounce | None) -> dict[str, Any] | None:
    if bounce is None:
        return None
    return {
        "recipients": list(bounce.recipients),
        "status": bounce.status,
        "permanent": bounce.permanent,
        "reason": bounce.reason,
        "original_message_id": bounce.original_message_id,
        "action": "delayed" if bounce.delayed else "failed",
        "reason_class": bounce.reason_class,
        "reports": [
            {
                "address": one.address,
                "action": one.action,
                "status": one.status,
                "reason_class": one.reason_class,
                "reason": one.reason,
            }
            for one in bounce.reports
        ],
    }


def _confirmation(confirmation: Confirmation | None) -> dict[str, Any] | None:
    if confirmation is None:
        return None
    return {
        "kind": confirmation.kind,
        "recipients": list(confirmation.recipients),
        "original_message_id": confirmation.original_message_id,
    }
