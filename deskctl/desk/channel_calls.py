"""Work of the calls about channels and raw messages."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from deskctl.core.intake.forwards import as_forwarded
from deskctl.core.intake.journal import JournalEntry
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.commands import Reread
from deskctl.core.messages.model import Envelope, InboundMessage
from deskctl.core.messages.raw_queries import RawMessages, WithoutSecrets
from deskctl.desk.components import Components
from deskctl.desk.execution import Executed, execute_in_unit
from deskctl.desk.ports import Run, names
from deskctl.desk.probe import ProbeContext
from deskctl.errors import DeskctlError, NotFound, Unavailable, UsageError
from deskctl.i18n import _
from deskctl.plugins.channel import AuthFailed, ChannelContext, StoreUnavailable
from deskctl.plugins.channel import Unavailable as ChannelUnavailable

if TYPE_CHECKING:
    from deskctl.config import Config
    from deskctl.core.messages.views import RawMessage
    from deskctl.desk.call_documents import RawMail, Reparsed

#: The number of messages that are parsed again in one transaction.
REPARSE_BATCH = 100

_REPARSE = Actor.system("reparse")


class ActingContext(ProbeContext):
    """The context of a channel action without a daemon. The action can deliver messages and save state."""

    def deliver_blocking(self, batch: list[tuple[bytes, str, Envelope]]) -> None:
        try:
            self._store.journal.append([JournalEntry(self.name, key, env, raw) for raw, key, env in batch])
        except Unavailable as error:
            raise StoreUnavailable(error.what, error.hint) from error

    def save_state(self, state: Mapping[str, Any]) -> None:
        try:
            self._store.state.save(self.name, state)
        except Unavailable as error:
            raise StoreUnavailable(error.what, error.hint) from error


def channel_name(config: Config, name: str) -> str:
    """Return `name` if it is a configured channel. Raises NotFound."""
    if name not in config.channels:
        raise NotFound(_("no channel {name}", name=name), _("the channels are {names}", names=names(config.channels)))
    return name


def action(
    components: Components,
    channel: str,
    name: str,
    params: Mapping[str, Any],
    context: Callable[[str], ChannelContext],
) -> Any:
    """Run an action of a channel. Blocking. Raises DeskctlError; Unavailable if the other side cannot be reached."""
    channel = channel_name(components.config, channel)
    channel_type = components.type_of(channel)
    act = channel_type.actions.get(name)
    if act is None:
        raise UsageError(
            _("channel {channel} ({kind}) has no action {name}", channel=channel, kind=channel_type.kind, name=name),
            _("its actions are {names}", names=names(channel_type.actions)),
        )
    try:
        return act(components.config.channels[channel].config, context(channel), params)
    except (ChannelUnavailable, AuthFailed, StoreUnavailable) as error:
        raise Unavailable(error.what, error.hint) from error


def raw(components: Components, message: int | str | None, ticket: int | None) -> RawMail:
    """Return a raw message by number or Message-ID, or the newest one of a ticket. Raises NotFound and UsageError."""
    if (message is None) is (ticket is None):
        raise UsageError(_("raw needs either a message or a ticket"))
    if ticket is not None:
        rows = list(_all(components, RawMessages(ticket=ticket)))[-1:]
        what: str = _("ticket {ticket} has no raw message", ticket=ticket)
    elif isinstance(message, int):
        rows = components.store.ask(RawMessages(ids=(message,)))
        what = _("no raw message {message}", message=message)
    else:
        rows = components.store.ask(RawMessages(message_id=message))
        what = _("no raw message with the Message-ID {message}", message=message)
    if not rows:
        raise NotFound(what, _("deskctl show NUMBER --json lists the messages of a ticket"))
    row = rows[0]
    content = components.store.ask(WithoutSecrets(row["sha256"]))
    return {
        "message": row["id"],
        "ticket": row["ticket"],
        "channel": row["channel"],
        "sha256": row["sha256"],
        "raw_base64": base64.b64encode(content).decode(),
    }


def _all(components: Components, query: RawMessages) -> Any:
    from dataclasses import replace

    while rows := components.store.ask(query):
        yield from rows
        query = replace(query, after=rows[-1]["id"])


def reparse(
    components: Components,
    ids: Sequence[int],
    since: str | None,
    after: int,
    run: Run,
    on_executed: Callable[[Executed], None],
) -> Reparsed:
    """Parse a batch of messages again. Parsing happens outside the transaction. Raises NotFound and UsageError."""
    if since is not None:
        try:
            datetime.fromisoformat(since)
        except ValueError:
            hint = _("for example 2026-03-01T09:00:00Z")
            raise UsageError(_("not a date and time: {value}", value=since), hint) from None
    rows = components.store.ask(RawMessages(after, REPARSE_BATCH, tuple(ids[:REPARSE_BATCH]), since=since, came=True))
    missing = sorted(set(ids) - {row["id"] for row in rows})
    if missing:
        hint = _("only received messages can be parsed again")
        raise NotFound(_("no raw message {message}", message=missing[0]), hint)
    commands, failed = [], []
    for row in rows:
        try:
            commands.append(Reread(row["id"], _parse(components, row)))
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a message that cannot be parsed must not stop the others
            failed.append({"message": row["id"], "reason": f"{type(error).__name__}: {error}"[:200]})

    def work(unit: Unit) -> Executed | None:
        executed = None
        for command in commands:
            executed = execute_in_unit(unit, command, _REPARSE)
        return executed  # all commands share the changes of one unit

    executed = run(lambda: components.store.transaction(work))
    if executed is not None:
        on_executed(executed)
    more = len(rows) == REPARSE_BATCH and not ids
    return {"done": len(commands), "failed": failed, "after": rows[-1]["id"] if more else None}


def _parse(components: Components, row: RawMessage) -> InboundMessage:
    if row["channel"] not in components.config.channels:
        raise DeskctlError(_("the channel {name} is not configured", name=row["channel"]))
    envelope_row = row["envelope"] or {}
    envelope = Envelope(
        via=envelope_row.get("via", "pipe"),
        received_at=datetime.fromisoformat(row["received_at"]),
        sender=envelope_row.get("sender"),
        recipients=tuple(envelope_row.get("recipients", ())),
        size=envelope_row.get("size"),
        extra=envelope_row.get("extra", {}),
    )
    message = components.type_of(row["channel"]).parse(components.store.blob(row["sha256"]), envelope)
    forwarded = message.forwarded
    if forwarded is not None and row["author"] == forwarded.sender and row["author"] != message.sender:
        return as_forwarded(message, forwarded)
    return message
