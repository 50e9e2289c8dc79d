"""Store the bytes of raw mails and attachments, each content once.

A blob is named by its SHA-256, compressed if that saves space, and has a reference count: each row that refers to it
holds one reference, taken in the transaction that writes the row.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from ..errors import NotFound
from ..i18n import _
from .errors import Inconsistent
from .ids import Ids
from .statements import insert, select_rows, update
from .tables import blob_bytes, blobs

_PLAIN, _ZLIB = 0, 1
#: For larger content (bytes), a sample from the middle decides about compression: images and archives do not shrink,
#: and their base64 encoding shrinks only because of its small alphabet.
_SMALL = 8 * 1024
_SAMPLE = 4 * 1024
#: For a short mail, creating zlib's tables takes longer than using them: a smaller window and memory level are
#: three times as fast and compress equally well.
_SMALL_WINDOW = (13, 6)
_USUAL_WINDOW = (15, 8)


class Compressed(NamedTuple):
    """Content as it is stored. `size` is the number of bytes before compression."""

    size: int
    compression: int
    data: bytes


def compressed(content: bytes) -> Compressed:
    """Compress content before a transaction."""
    return Compressed(len(content), *_compress(content))


def keep(connection: Connection, ids: Ids, contents: Mapping[str, bytes | Compressed], wanted: Iterable[str]) -> None:
    """Take one reference for each mention in `wanted` (hexadecimal SHA-256).

    Content that is not stored yet is taken from `contents`. Raises Inconsistent for a hash that is in neither: a row
    must not refer to missing bytes.
    """
    mentions = Counter(wanted)
    if not mentions:
        return
    lock = "ORDER BY sha256" + (" FOR UPDATE" if connection.dialect.name == "postgresql" else "")
    asked = [(sha256,) for sha256 in sorted(mentions)]
    known = {row.sha256: row.refs for row in select_rows(connection, blobs, "sha256 refs", "sha256", asked, lock)}
    update(connection, blobs, [(refs + mentions[sha256], sha256) for sha256, refs in known.items()], "refs", "sha256")
    about, data = [], []
    for sha256 in sorted(mentions.keys() - known):
        if sha256 not in contents:
            raise Inconsistent(_("a row refers to bytes that are not stored: {sha256}", sha256=sha256))
        content = contents[sha256]
        size, compression, stored = content if isinstance(content, Compressed) else compressed(content)
        number = ids.next("blobs")
        about.append((sha256, number, size, mentions[sha256], compression))
        data.append((number, stored))
    insert(connection, blobs, about, "sha256 id size refs compression")
    insert(connection, blob_bytes, data, "id data")


def release(connection: Connection, unwanted: Iterable[str]) -> None:
    """Release one reference for each mention, and delete the blobs without references."""
    mentions = Counter(unwanted)
    query = select(blobs.c.sha256, blobs.c.id, blobs.c.refs).where(blobs.c.sha256.in_(sorted(mentions)))
    gone = []
    for row in connection.execute(query.order_by(blobs.c.sha256).with_for_update()).all():
        left = row.refs - mentions[row.sha256]
        if left > 0:
            update(connection, blobs, [(left, row.sha256)], "refs", "sha256")
        else:
            gone.append(row)
    connection.execute(blobs.delete().where(blobs.c.sha256.in_([row.sha256 for row in gone])))
    connection.execute(blob_bytes.delete().where(blob_bytes.c.id.in_([row.id for row in gone])))


def read(connection: Connection, sha256s: Collection[str]) -> dict[str, bytes]:
    """Return the bytes by their SHA-256. Raises NotFound if some are missing."""
    query = (
        select(blobs.c.sha256, blobs.c.compression, blobs.c.size, blob_bytes.c.data)
        .join(blob_bytes, blob_bytes.c.id == blobs.c.id)
        .where(blobs.c.sha256.in_(sorted(set(sha256s))))
    )
    found = {row.sha256: _expand(row.compression, row.data, row.size) for row in connection.execute(query)}
    for sha256 in sha256s:
        if sha256 not in found:
            raise NotFound(_("no file with the hash {sha256}", sha256=sha256))
    return found


def _compress(content: bytes) -> tuple[int, bytes]:
    if len(content) <= _SMALL:
        smaller = _deflate(content, _SMALL_WINDOW)
    else:
        middle = len(content) // 2
        ratio = len(_deflate(content[middle : middle + _SAMPLE], _SMALL_WINDOW)) / _SAMPLE
        if ratio > 0.95:
            return _PLAIN, content
        # A search for repetitions in base64 finds none and takes three times as long as Huffman coding alone.
        smaller = _deflate(content, _USUAL_WINDOW, zlib.Z_HUFFMAN_ONLY if ratio > 0.7 else zlib.Z_DEFAULT_STRATEGY)
    return (_ZLIB, smaller) if len(smaller) < len(content) else (_PLAIN, content)


def _deflate(content: bytes, window: tuple[int, int], strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    compressor = zlib.compressobj(1, zlib.DEFLATED, *window, strategy)
    return compressor.compress(content) + compressor.flush()


def _expand(compression: int, data: bytes, size: int) -> bytes:
    return zlib.decompress(data, bufsize=max(size, 1)) if compression == _ZLIB else data
