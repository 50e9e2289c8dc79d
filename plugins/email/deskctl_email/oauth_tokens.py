"""Access tokens (OAuth 2.0): asked for with the consent that `deskctl mail auth` obtained, and renewed in time.

The refresh token is kept with the channel's state in the desk's store, which nobody but the desk's owner can read; an
access token lives in memory only. Neither is ever part of a message or of the log.
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

from .oauth_provider import OAuth
from .state import State

SECTION: Final = "oauth"
HTTP_SECONDS: Final = 20
MAX_ANSWER: Final = 1_000_000
#: A token is renewed when it has fewer seconds left than this.
RENEW_BEFORE: Final = 300.0
#: Seconds that a token is good for when its provider does not say.
DEFAULT_LIFETIME: Final = 3600.0
MAX_LIFETIME: Final = 7 * 86_400.0
#: What no waiting will mend (RFC 6749, 5.2).
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
    """The provider answered with an error of OAuth. `code` is its short name."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(f"{code}: {said}" if said else code)
        self.code = code


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is posted holds secrets: it goes to the address in the configuration and nowhere else."""

    def redirect_request(self, *arguments: Any, **more: Any) -> None:
        return None


def post(oauth: OAuth, url: str, form: Mapping[str, str]) -> dict[str, Any]:
    """The provider's answer. Blocking. Raises Refused for an error of OAuth, Unavailable for any other, and ConfigError
    when the client's secret cannot be read."""
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
            said = error.read(MAX_ANSWER) if status < 500 and status != 429 else b""
        document = _read(said, host) if said else {}
        if isinstance(document.get("error"), str):
            raise OAuthError(document["error"], _line(document.get("error_description"))) from None
        raise Unavailable(f"{host} answers with HTTP {status}") from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise Unavailable(f"{host} is out of reach: {_line(str(reason)) or type(error).__name__}") from None


def _read(raw: bytes, host: str | None) -> dict[str, Any]:
    try:
        document = json.loads(raw)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Unavailable(f"{host} answers something that is no JSON object")
    return document


def _line(words: object) -> str:
    return " ".join(str(words or "").split())[:300]


class AccessTokens:
    """Access tokens of one channel. Blocking, and safe to use from several threads."""

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
        """What a person has to do when consent is missing or gone."""
        return f"deskctl mail auth {self._context.name}"

    def get(self, refused: str | None = None) -> str:
        """A token that is good for some minutes. `refused`: one that a server did not take, whatever its age.

        Raises AuthFailed when a person has to consent (again), Unavailable when the provider is out of reach.
        """
        with self._lock:
            if self._token and self._token != refused and time.monotonic() < self._until - RENEW_BEFORE:
                return self._token
            return self._renew()

    def _renew(self) -> str:
        kept = self._unsaved or self._state.get(SECTION).get("refresh")
        if not kept:
            raise self._auth_failed("nobody has let the desk into this mailbox yet")
        assert self._oauth.token_url is not None  # the configuration was checked
        form = {"grant_type": "refresh_token", "refresh_token": str(kept)}
        if self._oauth.scope:
            form["scope"] = self._oauth.scope
        try:
            answer = post(self._oauth, self._oauth.token_url, form)
        except OAuthError as error:
            if error.code == "invalid_grant":
                raise self._auth_failed(f"the desk is not let into this mailbox any more ({error})") from None
            if error.code in _PERMANENT_ERRORS:
                raise self._auth_failed(
                    f"the provider refuses this client ({error}): see the channel's oauth table"
                ) from None
            raise Unavailable(f"the provider gives no token now: {error}") from None
        token = answer.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise Unavailable("the provider's answer holds no token")
        self._keep(answer.get("refresh_token"), str(kept))
        self._token, self._until = token, time.monotonic() + _seconds(answer.get("expires_in"))
        self._alerted = None
        return token

    def _keep(self, new: object, old: str) -> None:
        """A provider may give a new refresh token each time. Should the store fail, it is kept at the next renewal."""
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


def _seconds(said: object) -> float:
    try:
        return min(max(60.0, float(said)), MAX_LIFETIME)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_LIFETIME


def xoauth2(user: str, token: str) -> bytes:
    """The words of SASL's XOAUTH2, not yet in base64. A user that could break out of its field gets nowhere."""
    return f"user={user.replace(chr(1), '')}\1auth=Bearer {token}\1\1".encode()
