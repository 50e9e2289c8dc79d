"""The visible text of a mail: its new text without quoted messages and the signature.

The algorithm works on whole lines. It examines each line a fixed number of times and only the start of long lines, so
it takes linear time for any text. In doubt a line stays visible: a visible quote is less harmful than hidden words of a
customer. Forwarded messages stay visible, because the sender wants to show them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import quote_patterns
from .format_flowed import LITERAL
from .quote_headers import attribution_size, find_header_block

MAX_LINE_LENGTH = 300
"""Characters of a line that are examined."""

MAX_CANDIDATES = 800
"""Lines that are examined closely; all further lines stay visible."""

_SENTENCE = re.compile(r"[,;!?]\s*\Z|, |\. ")
_STRUCTURE = re.compile(
    r"(?i)gmail_quote|type=[\"']?cite|divRplyFwdMsg|OutlookMessageHeader|yahoo_quoted|protonmail_quote|appendonsend"
    r"|reference-message-container"
)
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_DASHES = frozenset("-_=*—–[")


def visible_text(text: str, *, forward: bool = False) -> str:
    """Return the new part of `text`; all of it if the text consists only of quotes.

    `forward`: the subject marks the mail as a forward, so a message below header lines stays visible.
    """
    if _SIGNED in text:
        text = _strip_pgp_armor(text)
    lines = text.split("\n")
    kept, passed_on = _strip_quotes(lines, forward)
    shown = "\n".join(_strip_signature(kept) + passed_on).strip()
    return shown or text.strip()


def visible_text_of_segments(segments: Sequence[tuple[str, str]], *, forward: bool = False) -> str:
    """Return the new text of a mail with several text parts; a quote in one part does not hide later parts.

    A segment is a text and the same text with `> ` before the lines that the HTML structure marks as quoted.
    """
    if len(segments) == 1:
        return visible_text_of_html(*segments[0], forward=forward).replace(LITERAL, "")
    whole = "\n".join(text for text, _ in segments)
    shown = []
    for at, (text, marked) in enumerate(segments):
        new = visible_text_of_html(text, marked, forward=forward)
        quoted = new == text.strip() and _is_all_quoted(marked)
        footer = at and quote_patterns.LIST_RULER.match(new.partition("\n")[0][:MAX_LINE_LENGTH])
        if not quoted and not footer:
            shown.append(new)
    return ("\n".join(shown) or whole).strip().replace(LITERAL, "")


def _is_all_quoted(marked: str) -> bool:
    """Return True if every line is quoted."""
    return all(line[:1] == ">" for line in marked.split("\n") if line.strip())


def visible_text_of_html(text: str, marked: str, *, forward: bool = False) -> str:
    """Return the new part of an HTML mail's text. `marked` has `> ` before lines that the HTML marks as quoted."""
    if forward or marked == text:
        return visible_text(text, forward=forward)
    shown = visible_text(marked)
    return visible_text(text) if shown.startswith(">") else shown


def visible_text_by_html(text: str, html: str) -> str:
    """Return the new part of a plain text, found by the quotes in its HTML alternative; all of it if there are none.

    Mail programs create both versions from one message, so the plain text starts with the new part of the HTML.
    """
    if not _STRUCTURE.search(html):
        return text.strip()
    for links in (True, False):
        end = _end_of_new(text, html, links)
        if end:
            return text[:end].strip()
    return text.strip()


def _end_of_new(text: str, html: str, links: bool) -> int:
    """Return the position in the plain text after the new words of the HTML; 0 if the text does not start with them."""
    from .html_text import html_to_text

    page = html_to_text(html, links=links)
    new = "".join(visible_text_of_html(page.text, page.marked).split())
    if not new or page.marked == page.text:
        return 0
    at = 0
    for position, character in enumerate(text):
        if character.isspace():
            continue
        if character != new[at]:
            return 0
        at += 1
        if at == len(new):
            return position + 1
    return 0


def _strip_pgp_armor(text: str) -> str:
    """Remove the armor lines of a PGP signature from a text (RFC 9580, 7)."""
    before, _, rest = text.partition(_SIGNED)
    hashes, blank, rest = rest.partition("\n\n")
    signed, begin, rest = rest.partition("-----BEGIN PGP SIGNATURE-----")
    _, end, after = rest.partition("-----END PGP SIGNATURE-----")
    if not (blank and begin and end) or len(hashes) > MAX_LINE_LENGTH:
        return text
    words = "\n".join(line.removeprefix("- ") for line in signed.split("\n"))
    return "\n".join(part for part in (before.strip(), words.strip("\n"), after.strip()) if part.strip()) or text


def _strip_quotes(lines: list[str], forward: bool) -> tuple[list[str], list[str]]:
    """Return the sender's own lines and the lines of a forwarded message."""
    kept: list[str] = []
    index = 0
    candidates = 0
    bars = False  # below an attribution, lines that begin with | are also quoted
    something = False  # the sender's own words precede this line
    while index < len(lines):
        line = lines[index]
        head = line[:MAX_LINE_LENGTH].strip()
        if head[:1] == ">" or head[:4] == "&gt;" or (bars and head[:1] == "|"):
            if _is_decoration(head):
                kept.append(line)
            index += 1
            if kept and 60 <= len(line) <= 120 and _is_wrapped_rest(line, lines, index):
                index += 1
            continue
        if not head:
            kept.append(line)
            index += 1
            continue
        following = lines[index + 1] if index + 1 < len(lines) else ""
        if len(line) <= MAX_LINE_LENGTH and candidates < MAX_CANDIDATES and _may_be_marker(line, head, following):
            candidates += 1
            if quote_patterns.FORWARDED.match(line):
                return kept, lines[index:]
            if quote_patterns.ORIGINAL.match(line) or quote_patterns.REPLY_ABOVE.match(line):
                if something:
                    return kept, lines[index:] if forward and _header_follows(lines, index) else []
                if not forward and _quote_follows(lines, index):
                    index += 1  # a reply may follow
                    continue
            elif (block := find_header_block(lines, index)) is not None:
                if something:
                    return (kept, lines[index:]) if forward else (_strip_ruler(kept), [])
                if forward:
                    return kept, lines[index:]
                index += block.size
                continue
            elif (size := attribution_size(lines, index)) > 0:
                after = _next_text_line(lines, index + size)
                if after is not None and lines[after].lstrip()[:1] in (">", "|"):
                    bars = bars or lines[after].lstrip()[:1] == "|"
                    index += size
                    continue
                if something:
                    return _strip_ruler(kept), []
        if something and len(head) <= 120 and head[0] in quote_patterns.SENT_FROM_INITIALS and _is_sent_from(head):
            after = _next_text_line(lines, index + 1)
            if after is None or not (lines[after].lstrip()[:1] == ">" or attribution_size(lines, after)):
                return _strip_ruler(kept), []
            index += 1  # a reply may follow the quote
            continue
        kept.append(line)
        something = something or not quote_patterns.RULER.match(head)
        index += 1
    return kept, []


def _may_be_marker(line: str, head: str, following: str) -> bool:
    """Return True if a line may be a marker. A fast test, because most lines are plain words."""
    return (
        ":" in line
        or "@" in line
        or head[0] in _DASHES
        or following.rstrip()[-1:] in quote_patterns.COLONS
        or "：" in line
        or (head[-1] == "-" and " -" in head)
        or "|" in line
        or "above" in line
        or "위에" in line
        or "20" in line
        or (head[-1] in "<," and following != "")
    )


def _is_decoration(head: str) -> bool:
    """Return True if `>` is decoration (`>>> buy now <<<`), not a quote mark."""
    return head[-2:] == "<<" and head[:2] == ">>"


def _header_follows(lines: list[str], index: int) -> bool:
    after = _next_text_line(lines, index + 1)
    return after is not None and find_header_block(lines, after) is not None


def _quote_follows(lines: list[str], index: int) -> bool:
    """Return True if the header lines or quoted lines of a message follow the separator."""
    after = _next_text_line(lines, index + 1)
    return after is not None and (lines[after].lstrip()[:1] == ">" or find_header_block(lines, after) is not None)


def _is_wrapped_rest(quoted: str, lines: list[str], index: int) -> bool:
    """Return True if line `index` is the rest of the previous quoted line, which a mail program wrapped."""
    if index + 1 >= len(lines) or not lines[index + 1].startswith(">"):
        return False
    rest = lines[index].strip()
    return rest[:1].islower() and quoted.rstrip()[-1:] not in ".?!:;"


def _next_text_line(lines: list[str], index: int) -> int | None:
    """Return the index of the next line with text among the next few lines."""
    return next((at for at in range(index, min(index + 6, len(lines))) if lines[at].strip()), None)


def _strip_ruler(kept: list[str]) -> list[str]:
    """Remove the separator line between the new text and the quoted header, and the empty lines around it."""
    end = len(kept)
    titled = False  # `--- words in any language ---`, only once
    while end:
        head = kept[end - 1][:MAX_LINE_LENGTH]
        if head.strip() and not quote_patterns.RULER.match(head):
            if titled or end == 1 or not quote_patterns.TITLED_RULER.match(head):
                break
            titled = True
        end -= 1
    return kept[:end]


def _is_sent_from(head: str) -> bool:
    """Return True for a line that a phone or mail program adds, but not for a sentence that only starts like one."""
    stripped = head.strip().strip("*_[]|")
    if quote_patterns.GET_OUTLOOK.match(stripped):
        return True
    sent_from = quote_patterns.SENT_FROM.match(stripped)
    if not sent_from and (len(stripped) > 90 or not quote_patterns.SENT_WITH.match(stripped)):
        return False  # most lines; the search for a device takes longer
    device = quote_patterns.DEVICE.search(stripped)
    if not sent_from:
        return bool(device and _names_only_devices(stripped))
    if _SENTENCE.search(stripped) and not (device and _names_only_devices(stripped)):
        return False
    return stripped[-1:] != "." or (len(stripped) <= 90 and bool(device))


def _names_only_devices(line: str) -> bool:
    """Return True if the text after the first sentence mark names a device or asks to excuse typing errors."""
    rest = _SENTENCE.split(line.rstrip(".!"), maxsplit=1)
    if len(rest) == 1 or quote_patterns.EXCUSE.search(rest[1]) or quote_patterns.SENT_FROM.match(rest[1]):
        return True
    return bool(quote_patterns.BRAND.search(rest[0]) and quote_patterns.DEVICE.search(rest[1]))


def _strip_signature(lines: list[str]) -> list[str]:
    """Remove the signature after `-- `, a list's footer, or a closing phrase with a name below it."""
    end = len(lines)
    words = 0  # lines with words below the current one
    short = True
    cut = end
    first = next((at for at, line in enumerate(lines) if line.strip()), end)
    for at in range(end - 1, first, -1):
        line = lines[at]
        stripped = line[:MAX_LINE_LENGTH].strip()
        if line == "-- " or (
            short
            and words <= 12
            and (
                (stripped[:1] in ("-", "_") and quote_patterns.LIST_RULER.match(stripped))
                or (words <= 8 and len(stripped) <= 50 and quote_patterns.CLOSING.match(stripped))
                or (not words and stripped[:1] == "/" and quote_patterns.SLASHED_NAME.match(stripped))
            )
        ):
            cut = at
        if stripped:
            words += 1
            short = short and len(line) <= 100
    return lines[:cut]
