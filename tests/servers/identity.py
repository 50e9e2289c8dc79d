"""An identity provider for tests: OAuth 2.0 with device codes and authorization codes, over plain HTTP on loopback."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import urllib.parse
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


@dataclass
class IdentityProvider:
    """`user` consents with `approve()` or `deny()`. `fail` contains the statuses of the next token responses."""

    user: str = "support@acme.test"
    client_id: str = "desk-client"
    client_secret: str = "client-word"
    expires_in: int = 3600
    rotates: bool = False
    interval: int = 1
    fail: list[int] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    """All received forms."""
    refresh_tokens: set[str] = field(default_factory=set)
    access_tokens: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._consent = "waiting"
        self._device = ""
        self._codes: dict[str, tuple[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                form = {name: values[0] for name, values in urllib.parse.parse_qs(raw.decode()).items()}
                status, document = provider._answer(urllib.parse.urlsplit(self.path).path, form)
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def table(self, **more: Any) -> dict[str, Any]:
        """Return the `oauth` table of a channel for this provider."""
        return {
            "client_id": self.client_id,
            "token_url": f"{self.url}/token",
            "device_url": f"{self.url}/device",
            "scope": "imap smtp offline_access",
            **more,
        }

    def approve(self) -> None:
        self._consent = "yes"

    def deny(self) -> None:
        self._consent = "no"

    def consented(self) -> str:
        """Return a refresh token, as after an earlier consent."""
        token = secrets.token_urlsafe(24)
        self.refresh_tokens.add(token)
        return token

    def revoke(self) -> None:
        """Revoke every consent and token."""
        self.refresh_tokens.clear()
        self.access_tokens.clear()

    def forget_access(self) -> None:
        """Revoke access tokens before their expiry. The consent stays valid."""
        self.access_tokens.clear()

    def visit(self, url: str) -> str:
        """Act as a browser on the consent page and return the final URL."""
        query = {k: v[0] for k, v in urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).items()}
        assert query["client_id"] == self.client_id
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = (query["code_challenge"], query["redirect_uri"])
        return f"{query['redirect_uri']}?{urllib.parse.urlencode({'state': query['state'], 'code': code})}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> IdentityProvider:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path == "/introspect":
            active = form.get("token") in self.access_tokens
            return 200, {"active": active, "username": self.user} if active else {"active": False}
        self.asked.append({"path": path, **form})
        if self.fail:
            return self.fail.pop(0), {"message": "not today"}
        if form.get("client_id") != self.client_id:
            return 401, {"error": "invalid_client"}
        if path == "/device":
            self._device = secrets.token_urlsafe(16)
            return 200, {
                "device_code": self._device,
                "user_code": "WDJB-MJHT",
                "verification_uri": f"{self.url}/activate",
                "expires_in": 900,
                "interval": self.interval,
            }
        if path != "/token":
            return 404, {}
        return self._token(form)

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        grant = form.get("grant_type", "")
        if grant == "refresh_token":
            if form.get("refresh_token") not in self.refresh_tokens:
                return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            if not self.rotates:
                return 200, self._access()
            self.refresh_tokens.discard(form["refresh_token"])
            return 200, {**self._access(), "refresh_token": self.consented()}
        if grant.endswith(":device_code"):
            if form.get("device_code") != self._device:
                return 400, {"error": "expired_token"}
            if self._consent != "yes":
                return 400, {"error": "authorization_pending" if self._consent == "waiting" else "access_denied"}
            return 200, {**self._access(), "refresh_token": self.consented()}
        if grant == "authorization_code":
            challenge, redirect = self._codes.pop(form.get("code", ""), ("", ""))
            made = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            if not challenge or made.rstrip(b"=").decode() != challenge or form.get("redirect_uri") != redirect:
                return 400, {"error": "invalid_grant"}
            return 200, {**self._access(), "refresh_token": self.consented()}
        return 400, {"error": "unsupported_grant_type"}

    def _access(self) -> dict[str, Any]:
        token = secrets.token_urlsafe(24)
        self.access_tokens.add(token)
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}
