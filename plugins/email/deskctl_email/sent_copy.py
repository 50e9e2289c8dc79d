"""Copies of sent messages in the mailbox's folder for sent mail. Blocking.

Storing a copy sends nothing and can be retried: a Message-ID that is already in the folder is not stored again.
"""

from __future__ import annotations

import ssl

from deskctl.plugins import AuthFailed, ChannelContext, ConfigError, Receipt, Rejected, TryLater, Unavailable

from .config import Imap
from .imap_connection import Connection
from .imap_login import ConnectionLost, ServerRefusal, error_text, is_temporary
from .messages import _
from .oauth_tokens import AccessTokens


def store_copy(
    imap: Imap, tokens: AccessTokens | None, context: ChannelContext, message_id: str, content: bytes
) -> Receipt:
    """Store a copy of a sent message. Raises TryLater or Rejected."""
    try:
        connection = Connection(imap, tokens, folder=imap.sent)
        try:
            if connection.uids_with_message_id(message_id):
                return Receipt(_("already in {folder}", folder=connection.name))
            connection.append(content, context.now())
            return Receipt(_("copied to {folder}", folder=connection.name))
        finally:
            connection.close()
    except (AuthFailed, Unavailable, ConfigError) as error:
        what = _("could not copy to the folder for sent mail: {error}", error=error.what)
        raise TryLater(what, error.hint) from error
    except (OSError, ConnectionLost, ssl.SSLError) as error:
        raise TryLater(_("could not copy to the folder for sent mail: {error}", error=error_text(error))) from error
    except ServerRefusal as error:
        if is_temporary(error):
            raise TryLater(_("could not copy to the folder for sent mail: {error}", error=error_text(error))) from error
        raise Rejected(_("the mailbox refused a copy of the sent message: {error}", error=error_text(error))) from error
