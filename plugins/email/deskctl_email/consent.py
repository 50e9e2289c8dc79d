"""Being let in, once, by the mailbox's owner: `deskctl mail auth`. Blocking.

With a `device_url` a code is shown that is typed in on any other device (RFC 8628). With an `auth_url` a page is
opened, and the address that it leads to in the end is pasted (RFC 8252 with PKCE, RFC 7636): nothing needs to listen.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import urllib.parse
from typing import Any, Final

from deskctl.plugins import ChannelContext, Refused, Unavailable, UsageError

from . import tokens
from .provider import OAuth
from .state import State

#: Where the page leads in the end. Nobody listens there: the address itself holds the code.
REDIRECT: Final = "http://127.0.0.1:1/"


def begin(oauth: OAuth) -> dict[str, Any]:
    """What a person has to do: `url`, and `code` to type in there, or None when the end's address is pasted.
    `pending` goes back to `finish`. Raises Refused and Unavailable."""
    if oauth.device_url is None:
        return _page(oauth)
    answer = _asked(oauth, oauth.device_url, {"scope": oauth.scope} if oauth.scope else {})
    url = answer.get("verification_uri") or answer.get("verification_url")
    code, device = answer.get("user_code"), answer.get("device_code")
    if not (isinstance(url, str) and isinstance(code, str) and isinstance(device, str)):
        raise Unavailable("the provider's answer names no code and no page")
    return {
        "url": url,
        "code": code,
        "seconds": _number(answer.get("expires_in"), 900),
        "every": _number(answer.get("interval"), 5),
        "pending": {"device_code": device},
    }


def finish(oauth: OAuth, context: ChannelContext, pending: dict[str, Any], pasted: str | None) -> str:
    """`done` once the consent is kept, `waiting`, or `slower` when the provider is asked too often.

    Raises Refused when the answer was no, UsageError for a wrong address, Unavailable.
    """
    form = (
        {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": str(pending["device_code"])}
        if "device_code" in pending
        else _code_in(pending, pasted or "")
    )
    assert oauth.token_url is not None  # the configuration was checked
    try:
        answer = tokens.post(oauth, oauth.token_url, form)
    except tokens.Refused as error:
        if error.code == "authorization_pending":
            return "waiting"
        if error.code == "slow_down":
            return "slower"
        what = {"access_denied": "the answer was no", "expired_token": "the code has expired"}.get(error.code)
        raise Refused(what or f"the provider refuses: {error}", f"deskctl mail auth {context.name}") from None
    refresh = answer.get("refresh_token")
    if not isinstance(refresh, str) or not refresh:
        raise Refused(
            "the provider gives no refresh token, so the desk would be locked out within the hour",
            "Does scope ask for it (offline_access)?",
        )
    state = State(context)
    state.put(tokens.SECTION, {"refresh": refresh, "since": context.now().isoformat()})
    return "done"


def _page(oauth: OAuth) -> dict[str, Any]:
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": oauth.client_id,
        "redirect_uri": REDIRECT,
        "scope": oauth.scope or "",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "access_type": "offline",  # Google gives a refresh token only then, and only when it asks anew
        "prompt": "consent",
    }
    joint = "&" if "?" in str(oauth.auth_url) else "?"
    url = f"{oauth.auth_url}{joint}{urllib.parse.urlencode(asked)}"
    return {"url": url, "code": None, "seconds": 600, "every": 0, "pending": {"verifier": verifier, "state": state}}


def _code_in(pending: dict[str, Any], pasted: str) -> dict[str, str]:
    """From the address that the browser ended at."""
    found = urllib.parse.parse_qs(urllib.parse.urlsplit(pasted.strip()).query)
    if found.get("error"):
        raise Refused(f"the answer was no: {' '.join(found['error'][0].split())[:100]}")
    if found.get("state") != [pending["state"]] or len(found.get("code", ())) != 1:
        raise UsageError(
            "that is not the address that the page led to", f"It begins with {REDIRECT} and holds state= and code=."
        )
    return {
        "grant_type": "authorization_code",
        "code": found["code"][0],
        "redirect_uri": REDIRECT,
        "code_verifier": str(pending["verifier"]),
    }


def _asked(oauth: OAuth, url: str, form: dict[str, str]) -> dict[str, Any]:
    try:
        return tokens.post(oauth, url, form)
    except tokens.Refused as error:
        raise Refused(f"the provider refuses this client: {error}", "See the channel's oauth table.") from None


def _number(said: object, usual: int) -> int:
    return int(said) if isinstance(said, int | float) and 0 < said < 86_400 else usual
