"""The configuration of a Telegram channel and its validation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deskctl.plugins import Invalid, Secret
from deskctl_telegram.config import TelegramConfig, Webhook

TOKEN = Secret.of("1:a")


def test_token_is_the_only_required_key() -> None:
    config = TelegramConfig(token=TOKEN)
    assert (config.api, config.webhook, config.groups) == ("https://api.telegram.org", None, False)
    assert config.download_limit == 20 * 1024 * 1024
    assert config.upload_limit == 50 * 1024 * 1024
    assert "1:a" not in repr(config)


def test_local_server_allows_larger_files() -> None:
    config = TelegramConfig(token=TOKEN, api="http://127.0.0.1:8081/", max_file="1 GB")
    assert config.api == "http://127.0.0.1:8081"
    assert config.download_limit == 1024**3


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("api", "http://api.telegram.org", "https://"),
        ("api", "api.telegram.org", "not a URL"),
        ("api", "https://user@host/", "not a URL"),
        ("api", "https://host:99999/", "not a URL"),
        ("max_file", "30MB", "at most 20MB"),
        ("max_file", "a lot", "not a size"),
    ],
)
def test_invalid_value_is_reported_with_its_key(key: str, value: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as caught:
        TelegramConfig(**{"token": TOKEN, key: value})  # type: ignore[arg-type]
    assert caught.value.key == key


@pytest.mark.parametrize(
    "table",
    [
        {"url": "http://desk.example.org/", "port": 8443},
        {"url": "https://desk.example.org/"},
        {"url": "https://desk.example.org/", "port": 8443, "path": Path("/run/x")},
        {"url": "https://desk.example.org/", "port": 99999},
        {"url": "desk", "port": 8443},
        {"url": "https://desk.example.org/", "port": 8443, "host": "a b"},
    ],
)
def test_webhook_requires_a_url_and_one_listening_address(table: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        Webhook(**table)


def test_webhook_claims_its_listening_address() -> None:
    hook = Webhook(url="https://desk.example.org/", port=8443)
    assert [claim.what for claim in hook.config_claims()] == ["the listener 127.0.0.1:8443"]


def test_parsing_does_not_import_the_bot_libraries() -> None:
    """Importing them takes a second; listing the channel type and parsing updates do not need them."""
    code = (
        "import sys, deskctl_telegram as t; from deskctl.testing.builders import envelope;"
        "[kind] = t.deskctl_channels(); kind.parse(b'{}', envelope());"
        "sys.exit(', '.join({'telegram', 'httpx', 'asyncio'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"imported: {done.stderr}"
