"""Calls about raw messages and about channels: the same for a local desk and for the daemon."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from deskctl.core.commands.machine import Reread
from deskctl.core.intake import as_forwarded
from deskctl.core.journal import JournalEntry
from deskctl.core.messages import Envelope, InboundMessage
from deskctl.core.people import Actor
from deskctl.core.queries.answers import RawMessage
from deskctl.core.queries.raw import RawMessages, WithoutSecrets
from deskctl.core.unit import Unit
from deskctl.desk import calls
from deskctl.desk.components import Components
from deskctl.desk.execution import Executed, execute_in_unit
from deskctl.desk.ports import Run, names
from deskctl.desk.probe import ProbeContext
from deskctl.desk.requests import RawMail, Reparsed
from deskctl.errors import DeskctlError, NotFound, Unavailable, UsageError
from deskctl.plugins.channel import AuthFailed, ChannelContext, StoreUnavailable
from deskctl.plugins.channel import Unavailable as ChannelUnavailable

#: Messages that are read again in one transaction.
REPARSE_BATCH = 100

_READER = Actor.system("reparse")


class ActingContext(ProbeContext):
    """What an action of a channel is given without a daemon: it may take messages in and keep state."""

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


def action(components: Components, params: Mapping[str, Any], context: Callable[[str], ChannelContext]) -> Any:
    """`channel_action`. Blocking. Raises DeskctlError; Unavailable where the other side is out of reach."""
    calls.only(params, "name", "action", "params")
    name = calls.channel_name(components.config, calls.parameter(params, "name", str))
    channel_type = components.type_of(name)
    asked = calls.parameter(params, "action", str)
    act = channel_type.actions.get(asked)
    if act is None:
        kind = f"channel {name} ({channel_type.kind})"
        raise UsageError(f"{kind} knows no {asked}", f"it knows {names(channel_type.actions)}")
    try:
        return act(components.config.channels[name].config, context(name), calls.parameter(params, "params", dict))
    except (ChannelUnavailable, AuthFailed, StoreUnavailable) as error:
        raise Unavailable(error.what, error.hint) from error


def raw(components: Components, params: Mapping[str, Any]) -> RawMail:
    """`raw`: by `message` (a number or a Message-ID), or the newest of `ticket`. Raises NotFound and UsageError."""
    calls.only(params, "message", "ticket")
    message, ticket = params.get("message"), params.get("ticket")
    if type(ticket) is int and message is None:
        rows = list(_all(components, RawMessages(ticket=ticket)))[-1:]
        what = f"ticket {ticket} has no raw message"
    elif type(message) is int and ticket is None:
        rows = components.store.ask(RawMessages(ids=(message,)))
        what = f"there is no raw message {message}"
    elif type(message) is str and ticket is None:
        rows = components.store.ask(RawMessages(message_id=message))
        what = f"there is no raw message with the id {message}"
    else:
        raise UsageError("raw: message, a number or a Message-ID; or ticket, a number")
    if not rows:
        raise NotFound(what, "deskctl show NUMBER --json tells the numbers of a ticket's messages")
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
    components: Components, params: Mapping[str, Any], run: Run, performed: Callable[[Executed], None]
) -> Reparsed:
    """`reparse`: one batch. Reading happens outside the transaction. Raises NotFound and UsageError."""
    calls.only(params, "messages", "since", "after")
    ids, since, after = params.get("messages") or [], params.get("since"), params.get("after") or 0
    if not (isinstance(ids, list) and all(type(i) is int for i in ids) and type(after) is int):
        raise UsageError("reparse: messages and after are numbers")
    if since is not None:
        try:
            datetime.fromisoformat(str(since))
        except ValueError:
            raise UsageError(f"{since} is no moment", "as in 2026-03-01T09:00:00Z") from None
    rows = components.store.ask(RawMessages(after, REPARSE_BATCH, tuple(ids[:REPARSE_BATCH]), since=since, came=True))
    missing = sorted(set(ids) - {row["id"] for row in rows})
    if missing:
        raise NotFound(f"there is no raw message {missing[0]}", "only what was received can be read again")
    commands, failed = [], []
    for row in rows:
        try:
            commands.append(Reread(row["id"], _read(components, row)))
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one message that cannot be read keeps no other from it
            failed.append({"message": row["id"], "reason": f"{type(error).__name__}: {error}"[:200]})

    def work(unit: Unit) -> None:
        done.extend(
            [execute_in_unit(unit, command, _READER) for command in commands][-1:]
        )  # all share one unit's changes

    done: list[Executed] = []
    run(lambda: components.store.transaction(work))
    for one in done:
        performed(one)
    more = len(rows) == REPARSE_BATCH and not ids
    return {"done": len(commands), "failed": failed, "after": rows[-1]["id"] if more else None}


def _read(components: Components, row: RawMessage) -> InboundMessage:
    if row["channel"] not in components.config.channels:
        raise DeskctlError(f"the channel {row['channel']} is not configured any more")
    said = row["envelope"] or {}
    envelope = Envelope(
        via=said.get("via", "pipe"),
        received_at=datetime.fromisoformat(row["received_at"]),
        sender=said.get("sender"),
        recipients=tuple(said.get("recipients", ())),
        size=said.get("size"),
        extra=said.get("extra", {}),
    )
    message = components.type_of(row["channel"]).parse(components.store.blob(row["sha256"]), envelope)
    forwarded = message.forwarded
    if forwarded is not None and row["author"] == forwarded.sender and row["author"] != message.sender:
        return as_forwarded(message, forwarded)
    return message
