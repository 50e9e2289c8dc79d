"""Mailing lists and groups that a mail passed through: their addresses, and the author of the mail.

A list that rewrites From because of DMARC (Google Groups, Mailman, Sympa, Groups.io) writes its own address there and
the author into another header. That header is trusted only if the mail has list headers and From is the list's own
address: anyone can write X-Original-From, but then From names the person who wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from . import headers as field
from .mime import Part

DISCUSSION_HEADERS = frozenset((
    "list-post", "mailing-list", "x-beenthere", "x-google-group-id", "x-mailing-list", "x-mailman-version",
))  # fmt: skip
"""Headers (lower case) of lists and groups that people write to; newsletters do not have them."""

_LIST_HEADERS = DISCUSSION_HEADERS | {"list-id", "x-loop"}
_AUTHOR_HEADERS = ("x-original-from", "x-mailman-original-from", "x-original-sender")

_MAILTO = re.compile(r"<\s*mailto:([^>?\s]+)", re.IGNORECASE)
_EZMLM = re.compile(r"\blist\s+([^\s;,<>]+@[^\s;,<>]+)", re.IGNORECASE)
_LIST_ID = re.compile(r"(?<![\w.+&=-])([\w.+&=-]++)>?\Z")
_LABEL = re.compile(r"[\w-]+")
#: The additions to a list's name in Sender and in the envelope.
_OWNER = re.compile(
    r"\A(?:owner-)?(.+?)(?:[-+](?:bounces?|owners?|request|errors?|admin|return)\b.*)?\Z", re.IGNORECASE
)
_BOUNCES = re.compile(r"[-+](?:bounces?|owners?|request|errors?|return)\b|\Aowner-", re.IGNORECASE)
#: `anna=corp.example@groups.io`, `anna=40corp.example@dmarc.ietf.org`.
_ENCODED = re.compile(r"\A(.+?)(?:=40|=)((?:[\w-]+\.)+[A-Za-z][\w-]+)\Z")
_DMARC = re.compile(r"\bdmarc\b", re.IGNORECASE)
_VIA = re.compile(
    r"\A\s*[\"'“‘]*(.+?)[\"'”’]*\s+(?:\(?(?:via|über|par|vía|através de|tramite|przez|через)|経由|通过|透過|통해)"
    r"\s+.+\Z",
    re.IGNORECASE,
)
#: Local parts of addresses that no one reads.
_UNATTENDED = re.compile(
    r"\A(?:no|do|ne|nicht|non)[-_.]?(?:not|pas)?[-_.]?(?:reply|antworten|repondre|responder|rispondere)"
    r"|\A(?:noreply|donotreply|unsubscribe|mailer-daemon|postmaster|bounces?|nobody)\b|-no-?reply\b",
    re.IGNORECASE,
)

#: Local parts of role addresses, to which a company's bulk mail directs replies.
_ROLE = re.compile(
    r"(?:info|support|sales|contact|hello|hi|help|service|kundenservice|news|newsletter|marketing|office|team"
    r"|reply|feedback"
    r"|care|customer|cs|admin|webmaster|shop|store|order|billing|abuse|privacy|press|hr|jobs|account)s?(?:[-_.+\d"
    r"].*)?\Z",
    re.IGNORECASE,
)


class Author(NamedTuple):
    """A person's address and display name."""

    address: str
    name: str | None


class MailingList(NamedTuple):
    """The list that a mail passed through: its `addresses`, and the `author` if From is the list's address.

    `discussion`: people write to the list, so List-Unsubscribe alone does not make the mail a newsletter.
    """

    addresses: tuple[str, ...] = ()
    author: Author | None = None
    discussion: bool = False


def read_list_headers(root: Part, sender: str | None, name: str, envelope: str | None, hint: str = "") -> MailingList:
    """Return the mailing list named by the headers; an empty one for other mail.

    `name` is the display name in From, `envelope` the envelope sender (None if unknown), and `hint` the charset of raw
    8-bit headers.
    """
    if _LIST_HEADERS.isdisjoint(root.first) and root.get("precedence").strip().lower() != b"list":
        return MailingList()
    stated = dict.fromkeys(_header_addresses(root, envelope))
    derived = tuple(_list_id_addresses(root))
    author = _author(root, sender, name, {*stated, *derived}, hint)
    if author is not None and sender is not None:
        stated.setdefault(sender.lower())
    known = {author.address.lower()} if author is not None else {(sender or "").lower()} - stated.keys()
    addresses = dict.fromkeys(one for one in (*stated, *derived) if one not in known)
    return MailingList(tuple(addresses), author, author is not None or not DISCUSSION_HEADERS.isdisjoint(root.first))


def reply_to_person(
    root: Part, sender: str | None, mailing_list: MailingList, hint: str = ""
) -> tuple[str, str | None] | None:
    """Return the person in Reply-To who is not the sender: (address, display name or None).

    A role address for replies (`info@` at the sender's domain) is not a person.
    """
    if mailing_list.author is not None:
        return mailing_list.author
    excluded = {*mailing_list.addresses, (sender or "").lower()}
    domain = (sender or "").rpartition("@")[2].lower()
    for name, address in field.addresses(root.get("reply-to")[:2_000], hint):
        local, _, host = address.lower().rpartition("@")
        near = host == domain or host.endswith(f".{domain}") or domain.endswith(f".{host}")
        if address.lower() not in excluded and not is_unattended(address) and not (near and _ROLE.match(local)):
            return address, strip_via(name) or None
    return None


def is_unattended(address: str) -> bool:
    """Return True for an address that no one reads, such as noreply@."""
    return _UNATTENDED.search(address.rpartition("@")[0]) is not None


def _header_addresses(root: Part, envelope: str | None) -> Iterator[str]:
    """Yield the list's addresses as they appear in the headers."""
    posts, named = _text(root, "list-post"), f"{_text(root, 'mailing-list')} {_text(root, 'delivered-to')}"
    for found in (*_MAILTO.findall(posts), *_EZMLM.findall(named)):
        yield found.strip("<>").lower()
    for header in ("x-beenthere", "x-mailing-list", "x-loop"):
        yield from (address.lower() for _, address in field.addresses(root.get(header)[:500]))
    for written in (envelope.encode() if envelope else root.get("return-path"), root.get("sender")):
        for _, address in field.addresses(written[:500]):
            local, _, domain = address.lower().rpartition("@")
            owner = _OWNER.match(local)
            if owner and _BOUNCES.search(local) and "=" not in owner[1]:
                yield f"{owner[1]}@{domain}"


def _text(root: Part, header: str) -> str:
    return field.text(root.get(header)[:1_000])


def _list_id_addresses(root: Part) -> Iterator[str]:
    """Yield the addresses for a List-Id: `<help.acme.test>` is the List-Id of help@acme.test."""
    found = _LIST_ID.search(_text(root, "list-id").strip().lower())
    local, *labels = found[1].rsplit(".", 2) if found else ("",)
    if local and len(labels) == 2 and all(map(_LABEL.fullmatch, labels)):
        domain = ".".join(labels)
        yield f"{local}@{domain}"
        if "." in local:  # the local part ends at the first dot, or is the list's name with dots in it
            head, _, rest = local.partition(".")
            yield f"{head}@{rest}.{domain}"


def _author(root: Part, sender: str | None, name: str, list_addresses: set[str], hint: str) -> Author | None:
    """Return the author whom the list names in another header; None if From is a person's address."""
    if sender is None or not _is_list_address(sender.lower(), list_addresses):
        return None
    list_addresses = list_addresses | {sender.lower()}
    known = [one for header in _AUTHOR_HEADERS for one in field.addresses(root.get(header)[:2_000], hint)]
    asked = field.addresses(root.get("reply-to")[:2_000], hint)
    candidates = (
        [one for one in known if not _BOUNCES.search(one[1].partition("@")[0])] + asked + _encoded_author(sender)
    )
    candidates += _author_in_cc(root, name, hint)
    for _, address in candidates:
        if address.lower() not in list_addresses and not is_unattended(address):
            names = (label for label, other in candidates if label and other.lower() == address.lower())
            return Author(address, next(names, "") or strip_via(name) or None)
    return None


def _author_in_cc(root: Part, name: str, hint: str) -> list[tuple[str, str]]:
    """Return the author in Cc, found by the name in From: Mailman writes it there if replies go to the list."""
    author = strip_via(name).casefold()
    if _VIA.match(name) is None:
        return []
    copies = field.addresses(root.get("cc")[:10_000], hint)
    return [one for one in copies if strip_via(one[0]).casefold() == author]


def _is_list_address(sender: str, addresses: set[str]) -> bool:
    """Return True if the sender is the list's own address, or one that the list creates for an author."""
    if sender in addresses:
        return True
    local, _, domain = sender.rpartition("@")
    near = any(domain == other or domain.endswith(f".{other}") for other in (o.rpartition("@")[2] for o in addresses))
    return (near and (_ENCODED.match(local) is not None or "dmarc" in local)) or (
        _DMARC.search(domain) is not None and _ENCODED.match(local) is not None
    )


def _encoded_author(sender: str) -> list[tuple[str, str]]:
    found = _ENCODED.match(sender.rpartition("@")[0])
    return [("", f"{found[1]}@{found[2].lower()}")] if found else []


def strip_via(name: str) -> str:
    """Return the person's name in a display name that a list or a form made: `'Anna Kim' via Help` gives Anna Kim."""
    found = _VIA.match(name)
    return (found[1] if found else name).strip(" \"'“”‘’")
