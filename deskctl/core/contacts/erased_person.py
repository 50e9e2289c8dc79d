"""The data of an erased person, for the store and plugins to find what they must erase."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...dataclass import dataclass
from ...normalization import normalize

#: The minimum length of a part of a name that is searched for; shorter parts occur in too many other words.
_MIN_NAME_LENGTH = 3
#: The minimum number of digits of a chat id that is searched for; shorter numbers can mean anything.
_MIN_NUMBER_LENGTH = 6
#: The replacement of a line that mentions the person.
ERASED = "(erased)"


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """An erased person.

    `contacts`, `tickets` and `messages` are the ids of the person's contacts and tickets, of the messages on these
    tickets, and of the person's messages on other tickets. `addresses` and `names` are the erased ones.
    """

    contacts: tuple[int, ...]
    tickets: tuple[int, ...]
    messages: tuple[int, ...]
    addresses: tuple[str, ...]
    names: tuple[str, ...]

    def is_mentioned(self, text: str) -> bool:
        """Return True if `text` names the person, an address, or one of the tickets as `#42`."""
        return bool(text) and any(pattern.search(_folded(text)) for pattern in self._patterns())

    def without(self, text: str) -> str:
        """Return `text` with each line that names the person replaced by `ERASED`."""
        patterns = list(self._patterns())
        lines = [(line, _folded(line)) for line in text.splitlines()]
        return "\n".join(ERASED if any(p.search(folded) for p in patterns) else line for line, folded in lines)

    def _patterns(self) -> Iterator[re.Pattern[str]]:
        if words := sorted(_words((*self.names, *self.addresses))):
            alternatives = "|".join(map(re.escape, words))
            # Korean and similar languages attach particles to a name without a space.
            yield re.compile(rf"(?<![a-z0-9])(?:{alternatives})(?![a-z0-9])")
        if self.tickets:
            yield re.compile(rf"(?:#|\bticket\s+|티켓\s*)(?:{'|'.join(map(str, self.tickets))})(?![0-9])")


def _words(texts: Iterable[str]) -> set[str]:
    """Return the names and addresses, and the parts of names."""
    found = set()
    for text in map(_folded, texts):
        if len(text.strip()) >= (_MIN_NUMBER_LENGTH if text.strip().isdecimal() else 2):
            found.add(text.strip())
        if "@" not in text:
            found.update(part for part in re.findall(r"[^\W\d_]+", text) if len(part) >= _MIN_NAME_LENGTH)
    return found


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold()
