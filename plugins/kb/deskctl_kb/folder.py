"""Articles as a folder of files: parsing files, and choosing files to write and remove.

Pure; the command does the I/O.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deskctl.plugins import UsageError

from . import frontmatter
from .article import Article
from .frontmatter import File
from .messages import _

#: The largest file and the largest total, in bytes, for one request.
MAX_FILE_BYTES, MAX_TOTAL_BYTES = 2_000_000, 30_000_000


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file that cannot be imported, with the reason."""

    path: str
    problem: str


def decode_file(raw: bytes) -> str:
    """Return the text of a file. Raises UsageError if it is not UTF-8 text or too large."""
    if len(raw) > MAX_FILE_BYTES:
        raise UsageError(_("the file is too large; the limit is {limit} MB", limit=f"{MAX_FILE_BYTES / 1e6:g}"))
    if b"\0" in raw:
        raise UsageError(_("the file is binary"))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        byte = f"0x{raw[error.start]:02x}"
        raise UsageError(
            _("the file is not UTF-8: line {line} contains the byte {byte}", line=line, byte=byte)
        ) from None


def parse_files(
    files: Iterable[tuple[str, str]], *, public: bool, language: str
) -> tuple[list[tuple[str, File]], list[BadFile]]:
    """Return the parsed files in the order of their paths, and the files that are not valid articles."""
    read: list[tuple[str, File]] = []
    bad: list[BadFile] = []
    for path, text in sorted(files):
        try:
            if not is_safe_path(path):
                raise UsageError(_("the path leads out of the folder"))
            read.append((path, frontmatter.read(text, public=public, language=language)))
        except UsageError as error:
            problem = _("{problem}; {hint}", problem=error.what, hint=error.hint) if error.hint else error.what
            bad.append(BadFile(path, problem))
    return read, bad


def is_safe_path(path: str) -> bool:
    """Return True if a relative path stays below its folder."""
    parts = path.split("/")
    return bool(path) and not any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts)


def files_to_write(articles: Iterable[Article], present: Mapping[str, str], language: str) -> dict[str, str]:
    """Return the texts of the files to write, by path, so that the folder matches the articles.

    `present` are the existing files. A file is not changed if its content equals its article, even if its
    formatting differs.
    """
    files: dict[str, str] = {}
    for article in articles:
        existing = present.get(article.path)
        if existing is None or not _matches(existing, article, language):
            files[article.path] = frontmatter.write(article.slug, article.content)
    return files


def files_to_remove(hidden: Iterable[Article], present: Mapping[str, str]) -> list[str]:
    """Return the paths of existing files that an export wrote and whose articles customers may no longer see."""
    found = []
    for article in hidden:
        try:
            file = frontmatter.read(present[article.path]) if article.path in present else None
        except UsageError:
            file = None
        if file is not None and file.slug == article.slug:
            found.append(article.path)
    return sorted(found)


def _matches(text: str, article: Article, language: str) -> bool:
    try:
        file = frontmatter.read(text, language=language)
    except UsageError:
        return False
    return file.content == article.content and file.slug in (None, article.slug)
