"""Parsing of header fields: text, parameters, addresses, message ids and dates. All functions accept any bytes."""

from __future__ import annotations

import binascii
import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from urllib.parse import unquote_to_bytes

from . import charset, transfer_encoding
from .filenames import safe_filename as safe_filename
from .structured import strip_comments

MAX_IDS = 1_000
"""Message ids that are read from one References header: the first one and the newest ones."""
MAX_ADDRESSES = 5_000

_WORD = re.compile(r"=\?([^?\s=]{1,80})\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,3})\?=")
_BETWEEN = re.compile(r"[ \t\r\n]*\Z")
_SPACES = re.compile(r"[\s\x00-\x1f\x7f]+")
_Q_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")
_ID = re.compile(r"<([^<>]{1,900})>")
_BARE_ID = re.compile(r"[^\s<>,;\"()]{1,400}@[^\s<>,;\"()]{1,400}")
#: A quoted local part in angle brackets may contain any character, also `<` and `>`.
_ANGLE = r'<(\s*"(?:[^"\\]|\\.){1,128}+"@[^<>"\s]{1,255}\s*|[^<>]*)>'
_TOKEN = re.compile(rf'"((?:[^"\\]|\\.)*)"|{_ANGLE}|\\(.)|([,;:"<()])|([^"<,;:\\()]+)', re.DOTALL)
_ATOM = r"[^\s<>()\[\],;:\"@\\]"
# The look-behind allows a match only at the start of a word: without it a long word takes quadratic time.
_DOMAIN = rf"(?:(?:@{_ATOM}++)+|@\[[0-9A-Fa-f.:IPv]{{1,60}}\])"
_ADDRESS = re.compile(rf'(?:"(?:[^"\\]|\\.){{1,128}}+"|(?<!{_ATOM}){_ATOM}++){_DOMAIN}', re.DOTALL)
_QUOTED_LOCAL = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_NEEDS_ESCAPE, _ESCAPE = re.compile(r'(["\\])'), r"\\\1"
_DOT_ATOM = re.compile(r"[^\s<>()\[\],;:\"@\\.]+(?:\.[^\s<>()\[\],;:\"@\\.]+)*")
_USUAL = re.compile(rb"\s*(?:([A-Za-z0-9_. -]*)<([\w.+=-]{1,100}@[\w.-]{1,200})>|([\w.+=-]{1,100}@[\w.-]{1,200}))\s*")
"""`Ana Lopez <ana@example.org>` and `ana@example.org`: a fast path for most headers."""
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|"[^;]*|[^;]*)', re.DOTALL)
_SECTION = re.compile(r"(.*?)(?:\*(\d{1,4}))?(\*)?\Z", re.DOTALL)


def raw_text(value: bytes, hint: str = "") -> str:
    """Decode a header to characters without decoding encoded words; raw 8-bit bytes are decoded like bodies.

    `hint` is the charset that the mail's text declares: raw 8-bit headers usually use it.
    """
    if value.isascii() and b"\x1b" not in value:
        return value.decode("ascii").replace("\0", "")
    return charset.decode(value, hint)[0]


def text(value: bytes, hint: str = "") -> str:
    """Return a header for display: decode encoded words (RFC 2047) and collapse white space."""
    decoded = decode_words(raw_text(value, hint))
    return _SPACES.sub(" ", decoded).strip()


def decode_words(value: str) -> str:
    """Decode RFC 2047 words anywhere in `value`.

    Adjacent words of one charset are joined as bytes first, because many programs split inside a character.
    """
    if "=?" not in value:
        return value
    out: list[str] = []
    pending: list[bytes] = []
    pending_charset = ""
    position = 0

    def flush() -> None:
        if pending:
            out.append(charset.decode(b"".join(pending), pending_charset)[0])
            pending.clear()

    for match in _WORD.finditer(value):
        between = value[position : match.start()]
        name, kind, payload = match[1].partition("*")[0].lower(), match[2].lower(), match[3]
        data = _word_bytes(kind, payload)
        if between and not (pending and _BETWEEN.match(between)):
            flush()
            out.append(between)
        if pending and name != pending_charset:
            flush()
        pending.append(data)
        pending_charset = name
        position = match.end()
    flush()
    out.append(value[position:])
    return charset.normalize_text("".join(out))


def _word_bytes(kind: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "surrogateescape")
    if kind == "b":
        return transfer_encoding.base64(data)
    return _Q_ESCAPE.sub(lambda m: binascii.unhexlify(m[1]), data.replace(b"_", b" "))


def parameters(value: bytes, hint: str = "") -> dict[str, str]:
    """Return the parameters of a field by lower-case name (RFC 2231, encoded words, raw 8-bit)."""
    plain = raw_text(strip_comments(value), hint)
    if ";" not in plain:
        return {}
    found: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(plain):
        name, content = match[1].lower(), match[2].strip()
        if content[:1] == '"':
            content = content[1:-1] if len(content) > 1 and content[-1] == '"' else content[1:]
            # A backslash escapes only a quote or itself, so that Windows paths in file names stay intact.
            content = content.replace('\\"', '"').replace("\\\\", "\\")
        if "*" in name:
            parts = _SECTION.match(name)
            if parts and len(sections) < 100:
                sections.setdefault(parts[1], {}).setdefault(int(parts[2] or 0), (content, bool(parts[3])))
        else:
            found.setdefault(name, content)
    for name, content in found.items():
        if "=?" in content:
            found[name] = decode_words(content)
    for name, pieces in sections.items():
        found[name] = _extended(pieces, hint)  # the extended form takes precedence
    return found


def _extended(pieces: dict[int, tuple[str, bool]], hint: str) -> str:
    """Join the sections of an RFC 2231 value. The first section names the charset of percent-encoded sections."""
    declared = ""
    data = bytearray()
    plain: list[str] = []
    for number, (number_in_header, (content, encoded)) in enumerate(sorted(pieces.items())):
        if number != number_in_header and number_in_header != 1:
            continue
        if encoded:
            if number == 0 and content.count("'") >= 2:
                declared, _, content = content.split("'", 2)
            data += unquote_to_bytes(content)
        else:
            plain.append(content)
            data += content.encode("utf-8", "replace")
    if len(plain) == len(pieces) and "=?" in (joined := "".join(plain)):
        return decode_words(joined)  # the sections split an encoded word, so they are joined first
    text = charset.decode(bytes(data), declared or hint)[0]
    return decode_words(text) if "=?" in text else text


def addresses(value: bytes, hint: str = "") -> list[tuple[str, str]]:
    """Return (name, address) of each mailbox in an address header, including those in groups.

    Tolerates missing quotes, a comma in a name, and an address without brackets. The domain is in lower case. Takes
    linear time.
    """
    if not value.strip():
        return []
    usual = _USUAL.fullmatch(value)
    if usual:
        return [((usual[1] or b"").decode().strip(), _bare((usual[2] or usual[3]).decode()))]
    source = raw_text(value, hint)
    found: list[tuple[str, str]] = []
    words: list[str] = []
    comments: list[str] = []
    angle: str | None = None
    depth = 0
    complete = False  # an address has been read without brackets

    def finish() -> None:
        nonlocal angle, complete
        mailbox = _mailbox(words, comments, angle)
        if mailbox and len(found) < MAX_ADDRESSES:
            found.append(mailbox)
        words.clear()
        comments.clear()
        angle = None
        complete = False

    for match in _TOKEN.finditer(source):
        quoted, bracketed, escaped, special, plain = match.groups()
        if depth:
            if special == "(":
                depth += 1
            elif special == ")":
                depth -= 1
            else:
                comments.append(match[0])
        elif quoted is not None:
            if source.startswith("@", match.end()):  # a quoted local part
                words.append(match[0])
                complete = True
            else:
                words.append(_ESCAPED.sub(r"\1", quoted))
        elif bracketed is not None:
            if angle and "@" in angle and "@" in bracketed:
                finish()  # missing comma between two mailboxes
            angle = bracketed if angle is None or "@" in bracketed else angle
        elif special == "(":
            depth = 1 if source.find(")", match.end(), match.end() + 1_000) >= 0 else 0
        elif special == "," and angle is None and not complete and 0 < len(words) < 20:
            words.append(", ")  # "Kim, Mina <mina@…>" without quotes
        elif special in (",", ";"):
            finish()
        elif special == ":":
            if angle is None and not complete:
                words.clear()  # a group's name
        elif plain is not None:
            words.append(plain)
            complete = complete or "@" in plain
        elif escaped is not None:
            words.append(escaped)
    finish()
    return found


def _mailbox(words: list[str], comments: list[str], angle: str | None) -> tuple[str, str] | None:
    name = "".join(words)
    if angle is not None:
        match = _ADDRESS.search(
            re.sub(r'(?<=")[ \t]{1,20}@', "@", angle) if '"' in angle else angle.replace(" ", "")
        ) or _ADDRESS.search(name)
        if not match:
            return None
        if match.string is name:
            name = name.replace(match[0], "")
        address = match[0]
    else:
        match = _ADDRESS.search(name)
        if not match:
            return None
        address = match[0]
        name = (name[: match.start()] + " " + name[match.end() :]) if not comments else "".join(comments)
    name = _SPACES.sub(" ", decode_words(name)).strip(" \t,")
    if name[:1] == name[-1:] == "'":
        name = name[1:-1]
    return name, _bare(address)


def _bare(address: str) -> str:
    """Return the canonical form of an address: the domain in lower case, the local part quoted only if necessary."""
    local, _, domain = decode_words(address).rstrip(".").rpartition("@")
    local = local.strip() if local[:1] == '"' else local.strip().lstrip(".")
    if quoted := _QUOTED_LOCAL.fullmatch(local):
        content = re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL)
        # Keep the quotes if the local part needs them: an unquoted @ in it would change the domain.
        local = content if _DOT_ATOM.fullmatch(content) else f'"{re.sub(_NEEDS_ESCAPE, _ESCAPE, content)}"'
    return f"{local}@{domain.strip().lower()}"


def message_ids(value: bytes) -> tuple[str, ...]:
    """Return the distinct message ids with angle brackets, in order; in a header without brackets, words like ids."""
    if not value:
        return ()
    source = decode_words(raw_text(value))
    ids = dict.fromkeys(f"<{''.join(found.split())}>" for found in _ID.findall(source) if not found.isspace())
    if not ids and "<" not in source:
        ids = dict.fromkeys(f"<{found}>" for found in _BARE_ID.findall(source[:10_000]))
    unique = tuple(ids)
    return unique if len(unique) <= MAX_IDS else (unique[0], *unique[-MAX_IDS + 1 :])


def message_id(value: bytes) -> str | None:
    """Return the Message-ID with angle brackets; None if the header is missing or empty."""
    found = message_ids(value)
    if found:
        return found[0]
    rest = decode_words(raw_text(value[:1_000])).strip(" \t<>").split()
    return f"<{rest[0].strip('<>')}>" if rest and rest[0].strip("<>") else None


def date(value: bytes) -> datetime | None:
    """Return the date in UTC; None if it is invalid. A missing or invalid time zone counts as UTC."""
    source = value[:200].decode("ascii", "replace").strip()
    if not source:
        return None
    try:
        parsed = parsedate_tz(source)
        if parsed is None:
            return _iso(source)
        year, month, day, hour, minute, second = parsed[:6]
        zone = timezone(timedelta(seconds=parsed[9] or 0)) if abs(parsed[9] or 0) < 86_400 else UTC
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError, AttributeError):
        return _iso(source)


def _iso(source: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(source)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
