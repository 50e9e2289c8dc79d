"""Link codes: one-time codes with which a customer links an address on another channel.

A code has more than fifty random bits and can be read aloud and typed on a telephone. The store keeps only a hash, so
that the codes cannot be read there. An address can send five wrong codes a day, so that codes cannot be guessed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from ...dataclass import dataclass
from ...normalization import normalize

#: Letters and digits without I, L, O, U, 0 and 1, which are easily confused.
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
LENGTH = 11  # 30 ** 11 > 2 ** 53
GROUP = 4
#: The number of wrong codes that an address may send within `RESET_AFTER` of the first.
MAX_WRONG_CODES = 5
RESET_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LinkCode:
    """A link code. `digest` is its hash, `kind` the channel type that it is for; None: any.

    Times are aware, UTC.
    """

    digest: str
    contact: int
    created_at: datetime
    expires_at: datetime
    kind: str | None = None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkTries:
    """The number of wrong codes that an address has sent since a time."""

    kind: str
    address: str
    wrong: int
    since: datetime


def code_from(token: str) -> str:
    """Return the code for 128 random bits in hexadecimal, in groups that can be read aloud."""
    number, signs = int(token, 16), ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        signs += ALPHABET[place]
    return "-".join(signs[i : i + GROUP] for i in range(0, LENGTH, GROUP))


def digest(code: str) -> str:
    """Return the hash of a code as a customer typed it; case, spaces and dashes are ignored."""
    typed = normalize("NFKC", code).upper()
    return sha256("".join(ch for ch in typed if ch.isalnum()).encode("utf-8", "replace")).hexdigest()
