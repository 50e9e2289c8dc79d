"""What can stand in `[channels.NAME]` of a Telegram channel, and what is said of the rest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deskctl.plugins import Invalid, Secret
from deskctl_telegram.config import TelegramConfig, Webhook

TOKEN = Secret.of("1:a")


def test_a_token_is_enough() -> None:
    config = TelegramConfig(token=TOKEN)
    assert (config.api, config.webhook, config.groups) == ("https://api.telegram.org", None, False)
    assert config.largest_file == 20 * 1024 * 1024
    assert config.largest_upload == 50 * 1024 * 1024
    assert "1:a" not in repr(config)


def test_a_server_of_ones_own_lets_larger_files_through() -> None:
    config = TelegramConfig(token=TOKEN, api="http://127.0.0.1:8081/", max_file="1 GB")
    assert config.api == "http://127.0.0.1:8081"
    assert config.largest_file == 1024**3


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("api", "http://api.telegram.org", "https://"),
        ("api", "api.telegram.org", "is not an address"),
        ("api", "https://user@host/", "is not an address"),
        ("api", "https://host:99999/", "is not an address"),
        ("max_file", "30MB", "at most 20MB"),
        ("max_file", "a lot", "is no size"),
    ],
)
def test_a_wrong_value_is_named_with_its_key(key: str, value: str, words: str) -> None:
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
def test_a_webhook_needs_an_address_and_one_place_to_listen(table: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        Webhook(**table)


def test_two_channels_cannot_listen_at_one_place() -> None:
    hook = Webhook(url="https://desk.example.org/", port=8443)
    assert [claim.what for claim in hook.config_claims()] == ["the listener 127.0.0.1:8443"]


def test_commands_that_use_no_bot_do_not_wait_for_its_libraries() -> None:
    """They take a second to be imported; naming the channel and reading updates needs none of them."""
    code = (
        "import sys, deskctl_telegram as t; from deskctl.testing.builders import envelope;"
        "[kind] = t.deskctl_channels(); kind.parse(b'{}', envelope());"
        "sys.exit(', '.join({'telegram', 'httpx', 'asyncio'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"imported: {done.stderr}"
