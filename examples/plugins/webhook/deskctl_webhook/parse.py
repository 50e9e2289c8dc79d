"""Conversion of a request's JSON to a message. Pure and total: any bytes give a message."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from deskctl.plugins import Automatic, Envelope, InboundMessage, IncomingFile

#: The values of the message's `automatic` for the two states of an alert.
FIRING: Final = "alert firing"
RESOLVED: Final = "alert resolved"
_STATUS: Final = {"firing": FIRING, "resolved": RESOLVED}


def parse(raw: bytes, envelope: Envelope) -> InboundMessage:
    """Return the message in any bytes, with the defects listed in `problems`."""
    fields, problems = _read(raw)
    alert = fields.get("type") == "alert"
    status = _STATUS.get(plain(fields.get("status")), FIRING) if alert else ""
    text = _alert_text(fields, status) if alert else plain(fields.get("text"))
    subject = " ".join(plain(fields.get("subject")).split())
    thread = plain(fields.get("thread")) or (f"alert {plain(fields.get('key')) or subject}" if alert else "")
    replied_to = plain(fields.get("in_reply_to"))
    thread_ids = (_thread_id(thread),) if thread else ()
    files, file_problems = _files(fields.get("files"))
    identity = envelope.extra.get("id", "")
    return InboundMessage(
        sender=plain(fields.get("from")) or ("monitoring" if alert else None),
        sender_name=plain(fields.get("name")) or None,
        subject=subject or " ".join(text[:300].split())[:78],
        text=text,
        visible_text=text,
        digest=hashlib.sha256(f"{identity}\0".encode("utf-8", "replace") + raw).hexdigest(),
        message_id=thread_ids[0] if thread_ids else None,
        in_reply_to=((replied_to,) if replied_to else ()) + thread_ids,
        sent_at=_time(fields.get("at")),
        files=files,
        automatic=Automatic(alert, status),
        language=_language(fields.get("language")),
        problems=problems + file_problems,
    )


def validation_error(raw: bytes) -> str | None:
    """Return the reason why a request is not a valid message, or None. The listener sends it to the client."""
    fields, problems = _read(raw)
    if problems:
        return problems[0]
    kind = fields.get("type", "message")
    if kind not in ("message", "alert"):
        return 'invalid type; use "message" or "alert"'
    if kind == "alert" and fields.get("status") not in _STATUS:
        return 'invalid status; an alert has "firing" or "resolved"'
    required = ("key", "subject") if kind == "alert" else ("from",)
    missing = [name for name in required if not plain(fields.get(name)).strip()]
    if missing:
        return f"missing text: {', '.join(missing)}"
    if kind == "message" and not isinstance(fields.get("text"), str):
        return "missing text: text"
    return None


def plain(value: object) -> str:
    """Return text in the form that the desk stores: NFC, without NUL and lone surrogates; "" for other types."""
    if not isinstance(value, str):
        return ""
    return unicodedata.normalize("NFC", value.encode("utf-8", "replace").decode().replace("\0", "\ufffd"))


def _read(raw: bytes) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        return {"text": raw.decode("utf-8", "replace")}, ("the body is not JSON",)
    if not isinstance(fields, dict):
        return {"text": raw.decode("utf-8", "replace")}, ("the body is not a JSON object",)
    return fields, ()


def _thread_id(thread: str) -> str:
    """Return the message id of a thread.

    All messages of a thread have this id and refer to it, so the first opens a ticket and the others join it.
    """
    return f"<{hashlib.sha256(thread.encode()).hexdigest()[:32]}@thread.webhook>"


def _alert_text(fields: Mapping[str, Any], status: str) -> str:
    lines = [status.removeprefix("alert ").upper(), plain(fields.get("text"))]
    labels = fields.get("labels")
    if isinstance(labels, dict):
        lines += [f"{plain(name)}: {plain(value) or value}" for name, value in labels.items() if _is_scalar(value)]
    return "\n".join(line for line in lines if line)


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _time(value: object) -> datetime | None:
    """Return an RFC 3339 time; None without an offset from UTC."""
    try:
        time = datetime.fromisoformat(plain(value))
        return time.astimezone(UTC) if time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _language(value: object) -> str | None:
    tag = plain(value).partition("-")[0].lower()
    return tag if 2 <= len(tag) <= 3 and tag.isascii() and tag.isalpha() else None


def _files(value: object) -> tuple[tuple[IncomingFile, ...], tuple[str, ...]]:
    files, problems = [], []
    for number, entry in enumerate(_objects(value), 1):
        try:
            content = base64.b64decode(plain(entry.get("base64")), validate=True)
        except (binascii.Error, ValueError):
            problems.append(f"file {number} is not base64")
            continue
        kind = plain(entry.get("type")) or "application/octet-stream"
        files.append(IncomingFile(plain(entry.get("name")) or None, kind, content))
    return tuple(files), tuple(problems)


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    yield from (entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()
