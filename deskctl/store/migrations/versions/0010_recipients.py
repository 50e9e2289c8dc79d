"""Store all Reply-To addresses, blind copies, mailing lists, and the trust in named recipients.

Of existing messages, only the first one of each ticket is trusted, as for new tickets.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("bcc", "lists", "trust"):
        op.add_column("messages", sa.Column(name, sa.Text()))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("UPDATE messages SET reply_to = json_array(reply_to) WHERE reply_to IS NOT NULL")
    else:
        op.execute("UPDATE messages SET reply_to = json_build_array(reply_to)::text WHERE reply_to IS NOT NULL")
    op.execute(
        "UPDATE messages SET bcc = (SELECT max(outbox.bcc) FROM outbox WHERE outbox.message = messages.id"
        " AND outbox.kind = 'reply') WHERE kind = 'out'"
        " AND id IN (SELECT message FROM outbox WHERE kind = 'reply' AND bcc <> '[]')"
    )
    op.execute(
        "UPDATE messages SET trust = 'first' WHERE verified AND kind IN ('in', 'auto') AND author IS NOT NULL"
        " AND id IN (SELECT min(id) FROM messages GROUP BY ticket)"
    )
