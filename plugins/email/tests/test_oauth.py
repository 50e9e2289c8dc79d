"""OAuth for mailbox and relay: consent, tokens and their renewal, with a test provider and real servers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from deskctl.plugins import AuthFailed, Refused, TryLater, Unavailable, UsageError
from deskctl.testing.builders import outbound, raw_mail
from deskctl.testing.fakes import MemoryContext
from deskctl.testing.settings import structure
from deskctl.testing.smtp_sink import SmtpSink
from deskctl_email import oauth_consent, oauth_tokens
from deskctl_email.channel import EmailChannel
from deskctl_email.config import EmailConfig
from deskctl_email.state import State
from tests.servers.dovecot import open_dovecot
from tests.servers.identity import IdentityProvider

USER = "box1@desk.test"


@pytest.fixture
def identity() -> Iterator[IdentityProvider]:
    with IdentityProvider(user=USER) as provider:
        yield provider


@pytest.fixture
def mailbox(identity: IdentityProvider) -> Iterator[Any]:
    server = open_dovecot(None, f"{identity.url}/introspect")
    yield server
    server.close()


def configured(identity: IdentityProvider, **tables: Any) -> EmailConfig:
    given = {"address": USER, "oauth": identity.table(**tables.pop("oauth", {})), **tables}
    config, faults = structure(given, EmailConfig, Path("/"))
    assert faults == []
    assert isinstance(config, EmailConfig)
    return config


def smtp_config(identity: IdentityProvider, sink: SmtpSink) -> EmailConfig:
    return configured(identity, smtp={"host": sink.host, "port": sink.port, "timeout": "5s"})


def token_relay(identity: IdentityProvider) -> SmtpSink:
    return SmtpSink(bearers=lambda user, token: user == USER and token in identity.access_tokens)


def grant_consent(identity: IdentityProvider, context: MemoryContext) -> None:
    State(context).put(oauth_tokens.SECTION, {"refresh": identity.consented()})


async def test_device_code_authorizes_the_desk(identity: IdentityProvider, context: MemoryContext) -> None:
    with token_relay(identity) as sink:
        config = smtp_config(identity, sink)
        assert config.oauth is not None
        begun = await asyncio.to_thread(oauth_consent.begin, config.oauth)
        assert (begun["code"], begun["url"]) == ("WDJB-MJHT", f"{identity.url}/activate")
        assert await asyncio.to_thread(oauth_consent.finish, config.oauth, context, begun["pending"], None) == "waiting"
        identity.approve()
        assert await asyncio.to_thread(oauth_consent.finish, config.oauth, context, begun["pending"], None) == "done"
        channel = EmailChannel(config, context)
        await channel.send(outbound())
        await channel.aclose()
        assert len(sink.mails) == 1


async def test_redirect_address_authorizes_the_desk(identity: IdentityProvider, context: MemoryContext) -> None:
    with token_relay(identity) as sink:
        config = smtp_config(identity, sink)
        assert config.oauth is not None
        oauth = attrs.evolve(config.oauth, device_url=None, auth_url=f"{identity.url}/authorize")
        begun = await asyncio.to_thread(oauth_consent.begin, oauth)
        assert begun["code"] is None
        ended_at = identity.visit(begun["url"])
        wrong = ended_at.replace("state=", "state=x")
        with pytest.raises(UsageError):
            await asyncio.to_thread(oauth_consent.finish, oauth, context, begun["pending"], wrong)
        with pytest.raises(Refused, match="declined"):
            await asyncio.to_thread(
                oauth_consent.finish, oauth, context, begun["pending"], "http://127.0.0.1:1/?error=access_denied"
            )
        assert await asyncio.to_thread(oauth_consent.finish, oauth, context, begun["pending"], ended_at) == "done"
        channel = EmailChannel(attrs.evolve(config, oauth=oauth), context)
        await channel.send(outbound())
        await channel.aclose()
        assert len(sink.mails) == 1


async def test_declined_consent_is_refused(identity: IdentityProvider, context: MemoryContext) -> None:
    oauth = configured(identity, smtp={"host": "127.0.0.1"}).oauth
    assert oauth is not None
    begun = await asyncio.to_thread(oauth_consent.begin, oauth)
    identity.deny()
    with pytest.raises(Refused, match="declined"):
        await asyncio.to_thread(oauth_consent.finish, oauth, context, begun["pending"], None)
    assert context.load_state() == {}


async def test_mailbox_is_read_with_a_token(
    identity: IdentityProvider, mailbox: Any, context: MemoryContext, running: Any
) -> None:
    grant_consent(identity, context)
    config = configured(identity, imap={"host": "127.0.0.1", "port": mailbox.port, "poll": "1s"})
    async with running(config, context):
        await context.wait_for(lambda: context.load_state().get("imap"), "the first login is noted", 40)
        await asyncio.to_thread(deliver, mailbox, raw_mail(subject="hello"))
        await context.wait_for(lambda: context.journal, "the mail is ingested", 45)
    assert b"Subject: hello" in context.journal[0].raw


def deliver(server: Any, raw: bytes) -> None:
    import smtplib

    with smtplib.LMTP(*server.lmtp) as lmtp:
        lmtp.sendmail("ana@example.org", [USER], raw)


async def test_revoked_token_is_replaced(identity: IdentityProvider, mailbox: Any, context: MemoryContext) -> None:
    grant_consent(identity, context)
    with token_relay(identity) as sink:
        config = configured(
            identity,
            imap={"host": "127.0.0.1", "port": mailbox.port, "sent": "Sent"},
            smtp={"host": sink.host, "port": sink.port},
        )
        channel = EmailChannel(config, context)
        message = outbound(message_id="<kept@acme.test>")
        await channel.send(message)
        await channel.aclose()
        identity.forget_access()
        await channel.send(message)
        identity.forget_access()
        receipt = await channel.send(replace(message, copy=True))
        await channel.aclose()
        assert "Sent" in receipt.remark
        assert len(sink.mails) == 2
    assert context.alerts == []


async def test_token_is_renewed_before_expiry_and_new_refresh_token_is_stored(
    identity: IdentityProvider, context: MemoryContext
) -> None:
    grant_consent(identity, context)
    identity.rotates, identity.expires_in = True, 61  # less than the remaining time at which a token is renewed
    with token_relay(identity) as sink:
        for _ in range(3):
            channel = EmailChannel(smtp_config(identity, sink), context)
            await channel.send(outbound())
            await channel.aclose()
        assert len(sink.mails) == 3
    assert {context.load_state()["oauth"]["refresh"]} == identity.refresh_tokens


async def test_withdrawn_consent_stops_the_mailbox_with_a_hint(
    identity: IdentityProvider, mailbox: Any, context: MemoryContext, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    grant_consent(identity, context)
    kept = context.load_state()["oauth"]["refresh"]
    identity.revoke()
    config = configured(identity, imap={"host": "127.0.0.1", "port": mailbox.port}, smtp={"host": "127.0.0.1"})
    channel = EmailChannel(config, context)
    with pytest.raises(AuthFailed) as caught:
        await channel.receive()
    assert caught.value.hint == "deskctl mail auth support"
    assert context.alerts == [(str(caught.value), "deskctl mail auth support")]
    assert kept not in f"{caught.value} {caplog.text} {context.alerts} {config}"


async def test_missing_consent_is_reported_once(identity: IdentityProvider, context: MemoryContext) -> None:
    with token_relay(identity) as sink:
        channel = EmailChannel(smtp_config(identity, sink), context)
        for _ in range(2):
            with pytest.raises(TryLater, match="not authorized"):
                await channel.send(outbound())
        await channel.aclose()
    assert len(context.alerts) == 1, "one alert"
    assert context.marked == []


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_provider_error_is_retried(status: int, identity: IdentityProvider, context: MemoryContext) -> None:
    grant_consent(identity, context)
    with token_relay(identity) as sink:
        channel = EmailChannel(smtp_config(identity, sink), context)
        identity.fail = [status]
        with pytest.raises(TryLater):
            await channel.send(outbound())
        await channel.send(outbound())
        await channel.aclose()
        assert len(sink.mails) == 1
    assert context.alerts == []


async def test_unreachable_provider_is_temporary(context: MemoryContext) -> None:
    with IdentityProvider() as identity:
        grant_consent(identity, context)
        config = configured(identity, imap={"host": "127.0.0.1", "port": 9})
    with pytest.raises(Unavailable):
        await EmailChannel(config, context).receive()
    assert context.alerts == []


async def test_unstored_refresh_token_is_used_and_stored_later(
    identity: IdentityProvider, context: MemoryContext
) -> None:
    grant_consent(identity, context)
    identity.rotates, identity.expires_in = True, 61
    oauth = configured(identity, smtp={"host": "127.0.0.1"}).oauth
    assert oauth is not None
    source = oauth_tokens.AccessTokens(oauth, context, State(context))
    context.refuse = True
    await asyncio.to_thread(source.get)
    context.refuse = False
    await asyncio.to_thread(source.get)
    assert {context.load_state()["oauth"]["refresh"]} == identity.refresh_tokens


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ({"oauth": {"provider": "microsoft"}}, "oauth.client_id"),
        ({"oauth": {"client_id": "x"}}, "oauth.token_url"),
        ({"oauth": {"client_id": "x", "token_url": "https://a.test/t"}}, "oauth.device_url"),
        (
            {"oauth": {"client_id": "x", "token_url": "http://a.test/t", "device_url": "https://a.test/d"}},
            "oauth.token_url",
        ),
        ({"oauth": {"provider": "google", "client_id": "x"}, "imap": None}, "oauth"),
        ({"oauth": {"provider": "google", "client_id": "x"}, "imap": {"password": "p", "user": "u"}}, "imap.password"),
        ({"smtp": {"host": "h", "rate": "30 a minute"}}, "smtp.rate"),
        ({"imap": {"sent": ""}}, "imap.sent"),
    ],
)
def test_invalid_value_is_reported_with_its_path(table: dict[str, Any], place: str) -> None:
    imap = table.pop("imap", {})
    given = {"address": USER, **({"imap": {"host": "imap.acme.test", **imap}} if imap is not None else {}), **table}
    config, faults = structure(given, EmailConfig, Path("/"))
    assert config is None
    assert {".".join(map(str, fault.path)) for fault in faults} == {place}


@pytest.mark.parametrize("provider", ["google", "microsoft"])
def test_known_provider_has_defaults(provider: str) -> None:
    given = {"address": USER, "oauth": {"provider": provider, "client_id": "x"}, "imap": {"host": "imap.test"}}
    config, faults = structure(given, EmailConfig, Path("/"))
    assert faults == []
    assert config.imap.user == USER
    assert config.oauth.token_url.startswith("https://")
    assert timedelta(seconds=1) <= config.imap.poll
