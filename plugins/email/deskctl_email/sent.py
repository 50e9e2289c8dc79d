"""A copy of what was sent, in the mailbox's own folder for sent mail. Sends nothing, and keeps nothing twice: what is
there under its Message-ID is done, so this can be tried as often as it takes. Blocking."""

from __future__ import annotations

import ssl

from deskctl.plugins import AuthFailed, ChannelContext, ConfigError, Receipt, Rejected, TryLater, Unavailable

from .config import Imap
from .connection import Connection
from .login import Lost, Refusal, not_now
from .tokens import Tokens


def keep(imap: Imap, tokens: Tokens | None, context: ChannelContext, message_id: str, content: bytes) -> Receipt:
    """Raises TryLater or Rejected."""
    try:
        connection = Connection(imap, tokens, folder=imap.sent)
        try:
            if connection.with_message_id(message_id):
                return Receipt(f"it is in {connection.name} already")
            connection.append(content, context.now())
            return Receipt(f"a copy is in {connection.name}")
        finally:
            connection.close()
    except (AuthFailed, Unavailable, ConfigError) as error:
        raise TryLater(f"no copy in the folder for sent mail yet: {error}", error.hint) from error
    except (OSError, Lost, ssl.SSLError) as error:
        raise TryLater(f"no copy in the folder for sent mail yet: {_words(error)}") from error
    except Refusal as error:
        if not_now(error):
            raise TryLater(f"no copy in the folder for sent mail yet: {_words(error)}") from error
        raise Rejected(f"the mailbox takes no copy of what was sent: {_words(error)}") from error


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
