"""A desk with a mailbox, a chat and SMS."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from deskctl.core.delivery.model import OutboxEntry, OutboxKind
from deskctl.core.delivery.repository import Outbox
from deskctl.core.intake.journal import JournalSettled
from deskctl.core.intake.repository import Journal
from deskctl.core.kernel.outcome import Outcome
from deskctl.core.kernel.settings import Settings
from deskctl.core.messages.channels import ChannelInfo, Channels
from deskctl.core.messages.model import Choice, Intent, IntentKind

from .desk import MAIL, UnitDesk

CHAT = ChannelInfo("chat", "chat", team="support", sends=True, conversational=True, choices=True, answer=True)
SMS = replace(CHAT, name="sms", kind="sms", choices=False)
SETTINGS = Settings(name="Acme Support", timezone="Asia/Seoul").with_features(
    Channels({"support": replace(MAIL, answer=True), "chat": CHAT, "sms": SMS})
)
SOLVED, PERSON = Choice("solved", "This solved it"), Choice("person", "I need a person")


class Chat(UnitDesk):
    """A desk with a chat; the default sender is `ana`."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        super().__init__(settings)

    def write(self, text: str = "It burns.", *, by: str = "ana", at: str = "chat", **fields: Any) -> Outcome:
        given = {"subject": "", "text": text, "visible_text": text, "at": at, **fields}
        return self.mail(by, **given)

    def ask(self, kind: str, argument: str = "", text: str = "", **fields: Any) -> Outcome:
        return self.write(text, intent=Intent(IntentKind(kind), argument), **fields)

    @property
    def sent(self) -> list[OutboxEntry]:
        """The automatic messages to customers."""
        return [entry for entry in Outbox.of(self.unit).changes.outbox.values() if entry.kind is OutboxKind.AUTO]

    @property
    def settled(self) -> JournalSettled:
        """The result of the last journal row."""
        return Journal.of(self.unit).changes.journal[-1]
