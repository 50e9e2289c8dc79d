"""OAuth 2.0 access tokens: request them with the refresh token of `deskctl mail auth`, and renew them before expiry.

The refresh token is stored with the channel's state in the desk's store, which only the desk's owner can read. Access
tokens are kept in memory. Neither appears in messages or the log.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final

from deskctl.plugins import AuthFailed, ChannelContext, DeskctlError, StoreUnavailable, Unavailable

from .messages import _
from .oauth_provider import OAuth
from .state import State

SECTION: Final = "oauth"
HTTP_SECONDS: Final = 20
MAX_ANSWER: Final = 1_000_000
#: A token is renewed this many seconds before it expires.
RENEW_BEFORE: Final = 300.0
#: The lifetime in seconds of a token whose provider sends none.
DEFAULT_LIFETIME: Final = 3600.0
MAX_LIFETIME: Final = 7 * 86_400.0
#: Errors that a retry does not resolve (RFC 6749, 5.2).
_PERMANENT_ERRORS: Final = frozenset(
    {
        "invalid_grant",
        "invalid_client",
        "unauthorized_client",
        "invalid_scope",
        "unsupported_grant_type",
        "access_denied",
    }
)


class OAuthError(DeskctlError):
    """An OAuth error in the provider's response. `code` is its short name."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}" if description else code)
        self.code = code


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A handler that refuses redirects: requests contain secrets and must go only to the configured address."""

    def redirect_request(self, *arguments: Any, **more: Any) -> None:
        return None


def post(oauth: OAuth, url: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Send a request to the provider and return the response. Blocking.

    Raises OAuthError for an OAuth error, Unavailable for any other error, and ConfigError if the client secret cannot
    be read.
    """
    fields = {"client_id": oauth.client_id, **form}
    if oauth.client_secret is not None:
        fields["client_secret"] = oauth.client_secret.reveal()
    request = urllib.request.Request(
        url, urllib.parse.urlencode(fields).encode("ascii"), {"Accept": "application/json"}
    )
    host = urllib.parse.urlsplit(url).hostname
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=HTTP_SECONDS) as answer:
            return _read(answer.read(MAX_ANSWER), host)
    except urllib.error.HTTPError as error:
        with error:
            status = error.code
            body = error.read(MAX_ANSWER) if status < 500 and status != 429 else b""
        document = _read(body, host) if body else {}
        if isinstance(document.get("error"), str):
            raise OAuthError(document["error"], _line(document.get("error_description"))) from None
        raise Unavailable(_("{host} responded with HTTP {status}", host=host, status=status)) from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise Unavailable(
            _("{host} is unreachable: {error}", host=host, error=_line(str(reason)) or type(error).__name__)
        ) from None


def _read(raw: bytes, host: str | None) -> dict[str, Any]:
    try:
        document = json.loads(raw)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Unavailable(_("{host} did not respond with a JSON object", host=host))
    return document


def _line(words: object) -> str:
    return " ".join(str(words or "").split())[:300]


class AccessTokens:
    """The access tokens of one channel. Blocking and thread-safe."""

    def __init__(self, oauth: OAuth, context: ChannelContext, state: State) -> None:
        self._oauth = oauth
        self._context = context
        self._state = state
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0
        self._unsaved: str | None = None
        self._alerted: str | None = None

    @property
    def hint(self) -> str:
        """Return the command to run when consent is missing or was withdrawn."""
        return f"deskctl mail auth {self._context.name}"

    def get(self, refused: str | None = None) -> str:
        """Return a token that is valid for some minutes. `refused`: a token that a server refused before it expired.

        Raises AuthFailed if consent is missing or was withdrawn, and Unavailable if the provider is unreachable.
        """
        with self._lock:
            if self._token and self._token != refused and time.monotonic() < self._until - RENEW_BEFORE:
                return self._token
            return self._renew()

    def _renew(self) -> str:
        refresh_token = self._unsaved or self._state.get(SECTION).get("refresh")
        if not refresh_token:
            raise self._auth_failed(_("the desk is not authorized for this mailbox yet"))
        assert self._oauth.token_url is not None  # the configuration was checked
        form = {"grant_type": "refresh_token", "refresh_token": str(refresh_token)}
        if self._oauth.scope:
            form["scope"] = self._oauth.scope
        try:
            answer = post(self._oauth, self._oauth.token_url, form)
        except OAuthError as error:
            if error.code == "invalid_grant":
                raise self._auth_failed(
                    _("the desk is no longer authorized for this mailbox ({error})", error=error)
                ) from None
            if error.code in _PERMANENT_ERRORS:
                raise self._auth_failed(
                    _("the provider refused this client ({error}); check the channel's oauth table", error=error)
                ) from None
            raise Unavailable(_("the provider issues no token now: {error}", error=error)) from None
        token = answer.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise Unavailable(_("the provider's response contains no token"))
        self._keep(answer.get("refresh_token"), str(refresh_token))
        self._token, self._until = token, time.monotonic() + _seconds(answer.get("expires_in"))
        self._alerted = None
        return token

    def _keep(self, new: object, old: str) -> None:
        """Store a new refresh token if the provider sent one; if the store fails, retry at the next renewal."""
        if (isinstance(new, str) and new and new != old) or self._unsaved:
            self._unsaved = new if isinstance(new, str) and new else self._unsaved
            try:
                self._state.put(SECTION, {**self._state.get(SECTION), "refresh": self._unsaved})
                self._unsaved = None
            except StoreUnavailable:
                self._context.log.warning("a new refresh token could not be stored yet")

    def _auth_failed(self, what: str) -> AuthFailed:
        self._token, self._unsaved = "", None
        if self._alerted != what:
            self._alerted = what
            self._context.alert(what, self.hint)
        return AuthFailed(what, self.hint)


def _seconds(value: object) -> float:
    try:
        return min(max(60.0, float(value)), MAX_LIFETIME)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_LIFETIME


def xoauth2(user: str, token: str) -> bytes:
    """Return the SASL XOAUTH2 message, not yet in base64. Control characters cannot end the user's field."""
    return f"user={user.replace(chr(1), '')}\1auth=Bearer {token}\1\1".encode()
