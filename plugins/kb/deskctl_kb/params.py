"""Parameters of the plugin's requests. Importing this module is cheap, because every command start imports it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Add:
    """Add an article. `text` may begin with front matter; fields given here override it, None leaves it."""

    text: str
    title: str | None = None
    public: bool | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    translation_of: str | None = None
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """Edit an article. None leaves a field unchanged. `text` may begin with front matter.

    An empty `translation_of` removes the reference to an original. `seen` is the version that the agent edited; the
    edit is refused if there is a newer one.
    """

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
    """Set the state of articles, and optionally their visibility."""

    ids: tuple[int, ...]
    state: str
    public: bool | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """Import files, given as path below the folder, with slashes, and text.

    `public` applies where a file has no value.
    """

    files: tuple[tuple[str, str], ...]
    public: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    """Show an article, or one of its versions."""

    id: int
    version: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """List the versions of an article."""

    id: int


@dataclass(frozen=True, slots=True)
class List:
    """List articles; None means any."""

    state: str | None = None
    public: bool | None = None
    language: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """Search articles. `language` is the customer's, None to guess it. `customers` finds only public articles."""

    text: str
    limit: int = 10
    language: str | None = None
    customers: bool = False


@dataclass(frozen=True, slots=True)
class Suggest:
    """Find articles for a ticket."""

    ticket: int
    limit: int = 5


@dataclass(frozen=True, slots=True)
class Missed:
    """Record a search that found no good match."""

    query: str


@dataclass(frozen=True, slots=True)
class Export:
    """Export articles.

    `present` are the folder's `*.md` files, path and text. `public` exports only public articles.
    """

    present: tuple[tuple[str, str], ...] = ()
    public: bool = False


@dataclass(frozen=True, slots=True)
class Stats:
    """Count uses of articles since an RFC 3339 time, or at any time."""

    since: str | None = None


@dataclass(frozen=True, slots=True)
class Gaps:
    """Group missed questions since an RFC 3339 time, or of any time."""

    since: str | None = None
    limit: int = 20
