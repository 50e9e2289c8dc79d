"""A copy of what was sent, in the mailbox's own folder for sent mail. Sends nothing, and keeps nothing twice: what is
there under its Message-ID is done, so this can be tried as often as it takes. Blocking."""

from __future__ import annotations

import ssl

from deskctl.plugins import AuthFailed, ChannelContext, ConfigError, Receipt, Rejected, TryLater, Unavailable

from .config import Imap
from .imap_connection import Connection
from .imap_login import ConnectionLost, ServerRefusal, is_temporary
from .oauth_tokens import AccessTokens


def store_copy(
    imap: Imap, tokens: AccessTokens | None, context: ChannelContext, message_id: str, content: bytes
) -> Receipt:
    """Raises TryLater or Rejected."""
    try:
        connection = Connection(imap, tokens, folder=imap.sent)
        try:
            if connection.uids_with_message_id(message_id):
                return Receipt(f"it is in {connection.name} already")
            connection.append(content, context.now())
            return Receipt(f"a copy is in {connection.name}")
        finally:
            connection.close()
    except (AuthFailed, Unavailable, ConfigError) as error:
        raise TryLater(f"no copy in the folder for sent mail yet: {error}", error.hint) from error
    except (OSError, ConnectionLost, ssl.SSLError) as error:
        raise TryLater(f"no copy in the folder for sent mail yet: {_error_text(error)}") from error
    except ServerRefusal as error:
        if is_temporary(error):
            raise TryLater(f"no copy in the folder for sent mail yet: {_error_text(error)}") from error
        raise Rejected(f"the mailbox takes no copy of what was sent: {_error_text(error)}") from error


def _error_text(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
