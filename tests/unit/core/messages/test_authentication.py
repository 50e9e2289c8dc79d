"""DMARC results count only if the mail server that the configuration trusts reports them."""

from __future__ import annotations

import pytest

from deskctl.core.messages.authentication import MICROSOFT, Dmarc, dmarc
from deskctl.core.messages.channels import ChannelInfo
from deskctl.core.messages.model import InboundMessage

MX = "mx.acme.test"
EXCHANGE = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=corp.example; dkim=pass (signature was verified) "
    "header.d=corp.example;dmarc={} action=none header.from=corp.example;compauth=pass reason=100"
)


def result_of(authority: str | None, *headers: str, sender: str = "anna@corp.example") -> Dmarc:
    channel = ChannelInfo("support", "email", "support@acme.test", authority=authority)
    return dmarc(channel, InboundMessage(sender, None, "", "", "", "", authentication=headers))


@pytest.mark.parametrize(
    ("header", "result"),
    [
        (f"{MX}; dmarc=pass", Dmarc.PASS),
        (f"{MX} 1; spf=fail; DMARC=Pass (p=REJECT) header.from=CORP.example", Dmarc.PASS),
        (f"{MX.upper()}; dmarc=fail (p=none dis=none) header.from=corp.example", Dmarc.FAIL),
        (f"{MX}; dmarc=none", Dmarc.UNKNOWN),
        (f"{MX}; dmarc=bestguesspass", Dmarc.UNKNOWN),
        (f"{MX}; spf=pass", Dmarc.UNKNOWN),
        ("mx.evil.test; dmarc=pass", Dmarc.UNKNOWN),
        (f"mx.evil.test ({MX}); dmarc=pass", Dmarc.UNKNOWN),
        (f'{MX}; spf=fail smtp.mailfrom="x; dmarc=pass y"@evil.test; dmarc=fail', Dmarc.FAIL),
        (f'{MX}; spf=fail smtp.mailfrom="x; dmarc=pass y"@evil.test', Dmarc.UNKNOWN),
        (f"{MX}; spf=fail (says (x); dmarc=pass); dmarc=fail", Dmarc.FAIL),
        (f"{MX}; dmarc=pass header.from=evil.test", Dmarc.UNKNOWN),
        (f"{MX}; dmarc=pass header.from=corp.example; dmarc=fail header.from=evil.test", Dmarc.FAIL),
        (EXCHANGE.format("pass"), Dmarc.UNKNOWN),
    ],
)
def test_result_of_named_server(header: str, result: Dmarc) -> None:
    assert result_of(MX, header) is result
    assert result_of(None, header) is Dmarc.UNKNOWN
    assert result_of(MX, "mx.other.test; dmarc=none", header) is Dmarc.UNKNOWN, "only the topmost header counts"


@pytest.mark.parametrize(
    ("header", "result"),
    [
        (EXCHANGE.format("pass"), Dmarc.PASS),
        (EXCHANGE.format("fail"), Dmarc.FAIL),
        (EXCHANGE.format("bestguesspass"), Dmarc.UNKNOWN),
        (EXCHANGE.format("none"), Dmarc.UNKNOWN),
        ("spf=none (sender IP is 192.0.2.1) smtp.mailfrom=x; acme.test; dmarc=fail action=oreject", Dmarc.FAIL),
        ("mx.evil.test; dmarc=pass action=none header.from=corp.example", Dmarc.UNKNOWN),
        ("dmarc=pass header.from=corp.example", Dmarc.UNKNOWN),
        (EXCHANGE.format("pass").replace("from=corp", "from=evil"), Dmarc.UNKNOWN),
    ],
)  # fmt: skip
def test_result_of_microsoft_without_server_name(header: str, result: Dmarc) -> None:
    assert result_of(MICROSOFT, header) is result
