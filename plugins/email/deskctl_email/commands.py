"""The command group `deskctl mail`: ingest mail from a pipe, inspect mail, and manage mailboxes."""

from __future__ import annotations

import base64
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from deskctl.plugins import DeskctlError, Envelope, Invalid, NotFound, Refused, TemporaryFailure, UsageError, duration
from deskctl.plugins.commands import CommandContext, pass_context, shown
from deskctl.plugins.faultpoints import reach

from .messages import _, _n

EXIT_UNREADABLE = 3


@click.group("mail")
def mail() -> None:
    """Ingest mail from a pipe, inspect mail, and manage mailboxes."""


@mail.command("ingest")
@click.argument("name", required=False, metavar="[CHANNEL]")
@pass_context
def ingest(context: CommandContext, name: str | None) -> None:
    """Ingest a mail from standard input.

    Use this command as an MTA's pipe. The exit code is 0 when the mail is in the journal, and 75 (keep the mail and
    retry) when the desk cannot accept it now. CHANNEL is optional if there is only one email channel. Identical mails
    are ingested once.

    \b
    Examples:
      deskctl mail ingest < some.eml
      support: "|deskctl --config /srv/desk/config.toml mail ingest support"     (in /etc/aliases)
    """
    raw = sys.stdin.buffer.read()
    reach("pipe.read")
    try:
        answer = context.desk().call("ingest", raw_base64=base64.b64encode(raw).decode(), channel=name)
    except (UsageError, NotFound):
        raise
    except DeskctlError as error:
        # Also for a wrong configuration: the MTA keeps the mail until it is corrected.
        raise TemporaryFailure(error.what, error.hint) from error
    except OSError as error:
        raise TemporaryFailure(_("the desk cannot accept mail now: {error}", error=error), "deskctl doctor") from error
    reach("pipe.taken")
    context.release()
    if context.json:
        context.document(answer)


@mail.command("parse")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@pass_context
def parse(context: CommandContext, files: tuple[str, ...]) -> int:
    """Show how deskctl parses mails, without changing anything.

    This command needs no desk. With --json it prints one JSON object per line, in the order of the arguments; - is
    standard input. If a file cannot be read, the command reports it on standard error, continues with the other
    files, and exits with 3.

    \b
    Examples:
      deskctl mail parse some.eml
      deskctl mail parse a.eml b.eml --json | jq .subject
    """
    from .json_document import mail_document
    from .parse import parse as parse_mail

    failed = False
    for file in files:
        try:
            raw = _read(file)
        except OSError as error:
            failed = True
            message = _("error: cannot read {file}: {error}", file=repr(file), error=error.strerror or str(error))
            click.echo(shown(message), err=True)
            continue
        document = mail_document(file, parse_mail(raw, Envelope("pipe", datetime.now(UTC))))
        if context.json:
            context.document(document)
        else:
            _print_mail(context, document)
    return EXIT_UNREADABLE if failed else 0


@mail.command("verify")
@click.argument("name")
@pass_context
def verify(context: CommandContext, name: str) -> int:
    """Check that the desk has all mail that arrived in a mailbox since the first login.

    If mail is missing, the command lists its UIDs and exits with 1.

    \b
    Examples:
      deskctl mail verify support
      deskctl mail verify support --json | jq .missing
    """
    report = _call_action(context, name, "verify")
    context.release()
    if context.json:
        context.document(report)
        return 1 if report["missing"] else 0
    context.say(
        _(
            "{folder} of {account}: {mails} since {since}, {missing} missing",
            folder=report["folder"],
            account=report["account"],
            mails=_count(report["checked"]),
            since=report["since"],
            missing=len(report["missing"]) or _("none"),
        )
    )
    if report["missing"]:
        context.emit(report["missing"], ["uid", "why"])
    return 1 if report["missing"] else 0


@mail.command("import")
@click.argument("name")
@click.option(
    "--since",
    required=True,
    metavar="TIME",
    help="Start of the import: 2026-01-31, 2026-01-31T09:00Z, or an age such as 90d.",
)
@click.option("--mark", is_flag=True, help="Flag imported mail on the server, as normal reading does.")
@pass_context
def import_(context: CommandContext, name: str, since: str, mark: bool) -> None:
    """Import mail that is older than the channel's first login.

    Each mail becomes a message as usual, but deskctl sends no notifications and no automatic replies. You can
    interrupt the import and run it again: mail that the desk has is skipped.

    \b
    Examples:
      deskctl mail import support --since 2026-01-01
      deskctl mail import support --since 90d
    """
    asked = {"since": _parse_time(since).isoformat(), "mark": mark}
    step = _call_action(context, name, "import", **asked)
    total, new, refused = step["left"], step["new"], list(step["refused"])
    with click.progressbar(
        length=total, label=shown(_count(total)), file=sys.stderr, hidden=context.json or not sys.stderr.isatty()
    ) as bar:
        bar.update(step["done"])
        while step["after"] is not None:
            step = _call_action(context, name, "import", after=step["after"], **asked)
            new += step["new"]
            refused += step["refused"]
            bar.update(step["done"])
    context.release()
    if context.json:
        context.document({"channel": name, "found": total, "new": new, "refused": refused})
    else:
        context.say(
            _(
                "{mails} found, {new} imported, {known} already in the desk",
                mails=_count(total),
                new=new,
                known=total - new - len(refused),
            )
        )
        if refused:
            context.say(_("the server did not deliver these UIDs: {uids}", uids=", ".join(map(str, refused))))


@mail.command("raw")
@click.argument("message", required=False)
@click.option("--ticket", type=int, metavar="NUMBER", help="Print the newest mail of this ticket.")
@pass_context
def raw(context: CommandContext, message: str | None, ticket: int | None) -> None:
    """Print the raw bytes of a received mail.

    MESSAGE is a message number (`deskctl show 42 --json`) or a Message-ID.

    \b
    Examples:
      deskctl mail raw 17 > mail.eml
      deskctl mail raw --ticket 42 | less
      deskctl mail raw "<abc@example.org>"
    """
    if (message is None) == (ticket is None):
        raise UsageError(_("give either a message or --ticket NUMBER"))
    wanted: int | str | None = int(message) if message is not None and message.isdecimal() else message
    answer = context.desk().call("raw", message=wanted, ticket=ticket)
    context.release()
    if context.json:
        context.document(answer)
    elif sys.stdout.isatty():
        for line in base64.b64decode(answer["raw_base64"]).decode("utf-8", "replace").splitlines():
            context.say(line)
    else:
        sys.stdout.buffer.write(base64.b64decode(answer["raw_base64"]))


@mail.command("reparse")
@click.argument("messages", nargs=-1, type=int, metavar="[MESSAGE]...")
@click.option("--all", "all_", is_flag=True, help="Parse all received mail again.")
@click.option("--since", metavar="TIME", help="With --all: only mail received at or after this time.")
@pass_context
def reparse(context: CommandContext, messages: tuple[int, ...], all_: bool, since: str | None) -> int:
    """Parse mails again from their raw bytes, for example after an update of deskctl.

    The displayed content of the messages changes; their tickets and all later actions stay. The exit code is 3 if
    some mails cannot be parsed.

    \b
    Examples:
      deskctl mail reparse 17 18
      deskctl mail reparse --all --since 7d
    """
    if bool(messages) == all_:
        raise UsageError(_("give either messages or --all"))
    if since is not None and not all_:
        raise UsageError(_("--since needs --all"))
    moment = _parse_time(since).isoformat() if since is not None else None
    done, failed, after = 0, list[dict[str, Any]](), 0
    pieces = [list(messages[i : i + 100]) for i in range(0, len(messages), 100)] or [[]]
    for piece in pieces:
        while True:
            answer = context.desk().call("reparse", messages=piece, since=moment, after=after)
            done += answer["done"]
            failed += answer["failed"]
            if answer["after"] is None:
                break
            after = answer["after"]
    context.release()
    if context.json:
        context.document({"done": done, "failed": failed})
    else:
        context.say(_("{mails} parsed again", mails=_count(done)))
        for one in failed:
            context.say(_("message {message}: {reason}", message=one["message"], reason=one["reason"]))
    return EXIT_UNREADABLE if failed else 0


@mail.command("resume")
@click.argument("name")
@click.option("--take", "answer", flag_value="take", help="Ingest all waiting mail; deskctl skips mail that it has.")
@click.option("--skip", "answer", flag_value="skip", help="Leave the waiting mail, and ingest only new mail.")
@pass_context
def resume(context: CommandContext, name: str, answer: str | None) -> None:
    """Resume a mailbox that waits because its server renumbered the mail (UIDVALIDITY changed).

    \b
    Example:
      deskctl mail resume support --take
    """
    if answer is None:
        raise UsageError(_("no decision about the waiting mail; pass --take or --skip"))
    report = _call_action(context, name, "resume", answer=answer)
    context.release()
    if context.json:
        context.document(report)
    else:
        taken = _("{channel} continues with {mails}", channel=name, mails=_count(report["mails"]))
        context.say(taken if answer == "take" else _("{channel} continues with new mail only", channel=name))


@mail.command("auth")
@click.argument("name")
@pass_context
def auth(context: CommandContext, name: str) -> None:
    """Authorize the desk for a mailbox that uses OAuth2.

    The command shows a web page and a code for any device with a browser, and waits until the owner of the mailbox
    gives consent there. The refresh token is stored in the desk's store.

    \b
    Example:
      deskctl mail auth support
    """
    consent = _call_action(context, name, "begin_consent")
    context.release()  # consent takes time; do not block other commands
    click.echo(shown(_("Open this page and sign in as the owner of the mailbox:")), err=True)
    click.echo(f"\n  {consent['url']}\n", err=True)
    pasted = None
    if consent["code"] is not None:
        click.echo(shown(_("Enter this code on the page: {code}", code=consent["code"])), err=True)
    else:
        click.echo(
            shown(_("The browser then shows an address that it cannot open. This is expected; copy it here.")),
            err=True,
        )
        pasted = click.prompt(shown(_("address")), err=True)
    deadline, interval = time.monotonic() + consent["seconds"], consent["every"]
    while True:
        if pasted is None:
            time.sleep(interval)
        state = _call_action(context, name, "finish_consent", pending=consent["pending"], pasted=pasted)["state"]
        if state == "done":
            break
        context.release()
        interval += 5 if state == "slower" else 0
        if time.monotonic() > deadline:
            raise Refused(_("no consent within the time limit"), f"deskctl mail auth {name}")
    started = context.desk().call("channel_start", name=name)["started"]
    context.release()
    if context.json:
        context.document({"channel": name, "authorised": True, "started": started})
    else:
        again = _("{channel} is authorized and reads its mailbox again", channel=name)
        context.say(again if started else _("{channel} is authorized", channel=name))


def _call_action(context: CommandContext, channel: str, action: str, **params: Any) -> Any:
    return context.desk().call("channel_action", name=channel, action=action, params=params)


def _parse_time(words: str) -> datetime:
    """Return the time for a date, a date and time (UTC by default), or an age. Raises UsageError."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        try:
            return datetime.now(UTC) - duration(words)
        except Invalid:
            raise UsageError(
                _('not a date, time or age: "{value}"', value=words),
                _("for example {examples}", examples="2026-01-31, 2026-01-31T09:00Z, 90d"),
            ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _count(number: int) -> str:
    """Return a number of mails as text."""
    return _n("{n} mail", "{n} mails", number)


def _read(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def _print_mail(context: CommandContext, document: dict[str, Any]) -> None:
    """Print the fields of a parsed mail that have a value, then its visible text."""
    automatic, bounce = document["automatic"], document["bounce"]
    sender = f"{document['from_name'] or ''} <{document['from'] or ''}>".strip()
    fields: list[tuple[str, Any]] = [
        (_("file"), document["file"]),
        (_("from"), sender),
        (_("to"), ", ".join(document["to"])),
        (_("cc"), ", ".join(document["cc"])),
        (_("subject"), document["subject"]),
        (_("date"), document["date"]),
        (_("language"), document["language"]),
        (_("automatic"), automatic["why"] if automatic["is"] else None),
        (_("bounce"), bounce and f"{', '.join(bounce['recipients'])} {bounce['status'] or ''}"),
    ]
    for number, file in enumerate(document["attachments"], 1):
        content = _(
            "{filename}, {type}, {size} B",
            filename=file["filename"] or _("(no name)"),
            type=file["content_type"],
            size=file["size"],
        )
        fields.append((_("attachment {n}", n=number), content))
    fields += [(_("problem {n}", n=number), problem) for number, problem in enumerate(document["problems"], 1)]
    for name, value in fields:
        if value:
            context.say(_("{field}: {value}", field=name, value=value))
    context.say("")
    for line in document["visible_text"].split("\n"):
        context.say(line)
    context.say("")
