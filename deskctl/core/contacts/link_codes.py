"""One-time codes by which a customer proves, on a second channel, who they are on the first.

Fifty random bits that can be read aloud and typed on a telephone. The desk keeps a hash, so that whoever reads the
store cannot use one; five wrong tries a day and address make guessing hopeless.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

#: Without I, L, O, U, 0 and 1: nothing that looks like another sign.
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
LENGTH = 11  # 30 ** 11 > 2 ** 53
GROUP = 4
#: Wrong codes that one address may send until `FORGIVEN_AFTER` its first one.
MAX_WRONG_CODES = 5
RESET_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LinkCode:
    """`digest` is the hash of the code; `kind` the kind of channel it is for, None: any. Moments are aware, UTC."""

    digest: str
    contact: int
    created_at: datetime
    expires_at: datetime
    kind: str | None = None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkTries:
    """How many wrong codes an address has sent since a moment."""

    kind: str
    address: str
    wrong: int
    since: datetime


def code_from(token: str) -> str:
    """A code from 128 random bits in hexadecimal, in groups that can be read aloud."""
    number, signs = int(token, 16), ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        signs += ALPHABET[place]
    return "-".join(signs[i : i + GROUP] for i in range(0, LENGTH, GROUP))


def digest(code: str) -> str:
    """The hash under which a code is kept, however its customer typed it: case, blanks and dashes mean nothing."""
    typed = unicodedata.normalize("NFKC", code).upper()
    return sha256("".join(ch for ch in typed if ch.isalnum()).encode("utf-8", "replace")).hexdigest()
