"""From the JSON of one request to what the desk understands. Pure, and never surprised."""

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

#: What an alert says of itself, and how the desk is told that a machine said it (`automatic` of the message).
FIRING: Final = "alert firing"
RESOLVED: Final = "alert resolved"
_STATUS: Final = {"firing": FIRING, "resolved": RESOLVED}


def parse(raw: bytes, envelope: Envelope) -> InboundMessage:
    """Any bytes become a message; what is broken becomes a remark in `problems`."""
    fields, problems = _read(raw)
    alert = fields.get("type") == "alert"
    status = _STATUS.get(plain(fields.get("status")), FIRING) if alert else ""
    text = _alert_text(fields, status) if alert else plain(fields.get("text"))
    subject = " ".join(plain(fields.get("subject")).split())
    thread = plain(fields.get("thread")) or (f"alert {plain(fields.get('key')) or subject}" if alert else "")
    answered = plain(fields.get("in_reply_to"))
    about = (_thread_id(thread),) if thread else ()
    files, broken = _files(fields.get("files"))
    identity = envelope.extra.get("id", "")
    return InboundMessage(
        sender=plain(fields.get("from")) or ("monitoring" if alert else None),
        sender_name=plain(fields.get("name")) or None,
        subject=subject or " ".join(text[:300].split())[:78],
        text=text,
        visible_text=text,
        digest=hashlib.sha256(f"{identity}\0".encode("utf-8", "replace") + raw).hexdigest(),
        message_id=about[0] if about else None,
        in_reply_to=((answered,) if answered else ()) + about,
        sent_at=_moment(fields.get("at")),
        files=files,
        automatic=Automatic(alert, status),
        language=_language(fields.get("language")),
        problems=problems + broken,
    )


def objection(raw: bytes) -> str | None:
    """Why a request is no message; None for one that is. Whoever wrote the client should hear it at once."""
    fields, problems = _read(raw)
    if problems:
        return problems[0]
    kind = fields.get("type", "message")
    if kind not in ("message", "alert"):
        return 'type is "message" or "alert"'
    if kind == "alert" and fields.get("status") not in _STATUS:
        return 'status of an alert is "firing" or "resolved"'
    wanted = ("key", "subject") if kind == "alert" else ("from",)
    missing = [name for name in wanted if not plain(fields.get(name)).strip()]
    if missing:
        return f"missing, or no text: {', '.join(missing)}"
    if kind == "message" and not isinstance(fields.get("text"), str):
        return "missing, or no text: text"
    return None


def plain(value: object) -> str:
    """Text as the desk keeps it: composed (NFC), without NUL and lone surrogates. What is no text is ""."""
    if not isinstance(value, str):
        return ""
    return unicodedata.normalize("NFC", value.encode("utf-8", "replace").decode().replace("\0", "\ufffd"))


def _read(raw: bytes) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        return {"text": raw.decode("utf-8", "replace")}, ("the body is not JSON",)
    if not isinstance(fields, dict):
        return {"text": raw.decode("utf-8", "replace")}, ("the body is no JSON object",)
    return fields, ()


def _thread_id(thread: str) -> str:
    """All messages of a thread carry the same id and answer it, so the first opens a ticket and the next find it."""
    return f"<{hashlib.sha256(thread.encode()).hexdigest()[:32]}@thread.webhook>"


def _alert_text(fields: Mapping[str, Any], status: str) -> str:
    lines = [status.removeprefix("alert ").upper(), plain(fields.get("text"))]
    labels = fields.get("labels")
    if isinstance(labels, dict):
        lines += [f"{plain(name)}: {plain(value) or value}" for name, value in labels.items() if _simple(value)]
    return "\n".join(line for line in lines if line)


def _simple(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _moment(value: object) -> datetime | None:
    """RFC 3339, with its offset from UTC."""
    try:
        moment = datetime.fromisoformat(plain(value))
        return moment.astimezone(UTC) if moment.tzinfo else None
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
