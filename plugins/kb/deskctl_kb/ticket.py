"""What a ticket asks, read off its document. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Characters of a message that are read for its question.
LONGEST = 1500
#: Questions in one message that are looked for on their own.
MOST = 3
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
class Asked:
    """`language` is the customer's, BCP 47, None where nobody knows."""

    text: str
    language: str | None


def question_of(document: Mapping[str, Any], message: int | None = None) -> Asked:
    """The subject and the customer's words: those of `message`, else their first and their newest."""
    said = [m for m in document["messages"] if m["kind"] == "in" and m["automatic"] is None]
    if message is not None:
        said = [m for m in said if m["id"] == message]
    elif len(said) > 2:
        said = [said[0], said[-1]]
    words = "\n".join(str(m["visible_text"] or m["text"])[:LONGEST] for m in said)
    subject = str(document["subject"] or "")
    # In a chat the subject is the beginning of what was said.
    text = words if words.startswith(subject.removesuffix("…")) else f"{subject}\n{words}"
    return Asked(text.strip(), document.get("language"))


def questions(text: str) -> list[str]:
    """All that was said, and each sentence that is a question: a mail says much beside what it asks."""
    asked = [sentence for part in _SENTENCE.split(text) if _QUESTION.search(sentence := part.strip())]
    return list(dict.fromkeys([text, *asked[:MOST]]))
