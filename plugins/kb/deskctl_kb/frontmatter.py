"""An article as a file: YAML front matter and Markdown. Reading accepts any form; writing always uses the same form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deskctl.plugins import UsageError

from .article import (
    Content,
    State,
    guess_language,
    storable,
    validate_language,
    validate_slug,
    validate_tags,
    validate_text,
    validate_title,
)
from .messages import _
from .plain_text import strip_closing_hashes

#: The maximum length of the front matter, in characters.
_MAX_LENGTH = 20_000
#: The maximum nesting depth of brackets. The parsing time grows with the square of the depth.
_MAX_DEPTH = 20
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_HEADING = re.compile(r" {0,3}#[ \t]++(.*)")
_KNOWN_KEYS = ("slug", "title", "language", "public", "state", "tags", "translation_of")
_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_FORM = _("write one `key: value` per line")


@dataclass(frozen=True, slots=True)
class File:
    """The content of a file. `slug` is None if the file does not contain one."""

    slug: str | None
    content: Content


def read(text: str, *, public: bool = False, language: str = "en", title: str | None = None) -> File:
    """Parse a file. Raises UsageError with a message for the author of the file.

    `public` and `title` are used if the file has no value for them; `language` is used if the script does not
    identify the language.
    """
    head, body = _split(text)
    keys = _keys(head) if head is not None else {}
    body = validate_text(body)
    found = _text(keys, "title") or title or first_heading(body)
    if found is None:
        raise UsageError(_("no title"), _("write `# Title` on the first line, or `title: …` in the front matter"))
    title = validate_title(found)
    slug, translation_of = _text(keys, "slug"), _text(keys, "translation_of")
    stated = _text(keys, "language")
    return File(
        slug=validate_slug(slug) if slug else None,
        content=Content(
            title=title,
            text=body,
            language=validate_language(stated) if stated else guess_language(f"{title}\n{body}", language),
            public=_boolean(keys, "public", public),
            state=_state(keys),
            tags=validate_tags(_list(keys, "tags")),
            translation_of=validate_slug(translation_of) if translation_of else None,
            extra={key: value for key, value in keys.items() if key not in _KNOWN_KEYS},
        ),
    )


def revise(text: str, old: Content) -> Content:
    """Return the content after an edit of the whole file. Fields that the front matter does not name stay unchanged.

    If the title equals the first heading, a change of the heading also changes the title. Raises UsageError.
    """
    head, body = _split(text)
    keys = _keys(head) if head is not None else {}
    body = validate_text(body)
    heading = first_heading(body)
    new_title = heading if heading is not None and old.title == first_heading(old.text) else None
    language, original = _text(keys, "language"), _text(keys, "translation_of")
    extra = {key: value for key, value in keys.items() if key not in _KNOWN_KEYS}
    return Content(
        title=validate_title(_text(keys, "title") or new_title or old.title),
        text=body,
        language=validate_language(language) if language else old.language,
        public=_boolean(keys, "public", old.public),
        state=_state(keys) if "state" in keys else old.state,
        tags=validate_tags(_list(keys, "tags")) if "tags" in keys else old.tags,
        translation_of=validate_slug(original) if original else old.translation_of,
        extra={**old.extra, **extra},
    )


def write(slug: str, content: Content) -> str:
    """Return an article as a file. `read(write(slug, content))` returns the same slug and content."""
    import yaml

    keys: dict[str, Any] = {
        "slug": slug,
        "title": content.title,
        "language": content.language,
        "public": content.public,
    }
    if content.state is not State.PUBLISHED:
        keys["state"] = content.state.value
    if content.tags:
        keys["tags"] = list(content.tags)
    if content.translation_of is not None:
        keys["translation_of"] = content.translation_of
    for key in sorted(content.extra):
        keys.setdefault(key, content.extra[key])

    def represent_text(dumper: Any, value: str) -> Any:
        """Put text with unusual line breaks in double quotes, because YAML folds them in other styles."""
        rare = any(mark in value for mark in "\x85\u2028\u2029")
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if rare else None)

    dumper: Any = type("Dumper", (yaml.SafeDumper,), {})
    dumper.add_representer(str, represent_text)
    head = yaml.dump(keys, None, dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=1_000_000)
    return f"---\n{head}---\n\n{content.text}"


def first_heading(body: str) -> str | None:
    """Return the first `# Heading` outside code blocks, unchanged, or None."""
    fence = ""
    for line in body.split("\n"):
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = ""
        elif (
            not fence and (heading := _HEADING.fullmatch(line)) and (words := strip_closing_hashes(heading[1]).strip())
        ):
            return words
    return None


def _split(text: str) -> tuple[str | None, str]:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.startswith("---\n"):
        return None, text
    end = re.search(r"^(?:---|\.\.\.)[ \t]*$", text[4:], re.MULTILINE)
    if end is None:
        # A line of hyphens is also a horizontal rule in Markdown: front matter needs a second line.
        return None, text
    return text[4 : 4 + end.start()], text[4 + end.end() :].removeprefix("\n")


def _keys(head: str) -> dict[str, Any]:
    import yaml

    if len(head) > _MAX_LENGTH:
        raise UsageError(
            _("the front matter has {count} characters", count=f"{len(head):,}"),
            _("the limit is {limit}", limit=f"{_MAX_LENGTH:,}"),
        )
    depth = 0
    for bracket in re.findall(r"[\[{}\]]", head):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        if depth > _MAX_DEPTH:
            raise UsageError(_("the front matter is nested too deeply"), _FORM)
    try:
        # BaseLoader keeps every scalar as text: a title `007` is not a number, and the language `no` is not a boolean.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(head, Loader=yaml.BaseLoader)):
            raise UsageError(_("the front matter uses a YAML alias (*name)"), _("write the value instead"))
        keys = yaml.load(head, Loader=yaml.BaseLoader)  # noqa: S506  (it creates only text, lists and mappings)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or _("not YAML")
        if mark is not None:
            problem = _("line {line}: {problem}", line=mark.line + 2, problem=problem)
        raise UsageError(_("cannot read the front matter: {problem}", problem=problem), _FORM) from error
    except RecursionError as error:
        raise UsageError(_("the front matter is nested too deeply"), _FORM) from error
    if keys is None or keys == "":
        return {}
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys):
        raise UsageError(_("the front matter has no keys"), _FORM)
    return {storable(key): _storable(value) for key, value in keys.items()}


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key) if isinstance(key, str) else str(key): _storable(item) for key, item in value.items()}
    return str(value)


def _text(keys: Mapping[str, Any], key: str) -> str | None:
    value = keys.get(key)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise UsageError(_("front matter: {key} is not a text", key=key), _("write {key}: value", key=key))
    return value.strip() or None


def _boolean(keys: Mapping[str, Any], key: str, default: bool) -> bool:
    if (value := _text(keys, key)) is None:
        return default
    if value.lower() not in _BOOLEANS:
        raise UsageError(
            _('front matter: {key} is "{value}"', key=key, value=value),
            _("write {key}: true or {key}: false", key=key),
        )
    return _BOOLEANS[value.lower()]


def _state(keys: Mapping[str, Any]) -> State:
    value = _text(keys, "state")
    try:
        return State(value.lower()) if value else State.PUBLISHED
    except ValueError:
        raise UsageError(
            _('front matter: {key} is "{value}"', key="state", value=value), _("use draft, published or retired")
        ) from None


def _list(keys: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = keys.get(key) or []
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(","))
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(_("front matter: {key} is not a list", key=key), _("write {key}: [one, two]", key=key))
    return tuple(value)
