"""Which leaves of a mail are its text and which are attachments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from mimetypes import guess_type

from deskctl.plugins import IncomingFile

from . import calendars, cms, filenames, headers, structured, tnef
from .charset import decode, guess
from .choosing import Piece, chosen
from .flowed import OWN, unflow
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
_MESSAGES = frozenset(("message/rfc822", "message/global"))
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Segment:
    """What one text part gave, with `flowed.OWN` in it.

    `marked` has `> ` before what the HTML's structure says is quoted; for plain text it is the same as `text`.
    """

    text: str
    marked: str


@dataclass(frozen=True, slots=True)
class Bodies:
    """A mail's content: the readable text, the HTML as it came, and every other leaf."""

    segments: tuple[Segment, ...]
    html: str | None
    files: tuple[IncomingFile, ...]
    charset: str  # as declared by the first text part; raw 8-bit headers are usually written in it
    problems: list[str]

    @property
    def text(self) -> str:
        """All segments, in order."""
        return "\n".join(segment.text for segment in self.segments).replace(OWN, "")

    @property
    def marked(self) -> str:
        """The same with `> ` before what the HTML's structure says is quoted; `""` if no HTML was read."""
        if all(segment.marked is segment.text for segment in self.segments):
            return ""
        return "\n".join(segment.marked for segment in self.segments)


def sort_out(leaves: Sequence[Part]) -> Bodies:
    """Text parts side by side are the message, in order; of alternatives one is. All other leaves are attachments."""
    pieces: list[Piece] = []
    files: list[IncomingFile] = []
    problems: list[str] = []
    declared = ""
    packed: list[Tnef] = []
    invitation = ""
    signed = 0
    waiting = list(reversed(leaves))
    while waiting:
        leaf = waiting.pop()
        content_type = leaf.content_type
        typed = headers.parameters(leaf.get("content-type"))
        disposed = headers.parameters(leaf.get("content-disposition"))
        disposition = structured.token(leaf.get("content-disposition"))
        name = disposed.get("filename") or typed.get("name") or ""
        if content_type in ("text/plain", "text/html") and disposition != b"attachment" and not name:
            charset = typed.get("charset", "")
            text = _text(leaf, charset, problems)
            declared = declared or charset or _unsaid(leaf)
            html = content_type == "text/html"
            if not html and "format" in typed:
                text = unflow(text, typed)
            pieces.append(Piece(text, html, leaf.containers))
            continue
        if content_type in SPECIAL:
            _remark(problems, SPECIAL[content_type])
        elif content_type.endswith(("/pkcs7-mime", "/x-pkcs7-mime")):
            inner = _signed(leaf, signed) if signed < MAX_SIGNED else []
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
                filename=_name(name, leaf),
                content_type=content_type,
                content=leaf.content(),
                inline=disposition == b"inline" or (not disposition and bool(leaf.get("content-id"))),
                content_id=headers.text(leaf.get("content-id")).strip("<> ") or None,
            )
        )
    for one in packed:
        files += _unpacked(one)
        if not any(piece.text.strip() for piece in pieces):
            inside = (("multipart/alternative", 0),)
            pieces += [Piece(one.text, False, inside)] if one.text.strip() else []
            pieces += [Piece(one.html, True, inside)] if one.html.strip() else []
    segments = _segments(chosen(pieces), problems)
    if not segments and invitation:
        segments = (Segment(invitation, invitation),)
    bodies_text = "\n".join(segment.text for segment in segments)
    if "-----BEGIN PGP " in bodies_text:
        encrypted = "-----BEGIN PGP MESSAGE-----" in bodies_text
        _remark(problems, "encrypted with PGP" if encrypted else "signed with PGP, not verified")
    html_text = "\n".join(piece.text for piece in pieces if piece.html and piece.text.strip())
    return Bodies(segments, html_text or None, tuple(files), declared, problems)


def _segments(pieces: Sequence[Piece], problems: list[str]) -> tuple[Segment, ...]:
    """The chosen pieces as text; HTML that only repeats the plain text beside it is left out, and the other way."""
    found: list[Segment] = []
    heard: dict[bool, set[str]] = {True: set(), False: set()}  # words of the HTML and of the plain pieces
    mixed = len({piece.html for piece in pieces}) > 1
    for piece in pieces:
        if piece.html:
            from .html import to_text

            page = to_text(piece.text)
            if page.remark:
                _remark(problems, page.remark)
            text, marked = page.text.strip("\n"), page.marked.strip("\n")
            segment = Segment(text, marked if marked != text else text)
        else:
            text = piece.text.strip("\n")
            segment = Segment(text, text)
        if not text.strip():
            continue
        if mixed:
            words = _WORDS.sub("", _LINK.sub("", text))
            if words and words in heard[not piece.html]:
                continue
            heard[piece.html].add(words)
        found.append(segment)
    return tuple(found)


_LINK = re.compile(r"<?https?://[^\s<>]*>?", re.IGNORECASE)
_WORDS = re.compile(r"[\W_]+")


def _name(name: str, leaf: Part) -> str | None:
    """What the sender calls a part; a message that has no name is called by its subject."""
    given = headers.filename(name) if name else None
    if given is not None or leaf.content_type not in _MESSAGES:
        return given
    root = read(leaf.content()[:100_000])[0]
    return filenames.of_message(headers.text(root.get("subject")) or headers.text(leaf.get("content-description")))


def _signed(leaf: Part, number: int) -> list[Part]:
    """The parts inside of an S/MIME part that is signed and not encrypted."""
    content = cms.content(leaf.content())
    inner = read(content)[1] if content else []
    for part in inner:  # numbers of containers are unique in a mail
        part.containers = (*leaf.containers, *((kind, -at - 10_000 * (number + 1)) for kind, at in part.containers))
    return inner


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


def _remark(problems: list[str], remark: str) -> None:
    if remark not in problems:
        problems.append(remark)
