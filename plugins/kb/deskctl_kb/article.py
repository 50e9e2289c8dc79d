"""What an article is, and what may be said about one. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from deskctl.plugins import UsageError

#: Characters. An article is something to read; what is longer is a book, or no article at all.
LONGEST_TEXT = 1_000_000
LONGEST_TITLE = 300
MOST_TAGS = 50
_SLUG = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_KANA = re.compile(r"[\u3041-\u30ff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
#: What no text of ours holds: PostgreSQL refuses both.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class State(StrEnum):
    """Only what is published is found, offered and sent. What is retired stays to be read by its number."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Content:
    """All of an article that can be edited. `text` is Markdown with `\\n` at line ends; `language` is BCP 47.

    `translation_of` is the slug of the article that this one translates. `extra` are front matter keys that mean
    nothing here and are kept for those to whom they do.
    """

    title: str
    text: str
    language: str
    public: bool = False
    state: State = State.PUBLISHED
    tags: tuple[str, ...] = ()
    translation_of: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def for_customers(self) -> bool:
        """Whether a customer may see it: the one place where this is decided."""
        return self.public and self.state is State.PUBLISHED


@dataclass(frozen=True, slots=True)
class Article:
    """`number` is what agents call it by; `slug` names it for good, across desks. `path` is its file in an exported
    folder, relative, with slashes. `version` counts from 1; `changed_at` is aware, UTC."""

    number: int
    slug: str
    path: str
    version: int
    author: str
    changed_at: datetime
    content: Content


def checked_title(title: str) -> str:
    """Without line breaks and blanks around. Raises UsageError."""
    title = " ".join(storable(title).split())
    if not title:
        raise UsageError("an article needs a title")
    if len(title) > LONGEST_TITLE:
        raise UsageError(f"the title has {len(title)} characters", f"at most {LONGEST_TITLE}")
    return title


def checked_text(text: str) -> str:
    """With `\\n` at line ends and one at its end. Raises UsageError."""
    text = storable(text).replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"the text has {len(text):,} characters", f"at most {LONGEST_TEXT:,}: split the article")
    if not text.strip():
        raise UsageError("an article needs a text")
    return text + "\n"


def checked_language(language: str) -> str:
    """BCP 47, lower case. Raises UsageError."""
    if not _LANGUAGE.fullmatch(language):
        raise UsageError(f"{language!r} is no language", "as in ko, en or pt-br")
    return language.lower()


def checked_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, in the order given. Raises UsageError."""
    found = tuple(dict.fromkeys(tag for raw in tags if (tag := " ".join(storable(raw).split()).lower())))
    if len(found) > MOST_TAGS or any(len(tag) > 60 for tag in found):
        raise UsageError("too many tags, or too long ones", f"at most {MOST_TAGS} of 60 characters")
    return found


def checked_slug(slug: str) -> str:
    """Raises UsageError for what is no safe name of a file below a folder."""
    slug = unicodedata.normalize("NFC", slug)
    if not _SLUG.fullmatch(slug) or len(slug.encode()) > 200:
        raise UsageError(f"{slug!r} is no slug", "letters, digits, dots, hyphens, and slashes between parts")
    return slug


def slug_from(words: str) -> str:
    """A slug out of a title, or a path without its `.md`. Empty when nothing in it can stand in one."""
    parts = []
    for part in unicodedata.normalize("NFC", words).lower().split("/"):
        part = re.sub(r"[^\w.]+", "-", part).strip("-._")
        if part:
            parts.append(part)
    slug = "/".join(parts)
    while len(slug.encode()) > 120:
        slug = slug[:-1]
    return slug.rstrip("-._/")


def guess_language(text: str, default: str) -> str:
    """By its script: Korean and Japanese say so themselves; a text without either is English where the desk's own
    language would not be written like that."""
    letters = sum(c.isalpha() for c in text) or 1
    if len(_HANGUL.findall(text)) / letters > 0.1:
        return "ko"
    if len(_KANA.findall(text)) / letters > 0.1:
        return "ja"
    if len(_HAN.findall(text)) / letters > 0.3:
        return "zh"
    return "en" if default.split("-")[0] in ("ko", "ja", "zh") else default


def storable(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text)
