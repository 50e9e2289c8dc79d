"""The way into an IMAP server: the connection, who we are, and what its refusals mean. Blocking."""

from __future__ import annotations

import imaplib
import socket
import ssl
from typing import Final

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError

from deskctl.plugins import AuthFailed, Unavailable

from .config import Imap
from .oauth_tokens import xoauth2

CONNECT_SECONDS: Final = 20
READ_SECONDS: Final = 60

ServerRefusal = imaplib.IMAP4.error
"""The server said NO or BAD, or something that nobody understands. `Lost` is one, too: look for it first."""
ConnectionLost = imaplib.IMAP4.abort

#: RFC 5530 and what servers say in words: not a wrong password, but not now.
_TEMPORARY_SIGNS: Final = (
    *("[unavailable]", "[inuse]", "[limit]", "[overquota]", "[serverbug]", "[throttled]"),
    *("temporar", "try again", "too many", "timeout", "rate limit", "throttl", "bandwidth"),
)


def connect(imap: Imap) -> IMAPClient:
    tls = ssl.create_default_context() if imap.security != "plain" else None
    client = IMAPClient(
        imap.host,
        imap.port,
        ssl=imap.security == "tls",
        ssl_context=tls if imap.security == "tls" else None,
        timeout=SocketTimeout(CONNECT_SECONDS, READ_SECONDS),
    )
    try:
        client.normalise_times = False  # aware moments, as the server gives them
        client._imap.debug = 0  # IMAPClient lets imaplib write out every line, for a log that nobody reads
        _keep_alive(client.socket())
        if imap.security == "starttls":
            client.starttls(tls)
    except BaseException:
        client.shutdown()
        raise
    return client


def _keep_alive(line: socket.socket) -> None:
    """Notice within about three minutes that the other side is gone."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def login_with_password(client: IMAPClient, imap: Imap) -> None:
    if client._imap.state == "AUTH":  # PREAUTH: the server knows us
        return
    # What is offered before the login; IMAPClient would go on believing it afterwards.
    offered = client._imap.capabilities
    if imap.user is None or imap.password is None:
        if "AUTH=ANONYMOUS" in offered:
            client.sasl_login("ANONYMOUS", lambda _: b"deskctl")
        else:
            client._imap.state = "AUTH"  # let the server itself say whether it wants a login
        return
    password = imap.password.reveal()
    try:
        if "AUTH=PLAIN" in offered and ("LOGINDISABLED" in offered or not (imap.user + password).isascii()):
            client.plain_login(imap.user, password)  # LOGIN knows ASCII only
        else:
            client.login(imap.user, password)
    except (ConnectionLost, CapabilityError):
        raise
    except ServerRefusal as error:
        raise _login_error(error, imap, "Check user and password of the channel's imap table.") from None


def login_with_token(client: IMAPClient, imap: Imap, token: str, hint: str) -> None:
    words = [xoauth2(imap.user or "", token)]
    try:
        # A server that refuses says why in a second question, which wants an empty answer.
        client.sasl_login("XOAUTH2", lambda _: words.pop() if words else b"")
    except (ConnectionLost, CapabilityError):
        raise
    except ServerRefusal as error:
        raise _login_error(error, imap, hint) from None


def _login_error(error: Exception, imap: Imap, hint: str) -> Exception:
    """What a refused login means."""
    said = _response_text(error)
    if isinstance(error.__context__, ConnectionLost):  # IMAPClient takes a line cut at the login for a refusal, too
        return ConnectionLost(said)
    if is_temporary(error):
        return Unavailable(f"the mailbox takes no login now: {said}")
    return AuthFailed(f"the mailbox of {imap.user} at {imap.host} refuses the login: {said}", hint)


def is_temporary(error: Exception) -> bool:
    """Whether a refusal says that it is only for now: a limit, a fault over there."""
    said = _response_text(error).lower()
    return any(sign in said for sign in _TEMPORARY_SIGNS)


def is_missing_folder(error: Exception) -> bool:
    """Whether a refusal says that the folder is not there (RFC 5530, or in words)."""
    said = _response_text(error).lower()
    signs = ("[nonexistent]", "[trycreate]", "doesn't exist", "does not exist", "unknown mailbox")
    return any(sign in said for sign in signs)


def _response_text(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
