"""Channel actions behind `deskctl mail`. Blocking; they run in the desk's process, next to the channel."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from deskctl.plugins import ChannelContext, Envelope, Refused, Unavailable, UsageError

from . import journal_keys, oauth_consent
from .config import EmailConfig, Imap
from .cursor import Cursor
from .imap_connection import Connection
from .imap_login import ConnectionLost, ServerRefusal, error_text
from .messages import _
from .oauth_provider import OAuth
from .oauth_tokens import AccessTokens
from .probe import ProbeTokens
from .state import State

#: Journal keys per lookup, and the limits of one commit.
KEY_BLOCK: Final = 500
BATCH_MAILS: Final = 100
BATCH_BYTES: Final = 4_000_000
#: Seconds after which `import_mail` reports its progress.
PROGRESS_SECONDS: Final = 5.0
#: Seconds that a mail which has just arrived may need to reach the journal.
JOURNAL_WAIT_SECONDS: Final = 5.0


def verify(config: EmailConfig, context: ChannelContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Check that every mail in the mailbox that arrived since the first login is in the journal.

    Raises Refused if the mailbox has not been read yet, and Unavailable.
    """
    imap = _require_imap(config)
    cursor = _load_cursor(imap, context)
    if cursor is None:
        raise Refused(_("the mailbox of {channel} has not been read yet", channel=context.name), _("start the daemon"))
    with _open_connection(config, imap, context) as connection:
        folder = connection.folder
        if folder.uidvalidity != cursor.uidvalidity:
            raise Refused(
                _("the server renumbered the folder (UIDVALIDITY changed), and the channel has not compared it yet"),
                _("run the daemon; if it waits for a decision: deskctl mail resume {channel}", channel=context.name),
            )
        checked, missing = 0, list[int]()
        for uids in connection.uids_from(cursor.start):
            checked += len(uids)
            missing += _not_in_journal(imap, context, cursor.uidvalidity, uids)
        early = [uid for uid in missing if uid < cursor.renumbered]
        if early:
            known = connection.taken_uids(early)
            missing = [uid for uid in missing if uid not in known]
        deadline = time.monotonic() + JOURNAL_WAIT_SECONDS
        while any(uid >= cursor.next for uid in missing) and time.monotonic() < deadline:
            time.sleep(0.25)
            missing = _not_in_journal(imap, context, cursor.uidvalidity, missing)
        missing = _without_probes(connection, context, missing)
        there = connection.existing_uids(missing)
    return {
        "channel": context.name,
        "account": imap.account,
        "folder": imap.folder,
        "since": cursor.since.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "checked": checked,
        "missing": [
            {
                "uid": uid,
                "why": _("not delivered by the server") if uid in cursor.aside else _("not in the journal"),
            }
            for uid in missing
            if uid in there
        ],
    }


def import_mail(config: EmailConfig, context: ChannelContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Import mail that arrived between `since` and the first login, for some seconds, starting after the UID `after`.

    Mail in the journal is skipped, so an import can be interrupted and repeated at any time. Mail is flagged on the
    server only with `mark`. Raises UsageError and Unavailable.
    """
    imap = _require_imap(config)
    since, after, mark = _parse_time(params.get("since")), params.get("after"), bool(params.get("mark"))
    if after is not None and type(after) is not int:
        raise UsageError(_("after must be a number"))
    cursor = _load_cursor(imap, context)
    new, refused, last = 0, list[int](), after or 0
    with _open_connection(config, imap, context) as connection:
        validity = connection.folder.uidvalidity
        below = connection.folder.uidnext
        if cursor is not None and cursor.uidvalidity == validity:
            below = cursor.start
        uids = [uid for uid in connection.uids_arrived_between(since, below) if uid > last]
        left = len(uids)
        probes = ProbeTokens(State(context), context.now)
        began = time.monotonic()
        for batch in _batches(connection, config, context, imap, validity, uids):
            taken = _fetch_and_journal(connection, config, context, imap, validity, batch, probes)
            new += len(taken)
            refused += [uid for uid in batch if uid not in taken and uid in connection.existing_uids([uid])]
            if mark and taken:
                connection.flag(taken)
            last = batch[-1]
            if time.monotonic() - began > PROGRESS_SECONDS:
                break
        else:
            last = uids[-1] if uids else last
    done = sum(uid <= last for uid in uids)
    return {"left": left, "done": done, "new": new, "refused": refused, "after": last if done < left else None}


def resume(config: EmailConfig, context: ChannelContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Record the decision for a mailbox that waits because its server renumbered the folder.

    Raises UsageError and Refused.
    """
    imap = _require_imap(config)
    answer = params.get("answer")
    if answer not in ("take", "skip"):
        raise UsageError(_('answer must be "take" or "skip"'))
    cursor = _load_cursor(imap, context)
    with _open_connection(config, imap, context) as connection:
        if cursor is None or connection.folder.uidvalidity == cursor.uidvalidity:
            raise Refused(_("the mailbox of {channel} is not waiting for a decision", channel=context.name))
        waiting = len(connection.untaken_uids_since(cursor.since)) if answer == "take" else 0
        decision = {"uidvalidity": connection.folder.uidvalidity, "answer": answer}
    state = State(context)
    state.put("resume", {**state.get("resume"), journal_keys.mailbox_name(imap.account, imap.folder): decision})
    return {"channel": context.name, "answer": answer, "mails": waiting}


def begin_consent(config: EmailConfig, context: ChannelContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Start the OAuth consent; see `oauth_consent.begin`."""
    return oauth_consent.begin(_require_oauth(config))


def finish_consent(config: EmailConfig, context: ChannelContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Finish the OAuth consent; see `oauth_consent.finish`."""
    pending, pasted = params.get("pending"), params.get("pasted")
    if not isinstance(pending, dict) or not isinstance(pasted, str | None):
        raise UsageError(_("pending must be the result of begin_consent, and pasted must be text"))
    return {"state": oauth_consent.finish(_require_oauth(config), context, pending, pasted)}


ACTIONS: Final = {
    "verify": verify,
    "import": import_mail,
    "resume": resume,
    "begin_consent": begin_consent,
    "finish_consent": finish_consent,
}


def _require_imap(config: EmailConfig) -> Imap:
    if config.imap is None:
        raise Refused(_("this channel has no mailbox"), _("add an imap table to the channel in the configuration"))
    return config.imap


def _require_oauth(config: EmailConfig) -> OAuth:
    if config.oauth is None:
        raise Refused(_("this channel does not use OAuth"), _("add an oauth table to the channel in the configuration"))
    return config.oauth


def _load_cursor(imap: Imap, context: ChannelContext) -> Cursor | None:
    stored = State(context).get("imap").get(journal_keys.mailbox_name(imap.account, imap.folder))
    return Cursor.from_json(stored) if stored is not None else None


def _parse_time(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise UsageError(
            _('not a date and time: "{value}"', value=value), _("for example {example}", example="2026-03-01T09:00:00Z")
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


@contextlib.contextmanager
def _open_connection(config: EmailConfig, imap: Imap, context: ChannelContext) -> Iterator[Connection]:
    tokens = AccessTokens(config.oauth, context, State(context)) if config.oauth is not None else None
    try:
        connection = Connection(imap, tokens)
        try:
            yield connection
        finally:
            connection.close()
    except (OSError, ConnectionLost, ServerRefusal) as error:
        raise Unavailable(
            _(
                "the mailbox {account} at {host}: {error}",
                account=imap.account,
                host=imap.host,
                error=error_text(error),
            ),
            "deskctl channel test",
        ) from error


def _not_in_journal(imap: Imap, context: ChannelContext, validity: int, uids: Sequence[int]) -> list[int]:
    """Return the UIDs that are not in the journal."""
    unjournalled: list[int] = []
    for at in range(0, len(uids), KEY_BLOCK):
        named = {
            journal_keys.mailbox_key(imap.account, imap.folder, validity, uid): uid for uid in uids[at : at + KEY_BLOCK]
        }
        there = context.journalled(list(named))
        unjournalled += [uid for key, uid in named.items() if key not in there]
    return unjournalled


def _without_probes(connection: Connection, context: ChannelContext, uids: list[int]) -> list[int]:
    """Remove the UIDs of the channel's own probe mails, which are never journalled."""
    probes = ProbeTokens(State(context), context.now)
    mine = {
        uid
        for at in range(0, min(len(uids), KEY_BLOCK), 100)
        for uid, header in connection.headers(uids[at : at + 100]).items()
        if probes.is_own_probe(header)
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
    """Yield the UIDs that are not in the journal, in batches for one fetch and one commit."""
    for at in range(0, len(uids), KEY_BLOCK):
        wanted = _not_in_journal(imap, context, validity, uids[at : at + KEY_BLOCK])
        sizes = connection.sizes(wanted) if wanted else {}
        batch, size = list[int](), 0
        for uid in wanted:
            mail_size = min(sizes.get(uid, 0), config.max_size)
            if batch and (size + mail_size > BATCH_BYTES or len(batch) == BATCH_MAILS):
                yield batch
                batch, size = [], 0
            batch.append(uid)
            size += mail_size
        if batch:
            yield batch


def _fetch_and_journal(
    connection: Connection,
    config: EmailConfig,
    context: ChannelContext,
    imap: Imap,
    validity: int,
    uids: list[int],
    probes: ProbeTokens,
) -> list[int]:
    """Fetch and journal the mails; return the UIDs that are in the journal now."""
    sizes, dates = connection.sizes(uids), connection.arrival_times(uids)
    large = [uid for uid in uids if sizes.get(uid, 0) > config.max_size]
    normal = [uid for uid in uids if uid not in large]
    mails = {
        **(connection.bodies(normal) if normal else {}),
        **(connection.headers(large) if large else {}),
    }
    batch = []
    for uid, raw in sorted(mails.items()):
        if not probes.is_own_probe(raw):
            arrived = dates.get(uid) or context.now()
            about = Envelope(via="import", received_at=arrived, size=sizes[uid] if uid in large else None)
            batch.append((raw, journal_keys.mailbox_key(imap.account, imap.folder, validity, uid), about))
    if batch:
        context.deliver_blocking(batch)
    return sorted(mails)
