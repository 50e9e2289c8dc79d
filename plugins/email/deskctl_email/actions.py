"""What `deskctl mail` asks the desk to do for a channel. Blocking; runs where the desk runs, beside the channel."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from deskctl.plugins import ChannelContext, Envelope, Refused, Unavailable, UsageError

from . import consent, keys
from .config import EmailConfig, Imap
from .connection import Connection
from .cursor import Cursor
from .login import Lost, Refusal
from .probe import Probes
from .provider import OAuth
from .state import State
from .tokens import Tokens

#: Keys asked for at once, and mails of one commit.
BLOCK: Final = 500
BATCH_MAILS: Final = 100
BATCH_BYTES: Final = 4_000_000
#: Seconds after which `take_old` says how far it is.
STEP: Final = 5.0
#: Seconds that a mail which has only just come may take into the journal.
PATIENCE: Final = 5.0


def verify(config: EmailConfig, context: ChannelContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Compare the mailbox with the journal: every mail that is there and came since the first login must be in it.

    Raises Refused when nothing was read yet, Unavailable.
    """
    imap = _mailbox_of(config)
    cursor = _cursor(imap, context)
    if cursor is None:
        raise Refused(f"the mailbox of {context.name} was never read", "start the daemon")
    with _opened(config, imap, context) as connection:
        folder = connection.folder
        if folder.uidvalidity != cursor.uidvalidity:
            raise Refused(
                "the server has numbered the folder anew, and the channel has not compared it yet",
                f"let the daemon run; if it waits for an answer: deskctl mail resume {context.name}",
            )
        checked, missing = 0, list[int]()
        for uids in connection.uids_from(cursor.start):
            checked += len(uids)
            missing += _lacking(imap, context, cursor.uidvalidity, uids)
        early = [uid for uid in missing if uid < cursor.renumbered]
        if early:
            known = connection.taken(early)
            missing = [uid for uid in missing if uid not in known]
        deadline = time.monotonic() + PATIENCE
        while any(uid >= cursor.next for uid in missing) and time.monotonic() < deadline:
            time.sleep(0.25)
            missing = _lacking(imap, context, cursor.uidvalidity, missing)
        missing = _without_probes(connection, context, missing)
        there = connection.existing(missing)
    return {
        "channel": context.name,
        "account": imap.account,
        "folder": imap.folder,
        "since": cursor.since.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "checked": checked,
        "missing": [
            {"uid": uid, "why": "the server does not give it" if uid in cursor.aside else "not in the journal"}
            for uid in missing
            if uid in there
        ],
    }


def take_old(config: EmailConfig, context: ChannelContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Take in mail that came between `since` and the first login: for some seconds, from the UID `after` on.

    What is in the journal already is passed over, so it may be broken off and begun again at any time. Nothing is
    marked or moved, unless `mark` asks for it. Raises UsageError and Unavailable.
    """
    imap = _mailbox_of(config)
    since, after, mark = _moment(params.get("since")), params.get("after"), bool(params.get("mark"))
    if after is not None and type(after) is not int:
        raise UsageError("after: a number")
    cursor = _cursor(imap, context)
    new, refused, last = 0, list[int](), after or 0
    with _opened(config, imap, context) as connection:
        validity = connection.folder.uidvalidity
        below = connection.folder.uidnext
        if cursor is not None and cursor.uidvalidity == validity:
            below = cursor.start
        uids = [uid for uid in connection.arrived(since, below) if uid > last]
        left = len(uids)
        probes = Probes(State(context), context.now)
        began = time.monotonic()
        for batch in _batches(connection, config, context, imap, validity, uids):
            taken = _taken(connection, config, context, imap, validity, batch, probes)
            new += len(taken)
            refused += [uid for uid in batch if uid not in taken and uid in connection.existing([uid])]
            if mark and taken:
                connection.flag(taken)
            last = batch[-1]
            if time.monotonic() - began > STEP:
                break
        else:
            last = uids[-1] if uids else last
    done = sum(uid <= last for uid in uids)
    return {"left": left, "done": done, "new": new, "refused": refused, "after": last if done < left else None}


def resume(config: EmailConfig, context: ChannelContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a mailbox that waits because its server has numbered the folder anew. Raises UsageError, Refused."""
    imap = _mailbox_of(config)
    answer = params.get("answer")
    if answer not in ("take", "skip"):
        raise UsageError("answer: take or skip")
    cursor = _cursor(imap, context)
    with _opened(config, imap, context) as connection:
        if cursor is None or connection.folder.uidvalidity == cursor.uidvalidity:
            raise Refused(f"the mailbox of {context.name} waits for no answer")
        waiting = len(connection.uids_since(cursor.since)) if answer == "take" else 0
        said = {"uidvalidity": connection.folder.uidvalidity, "answer": answer}
    state = State(context)
    state.put("resume", {**state.get("resume"), keys.name_of(imap.account, imap.folder): said})
    return {"channel": context.name, "answer": answer, "mails": waiting}


def begin_consent(config: EmailConfig, context: ChannelContext, params: Mapping[str, Any]) -> dict[str, Any]:
    return consent.begin(_oauth_of(config))


def finish_consent(config: EmailConfig, context: ChannelContext, params: Mapping[str, Any]) -> dict[str, Any]:
    pending, pasted = params.get("pending"), params.get("pasted")
    if not isinstance(pending, dict) or not isinstance(pasted, str | None):
        raise UsageError("pending: what begin_consent answered; pasted: text")
    return {"state": consent.finish(_oauth_of(config), context, pending, pasted)}


ACTIONS: Final = {
    "verify": verify,
    "import": take_old,
    "resume": resume,
    "begin_consent": begin_consent,
    "finish_consent": finish_consent,
}


def _mailbox_of(config: EmailConfig) -> Imap:
    if config.imap is None:
        raise Refused("this channel reads no mailbox", "it has no imap table in the configuration")
    return config.imap


def _oauth_of(config: EmailConfig) -> OAuth:
    if config.oauth is None:
        raise Refused("this channel logs in with a password", "it has no oauth table in the configuration")
    return config.oauth


def _cursor(imap: Imap, context: ChannelContext) -> Cursor | None:
    kept = State(context).get("imap").get(keys.name_of(imap.account, imap.folder))
    return Cursor.from_json(kept) if kept is not None else None


def _moment(said: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(said))
    except ValueError:
        raise UsageError(f"{said} is no moment", "as in 2026-03-01T09:00:00Z") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


@contextlib.contextmanager
def _opened(config: EmailConfig, imap: Imap, context: ChannelContext) -> Iterator[Connection]:
    tokens = Tokens(config.oauth, context, State(context)) if config.oauth is not None else None
    try:
        connection = Connection(imap, tokens)
        try:
            yield connection
        finally:
            connection.close()
    except (OSError, Lost, Refusal) as error:
        words = " ".join(str(error).split())[:300] or type(error).__name__
        raise Unavailable(f"the mailbox {imap.account} at {imap.host}: {words}", "deskctl channel test") from error


def _lacking(imap: Imap, context: ChannelContext, validity: int, uids: Sequence[int]) -> list[int]:
    """Those that are not in the journal."""
    lacking: list[int] = []
    for at in range(0, len(uids), BLOCK):
        named = {keys.of_mailbox(imap.account, imap.folder, validity, uid): uid for uid in uids[at : at + BLOCK]}
        there = context.journalled(list(named))
        lacking += [uid for key, uid in named.items() if key not in there]
    return lacking


def _without_probes(connection: Connection, context: ChannelContext, uids: list[int]) -> list[int]:
    """Our own probe mails are never journalled."""
    probes = Probes(State(context), context.now)
    mine = {
        uid
        for at in range(0, min(len(uids), BLOCK), 100)
        for uid, header in connection.headers(uids[at : at + 100]).items()
        if probes.issued(header)
    }
    return [uid for uid in uids if uid not in mine]


def _batches(
    connection: Connection,
    config: EmailConfig,
    context: ChannelContext,
    imap: Imap,
    validity: int,
    uids: Sequence[int],
) -> Iterator[list[int]]:
    """What is not in the journal, in pieces for one fetch and one commit."""
    for at in range(0, len(uids), BLOCK):
        wanted = _lacking(imap, context, validity, uids[at : at + BLOCK])
        sizes = connection.sizes(wanted) if wanted else {}
        batch, size = list[int](), 0
        for uid in wanted:
            its = min(sizes.get(uid, 0), config.max_size)
            if batch and (size + its > BATCH_BYTES or len(batch) == BATCH_MAILS):
                yield batch
                batch, size = [], 0
            batch.append(uid)
            size += its
        if batch:
            yield batch


def _taken(
    connection: Connection,
    config: EmailConfig,
    context: ChannelContext,
    imap: Imap,
    validity: int,
    uids: list[int],
    probes: Probes,
) -> list[int]:
    """Fetch and journal; the UIDs that are in the journal now."""
    sizes, dates = connection.sizes(uids), connection.dates(uids)
    large = [uid for uid in uids if sizes.get(uid, 0) > config.max_size]
    normal = [uid for uid in uids if uid not in large]
    mails = {
        **(connection.bodies(normal) if normal else {}),
        **(connection.headers(large) if large else {}),
    }
    batch = []
    for uid, raw in sorted(mails.items()):
        if not probes.issued(raw):
            came = dates.get(uid) or context.now()
            about = Envelope(via="import", received_at=came, size=sizes[uid] if uid in large else None)
            batch.append((raw, keys.of_mailbox(imap.account, imap.folder, validity, uid), about))
    if batch:
        context.deliver_blocking(batch)
    return sorted(mails)
