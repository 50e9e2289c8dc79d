"""Composition of an outgoing message: RFC 5322 and MIME, 7-bit throughout, so that every relay accepts it.

The module writes the header line by line, because the standard library's folding breaks long Message-IDs and cannot
write encoded words shorter than its lines. No text from an agent or a customer can end a header line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from deskctl.plugins import FileRef, OutboundMessage, Rejected

from . import html_alternative
from .messages import _

#: The first reference and the newest ones; mail programs find the thread with these.
MAX_REFERENCES: Final = 20
#: Threading headers besides those of RFC 5322 that a customer's mail program expects back in a reply.
RETURNED_HEADERS: Final = {"thread-index": "Thread-Index", "thread-topic": "Thread-Topic"}
LOOP_HEADER: Final = "X-Deskctl-Loop"

_BODY = SMTP.clone(cte_type="7bit")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ATEXT = r"[^\s<>()\[\],;:\"\\@\x00-\x1f\x7f-\x9f\ud800-\udfff]+"
_QTEXT = r"(?:[^\"\\\x00-\x1f\x7f-\x9f\ud800-\udfff]|\\[\x20-\x7e])+"
_ADDRESS = re.compile(rf'({_ATEXT}|"{_QTEXT}")@({_ATEXT}|\[[0-9A-Fa-f.:IPv]+\])')
_DOT_ATOM = re.compile(r"[^.]+(?:\.[^.]+)*")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>")
_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


@dataclass(frozen=True, slots=True)
class Mail:
    """An outgoing mail for the relay: the envelope and the content, with CRLF line ends.

    `international`: the local part of an address is not ASCII, which requires SMTPUTF8 (RFC 6531). `automatic` mail
    has the null sender, so that nothing replies to it.
    """

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    automatic: bool = False
    international: bool = False


def compose(message: OutboundMessage, address: str, read_file: Callable[[str], bytes]) -> Mail:
    """Return the mail for a message. `address` is the channel's own. Raises Rejected if a field cannot be sent."""
    sender = _relay_address(message.sender_address or address)
    to, cc, bcc = (tuple(map(_relay_address, addresses)) for addresses in (message.to, message.cc, message.bcc))
    recipients = tuple(dict.fromkeys((*to, *cc, *bcc)))
    if not recipients:
        raise Rejected(_("the message has no recipient"))
    if not _MESSAGE_ID.fullmatch(message.message_id):
        raise Rejected(_("the message's own Message-ID is malformed"))
    lines = [
        _field("From", _mailbox(message.sender_name, sender)),
        *_address_list("To", to),
        *_address_list("Cc", cc),
        *([_field("Reply-To", _relay_address(message.reply_to))] if message.reply_to else []),
        _field("Subject", _unstructured("Subject", message.subject)),
        *([_field("Date", format_datetime(message.date))] if message.date else []),
        _field("Message-ID", message.message_id),
        *_thread_headers(message),
        *_automatic_headers(message, address),
    ]
    header = "".join(line + "\r\n" for line in lines)
    content = header.encode("utf-8") + _body(message, read_file)
    return Mail(sender, recipients, content, message.automatic, international=not header.isascii())


def loop_token(address: str) -> str:
    """Return the token in the channel's automatic mail, by which the channel recognizes such mail when it returns."""
    return hashlib.sha256(address.lower().encode("utf-8", "replace")).hexdigest()[:24]


def one_line(text: str) -> str:
    """Replace each run of line ends and control characters in `text` with one space."""
    return _CONTROLS.sub(" ", text).strip()


def _relay_address(address: str) -> str:
    """Return the address in the form that relays accept: an ASCII domain (IDNA), and a quoted local part if needed.

    Some providers assign addresses such as `ana..lopez.@`, which are valid only in quotes (RFC 5321, 4.1.2).
    """
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        raise Rejected(_('not an email address: "{address}"', address=one_line(address)))
    local, domain = parts.groups()
    if local[0] != '"' and not _DOT_ATOM.fullmatch(local):
        local = f'"{local}"'
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            raise Rejected(_('invalid domain in the email address "{address}"', address=address)) from None
    return f"{local}@{domain}"


def _thread_headers(message: OutboundMessage) -> Iterable[str]:
    if message.in_reply_to and _MESSAGE_ID.fullmatch(message.in_reply_to):
        yield _field("In-Reply-To", message.in_reply_to)
    references = [reference for reference in message.references if _MESSAGE_ID.fullmatch(reference)]
    if len(references) > MAX_REFERENCES:
        references = [references[0], *references[1 - MAX_REFERENCES :]]
    if references:
        yield _field("References", "\r\n ".join(references))
    for name, value in message.headers.items():
        given_back = RETURNED_HEADERS.get(name.lower())
        if given_back and one_line(value):
            yield _field(given_back, _unstructured(given_back, value))


def _automatic_headers(message: OutboundMessage, address: str) -> Iterable[str]:
    """Yield the headers of automatic mail: those of RFC 3834, and the one that Exchange respects."""
    if message.automatic:
        yield _field("Auto-Submitted", "auto-replied" if message.in_reply_to else "auto-generated")
        yield _field("X-Auto-Response-Suppress", "All")
        yield _field(LOOP_HEADER, loop_token(address))


def _body(message: OutboundMessage, read_file: Callable[[str], bytes]) -> bytes:
    """Return the MIME header, an empty line and the content."""
    body = EmailMessage(policy=_BODY)
    text = message.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = text.encode("utf-8", "replace").decode("utf-8")
    body.set_content(text, charset="utf-8")
    body.add_alternative(html_alternative.html_page(text, message.language), subtype="html", charset="utf-8")
    for file in message.files:
        maintype, subtype = _content_type(file)
        name = one_line(file.filename).replace("/", "_") or "attachment"
        body.add_attachment(read_file(file.sha256), maintype=maintype, subtype=subtype, filename=name)
    return body.as_bytes()


def _content_type(file: FileRef) -> list[str]:
    """Return the type and subtype of a file.

    Invalid types become application/octet-stream, and so do attached mails, because MIME does not allow encoding them.
    """
    kind = file.content_type.lower()
    if not _CONTENT_TYPE.fullmatch(kind) or kind.startswith(("multipart/", "message/")):
        kind = "application/octet-stream"
    return kind.split("/")


def _mailbox(name: str | None, address: str) -> str:
    name = one_line(name or "")
    if not name:
        return address
    if _PHRASE.fullmatch(name) and len(name) < 60:
        return f"{name} <{address}>"
    if name.isascii() and name.isprintable() and len(name) < 60:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return f"{_encoded_words('From', name)}\r\n <{address}>"


def _address_list(name: str, addresses: tuple[str, ...]) -> Iterable[str]:
    if addresses:
        yield _field(name, ",\r\n ".join(addresses))


def _unstructured(name: str, text: str) -> str:
    """Return unstructured text unchanged if it is short ASCII, else as encoded words (RFC 2047)."""
    text = one_line(text)
    plain = text.isascii() and "=?" not in text and len(name) + 2 + len(text) <= 78
    return text if plain else _encoded_words(name, text)


def _encoded_words(name: str, text: str) -> str:
    return Header(text, "utf-8", maxlinelen=75, header_name=name).encode(linesep="\r\n")


def _field(name: str, value: str) -> str:
    """Return one header field. Raises Rejected if a line end in it is not a fold, as a last safeguard."""
    field = f"{name}: {value}"
    if re.search(r"[\x00\r\n]", field.replace("\r\n ", "")):
        raise Rejected(_("invalid line break in the header field {name}", name=name))
    return field
