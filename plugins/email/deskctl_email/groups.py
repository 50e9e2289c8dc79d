"""Mailing lists and groups that passed a mail on: their addresses, and the author they name.

A group that rewrites From because of DMARC (Google Groups, Mailman, Sympa, Groups.io) puts its own address there and
the author elsewhere. The author is taken from there only if the mail carries a group's marks and From is the group's
own address: anyone can write X-Original-From, but then From names the one who did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from . import headers as field
from .mime import Part

DISCUSSION = frozenset((
    "list-post", "mailing-list", "x-beenthere", "x-google-group-id", "x-mailing-list", "x-mailman-version",
))  # fmt: skip
"""Headers (lower case) of lists and groups that people write to; newsletters carry none of them."""

_MARKS = DISCUSSION | {"list-id", "x-loop"}
_AUTHOR = ("x-original-from", "x-mailman-original-from", "x-original-sender")

_MAILTO = re.compile(r"<\s*mailto:([^>?\s]+)", re.IGNORECASE)
_EZMLM = re.compile(r"\blist\s+([^\s;,<>]+@[^\s;,<>]+)", re.IGNORECASE)
_LIST_ID = re.compile(r"<?([\w.+&=-]+)\.((?:[\w-]+\.)+[\w-]+)>?\s*\Z")
#: What a list writes around its name in Sender and in the envelope.
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
#: Addresses nobody reads.
_NOBODY = re.compile(
    r"\A(?:no|do|ne|nicht|non)[-_.]?(?:not|pas)?[-_.]?(?:reply|antworten|repondre|responder|rispondere)"
    r"|\A(?:noreply|donotreply|unsubscribe|mailer-daemon|postmaster|bounces?|nobody)\b|-no-?reply\b",
    re.IGNORECASE,
)

#: Addresses of a company, where its own bulk mail asks for answers.
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


class Group(NamedTuple):
    """What a group says of a mail: its own `addresses`, and the `author` where From is the group's address.

    `discussion`: people write to the group, so List-Unsubscribe alone does not make the mail a newsletter.
    """

    addresses: tuple[str, ...] = ()
    author: Author | None = None
    discussion: bool = False


def read(root: Part, sender: str | None, name: str, envelope: str | None, hint: str = "") -> Group:
    """Read the group's headers. `name` is From's display name; `hint` is the charset of raw 8-bit headers.

    `envelope` is the envelope's sender, None if it is unknown.
    """
    if _MARKS.isdisjoint(root.first) and root.get("precedence").strip().lower() != b"list":
        return Group()
    stated = dict.fromkeys(_stated(root, envelope))
    derived = tuple(_derived(root))
    author = _author(root, sender, name, {*stated, *derived}, hint)
    if author is not None and sender is not None:
        stated.setdefault(sender.lower())
    known = {author.address.lower()} if author is not None else {(sender or "").lower()} - stated.keys()
    addresses = dict.fromkeys(one for one in (*stated, *derived) if one not in known)
    return Group(tuple(addresses), author, author is not None or not DISCUSSION.isdisjoint(root.first))


def behind(root: Part, sender: str | None, group: Group, hint: str = "") -> tuple[str, str | None] | None:
    """Return the person other than From whom Reply-To names: (address, display name or None).

    A newsletter's own address for answers (`info@` at From's own domain) is not a person.
    """
    if group.author is not None:
        return group.author
    own = {*group.addresses, (sender or "").lower()}
    domain = (sender or "").rpartition("@")[2].lower()
    for name, address in field.addresses(root.get("reply-to")[:2_000], hint):
        local, _, host = address.lower().rpartition("@")
        near = host == domain or host.endswith(f".{domain}") or domain.endswith(f".{host}")
        if address.lower() not in own and not is_nobody(address) and not (near and _ROLE.match(local)):
            return address, plain_name(name) or None
    return None


def is_nobody(address: str) -> bool:
    """Return True for an address that nobody reads, such as noreply@."""
    return _NOBODY.search(address.rpartition("@")[0]) is not None


def _stated(root: Part, envelope: str | None) -> Iterator[str]:
    """The group's addresses as its headers write them."""
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


def _derived(root: Part) -> Iterator[str]:
    """`<help.acme.test>` is the List-Id of help@acme.test."""
    found = _LIST_ID.search(_text(root, "list-id").strip().lower())
    if found and "." in found[2]:
        local, domain = found[1], found[2]
        yield f"{local}@{domain}"
        if "." in local:  # the local part ends at the first dot, or is the group's name with dots in it
            head, _, rest = local.partition(".")
            yield f"{head}@{rest}.{domain}"


def _author(root: Part, sender: str | None, name: str, own: set[str], hint: str) -> Author | None:
    """The person whom the group names instead of itself; None if From is a person's address."""
    if sender is None or not _is_groups(sender.lower(), own):
        return None
    own = own | {sender.lower()}
    known = [one for header in _AUTHOR for one in field.addresses(root.get(header)[:2_000], hint)]
    asked = field.addresses(root.get("reply-to")[:2_000], hint)
    candidates = [one for one in known if not _BOUNCES.search(one[1].partition("@")[0])] + asked + _encoded(sender)
    candidates += _copied(root, name, hint)
    for _, address in candidates:
        if address.lower() not in own and not is_nobody(address):
            names = (given for given, same in candidates if given and same.lower() == address.lower())
            return Author(address, next(names, "") or plain_name(name) or None)
    return None


def _copied(root: Part, name: str, hint: str) -> list[tuple[str, str]]:
    """The author in Cc, by the name in From: Mailman puts them there where answers go to the list."""
    author = plain_name(name).casefold()
    if _VIA.match(name) is None:
        return []
    copies = field.addresses(root.get("cc")[:10_000], hint)
    return [one for one in copies if plain_name(one[0]).casefold() == author]


def _is_groups(sender: str, own: set[str]) -> bool:
    """Whether From is the group's own address, or one that it makes for the author."""
    if sender in own:
        return True
    local, _, domain = sender.rpartition("@")
    near = any(domain == other or domain.endswith(f".{other}") for other in (o.rpartition("@")[2] for o in own))
    return (near and (_ENCODED.match(local) is not None or "dmarc" in local)) or (
        _DMARC.search(domain) is not None and _ENCODED.match(local) is not None
    )


def _encoded(sender: str) -> list[tuple[str, str]]:
    found = _ENCODED.match(sender.rpartition("@")[0])
    return [("", f"{found[1]}@{found[2].lower()}")] if found else []


def plain_name(name: str) -> str:
    """The person in a display name that a group or a form made: `'Anna Kim' via Help` is Anna Kim."""
    found = _VIA.match(name)
    return (found[1] if found else name).strip(" \"'“”‘’")
