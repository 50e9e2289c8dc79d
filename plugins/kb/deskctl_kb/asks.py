"""What requests are asked with. Nothing here costs a command its start."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Add:
    """`text` may begin with front matter; what is said here goes before it. None: not said."""

    text: str
    title: str | None = None
    public: bool | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    translation_of: str | None = None
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """None leaves as it is. `text` may begin with front matter. `translation_of` "" makes it no translation.
    `seen` is the version that the editor saw; the edit is refused when there is a newer one."""

    id: int
    text: str | None = None
    title: str | None = None
    public: bool | None = None
    language: str | None = None
    translation_of: str | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class SetState:
    ids: tuple[int, ...]
    state: str
    public: bool | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """`files`: path below the folder, with slashes, and text. `public` where a file does not say."""

    files: tuple[tuple[str, str], ...]
    public: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    id: int
    version: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    id: int


@dataclass(frozen=True, slots=True)
class List:
    state: str | None = None
    public: bool | None = None
    language: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """`language` is the asker's, None where the question tells. `customers`: only what customers may see."""

    text: str
    limit: int = 10
    language: str | None = None
    customers: bool = False


@dataclass(frozen=True, slots=True)
class Suggest:
    ticket: int
    limit: int = 5


@dataclass(frozen=True, slots=True)
class Missed:
    query: str


@dataclass(frozen=True, slots=True)
class Export:
    """`present`: the folder's `*.md` files, path and text. `public`: only what customers may see."""

    present: tuple[tuple[str, str], ...] = ()
    public: bool = False


@dataclass(frozen=True, slots=True)
class Stats:
    """`since`: RFC 3339, None for always."""

    since: str | None = None


@dataclass(frozen=True, slots=True)
class Gaps:
    """`since`: RFC 3339, None for always."""

    since: str | None = None
    limit: int = 20
