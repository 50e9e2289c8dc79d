"""The configuration table of an email channel: defaults and invalid values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deskctl.testing.settings import structure
from deskctl_email import deskctl_channels
from deskctl_email.config import EmailConfig


def read_config(**table: Any) -> EmailConfig:
    config, faults = structure({"address": "support@acme.test", **table}, EmailConfig, Path("/etc/desk"))
    assert faults == []
    assert isinstance(config, EmailConfig)
    return config


def config_errors(**table: Any) -> dict[str, str]:
    config, faults = structure({"address": "support@acme.test", **table}, EmailConfig, Path("/etc/desk"))
    assert config is None
    return {".".join(map(str, fault.path)): fault.what for fault in faults}


def test_documented_table_is_valid() -> None:
    config = read_config(
        aliases=["help@acme.test"],
        listen={"host": "127.0.0.1", "port": 2525, "protocol": "lmtp", "cert": "tls.pem", "key": "/keys/tls.key"},
        imap={
            "host": "imap.acme.test",
            "port": 1993,
            "security": "tls",
            "user": "support",
            "password": {"env": "MAIL_PASSWORD"},
            "folder": "INBOX",
            "after": "move:Archive/Taken",
            "poll": "60s",
            "idle": True,
        },
        smtp={"host": "mail.acme.test", "security": "starttls", "timeout": "30s"},
    )
    assert config.listen is not None
    assert config.imap is not None
    assert config.smtp is not None
    assert config.listen.cert == Path("/etc/desk/tls.pem"), "relative paths start at the configuration's folder"
    assert config.imap.target == "Archive/Taken"
    assert config.smtp.timeout.total_seconds() == 30
    assert config.own_addresses == {"support@acme.test", "help@acme.test"}


@pytest.mark.parametrize(
    ("host", "imap", "smtp"),
    [("mail.acme.test", ("tls", 993), ("starttls", 587)), ("127.0.0.1", ("plain", 143), ("plain", 25))],
)
def test_security_and_port_have_defaults(host: str, imap: tuple[str, int], smtp: tuple[str, int]) -> None:
    config = read_config(imap={"host": host}, smtp={"host": host})
    assert config.imap is not None
    assert config.smtp is not None
    assert (config.imap.security, config.imap.port) == imap
    assert (config.smtp.security, config.smtp.port) == smtp


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ({"address": "support"}, "address"),
        ({"address": "support@acme.test\nBcc: eve@example.net"}, "address"),
        ({"aliases": ["help@acme.test", "nobody"]}, "aliases"),
        ({"listen": {}}, "listen"),
        ({"listen": {"port": 2525, "path": "/run/desk/lmtp"}}, "listen"),
        ({"listen": {"port": 70000}}, "listen.port"),
        ({"listen": {"port": 2525, "key": "tls.key"}}, "listen.cert"),
        ({"listen": {"port": 2525, "protocol": "uucp"}}, "listen.protocol"),
        ({"imap": {"port": 993}}, "imap.host"),
        ({"imap": {"host": "imap.acme.test", "user": "support"}}, "imap.password"),
        ({"imap": {"host": "imap.acme.test", "after": "burn"}}, "imap.after"),
        ({"imap": {"host": "imap.acme.test", "after": "move:INBOX"}}, "imap.after"),
        ({"imap": {"host": "imap.acme.test", "poll": "0s"}}, "imap.poll"),
        ({"imap": {"host": "imap.acme.test", "security": "ssl"}}, "imap.security"),
        ({"smtp": {"host": "a b"}}, "smtp.host"),
        ({"smtp": {"host": "mail.acme.test", "password": {"env": "P"}}}, "smtp.user"),
        ({"smtp": {"host": "mail.acme.test", "prot": 25}}, "smtp.prot"),
        ({"max_size": 1}, "max_size"),
    ],
)
def test_invalid_value_is_reported_with_its_path(table: dict[str, Any], place: str) -> None:
    assert set(config_errors(**table)) == {place}


def test_password_is_not_in_repr() -> None:
    config = read_config(smtp={"host": "mail.acme.test", "user": "support", "password": "hunter2"})
    assert "hunter2" not in repr(config)


@pytest.mark.parametrize(
    ("tables", "authority"),
    [
        ({"imap": {"host": "imap.gmail.com", "user": "a", "password": "b"}}, "mx.google.com"),
        ({"imap": {"host": "Outlook.Office365.com", "user": "a", "password": "b"}}, "microsoft365"),
        ({"imap": {"host": "mx.acme.test"}, "oauth": {"provider": "google", "client_id": "x"}}, "mx.google.com"),
        ({"imap": {"host": "mx.acme.test"}, "oauth": {"provider": "microsoft", "client_id": "x"}}, "microsoft365"),
        ({"imap": {"host": "mx.acme.test", "user": "a", "password": "b"}}, None),
        ({"imap": {"host": "imap.gmail.com", "user": "a", "password": "b"}, "listen": {"port": 25}}, None),
    ],
)  # fmt: skip
def test_authority_defaults_to_the_mailbox_provider(tables: dict[str, Any], authority: str | None) -> None:
    [email] = deskctl_channels()
    assert email.authority(read_config(**tables)) == authority
