"""Store attachments: one row for each, with the bytes as blobs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from ...core.messages.model import IncomingFile
from ...core.values.filenames import nameless
from ..encoding import clean, maybe_clean
from ..source import DatabaseSource
from ..statements import insert
from ..tables import attachments

FileRow = tuple[int, int, str, str, int, str, bool, str | None]


def file_rows(
    files: Iterable[tuple[int, Iterable[IncomingFile]]], source: DatabaseSource
) -> tuple[list[FileRow], dict[str, bytes]]:
    """Return the rows of each message's attachments, and their bytes by SHA-256."""
    found: list[FileRow] = []
    contents: dict[str, bytes] = {}
    for message, attached in files:
        for number, file in enumerate(attached, 1):
            sha256 = hashlib.sha256(file.content).hexdigest()
            contents[sha256] = file.content
            found.append(
                (
                    source.next_id("attachments"),
                    message,
                    clean(file.filename or nameless(number, file.content_type)),
                    clean(file.content_type),
                    len(file.content),
                    sha256,
                    file.inline,
                    maybe_clean(file.content_id),
                )
            )
    return found, contents


def insert_files(connection: Connection, files: Sequence[FileRow]) -> None:
    insert(connection, attachments, files, "id message filename content_type size sha256 inline content_id")
