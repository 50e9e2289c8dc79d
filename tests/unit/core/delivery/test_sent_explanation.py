"""The reason why an outgoing message can no longer be cancelled: "mail" or "message", depending on the channel."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from deskctl.core.delivery.model import OutboxEntry, OutboxKind, OutboxState, sent_explanation

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(("to", "what"), [("ana@example.org", "the mail "), ("42", "the message ")])
@pytest.mark.parametrize("state", [OutboxState.SENT, OutboxState.SENDING, OutboxState.UNCERTAIN])
def test_only_mail_is_named_mail(to: str, what: str, state: OutboxState) -> None:
    entry = OutboxEntry(1, next(iter(OutboxKind)), "c", "<m@acme.test>", (to,), "S", "T", AT, None, state=state)
    assert str(sent_explanation(entry, "UTC")).startswith(what)
