"""Read Authentication-Results (RFC 8601) of the mail server that the configuration trusts."""

from __future__ import annotations

import re
from enum import StrEnum

from .messages import InboundMessage
from .settings import ChannelInfo

_DMARC = re.compile(r"(?:^|;)\s*dmarc\s*=\s*([a-z]+)")
_COMMENT = re.compile(r"\([^()]*\)")


class Dmarc(StrEnum):
    """The DMARC result (RFC 7489, 11.2) of the trusted server; `UNKNOWN` without a trusted server or result."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


def dmarc(channel: ChannelInfo, message: InboundMessage) -> Dmarc:
    """Return what the channel's `authority` says of the sender's domain.

    Only the topmost header counts: headers below it may have come with the message (RFC 8601, 5).
    """
    if channel.authority is None or not message.authentication:
        return Dmarc.UNKNOWN
    authority, _, results = _COMMENT.sub(" ", message.authentication[0]).partition(";")
    if [name.lower() for name in authority.split()[:1]] != [channel.authority.lower()]:
        return Dmarc.UNKNOWN
    found = _DMARC.search(results.lower())
    if found is None:
        return Dmarc.UNKNOWN
    return {"pass": Dmarc.PASS, "fail": Dmarc.FAIL}.get(found[1], Dmarc.UNKNOWN)
