"""Only the trusted server's topmost Authentication-Results count."""

from __future__ import annotations

import pytest

from deskctl.core.authentication import Dmarc, dmarc
from deskctl.core.messages import InboundMessage
from deskctl.core.settings import ChannelInfo

TRUSTED = ChannelInfo("support", "email", authority="mx.acme.test")


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (("mx.acme.test; spf=pass; dmarc=pass header.from=corp.example",), Dmarc.PASS),
        (("MX.acme.test 1; dmarc = Fail (p=reject) header.from=corp.example",), Dmarc.FAIL),
        (("mx.acme.test; dkim=pass (dmarc=pass) header.d=x; dmarc=fail",), Dmarc.FAIL),
        (("mx.acme.test; dkim=pass header.i=@dmarc=pass",), Dmarc.UNKNOWN),
        (("mx.acme.test; dmarc=none",), Dmarc.UNKNOWN),
        (("mx.other.test; dmarc=pass",), Dmarc.UNKNOWN),
        (("mx.other.test; dmarc=fail", "mx.acme.test; dmarc=pass"), Dmarc.UNKNOWN),
        ((), Dmarc.UNKNOWN),
    ],
)
def test_dmarc_result(results: tuple[str, ...], expected: Dmarc) -> None:
    message = InboundMessage("a@corp.example", None, "s", "t", "t", "d", authentication=results)
    assert dmarc(TRUSTED, message) is expected
    assert dmarc(ChannelInfo("support", "email"), message) is Dmarc.UNKNOWN
