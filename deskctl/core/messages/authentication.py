"""Read Authentication-Results (RFC 8601) of the mail server that the configuration trusts."""

from __future__ import annotations

import re
from enum import StrEnum

from .channels import ChannelInfo
from .model import InboundMessage

#: The `authority` of mailboxes at Microsoft 365, which writes its results without the name of a server.
MICROSOFT = "microsoft365"
#: The `authority` that disables the default of a provider.
NOBODY = "none"

_METHOD = re.compile(r"[a-z][a-z0-9-]*\s*=")
_RESULT = re.compile(r"(?:^|;)\s*dmarc\s*=\s*([a-z]+)([^;]*)")
_DOMAIN = re.compile(r"\bheader\.from\s*=\s*([^\s;]+)")
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_DEEPEST = 20


class Dmarc(StrEnum):
    """The DMARC result (RFC 7489, 11.2) of the trusted server; `UNKNOWN` without a trusted server or result."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


def dmarc(channel: ChannelInfo, message: InboundMessage) -> Dmarc:
    """Return the DMARC result of the channel's `authority` for the sender's domain.

    Only the topmost header counts: headers below it may have come with the message (RFC 8601, 5). Comments and quoted
    strings can contain text of strangers, so they are ignored. A failure has priority. A pass for a domain other
    than the sender's is not a result for the sender.
    """
    if channel.authority is None or not message.authentication:
        return Dmarc.UNKNOWN
    results = _of_authority(channel.authority.lower(), _bare(message.authentication[0]).lower())
    found = _RESULT.findall(results)
    words = {result for result, _ in found}
    if "fail" in words:
        return Dmarc.FAIL
    if words != {"pass"} or not all(_is_of(message.sender, properties) for _, properties in found):
        return Dmarc.UNKNOWN
    return Dmarc.PASS


def _bare(header: str) -> str:
    """Return the header without quoted strings and comments, which may be nested."""
    header = _QUOTED.sub(" ", header)
    for _ in range(_DEEPEST):
        header, count = _COMMENT.subn(" ", header)
        if not count:
            break
    return header


def _of_authority(authority: str, header: str) -> str:
    """Return the results if the trusted server wrote them, else "".

    Microsoft 365 begins with a result (`spf=pass …; dkim=…; dmarc=pass action=none header.from=…; compauth=…`) where
    other servers write their name. It writes this above the headers that came with the message, in mail from outside
    and from other tenants; only Microsoft 365 writes `action` and `compauth`.
    """
    name, _, results = header.partition(";")
    if authority == MICROSOFT:
        by_microsoft = _METHOD.match(name.strip()) and re.search(r"\baction=|\bcompauth=", header)
        return header if by_microsoft else ""
    return results if name.split()[:1] == [authority] else ""


def _is_of(sender: str | None, properties: str) -> bool:
    domain = _DOMAIN.search(properties)
    return domain is None or (sender or "").lower().rpartition("@")[2] == domain[1].rstrip(".")
