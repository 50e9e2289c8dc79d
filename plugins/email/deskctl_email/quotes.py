"""Which part of a mail's text is new: without the quoted message below and without the signature.

Works on whole lines, each looked at a fixed number of times, and looks only at the beginning of long ones, so the cost
is linear whatever the text. When in doubt a line stays visible: an agent who misses a customer's words is worse off
than one who sees a quote. Forwarded messages stay: they are what the sender wants to show.
"""

from __future__ import annotations

import re

from . import markers

LONGEST = 300
"""Characters of a line (or of an attribution over three lines) that are looked at."""

MAX_CANDIDATES = 5_000
"""Lines that are looked at closely; what follows stays visible."""


def visible(text: str) -> str:
    """The new part of `text`; the whole of it when nothing but quotes would be left out."""
    lines = text.split("\n")
    kept = _without_quotes(lines)
    kept = _without_signature(kept)
    shown = "\n".join(kept).strip()
    return shown or text.strip()


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    index = 0
    candidates = 0
    something = False  # words of the sender's own before this line
    while index < len(lines):
        line = lines[index]
        head = line[:LONGEST].strip()
        if head[:1] == ">" or head[:4] == "&gt;":
            index += 1
            if kept and len(line) >= 60 and _wrapped(line, lines, index):
                index += 1
            continue
        if not head:
            kept.append(line)
            index += 1
            continue
        if (
            len(line) <= LONGEST
            and candidates < MAX_CANDIDATES
            and _may_mark(line, lines[index + 1] if index + 1 < len(lines) else "")
        ):
            candidates += 1
            if markers.FORWARDED.match(line):
                return kept + lines[index:]
            if markers.ORIGINAL.match(line) or markers.REPLY_ABOVE.match(line):
                if something:
                    return kept
            elif (size := _header_block(lines, index)) > 0:
                if something:
                    return _without_ruler(kept)
                index += size
                continue
            elif (size := _attribution(lines, index)) > 0:
                after = _next_words(lines, index + size)
                if after is not None and lines[after].lstrip()[:1] == ">":
                    index += size
                    continue
                if something:
                    return _without_ruler(kept)
            elif something and _sent_from(line):
                return kept
        kept.append(line)
        something = something or not markers.RULER.match(head)
        index += 1
    return kept


def _may_mark(line: str, following: str) -> bool:
    """A cheap look for what every marker has: nearly all lines are plain words and need no closer look."""
    return (
        ":" in line
        or "@" in line
        or line.lstrip()[:1] in markers.MARK_BEGINNINGS
        or following.rstrip()[-1:] in markers.COLONS
        or "：" in line
        or "에서 보" in line
        or "above" in line
        or "위에" in line
    )


def _wrapped(quoted: str, lines: list[str], index: int) -> bool:
    """Whether line `index` is the rest of the quoted line before it, broken off by a mail program on the way."""
    if index + 1 >= len(lines) or not lines[index + 1].startswith(">"):
        return False
    rest = lines[index].strip()
    return rest[:1].islower() and quoted.rstrip()[-1:] not in ".?!:;"


def _attribution(lines: list[str], index: int) -> int:
    """How many lines from `index` on are `On … wrote:`; 0 if none. It never crosses an empty line."""
    joined = ""
    for size in range(1, 4):
        if index + size > len(lines):
            break
        piece = lines[index + size - 1]
        if not piece.strip() or len(joined) + len(piece) > LONGEST:
            break
        joined = f"{joined} {piece.strip()}".strip()
        if size > 1 and not markers.ATTRIBUTION_START.match(joined):
            break
        if joined[-1] not in ":：-*" and not markers.ATTRIBUTION_END.search(joined[-40:]):
            continue
        end = markers.ATTRIBUTION_END.search(joined[-60:])
        dated = markers.MOMENT.search(joined)
        if end and dated and (end["colon"] or "@" in joined):
            return size
        if dated and markers.ADDRESS_COLON.search(joined[-140:]):
            return size
        if end and end["colon"] and len(joined) < 120:
            after = _next_words(lines, index + size)
            if after is not None and lines[after].lstrip()[:1] == ">":
                return size
    return 0


def _header_block(lines: list[str], index: int) -> int:
    """How many lines from `index` on are a quoted message's `From: … Sent: … Subject: …`; 0 if none."""
    if not markers.FROM.match(lines[index][:LONGEST]):
        return 0
    names = 0
    size = 1
    for offset in range(1, 9):
        if index + offset >= len(lines):
            break
        head = lines[index + offset][:LONGEST]
        if markers.OTHER.match(head):
            names += 1
            size = offset + 1
        elif not head.strip() and names:
            break
    return size if names >= 2 else 0


def _next_words(lines: list[str], index: int) -> int | None:
    """The next of a few lines that is not empty."""
    return next((at for at in range(index, min(index + 6, len(lines))) if lines[at].strip()), None)


def _without_ruler(kept: list[str]) -> list[str]:
    """Drop the line drawn between the new text and the quoted header, and the empty lines around it."""
    end = len(kept)
    while end and (not kept[end - 1].strip() or markers.RULER.match(kept[end - 1][:LONGEST])):
        end -= 1
    return kept[:end]


def _sent_from(line: str) -> bool:
    stripped = line.strip().strip("*_[]")
    return (
        len(stripped) <= 120 and bool(markers.SENT_FROM.match(stripped)) and not re.search(r"[.,;!?]\s*\Z|, ", stripped)
    )


def _without_signature(lines: list[str]) -> list[str]:
    """Without what follows `-- `, a list's footer, or a closing phrase with a name below it."""
    end = len(lines)
    words = 0  # lines with words below the one looked at
    short = True
    cut = end
    first = next((at for at, line in enumerate(lines) if line.strip()), end)
    for at in range(end - 1, first, -1):
        line = lines[at]
        stripped = line[:LONGEST].strip()
        if line == "-- " or (
            short
            and words <= 12
            and (
                (stripped[:1] in ("-", "_") and markers.LIST_RULER.match(stripped))
                or (words <= 8 and len(stripped) <= 50 and markers.CLOSING.match(stripped))
            )
        ):
            cut = at
        if stripped:
            words += 1
            short = short and len(line) <= 100
    return lines[:cut]
