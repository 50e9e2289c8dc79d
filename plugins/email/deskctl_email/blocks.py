"""What stands above a quoted or forwarded message: `On … wrote:`, or lines `From: … Sent: … Subject: …`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from . import markers

LONGEST = 300
"""Characters of a line, or of an attribution over several lines, that are looked at."""
MAX_HEADER_LINES = 14
#: Marks of direction, which programs put around names in texts from right to left.
_DIRECTIONS = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
KINDS = ("from", "date", "to", "cc", "subject")


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The header lines above a message: how many lines they take, and their values by kind (`from`, `date` …)."""

    size: int
    values: dict[str, str] = field(default_factory=dict)


def attribution(lines: list[str], index: int) -> int:
    """How many lines from `index` on are `On … wrote:`; 0 if none. It crosses an empty line only inside an address."""
    joined = ""
    for size in range(1, 6):
        if index + size > len(lines):
            break
        piece = lines[index + size - 1]
        if not piece.strip() and size > 1 and "<" not in lines[min(index + size, len(lines) - 1)][:1]:
            break
        if len(joined) + len(piece) > LONGEST:
            break
        joined = f"{joined} {_DIRECTIONS.sub('', piece).strip()}".strip()
        if not joined:
            break
        if size > 1 and not _goes_on(joined):
            break
        if joined[-1] not in ":：-*)" and not markers.ATTRIBUTION_END.search(joined[-40:].lower()):
            if size > 1 or not _old_gmail(joined, lines, index + size):
                continue
            return size
        if _is_attribution(joined, lines, index + size):
            return 0 if size > 1 and _inner(lines, index, size) else size
    return 0


def _inner(lines: list[str], index: int, size: int) -> bool:
    """Whether the attribution begins after the first line, which then is the sender's own."""
    first = lines[index][:LONGEST].strip()
    if markers.ADDRESS_ALONE.match(first) or (_begins(first) and not _begins_with_word(lines[index + 1])):
        return False
    rest = " ".join(line.strip() for line in lines[index + 1 : index + size]).strip()
    address, verb = markers.BRACKETED.search(first), markers.VERB.search(first.lower())
    if (address and (verb or not _begins_with_word(rest))) or (
        verb and not _begins_with_word(rest) and not markers.VERB.search(rest.lower())
    ):
        return False
    begins = bool(markers.ATTRIBUTION_START.match(rest))
    if not begins and (markers.MOMENT.search(lines[index][:LONGEST]) or not markers.MOMENT.search(rest)):
        return False
    return _is_attribution(rest, lines, index + size)


def _begins(line: str) -> bool:
    """Whether a line begins an attribution and ends in the middle of one."""
    dated = markers.ATTRIBUTION_START.match(line) and (markers.DATE.search(line) or markers.CLOCK.search(line))
    return bool(dated) and line[-1:] not in ".!?。"


def _begins_with_word(line: str) -> bool:
    """Whether an attribution could begin here with its first word, rather than with the time that ends a date."""
    stripped = line[:LONGEST].lstrip()
    return bool(markers.ATTRIBUTION_START.match(stripped)) and not stripped[:1].isdigit()


def _goes_on(joined: str) -> bool:
    """Whether a line may be the beginning of an attribution that goes on below."""
    return (
        bool(markers.ATTRIBUTION_START.match(joined))
        or "<" in joined
        or "@" in joined
        or bool(markers.DATE.search(joined))
    )


def _is_attribution(joined: str, lines: list[str], next_line: int) -> bool:
    if markers.DASHED.match(joined) or markers.QUOTING.match(joined):
        return True
    end = markers.ATTRIBUTION_END.search(joined[-60:].lower())
    dated = markers.MOMENT.search(joined)
    address = "@" in joined
    if end and dated and (end["colon"] or address):
        return True
    if joined.rstrip("*_ ")[-1:] not in markers.COLONS:
        return False
    if dated and markers.ADDRESS_COLON.search(joined[-140:]):
        return True
    exact = markers.DATE.search(joined) and markers.CLOCK.search(joined)
    if exact and (markers.BRACKETED.search(joined) or (len(joined) <= 120 and _quoted_below(lines, next_line))):
        return True  # whatever the language calls it
    verb = markers.VERB.search(joined.lower())
    if verb is None:
        return False
    if dated and (address or markers.ATTRIBUTION_START.match(joined)):
        return True
    if dated and len(joined) <= 120 and markers.MOMENT.match(joined[verb.end() :].lstrip(" (")[:12]):
        return True  # "Ana kirjoitti 15.1.2024 klo 15.12:"
    return (len(joined) < 120 or address) and _quoted_below(lines, next_line)


def _old_gmail(joined: str, lines: list[str], next_line: int) -> bool:
    """`2009/11/13 Ana <ana@example.org>` right above quoted lines."""
    return bool(
        joined[:1].isdigit()
        and markers.MOMENT.search(joined[:40])
        and markers.ADDRESS_LAST.search(joined[-140:])
        and _quoted_below(lines, next_line)
    )


def _quoted_below(lines: list[str], index: int) -> bool:
    after = next((at for at in range(index, min(index + 6, len(lines))) if lines[at].strip()), None)
    return after is not None and lines[after].lstrip()[:1] in (">", "|")


def header_block(lines: list[str], index: int) -> HeaderBlock | None:
    """The header lines of a message that begin at `index`; None if they are not those of a message.

    Values that a mail program wrapped go on below, and a few empty lines may stand between the fields.
    """
    first = lines[index][:LONGEST]
    if not markers.HEADER.match(first):
        return None
    values: dict[str, str] = {}
    kinds: set[str] = set()
    fields = 0
    end = index
    last = ""
    blank = 0
    for at in range(index, min(index + MAX_HEADER_LINES, len(lines))):
        head = lines[at][:LONGEST]
        if not head.strip():
            if blank or (fields > 3 and "subject" in kinds):
                break
            blank += 1
            continue
        found = _field(head, kinds) if markers.HEADER.match(head) else None
        if found is None:
            following = lines[at + 1][:LONGEST] if at + 1 < len(lines) else ""
            if blank or not last or (not markers.HEADER.match(following) and not _rest_of(head, values.get(last, ""))):
                break
            values[last] = f"{values.get(last, '')} {head.strip()}".strip()
            end = at + 1
            continue
        kind, value = found
        if kind in kinds and kind in ("from", "subject"):
            break
        kinds.add(kind)
        fields += 1
        values.setdefault(kind, value)
        last, blank, end = kind, 0, at + 1
    if not _is_message(kinds, fields, values):
        return None
    return HeaderBlock(end - index, values)


def _is_message(kinds: set[str], fields: int, values: dict[str, str]) -> bool:
    if "from" not in kinds or fields < 2:
        return False
    who = values.get("from", "")
    if fields == 2:
        # Two lines are enough only when they say what no letter's own lines say: a mailbox and a moment.
        return "date" in kinds and bool(markers.MOMENT.search(values.get("date", ""))) and ("@" in who or "<" in who)
    if "@" not in who and "<" not in who and len(kinds & {"from", "date", "to", "subject"}) < 4:
        # A list of a customer's own, such as "De: Madrid, A: Barcelona, Fecha: ...", has no time of day.
        return "date" in kinds and bool(markers.CLOCK.search(values.get("date", "")))
    return "subject" in kinds or "date" in kinds or ("@" in who and "to" in kinds)


def ends_with_attribution(lines: list[str]) -> bool:
    """Whether the last of a few lines are `On … wrote:`, so that a block below them is a quote."""
    below = [*lines[-4:], "> "]
    return any(attribution(below, at) == len(below) - 1 - at for at in range(len(below) - 1) if below[at].strip())


def _rest_of(head: str, before: str) -> bool:
    """Whether a line is what a long list of addresses or a broken address goes on with."""
    return before.rstrip()[-1:] in (",", ";", "<") or head.strip()[:1] in ("<", "[") or head.strip()[-1:] == ">"


def _field(line: str, kinds: set[str]) -> tuple[str, str] | None:
    """The kind and the value of a header line. Some words mean two fields ("De", "A"): what is not there yet wins."""
    found: tuple[str, str] | None = None
    for kind in KINDS:
        match = markers.NAMED[kind].match(line)
        if match:
            if kind not in kinds:
                return kind, _bare(match["value"])
            found = found or (kind, _bare(match["value"]))
    return found


def _bare(value: str) -> str:
    """A field's value without the bold mark or the bar of a table behind it."""
    return value.rstrip().removesuffix("|").rstrip().removesuffix("*").rstrip()
