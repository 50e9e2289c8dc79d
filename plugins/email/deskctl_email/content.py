"""Extraction of a mail's content: its text, its HTML and its attachments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from mimetypes import guess_type

from deskctl.plugins import IncomingFile

from . import filenames, headers, invitation, rtf, smime, structured, tnef
from .body_selection import TextPart, select_body
from .charset import decode, guess_charset
from .format_flowed import LITERAL, unflow
from .messages import _
from .mime import Part, parse_mime
from .tnef import Tnef

MAX_TEXT = 5_000_000
"""Bytes of one text part that are read as text; the raw mail keeps the rest."""

TNEF = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
MAX_SIGNED = 3
"""Opaque-signed parts of a mail that are opened."""

PART_NOTES = {
    "application/pgp-encrypted": _("encrypted with PGP"),
    "application/pgp-signature": _("signed with PGP, not verified"),
    "application/pkcs7-signature": _("signed with S/MIME, not verified"),
    "application/x-pkcs7-signature": _("signed with S/MIME, not verified"),
    "text/calendar": _("contains a calendar invitation"),
}
_MESSAGES = frozenset(("message/rfc822", "message/global"))
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Segment:
    """The text of one text part; it may contain `format_flowed.LITERAL`.

    `marked` is the same text with `> ` before the lines that the HTML structure marks as quoted; for plain text it is
    `text` itself.
    """

    text: str
    marked: str


@dataclass(frozen=True, slots=True)
class Content:
    """A mail's content: the readable text, the original HTML, and all other leaf parts as files."""

    segments: tuple[Segment, ...]
    html: str | None
    files: tuple[IncomingFile, ...]
    charset: str  # as declared by the first text part; raw 8-bit headers usually use it
    problems: list[str]

    @property
    def text(self) -> str:
        """Return the text of all segments, in order."""
        return "\n".join(segment.text for segment in self.segments).replace(LITERAL, "")

    @property
    def marked(self) -> str:
        """Return the text with `> ` before the lines that HTML marks as quoted; `""` if no HTML was read."""
        if all(segment.marked is segment.text for segment in self.segments):
            return ""
        return "\n".join(segment.marked for segment in self.segments)


def extract_content(leaves: Sequence[Part]) -> Content:
    """Return the content of a mail.

    Text parts next to each other form the message, in order; of several alternatives one is selected. All other leaf
    parts are attachments.
    """
    text_parts: list[TextPart] = []
    files: list[IncomingFile] = []
    problems: list[str] = []
    declared = ""
    tnef_contents: list[Tnef] = []
    event_summary = ""
    signed = 0
    pending = list(reversed(leaves))
    while pending:
        leaf = pending.pop()
        content_type = leaf.content_type
        type_parameters = headers.parameters(leaf.get("content-type"))
        disposition_parameters = headers.parameters(leaf.get("content-disposition"))
        disposition = structured.first_token(leaf.get("content-disposition"))
        name = disposition_parameters.get("filename") or type_parameters.get("name") or ""
        if content_type in ("text/plain", "text/html") and disposition != b"attachment" and not name:
            charset = type_parameters.get("charset", "")
            text = _decode_text(leaf, charset, problems)
            declared = declared or charset or _undeclared_charset(leaf)
            html = content_type == "text/html"
            if not html and "format" in type_parameters:
                text = unflow(text, type_parameters)
            text_parts.append(TextPart(text, html, leaf.containers))
            continue
        if content_type in PART_NOTES:
            _add_problem(problems, PART_NOTES[content_type])
        elif content_type.endswith(("/pkcs7-mime", "/x-pkcs7-mime")):
            inner = _signed_parts(leaf, signed) if signed < MAX_SIGNED else []
            signed += bool(inner)
            pending.extend(reversed(inner))
            opened = inner or type_parameters.get("smime-type", "").lower() == "signed-data"
            _add_problem(problems, _("signed with S/MIME, not verified") if opened else _("encrypted with S/MIME"))
        if content_type in TNEF or name.lower() == "winmail.dat":
            unpacked = tnef.read_tnef(leaf.content())
            _add_problem(
                problems, _("winmail.dat (TNEF) was unpacked") if unpacked else _("winmail.dat (TNEF) cannot be read")
            )
            tnef_contents += [unpacked] if unpacked else []
        elif content_type == "text/calendar" and not event_summary:
            event_summary = invitation.summary_line(_decode_text(leaf, type_parameters.get("charset", ""), problems))
        files.append(
            IncomingFile(
                filename=_attachment_name(name, leaf),
                content_type=content_type,
                content=leaf.content(),
                inline=disposition == b"inline" or (not disposition and bool(leaf.get("content-id"))),
                content_id=headers.text(leaf.get("content-id")).strip("<> ") or None,
            )
        )
    for one in tnef_contents:
        files += _tnef_files(one)
    if not any(piece.text.strip() for piece in text_parts):
        text_parts += _tnef_text(tnef_contents)
    segments = _segments(select_body(text_parts), problems)
    if not segments and event_summary:
        segments = (Segment(event_summary, event_summary),)
    bodies_text = "\n".join(segment.text for segment in segments)
    if "-----BEGIN PGP " in bodies_text:
        encrypted = "-----BEGIN PGP MESSAGE-----" in bodies_text
        _add_problem(problems, _("encrypted with PGP") if encrypted else _("signed with PGP, not verified"))
    html_text = "\n".join(piece.text for piece in text_parts if piece.html and piece.text.strip())
    return Content(segments, html_text or None, tuple(files), declared, problems)


def _segments(text_parts: Sequence[TextPart], problems: list[str]) -> tuple[Segment, ...]:
    """Return the selected parts as text.

    HTML that only repeats the plain text next to it is left out, and plain text that only repeats HTML as well.
    """
    found: list[Segment] = []
    seen: dict[bool, set[str]] = {True: set(), False: set()}  # the words of the HTML and of the plain parts
    mixed = len({piece.html for piece in text_parts}) > 1
    for piece in text_parts:
        if piece.html:
            from .html_text import html_to_text

            page = html_to_text(piece.text)
            if page.remark:
                _add_problem(problems, page.remark)
            text, marked = page.text.strip("\n"), page.marked.strip("\n")
            segment = Segment(text, marked if marked != text else text)
        else:
            text = piece.text.strip("\n")
            segment = Segment(text, text)
        if not text.strip():
            continue
        if mixed:
            words = _WORDS.sub("", _LINK.sub("", text))
            if words and words in seen[not piece.html]:
                continue
            seen[piece.html].add(words)
        found.append(segment)
    return tuple(found)


_LINK = re.compile(r"<?https?://[^\s<>]*>?", re.IGNORECASE)
_WORDS = re.compile(r"[\W_]+")


def _attachment_name(name: str, leaf: Part) -> str | None:
    """Return the name that the sender gave a part; an attached message without a name is named by its subject."""
    filename = headers.safe_filename(name) if name else None
    if filename is not None or leaf.content_type not in _MESSAGES:
        return filename
    root = parse_mime(leaf.content()[:100_000])[0]
    return filenames.message_filename(
        headers.text(root.get("subject")) or headers.text(leaf.get("content-description"))
    )


def _signed_parts(leaf: Part, number: int) -> list[Part]:
    """Return the parts inside an S/MIME part that is signed and not encrypted."""
    content = smime.signed_content(leaf.content())
    inner = parse_mime(content)[1] if content else []
    for part in inner:  # container numbers are unique within a mail
        part.containers = (*leaf.containers, *((kind, -at - 10_000 * (number + 1)) for kind, at in part.containers))
    return inner


def _tnef_files(tnef_contents: Tnef) -> list[IncomingFile]:
    """Return the attachments of a winmail.dat."""
    return [
        IncomingFile(
            filename=headers.safe_filename(one.name) if one.name else None,
            content_type=one.content_type or guess_type(one.name)[0] or "application/octet-stream",
            content=one.content,
            inline=bool(one.content_id),
            content_id=one.content_id or None,
        )
        for one in tnef_contents.files
    ]


def _tnef_text(tnef_contents: Sequence[Tnef]) -> list[TextPart]:
    """Return the text of the first winmail.dat that has text.

    Only one RTF body is read: RTF is compressed, so a small mail could contain many large ones.
    """
    inside = (("multipart/alternative", 0),)
    read_rtf = False
    for one in tnef_contents:
        text = one.text
        if one.rtf and not read_rtf:
            text, read_rtf = rtf.to_text(one.rtf), True
        found = [TextPart(text, False, inside)] if text.strip() else []
        found += [TextPart(one.html, True, inside)] if one.html.strip() else []
        if found:
            return found
    return []


def _decode_text(leaf: Part, charset: str, problems: list[str]) -> str:
    content = leaf.content()
    if len(content) > MAX_TEXT:
        content = content[:MAX_TEXT]
        _add_problem(problems, _("text truncated at {size} bytes", size=MAX_TEXT))
    if not charset and leaf.content_type == "text/html" and not content.isascii():
        meta = _META_CHARSET.search(content, 0, 4_096)
        charset = meta[1].decode("ascii", "replace") if meta else ""
    text, remark = decode(content, charset)
    if remark:
        _add_problem(problems, remark)
    return text


def _undeclared_charset(leaf: Part) -> str:
    """Return the guessed charset of a text that declares none; `""` for ASCII."""
    content = leaf.content()[:MAX_TEXT]
    return "" if content.isascii() else guess_charset(content)


def _add_problem(problems: list[str], remark: str) -> None:
    if remark not in problems:
        problems.append(remark)
