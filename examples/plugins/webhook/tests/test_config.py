"""The configuration of a webhook channel and its validation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from deskctl.testing.settings import problems, settings

from deskctl_webhook.config import WebhookConfig

SECRET = 'secret = { env = "WEBHOOK_SECRET" }\n'


def test_listener_or_url_alone_is_enough() -> None:
    read = settings(WebhookConfig, SECRET + "listen = { port = 8025 }")
    assert (str(read.listen), read.url, read.window) == ("127.0.0.1:8025", None, timedelta(minutes=5))
    assert settings(WebhookConfig, SECRET + 'url = "https://gateway.example/replies"').listen is None


@pytest.mark.parametrize(
    ("toml", "wrong"),
    [
        (SECRET, "listen: missing; set listen or url"),
        (SECRET + "listen = { port = 0 }", "listen.port: must be between 1 and 65535"),
        (SECRET + 'url = "gateway"', 'url: must be a URL, for example "https://gateway.example/replies"'),
        (SECRET + 'listen = { port = 1 }\npath = "in"', 'path: must begin with "/"'),
        (SECRET + 'listen = { port = 1 }\nwindow = "2d"', "window: must be between 1s and 1d"),
        (SECRET + "listen = { port = 1 }\nmax_size = 10", "max_size: must be 1000 or more"),
        (SECRET + 'listen = { port = 1 }\ntimeout = "0s"', "timeout: must be 1s or more"),
    ],
)
def test_invalid_value_is_reported_with_its_key(toml: str, wrong: str) -> None:
    assert problems(WebhookConfig, toml) == [wrong]


@pytest.mark.parametrize(
    ("url", "warned"), [("http://gateway.example/", 1), ("https://gateway.example/", 0), ("http://127.0.0.1:9/", 0)]
)
def test_url_without_tls_produces_a_warning(url: str, warned: int) -> None:
    read = settings(WebhookConfig, SECRET + f'url = "{url}"')
    assert len(list(read.config_warnings())) == warned
