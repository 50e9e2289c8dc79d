"""Conversion of the bytes of one message. Pure and total: any bytes give a message."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from deskctl.plugins import Envelope, InboundMessage, normalize


def parse(raw: bytes, envelope: Envelope) -> InboundMessage:
    """Return the message in any bytes, with the defects listed in `problems`."""
    fields, problems = _read(raw)
    text = plain(fields.get("text"))
    subject = " ".join(plain(fields.get("subject")).split())
    identity, replied_to = plain(fields.get("id")), plain(fields.get("in_reply_to"))
    return InboundMessage(
        sender=plain(fields.get("from")) or None,
        sender_name=plain(fields.get("name")) or None,
        subject=subject or " ".join(text[:300].split())[:78],
        text=text,
        visible_text=text,
        digest=hashlib.sha256(raw).hexdigest(),
        message_id=_bracketed(identity) if identity else None,
        in_reply_to=(_bracketed(replied_to),) if replied_to else (),
        problems=problems,
    )


def plain(value: object) -> str:
    """Return text in the form that the desk stores: NFC, without NUL and lone surrogates; "" for other types."""
    if not isinstance(value, str):
        return ""
    return normalize("NFC", value.encode("utf-8", "replace").decode().replace("\0", "\ufffd"))


def _read(raw: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        return {"text": raw.decode("utf-8", "replace")}, ("not JSON",)
    if not isinstance(fields, dict):
        return {"text": raw.decode("utf-8", "replace")}, ("not a JSON object",)
    return fields, ()


def _bracketed(identity: str) -> str:
    """Return the id in angle brackets. The ids of the desk's own replies already have them."""
    bracketed = identity.startswith("<") and identity.endswith(">")
    return identity if bracketed else f"<{identity}@pigeon>"
