"""Articles and the validation of their fields. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from deskctl.plugins import UsageError, normalize

from .messages import _

#: The maximum length of text and title in characters, and the maximum number of tags.
MAX_TEXT = 1_000_000
MAX_TITLE = 300
MAX_TAGS = 50
_SLUG = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_KANA = re.compile(r"[\u3041-\u30ff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
#: Characters that PostgreSQL refuses, so they are replaced in all texts.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class State(StrEnum):
    """The state of an article. Only published articles are found, suggested and sent; a retired one can be shown."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Content:
    """The editable part of an article. `text` is Markdown with `\\n` at line ends; `language` is BCP 47.

    `translation_of` is the slug of the original of a translation. `extra` holds unknown front matter keys, kept for
    other programs.
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
        """Return True if a customer may see the article. No other code decides this."""
        return self.public and self.state is State.PUBLISHED


@dataclass(frozen=True, slots=True)
class Article:
    """An article in the store.

    Agents refer to it by `number`; `slug` is its permanent name, also on other desks. `path` is its file in an exported
    folder, relative, with slashes. `version` starts at 1; `changed_at` is aware, UTC.
    """

    number: int
    slug: str
    path: str
    version: int
    author: str
    changed_at: datetime
    content: Content


def validate_title(title: str) -> str:
    """Return the title on one line, without surrounding blanks. Raises UsageError."""
    title = " ".join(storable(title).split())
    if not title:
        raise UsageError(_("an article needs a title"))
    if len(title) > MAX_TITLE:
        raise UsageError(
            _("the title has {count} characters", count=len(title)), _("the limit is {limit}", limit=MAX_TITLE)
        )
    return title


def validate_text(text: str) -> str:
    """Return the text with `\\n` at line ends and one at the end. Raises UsageError."""
    text = storable(text).replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()
    if len(text) > MAX_TEXT:
        raise UsageError(
            _("the text has {count} characters", count=f"{len(text):,}"),
            _("the limit is {limit}; split the article", limit=f"{MAX_TEXT:,}"),
        )
    if not text.strip():
        raise UsageError(_("an article needs a text"))
    return text + "\n"


def validate_language(language: str) -> str:
    """Return the BCP 47 tag in lower case. Raises UsageError."""
    if not _LANGUAGE.fullmatch(language):
        raise UsageError(_('not a language: "{value}"', value=language), _("use a code such as ko, en or pt-br"))
    return language.lower()


def validate_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tags in order, each once, in lower case. Raises UsageError."""
    found = tuple(dict.fromkeys(tag for raw in tags if (tag := " ".join(storable(raw).split()).lower())))
    if len(found) > MAX_TAGS or any(len(tag) > 60 for tag in found):
        raise UsageError(
            _("too many or too long tags"), _("the limit is {limit} tags of 60 characters", limit=MAX_TAGS)
        )
    return found


def validate_slug(slug: str) -> str:
    """Return the slug in NFC. Raises UsageError if it is not a safe name of a file below a folder."""
    slug = normalize("NFC", slug)
    if not _SLUG.fullmatch(slug) or len(slug.encode()) > 200:
        raise UsageError(
            _('not a slug: "{value}"', value=slug),
            _("use letters, digits, dots and hyphens, with slashes between the parts"),
        )
    return slug


def slug_from(name: str) -> str:
    """Return a slug made from a title, or from a path without `.md`; empty if no character is usable."""
    parts = []
    for part in normalize("NFC", name).lower().split("/"):
        part = re.sub(r"[^\w.]+", "-", part).strip("-._")
        if part:
            parts.append(part)
    slug = "/".join(parts)
    while len(slug.encode()) > 120:
        slug = slug[:-1]
    return slug.rstrip("-._/")


def guess_language(text: str, default: str) -> str:
    """Return the language of a text by its script.

    Without Korean, Japanese or Chinese characters, return `default`, or English if `default` has another script.
    """
    letters = sum(c.isalpha() for c in text) or 1
    if len(_HANGUL.findall(text)) / letters > 0.1:
        return "ko"
    if len(_KANA.findall(text)) / letters > 0.1:
        return "ja"
    if len(_HAN.findall(text)) / letters > 0.3:
        return "zh"
    return "en" if default.split("-")[0] in ("ko", "ja", "zh") else default


def storable(text: str) -> str:
    """Replace characters that the store refuses."""
    return _UNSTORABLE.sub("\ufffd", text)
