"""An article as a file: YAML front matter, then Markdown. What is read is as it was written, what is written is
always in the same form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deskctl.plugins import UsageError

from .article import (
    Content,
    State,
    checked_language,
    checked_slug,
    checked_tags,
    checked_text,
    checked_title,
    guess_language,
    storable,
)

#: Characters of front matter.
_LONGEST = 20_000
#: Brackets within brackets; reading takes the square of their number.
_DEEPEST = 20
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_HEADING = re.compile(r" {0,3}#[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_KNOWN = ("slug", "title", "language", "public", "state", "tags", "translation_of")
_YES = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True, slots=True)
class File:
    """What a file says. `slug` None: it does not name itself."""

    slug: str | None
    content: Content


def read(text: str, *, public: bool = False, language: str = "en", title: str | None = None) -> File:
    """Raises UsageError with words for whoever wrote the file.

    `public` and `title` stand for what the file does not say; `language` where it cannot be told from the script.
    """
    head, body = _split(text)
    keys = _keys(head) if head is not None else {}
    body = checked_text(body)
    found = _text(keys, "title") or title or first_heading(body)
    if found is None:
        raise UsageError("it has no title", "write `# Title` on its first line, or `title: …` into its front matter")
    title = checked_title(found)
    slug, translation_of = _text(keys, "slug"), _text(keys, "translation_of")
    spoken = _text(keys, "language")
    return File(
        slug=checked_slug(slug) if slug else None,
        content=Content(
            title=title,
            text=body,
            language=checked_language(spoken) if spoken else guess_language(f"{title}\n{body}", language),
            public=_truth(keys, "public", public),
            state=_state(keys),
            tags=checked_tags(_list(keys, "tags")),
            translation_of=checked_slug(translation_of) if translation_of else None,
            extra={key: value for key, value in keys.items() if key not in _KNOWN},
        ),
    )


def revise(text: str, old: Content) -> Content:
    """The article with what a file says in its place; what its front matter does not name stays as it was.

    A title that came from the first heading follows the heading. Raises UsageError.
    """
    head, body = _split(text)
    keys = _keys(head) if head is not None else {}
    body = checked_text(body)
    heading = first_heading(body)
    followed = heading if heading is not None and old.title == first_heading(old.text) else None
    language, original = _text(keys, "language"), _text(keys, "translation_of")
    named = {key: value for key, value in keys.items() if key not in _KNOWN}
    return Content(
        title=checked_title(_text(keys, "title") or followed or old.title),
        text=body,
        language=checked_language(language) if language else old.language,
        public=_truth(keys, "public", old.public),
        state=_state(keys) if "state" in keys else old.state,
        tags=checked_tags(_list(keys, "tags")) if "tags" in keys else old.tags,
        translation_of=checked_slug(original) if original else old.translation_of,
        extra={**old.extra, **named},
    )


def write(slug: str, content: Content) -> str:
    """The one form in which an article is written: `read(write(slug, content))` gives both back."""
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

    def text_of(dumper: Any, value: str) -> Any:
        """Text with rare line breaks goes into double quotes: YAML folds them elsewhere."""
        rare = any(mark in value for mark in "\x85\u2028\u2029")
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style='"' if rare else None)

    dumper: Any = type("Dumper", (yaml.SafeDumper,), {})
    dumper.add_representer(str, text_of)
    head = yaml.dump(keys, None, dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=1_000_000)
    return f"---\n{head}---\n\n{content.text}"


def first_heading(body: str) -> str | None:
    """The first `# Heading` outside code, as it is written."""
    fence = ""
    for line in body.split("\n"):
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = ""
        elif not fence and (heading := _HEADING.fullmatch(line)) and heading[1].strip():
            return heading[1].strip()
    return None


def _split(text: str) -> tuple[str | None, str]:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.startswith("---\n"):
        return None, text
    end = re.search(r"^(?:---|\.\.\.)[ \t]*$", text[4:], re.MULTILINE)
    if end is None:
        # A line of hyphens is a rule in Markdown, too: without a second one there is no front matter.
        return None, text
    return text[4 : 4 + end.start()], text[4 + end.end() :].removeprefix("\n")


def _keys(head: str) -> dict[str, Any]:
    import yaml

    if len(head) > _LONGEST:
        raise UsageError(f"its front matter has {len(head):,} characters", f"at most {_LONGEST:,}")
    depth = 0
    for bracket in re.findall(r"[\[{}\]]", head):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        if depth > _DEEPEST:
            raise UsageError("its front matter is nested too deeply", "key: value, one a line")
    try:
        # Every scalar stays the text that it is: a title `007` is no number, and the language `no` no refusal.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(head, Loader=yaml.BaseLoader)):
            raise UsageError("its front matter uses a YAML alias (*name)", "write the value out")
        keys = yaml.load(head, Loader=yaml.BaseLoader)  # noqa: S506  (it makes text, lists and mappings only)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 2}: " if mark is not None else ""
        problem = getattr(error, "problem", None) or "it is no YAML"
        raise UsageError(f"its front matter cannot be read: {where}{problem}", "key: value, one a line") from error
    except RecursionError as error:
        raise UsageError("its front matter is nested too deeply", "key: value, one a line") from error
    if keys is None or keys == "":
        return {}
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys):
        raise UsageError("its front matter is no list of keys", "key: value, one a line")
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
        raise UsageError(f"{key} in its front matter is no text", f"{key}: value")
    return value.strip() or None


def _truth(keys: Mapping[str, Any], key: str, default: bool) -> bool:
    if (value := _text(keys, key)) is None:
        return default
    if value.lower() not in _YES:
        raise UsageError(f"{key} in its front matter is {value!r}", f"{key}: true, or {key}: false")
    return _YES[value.lower()]


def _state(keys: Mapping[str, Any]) -> State:
    value = _text(keys, "state")
    try:
        return State(value.lower()) if value else State.PUBLISHED
    except ValueError:
        raise UsageError(f"state in its front matter is {value!r}", "draft, published or retired") from None


def _list(keys: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = keys.get(key) or []
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(","))
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"{key} in its front matter is no list", f"{key}: [one, two]")
    return tuple(value)
