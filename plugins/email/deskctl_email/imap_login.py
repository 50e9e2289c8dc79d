"""Connection and login to an IMAP server, and the meaning of its refusals. Blocking."""

from __future__ import annotations

import imaplib
import socket
import ssl
from typing import Final

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError

from deskctl.plugins import AuthFailed, Unavailable

from .config import Imap
from .messages import _
from .oauth_tokens import xoauth2

CONNECT_SECONDS: Final = 20
READ_SECONDS: Final = 60

ServerRefusal = imaplib.IMAP4.error
"""The server replied NO or BAD, or sent an invalid response. `ConnectionLost` is a subclass: catch it first."""
ConnectionLost = imaplib.IMAP4.abort

#: Response codes (RFC 5530) and phrases that mean a temporary refusal, not a wrong password.
_TEMPORARY_SIGNS: Final = (
    *("[unavailable]", "[inuse]", "[limit]", "[overquota]", "[serverbug]", "[throttled]"),
    *("temporar", "try again", "too many", "timeout", "rate limit", "throttl", "bandwidth"),
)


def connect(imap: Imap) -> IMAPClient:
    """Return a new connection that is not logged in yet."""
    tls = ssl.create_default_context() if imap.security != "plain" else None
    client = IMAPClient(
        imap.host,
        imap.port,
        ssl=imap.security == "tls",
        ssl_context=tls if imap.security == "tls" else None,
        timeout=SocketTimeout(CONNECT_SECONDS, READ_SECONDS),
    )
    try:
        client.normalise_times = False  # keep times timezone-aware
        client._imap.debug = 0  # otherwise imaplib formats each line for a log that is not used
        _keep_alive(client.socket())
        if imap.security == "starttls":
            client.starttls(tls)
    except BaseException:
        client.shutdown()
        raise
    return client


def _keep_alive(connection: socket.socket) -> None:
    """Set TCP keepalive, which detects a dead peer within about three minutes."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def login_with_password(client: IMAPClient, imap: Imap) -> None:
    """Log in with the configured user and password, or, if either is missing, as ANONYMOUS or without a login."""
    if client._imap.state == "AUTH":  # PREAUTH: no login is needed
        return
    # Read the capabilities from imaplib: IMAPClient would cache those before the login.
    offered = client._imap.capabilities
    if imap.user is None or imap.password is None:
        if "AUTH=ANONYMOUS" in offered:
            client.sasl_login("ANONYMOUS", lambda _: b"deskctl")
        else:
            client._imap.state = "AUTH"  # try without a login; the server replies if it requires one
        return
    password = imap.password.reveal()
    try:
        if "AUTH=PLAIN" in offered and ("LOGINDISABLED" in offered or not (imap.user + password).isascii()):
            client.plain_login(imap.user, password)  # LOGIN supports only ASCII
        else:
            client.login(imap.user, password)
    except (ConnectionLost, CapabilityError):
        raise
    except ServerRefusal as error:
        raise _login_error(error, imap, _("check user and password in the channel's imap table")) from None


def login_with_token(client: IMAPClient, imap: Imap, token: str, hint: str) -> None:
    """Log in with an OAuth access token (XOAUTH2)."""
    words = [xoauth2(imap.user or "", token)]
    try:
        # A server that refuses sends the reason as a second challenge, which requires an empty response.
        client.sasl_login("XOAUTH2", lambda _: words.pop() if words else b"")
    except (ConnectionLost, CapabilityError):
        raise
    except ServerRefusal as error:
        raise _login_error(error, imap, hint) from None


def _login_error(error: Exception, imap: Imap, hint: str) -> Exception:
    """Return the exception for a refused login."""
    response = _response_text(error)
    if isinstance(error.__context__, ConnectionLost):  # IMAPClient reports a connection lost during login as a refusal
        return ConnectionLost(response)
    if is_temporary(error):
        return Unavailable(_("the mailbox accepts no login now: {response}", response=response))
    return AuthFailed(
        _(
            "the mailbox of {user} at {host} refused the login: {response}",
            user=imap.user,
            host=imap.host,
            response=response,
        ),
        hint,
    )


def is_temporary(error: Exception) -> bool:
    """Return True if a refusal is temporary: a limit or a fault of the server."""
    response = _response_text(error).lower()
    return any(sign in response for sign in _TEMPORARY_SIGNS)


def is_missing_folder(error: Exception) -> bool:
    """Return True if a refusal means that the folder does not exist (RFC 5530, or a common phrase)."""
    response = _response_text(error).lower()
    signs = ("[nonexistent]", "[trycreate]", "doesn't exist", "does not exist", "unknown mailbox")
    return any(sign in response for sign in signs)


def error_text(error: Exception) -> str:
    """Return the message of an error in one line, or its type if it has none."""
    return " ".join(str(error).split())[:300] or type(error).__name__


def _response_text(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
