"""Queries for the bytes of attachments."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from ....core.messages.queries import GetAttachment
from ....errors import NotFound
from ....i18n import _
from ... import blobs
from ...tables import attachments
from ..notification_ids import hidden
from ..reader import Answers

if TYPE_CHECKING:
    from ....core.messages.views import FileContent


def get_attachment(connection: Connection, query: GetAttachment) -> FileContent:
    """Return the content of an attachment. Raises NotFound."""
    found = select(attachments).where(attachments.c.id == query.id)
    row = connection.execute(found).one_or_none() if 0 < query.id < 2**63 else None
    if row is None:
        raise NotFound(
            _("no attachment {id}", id=query.id), _("deskctl show NUMBER --json lists a ticket's attachments")
        )
    content = blobs.read(connection, [row.sha256])[row.sha256]
    if row.content_type.startswith(("message/", "text/")):  # a bounce can quote the headers of the returned message
        content = hidden(connection, content)
    return {
        "filename": row.filename,
        "content_type": row.content_type,
        "size": row.size,
        "base64": b64encode(content).decode(),
    }


ANSWERS: Answers = {
    GetAttachment: lambda reader, query: get_attachment(reader.connection, query),
}
