"""The question of a ticket, extracted from its document. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: The maximum number of characters that are read from a message.
MAX_LENGTH = 1500
#: The maximum number of questions of one message that are searched separately.
MAX_QUESTIONS = 3
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n+")
_QUESTION = re.compile(
    r"[?？]\s*$|(나요|까요|니까|는지요|을까|가요|건가요|죠|세요|시오|바랍니다|바라요|부탁드립니다|부탁드려요|부탁합니다|부탁해요"
    r"|싶습니다|싶어요|싶은데요|궁금합니다|궁금해요|문의드립니다|문의합니다|문의드려요|주실래요)[.!~\s]*$"
    r"|^(how|what|where|when|why|which|who|whom|can|could|may|do|does|is|are|am|will|would|should)\b"
    r"|^(please (tell|explain|show|help|advise|let)|i (want|need|would like|wish|am trying|am looking))\b"
    r"|^(i'd like|tell me)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TicketQuestion:
    """The text to search for. `language` is the customer's, BCP 47, or None if unknown."""

    text: str
    language: str | None


def ticket_question(document: Mapping[str, Any], message: int | None = None) -> TicketQuestion:
    """Return the subject and the text of `message`; without it, of the first and the newest message of the customer."""
    messages = [m for m in document["messages"] if m["kind"] == "in" and m["automatic"] is None]
    if message is not None:
        messages = [m for m in messages if m["id"] == message]
    elif len(messages) > 2:
        messages = [messages[0], messages[-1]]
    body = "\n".join(str(m["visible_text"] or m["text"])[:MAX_LENGTH] for m in messages)
    subject = str(document["subject"] or "")
    # In a chat the subject is the beginning of the text.
    text = body if body.startswith(subject.removesuffix("…")) else f"{subject}\n{body}"
    return TicketQuestion(text.strip(), document.get("language"))


def search_queries(text: str) -> list[str]:
    """Return the whole text and each sentence that is a question, because a message also contains other sentences."""
    sentences = [sentence for part in _SENTENCE.split(text) if _QUESTION.search(sentence := part.strip())]
    return list(dict.fromkeys([text, *sentences[:MAX_QUESTIONS]]))
