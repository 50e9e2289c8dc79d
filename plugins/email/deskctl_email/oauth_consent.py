"""The OAuth consent of a mailbox's owner, for `deskctl mail auth`. All functions block.

With a `device_url`, the owner enters a code on any device (RFC 8628). With an `auth_url`, the owner opens a page and
pastes the address that it redirects to (RFC 8252 with PKCE, RFC 7636), so deskctl needs no web server.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import urllib.parse
from typing import Any, Final

from deskctl.plugins import ChannelContext, Refused, Unavailable, UsageError

from . import oauth_tokens
from .messages import _
from .oauth_provider import OAuth
from .state import State

#: The redirect address of the page. No server listens there: the address itself contains the code.
REDIRECT: Final = "http://127.0.0.1:1/"


def begin(oauth: OAuth) -> dict[str, Any]:
    """Start the consent and return its data.

    `url` is the page to open; `code` is the code to enter there, or None if the redirect address must be pasted.
    `seconds` is the time limit, and `every` the interval between two calls of `finish`, in seconds. `pending` is the
    argument of `finish`. Raises Refused and Unavailable.
    """
    if oauth.device_url is None:
        return _authorization_page(oauth)
    answer = _post(oauth, oauth.device_url, {"scope": oauth.scope} if oauth.scope else {})
    url = answer.get("verification_uri") or answer.get("verification_url")
    code, device = answer.get("user_code"), answer.get("device_code")
    if not (isinstance(url, str) and isinstance(code, str) and isinstance(device, str)):
        raise Unavailable(_("the provider's response lacks the code or the page address"))
    return {
        "url": url,
        "code": code,
        "seconds": _seconds(answer.get("expires_in"), 900),
        "every": _seconds(answer.get("interval"), 5),
        "pending": {"device_code": device},
    }


def finish(oauth: OAuth, context: ChannelContext, pending: dict[str, Any], pasted: str | None) -> str:
    """Store the consent if it was given; return `done`, `waiting`, or `slower` if the provider asks to poll less often.

    Raises Refused if the owner declined, UsageError for a wrong address, and Unavailable.
    """
    form = (
        {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": str(pending["device_code"])}
        if "device_code" in pending
        else _code_from_address(pending, pasted or "")
    )
    assert oauth.token_url is not None  # the configuration was checked
    try:
        answer = oauth_tokens.post(oauth, oauth.token_url, form)
    except oauth_tokens.OAuthError as error:
        if error.code == "authorization_pending":
            return "waiting"
        if error.code == "slow_down":
            return "slower"
        known = {"access_denied": _("consent was declined"), "expired_token": _("the code has expired")}
        what = known.get(error.code) or _("the provider refused consent: {error}", error=error)
        raise Refused(what, f"deskctl mail auth {context.name}") from None
    refresh = answer.get("refresh_token")
    if not isinstance(refresh, str) or not refresh:
        raise Refused(
            _("the provider sent no refresh token, so the desk would lose access within an hour"),
            _("check that scope requests one (offline_access)"),
        )
    state = State(context)
    state.put(oauth_tokens.SECTION, {"refresh": refresh, "since": context.now().isoformat()})
    return "done"


def _authorization_page(oauth: OAuth) -> dict[str, Any]:
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    parameters = {
        "response_type": "code",
        "client_id": oauth.client_id,
        "redirect_uri": REDIRECT,
        "scope": oauth.scope or "",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "access_type": "offline",  # Google sends a refresh token only with this and with prompt=consent
        "prompt": "consent",
    }
    separator = "&" if "?" in str(oauth.auth_url) else "?"
    url = f"{oauth.auth_url}{separator}{urllib.parse.urlencode(parameters)}"
    return {"url": url, "code": None, "seconds": 600, "every": 0, "pending": {"verifier": verifier, "state": state}}


def _code_from_address(pending: dict[str, Any], pasted: str) -> dict[str, str]:
    """Return the token request for the redirect address that the user pasted."""
    found = urllib.parse.parse_qs(urllib.parse.urlsplit(pasted.strip()).query)
    if found.get("error"):
        raise Refused(_("consent was declined: {error}", error=" ".join(found["error"][0].split())[:100]))
    if found.get("state") != [pending["state"]] or len(found.get("code", ())) != 1:
        raise UsageError(
            _("this is not the address that the page redirected to"),
            _("it begins with {redirect} and contains state= and code=", redirect=REDIRECT),
        )
    return {
        "grant_type": "authorization_code",
        "code": found["code"][0],
        "redirect_uri": REDIRECT,
        "code_verifier": str(pending["verifier"]),
    }


def _post(oauth: OAuth, url: str, form: dict[str, str]) -> dict[str, Any]:
    try:
        return oauth_tokens.post(oauth, url, form)
    except oauth_tokens.OAuthError as error:
        raise Refused(
            _("the provider refused this client: {error}", error=error), _("check the table [channels.NAME.oauth]")
        ) from None


def _seconds(value: object, default: int) -> int:
    return int(value) if isinstance(value, int | float) and 0 < value < 86_400 else default
