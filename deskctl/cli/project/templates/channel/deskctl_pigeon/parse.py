"""From the bytes of one message to what the desk understands. Pure, and never surprised."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Any

from deskctl.plugins import Envelope, InboundMessage


def parse(raw: bytes, envelope: Envelope) -> InboundMessage:
    """Any bytes become a message; what is broken becomes a remark in `problems`, for people to see."""
    fields, problems = _read(raw)
    text = plain(fields.get("text"))
    subject = " ".join(plain(fields.get("subject")).split())
    identity, answered = plain(fields.get("id")), plain(fields.get("in_reply_to"))
    return InboundMessage(
        sender=plain(fields.get("from")) or None,
        sender_name=plain(fields.get("name")) or None,
        subject=subject or " ".join(text[:300].split())[:78],
        text=text,
        visible_text=text,
        digest=hashlib.sha256(raw).hexdigest(),
        message_id=_bracketed(identity) if identity else None,
        in_reply_to=(_bracketed(answered),) if answered else (),
        problems=problems,
    )


def plain(value: object) -> str:
    """Text as the desk keeps it: composed (NFC), without NUL and lone surrogates. What is no text is ""."""
    if not isinstance(value, str):
        return ""
    return unicodedata.normalize("NFC", value.encode("utf-8", "replace").decode().replace("\0", "\ufffd"))


def _read(raw: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        return {"text": raw.decode("utf-8", "replace")}, ("it is not JSON",)
    if not isinstance(fields, dict):
        return {"text": raw.decode("utf-8", "replace")}, ("it is no JSON object",)
    return fields, ()


def _bracketed(identity: str) -> str:
    """Ids of messages carry angle brackets; those of the desk's own answers have them already."""
    whole = identity.startswith("<") and identity.endswith(">")
    return identity if whole else f"<{identity}@pigeon>"
