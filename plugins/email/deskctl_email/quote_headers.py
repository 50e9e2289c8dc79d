"""The lines above a quoted or forwarded message: an attribution (`On … wrote:`) or header lines (`From: … Sent: …`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from . import quote_patterns

MAX_LINE_LENGTH = 300
"""Characters that are examined of a line, or of an attribution that spans several lines."""
MAX_HEADER_LINES = 14
#: Direction marks that mail programs put around names in right-to-left text.
_DIRECTIONS = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
KINDS = ("from", "date", "to", "cc", "subject")


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The header lines above a message: the number of lines, and the values by kind (`from`, `date` …)."""

    size: int
    values: dict[str, str] = field(default_factory=dict)


def attribution_size(lines: list[str], index: int) -> int:
    """Return the number of lines of the attribution (`On … wrote:`) at `index`; 0 if there is none.

    An attribution contains an empty line only inside an address.
    """
    joined = ""
    for size in range(1, 6):
        if index + size > len(lines):
            break
        piece = lines[index + size - 1]
        if not piece.strip() and size > 1 and "<" not in lines[min(index + size, len(lines) - 1)][:1]:
            break
        if len(joined) + len(piece) > MAX_LINE_LENGTH:
            break
        joined = f"{joined} {_DIRECTIONS.sub('', piece).strip()}".strip()
        if not joined:
            break
        if size > 1 and not _may_continue(joined):
            break
        if joined[-1] not in ":：-*)" and not quote_patterns.ATTRIBUTION_END.search(joined[-40:].lower()):
            if size > 1 or not _is_old_gmail(joined, lines, index + size):
                continue
            return size
        if _is_attribution(joined, lines, index + size):
            return 0 if size > 1 and _starts_after_first_line(lines, index, size) else size
    return 0


def _starts_after_first_line(lines: list[str], index: int, size: int) -> bool:
    """Return True if the attribution starts below the first line, which is then the sender's own text."""
    first = lines[index][:MAX_LINE_LENGTH].strip()
    if quote_patterns.ADDRESS_ALONE.match(first) or (
        _is_incomplete_attribution(first) and not _begins_with_word(lines[index + 1])
    ):
        return False
    rest = " ".join(line.strip() for line in lines[index + 1 : index + size]).strip()
    address, verb = quote_patterns.BRACKETED.search(first), quote_patterns.VERB.search(first.lower())
    if (address and (verb or not _begins_with_word(rest))) or (
        verb and not _begins_with_word(rest) and not quote_patterns.VERB.search(rest.lower())
    ):
        return False
    begins = bool(quote_patterns.ATTRIBUTION_START.match(rest))
    if not begins and (
        quote_patterns.DATE_OR_TIME.search(lines[index][:MAX_LINE_LENGTH])
        or not quote_patterns.DATE_OR_TIME.search(rest)
    ):
        return False
    return _is_attribution(rest, lines, index + size)


def _is_incomplete_attribution(line: str) -> bool:
    """Return True if a line starts an attribution and stops in the middle of it."""
    dated = quote_patterns.ATTRIBUTION_START.match(line) and (
        quote_patterns.DATE.search(line) or quote_patterns.CLOCK.search(line)
    )
    return bool(dated) and line[-1:] not in ".!?。"


def _begins_with_word(line: str) -> bool:
    """Return True if an attribution could start here with its first word, not with the time at the end of a date."""
    stripped = line[:MAX_LINE_LENGTH].lstrip()
    return bool(quote_patterns.ATTRIBUTION_START.match(stripped)) and not stripped[:1].isdigit()


def _may_continue(joined: str) -> bool:
    """Return True if the line may start an attribution that continues on the next line."""
    return (
        bool(quote_patterns.ATTRIBUTION_START.match(joined))
        or "<" in joined
        or "@" in joined
        or bool(quote_patterns.DATE.search(joined))
    )


def _is_attribution(joined: str, lines: list[str], next_line: int) -> bool:
    if quote_patterns.DASHED.match(joined) or quote_patterns.QUOTING.match(joined):
        return True
    end = quote_patterns.ATTRIBUTION_END.search(joined[-60:].lower())
    dated = quote_patterns.DATE_OR_TIME.search(joined)
    address = "@" in joined
    if end and dated and (end["colon"] or address):
        return True
    if joined.rstrip("*_ ")[-1:] not in quote_patterns.COLONS:
        return False
    if dated and quote_patterns.ADDRESS_COLON.search(joined[-140:]):
        return True
    exact = quote_patterns.DATE.search(joined) and quote_patterns.CLOCK.search(joined)
    if exact and (quote_patterns.BRACKETED.search(joined) or (len(joined) <= 120 and _quoted_below(lines, next_line))):
        return True  # in any language
    verb = quote_patterns.VERB.search(joined.lower())
    if verb is None:
        return False
    if dated and (address or quote_patterns.ATTRIBUTION_START.match(joined)):
        return True
    if dated and len(joined) <= 120 and quote_patterns.DATE_OR_TIME.match(joined[verb.end() :].lstrip(" (")[:12]):
        return True  # "Ana kirjoitti 15.1.2024 klo 15.12:"
    return (len(joined) < 120 or address) and _quoted_below(lines, next_line)


def _is_old_gmail(joined: str, lines: list[str], next_line: int) -> bool:
    """Return True for Gmail's old form: `2009/11/13 Ana <ana@example.org>` directly above quoted lines."""
    return bool(
        joined[:1].isdigit()
        and quote_patterns.DATE_OR_TIME.search(joined[:40])
        and quote_patterns.ADDRESS_LAST.search(joined[-140:])
        and _quoted_below(lines, next_line)
    )


def _quoted_below(lines: list[str], index: int) -> bool:
    after = next((at for at in range(index, min(index + 6, len(lines))) if lines[at].strip()), None)
    return after is not None and lines[after].lstrip()[:1] in (">", "|")


def find_header_block(lines: list[str], index: int) -> HeaderBlock | None:
    """Return the header block of a message that starts at `index`; None if there is none.

    A value may be wrapped over several lines, and single empty lines may separate the fields.
    """
    first = lines[index][:MAX_LINE_LENGTH]
    if not quote_patterns.HEADER.match(first):
        return None
    values: dict[str, str] = {}
    kinds: set[str] = set()
    fields = 0
    end = index
    last = ""
    blank = 0
    for at in range(index, min(index + MAX_HEADER_LINES, len(lines))):
        head = lines[at][:MAX_LINE_LENGTH]
        if not head.strip():
            if blank or (fields > 3 and "subject" in kinds):
                break
            blank += 1
            continue
        found = _field(head, kinds) if quote_patterns.HEADER.match(head) else None
        if found is None:
            following = lines[at + 1][:MAX_LINE_LENGTH] if at + 1 < len(lines) else ""
            if (
                blank
                or not last
                or (not quote_patterns.HEADER.match(following) and not _is_continuation(head, values.get(last, "")))
            ):
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
    sender = values.get("from", "")
    if fields == 2:
        # Two lines are enough only if they contain an address and a time; a person's own text rarely has both.
        return (
            "date" in kinds
            and bool(quote_patterns.DATE_OR_TIME.search(values.get("date", "")))
            and ("@" in sender or "<" in sender)
        )
    if "@" not in sender and "<" not in sender and len(kinds & {"from", "date", "to", "subject"}) < 4:
        # A customer's own list, such as "De: Madrid, A: Barcelona, Fecha: ...", has no time of day.
        return "date" in kinds and bool(quote_patterns.CLOCK.search(values.get("date", "")))
    return "subject" in kinds or "date" in kinds or ("@" in sender and "to" in kinds)


def ends_with_attribution(lines: list[str]) -> bool:
    """Return True if the last lines are an attribution, so that a block below them is a quote."""
    below = [*lines[-4:], "> "]
    return any(attribution_size(below, at) == len(below) - 1 - at for at in range(len(below) - 1) if below[at].strip())


def _is_continuation(head: str, before: str) -> bool:
    """Return True if the line continues a long list of addresses or an address that was split."""
    return before.rstrip()[-1:] in (",", ";", "<") or head.strip()[:1] in ("<", "[") or head.strip()[-1:] == ">"


def _field(line: str, kinds: set[str]) -> tuple[str, str] | None:
    """Return the kind and value of a header line.

    Some names stand for two fields ("De", "A"): they are read as the field that is still missing.
    """
    found: tuple[str, str] | None = None
    for kind in KINDS:
        match = quote_patterns.NAMED[kind].match(line)
        if match:
            if kind not in kinds:
                return kind, _strip_markup(match["value"])
            found = found or (kind, _strip_markup(match["value"]))
    return found


def _strip_markup(value: str) -> str:
    """Return a field's value without the bold mark or the table bar after it."""
    return value.rstrip().removesuffix("|").rstrip().removesuffix("*").rstrip()
