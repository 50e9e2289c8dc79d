"""Which leaves of a mail are its text and which are attachments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from mimetypes import guess_type

from deskctl.plugins import IncomingFile

from . import calendars, cms, headers, tnef
from .charset import decode, guess
from .mime import Part, read
from .tnef import Tnef

MAX_TEXT = 5_000_000
"""Bytes of one text part that are read as text; the rest is in the raw mail."""

TNEF = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
MAX_SIGNED = 3
"""Opaquely signed parts of a mail that are opened."""

SPECIAL = {
    "application/pgp-encrypted": "encrypted with PGP",
    "application/pgp-signature": "signed with PGP, not verified",
    "application/pkcs7-signature": "signed with S/MIME, not verified",
    "application/x-pkcs7-signature": "signed with S/MIME, not verified",
    "text/calendar": "holds a calendar invitation",
}
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bodies:
    """A mail's content: the readable text, the HTML as it came, and every other leaf."""

    text: str
    html: str | None
    files: tuple[IncomingFile, ...]
    charset: str  # as declared by the first text part; raw 8-bit headers are usually written in it
    problems: list[str]
    marked: str = ""  # the text with `> ` before what the HTML's structure says is quoted; `""` if no HTML was read


def sort_out(leaves: Sequence[Part]) -> Bodies:
    """Text is what the plain parts say, else what the HTML says; all other leaves are attachments, inline ones too."""
    plain: list[str] = []
    html: list[str] = []
    files: list[IncomingFile] = []
    problems: list[str] = []
    declared = ""
    html_first = False
    packed: list[Tnef] = []
    invitation = ""
    signed = 0
    waiting = list(reversed(leaves))
    while waiting:
        leaf = waiting.pop()
        content_type = leaf.content_type
        typed = headers.parameters(leaf.get("content-type"))
        disposed = headers.parameters(leaf.get("content-disposition"))
        disposition = leaf.get("content-disposition").split(b";")[0].strip().lower()
        name = disposed.get("filename") or typed.get("name") or ""
        if content_type in ("text/plain", "text/html") and disposition != b"attachment" and not name:
            charset = typed.get("charset", "")
            text = _text(leaf, charset, problems)
            declared = declared or charset or _unsaid(leaf)
            if content_type == "text/html":
                html_first = html_first or not (plain or _in_alternative(leaf))
                html.append(text)
            else:
                plain.append(_unflow(text, typed) if "format" in typed else text)
            continue
        if content_type in SPECIAL:
            _remark(problems, SPECIAL[content_type])
        elif content_type.endswith(("/pkcs7-mime", "/x-pkcs7-mime")):
            inner = _signed(leaf) if signed < MAX_SIGNED else []
            signed += bool(inner)
            waiting.extend(reversed(inner))
            opened = inner or typed.get("smime-type", "").lower() == "signed-data"
            _remark(problems, "signed with S/MIME, not verified" if opened else "encrypted with S/MIME")
        if content_type in TNEF or name.lower() == "winmail.dat":
            unpacked = tnef.read(leaf.content())
            _remark(problems, "winmail.dat (TNEF) was unpacked" if unpacked else "winmail.dat (TNEF) cannot be read")
            packed += [unpacked] if unpacked else []
        elif content_type == "text/calendar" and not invitation:
            invitation = calendars.line(_text(leaf, typed.get("charset", ""), problems))
        files.append(
            IncomingFile(
                filename=headers.filename(name) if name else None,
                content_type=content_type,
                content=leaf.content(),
                inline=disposition == b"inline" or (not disposition and bool(leaf.get("content-id"))),
                content_id=headers.text(leaf.get("content-id")).strip("<> ") or None,
            )
        )
    for one in packed:
        files += _unpacked(one)
        if not any(part.strip() for part in (*plain, *html)):
            plain += [one.text] if one.text.strip() else []
            html += [one.html] if one.html.strip() else []
    text = "\n".join(part.strip("\n") for part in plain if part.strip())
    joined_html = "\n".join(part for part in html if part.strip())
    marked = ""
    if joined_html and (not text or html_first):
        from .html import to_text

        page = to_text(joined_html)
        if page.remark:
            problems.append(page.remark)
        # A mailing list's plain footer below an HTML-only letter must not hide the letter.
        marked = f"{page.marked}\n{text}".strip("\n")
        text = f"{page.text}\n{text}".strip("\n")
    text = text or invitation
    if "-----BEGIN PGP " in text:
        _remark(
            problems, "encrypted with PGP" if "-----BEGIN PGP MESSAGE-----" in text else "signed with PGP, not verified"
        )
    return Bodies(text, joined_html or None, tuple(files), declared, problems, marked)


def _signed(leaf: Part) -> list[Part]:
    """The parts inside of an S/MIME part that is signed and not encrypted."""
    content = cms.content(leaf.content())
    return read(content)[1] if content else []


def _unpacked(packed: Tnef) -> list[IncomingFile]:
    """The attachments of a winmail.dat."""
    return [
        IncomingFile(
            filename=headers.filename(one.name) if one.name else None,
            content_type=one.content_type or guess_type(one.name)[0] or "application/octet-stream",
            content=one.content,
            inline=bool(one.content_id),
            content_id=one.content_id or None,
        )
        for one in packed.files
    ]


def _text(leaf: Part, charset: str, problems: list[str]) -> str:
    content = leaf.content()
    if len(content) > MAX_TEXT:
        content = content[:MAX_TEXT]
        _remark(problems, f"text cut at {MAX_TEXT} bytes")
    if not charset and leaf.content_type == "text/html" and not content.isascii():
        meta = _META_CHARSET.search(content, 0, 4_096)
        charset = meta[1].decode("ascii", "replace") if meta else ""
    text, remark = decode(content, charset)
    if remark:
        _remark(problems, remark)
    return text


def _unsaid(leaf: Part) -> str:
    """The charset of a text that does not say it; `""` for ASCII."""
    content = leaf.content()[:MAX_TEXT]
    return "" if content.isascii() else guess(content)


def _in_alternative(leaf: Part) -> bool:
    return any(kind == "multipart/alternative" for kind, _ in leaf.containers)


def _unflow(text: str, typed: dict[str, str]) -> str:
    """Join the soft-broken lines of format=flowed (RFC 3676); quoted lines stay as they are."""
    if typed["format"].strip().lower() != "flowed" or " \n" not in text:
        return text
    glue = "" if typed.get("delsp", "").strip().lower() == "yes" else " "
    lines: list[str] = []
    open_line: list[str] = []
    for line in text.split("\n"):
        if line.startswith(">") or line == "-- ":
            if open_line:
                lines.append("".join(open_line))
                open_line = []
            lines.append(line)
            continue
        content = line.removeprefix(" ")
        if content.endswith(" "):
            open_line.append(content[:-1] + glue)
            continue
        lines.append("".join(open_line) + content)
        open_line = []
    if open_line:
        lines.append("".join(open_line).rstrip(" "))
    return "\n".join(lines)


def _remark(problems: list[str], remark: str) -> None:
    if remark not in problems:
        problems.append(remark)
