"""Fetching of mail from an IMAP folder, in batches, with mail that the server lists but does not deliver. Blocking."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from .imap_connection import Connection
from .imap_login import ConnectionLost, ServerRefusal

#: A batch ends at this many bytes or mails: one fetch, one commit of the journal, one flagging.
BATCH_BYTES: Final = 4_000_000
BATCH_MAILS: Final = 100
#: Bytes that count for a mail over the size limit, because only its header is read.
HEADER_BYTES: Final = 16_384


def batches(uids: Sequence[int], sizes: dict[int, int], max_size: int, singly: int) -> Iterator[list[int]]:
    """Yield batches in UID order; up to the UID `singly`, each mail is a batch."""
    batch: list[int] = []
    size = 0
    for uid in uids:
        mail_size = sizes.get(uid, 0)
        mail_size = mail_size if mail_size <= max_size else HEADER_BYTES
        if batch and (size + mail_size > BATCH_BYTES or len(batch) == BATCH_MAILS or uid <= singly):
            yield batch
            batch, size = [], 0
        batch.append(uid)
        size += mail_size
    if batch:
        yield batch


def fetch(
    connection: Connection, uids: Sequence[int], sizes: dict[int, int], max_size: int
) -> tuple[dict[int, bytes], list[int]]:
    """Return the mails by UID (of mails over the limit, the header), and the UIDs that were not delivered."""
    large = [uid for uid in uids if sizes.get(uid, 0) > max_size]
    normal = [uid for uid in uids if uid not in large]
    mails = {**_fetch_or_nothing(connection.bodies, normal), **_fetch_or_nothing(connection.headers, large)}
    not_fetched = [uid for uid in uids if uid not in mails]
    refused = sorted(connection.existing_uids(not_fetched)) if not_fetched else []
    for uid in list(refused):
        again = _fetch_or_nothing(connection.headers if uid in large else connection.bodies, [uid])
        if uid in again:
            refused.remove(uid)
            mails.update(again)
    return dict(sorted(mails.items())), refused


def _fetch_or_nothing(fetch: Callable[[Sequence[int]], dict[int, bytes]], uids: Sequence[int]) -> dict[int, bytes]:
    """Return the fetched mails by UID; nothing if the server refuses the command or sends an invalid response."""
    if not uids:
        return {}
    try:
        return fetch(uids)
    except ConnectionLost:
        raise
    except ServerRefusal:
        return {}
