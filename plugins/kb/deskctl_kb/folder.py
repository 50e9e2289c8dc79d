"""A folder of articles: what its files say, and what is written into it. Pure: reading and writing is the command's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deskctl.plugins import UsageError

from . import frontmatter
from .article import Article
from .frontmatter import File

#: Bytes of one file, and of all of them together: what one request can carry.
LARGEST, LARGEST_ALL = 2_000_000, 30_000_000


@dataclass(frozen=True, slots=True)
class BadFile:
    path: str
    problem: str


def decoded(raw: bytes) -> str:
    """A file's text. Raises UsageError for what is no text, or too much of it."""
    if len(raw) > LARGEST:
        raise UsageError(f"it is too large; an article has at most {LARGEST / 1e6:g} MB")
    if b"\0" in raw:
        raise UsageError("it is a binary file")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UsageError(f"it is no UTF-8: line {line} has the byte 0x{raw[error.start]:02x}") from None


def parse_files(
    files: Iterable[tuple[str, str]], *, public: bool, language: str
) -> tuple[list[tuple[str, File]], list[BadFile]]:
    """What each file says, in the order of their paths; and those that cannot be read as articles."""
    read: list[tuple[str, File]] = []
    bad: list[BadFile] = []
    for path, text in sorted(files):
        try:
            if not safe(path):
                raise UsageError("its path leads out of the folder")
            read.append((path, frontmatter.read(text, public=public, language=language)))
        except UsageError as error:
            bad.append(BadFile(path, f"{error.what}: {error.hint}" if error.hint else error.what))
    return read, bad


def safe(path: str) -> bool:
    """Whether a relative path stays below its folder."""
    parts = path.split("/")
    return bool(path) and not any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts)


def to_write(articles: Iterable[Article], present: Mapping[str, str], language: str) -> dict[str, str]:
    """By path: the files that must be written, so that the folder says what the articles are.

    `present` are the files that are there. One that already says what its article is stays as it is, in whatever
    form it was written.
    """
    files: dict[str, str] = {}
    for article in articles:
        there = present.get(article.path)
        if there is None or not _says(there, article, language):
            files[article.path] = frontmatter.write(article.slug, article.content)
    return files


def to_remove(hidden: Iterable[Article], present: Mapping[str, str]) -> list[str]:
    """Of the files that are there: those of our own making whose articles customers may not see (any more)."""
    found = []
    for article in hidden:
        try:
            file = frontmatter.read(present[article.path]) if article.path in present else None
        except UsageError:
            file = None
        if file is not None and file.slug == article.slug:
            found.append(article.path)
    return sorted(found)


def _says(text: str, article: Article, language: str) -> bool:
    try:
        file = frontmatter.read(text, language=language)
    except UsageError:
        return False
    return file.content == article.content and file.slug in (None, article.slug)
