"""The configuration table `[channels.NAME]` with `type = "webhook"`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from deskctl.plugins import Endpoint, Invalid, Remark, Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen(Endpoint):
    """The address of the listener. Put a web server with TLS in front of it, unless all clients are on this machine."""

    host: str = "127.0.0.1"

    def config_claims(self) -> Iterator[Remark]:
        yield Remark("port", f"the listener {self}")

    def config_warnings(self) -> Iterator[Remark]:
        if not self.loopback:
            yield Remark("host", "accepts requests from other machines without TLS; put a web server in front of it")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookConfig:
    """The configuration of a webhook channel.

    Both sides sign with `secret` (`whsec_` and base64, or any text of 24 characters or more). Messages arrive at
    `listen` under `path`; replies are posted to `url`. Without one of the two, that direction is off.

    `max_size` is the largest request in bytes, `window` the largest difference between the clock and a signature's
    timestamp, and `timeout` the longest time for a request in either direction.
    """

    secret: Secret
    listen: Listen | None = None
    path: str = "/"
    url: str | None = None
    max_size: int = 2_000_000
    window: timedelta = timedelta(minutes=5)
    timeout: timedelta = timedelta(seconds=10)

    def __post_init__(self) -> None:
        if self.listen is None and self.url is None:
            raise Invalid("missing; set listen or url", key="listen")
        if not self.path.startswith("/"):
            raise Invalid('must begin with "/"', key="path")
        if self.url is not None:
            parts = urlsplit(self.url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise Invalid('must be a URL, for example "https://gateway.example/replies"', key="url")
        if self.max_size < 1_000:
            raise Invalid("must be 1000 or more", key="max_size")
        if not timedelta(seconds=1) <= self.window <= timedelta(days=1):
            raise Invalid("must be between 1s and 1d", key="window")
        if self.timeout < timedelta(seconds=1):
            raise Invalid("must be 1s or more", key="timeout")

    def config_warnings(self) -> Iterator[Remark]:
        parts = urlsplit(self.url or "https:")
        if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            yield Remark("url", "is not https: others can read the replies in transit")
