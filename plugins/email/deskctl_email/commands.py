"""`deskctl mail`: the pipe for an MTA, what deskctl makes of a mail, and looking after a mailbox."""

from __future__ import annotations

import base64
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from deskctl.plugins import DeskctlError, Envelope, Invalid, NotFound, Refused, TemporaryFailure, UsageError, duration
from deskctl.plugins.commands import CommandContext, pass_context
from deskctl.plugins.faultpoints import reach

UNREADABLE = 3


@click.group("mail")
def mail() -> None:
    """Take mail in from a pipe, look at mail, and look after mailboxes."""


@mail.command("ingest")
@click.argument("name", required=False, metavar="[CHANNEL]")
@pass_context
def ingest(context: CommandContext, name: str | None) -> None:
    """Take in a mail from standard input.

    For the pipe of an MTA: exits with 0 once the mail is in the journal, and with 75 (keep it, try again) when the
    desk cannot take it now. CHANNEL may be left out when there is one email channel. The same bytes twice are one
    message.

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
        # A wrong configuration, too: the MTA keeps the mail until somebody has mended it.
        raise TemporaryFailure(error.what, error.hint) from error
    except OSError as error:
        raise TemporaryFailure(f"the desk cannot take mail now: {error}", "deskctl doctor") from error
    reach("pipe.taken")
    context.release()
    if context.json:
        context.document(answer)


@mail.command("parse")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@pass_context
def parse(context: CommandContext, files: tuple[str, ...]) -> int:
    """Say what deskctl makes of mails, touching nothing.

    Needs no desk. One JSON object a line with --json, in the order of the arguments; - is standard input. A file
    that cannot be read is named on standard error, the others go on, and the exit code is 3.

    \b
    Examples:
      deskctl mail parse some.eml
      deskctl mail parse a.eml b.eml --json | jq .subject
    """
    from .describe import describe
    from .parse import parse as parse_mail

    failed = False
    for file in files:
        try:
            raw = _read(file)
        except OSError as error:
            failed = True
            click.echo(f"error: {file!r} cannot be read: {error.strerror}", err=True)
            continue
        document = describe(file, parse_mail(raw, Envelope("pipe", datetime.now(UTC))))
        if context.json:
            context.document(document)
        else:
            _show(context, document)
    return UNREADABLE if failed else 0


@mail.command("verify")
@click.argument("name")
@pass_context
def verify(context: CommandContext, name: str) -> int:
    """Compare a mailbox with the desk: is everything that came since the first login there?

    Exits with 1 and names the UIDs that are not.

    \b
    Examples:
      deskctl mail verify support
      deskctl mail verify support --json | jq .missing
    """
    report = _act(context, name, "verify")
    context.release()
    if context.json:
        context.document(report)
        return 1 if report["missing"] else 0
    context.say(
        f"{report['folder']} of {report['account']}: {report['checked']} mails since {report['since']}, "
        f"{len(report['missing']) or 'none'} missing"
    )
    if report["missing"]:
        context.emit(report["missing"], ["uid", "why"])
    return 1 if report["missing"] else 0


@mail.command("import")
@click.argument("name")
@click.option("--since", required=True, metavar="MOMENT", help="2026-01-31, 2026-01-31T09:00Z, or an age as in 90d.")
@click.option(
    "--mark", is_flag=True, help="Flag what was taken in, as reading does; else nothing changes on the server."
)
@pass_context
def import_(context: CommandContext, name: str, since: str, mark: bool) -> None:
    """Take in mail that is older than the channel's first login.

    Every mail becomes a message as always, but nobody is told or answered. It may be broken off at any time: what is
    in the desk already is passed over the next time.

    \b
    Examples:
      deskctl mail import support --since 2026-01-01
      deskctl mail import support --since 90d
    """
    asked = {"since": _moment(since).isoformat(), "mark": mark}
    step = _act(context, name, "import", **asked)
    total, new, refused = step["left"], step["new"], list(step["refused"])
    with click.progressbar(
        length=total, label=f"{total} mails", file=sys.stderr, hidden=context.json or not sys.stderr.isatty()
    ) as bar:
        bar.update(step["done"])
        while step["after"] is not None:
            step = _act(context, name, "import", after=step["after"], **asked)
            new += step["new"]
            refused += step["refused"]
            bar.update(step["done"])
    context.release()
    if context.json:
        context.document({"channel": name, "found": total, "new": new, "refused": refused})
    else:
        context.say(f"{total} mails found, {new} taken in, {total - new - len(refused)} were there before")
        if refused:
            context.say(f"the server does not give these UIDs: {', '.join(map(str, refused))}")


@mail.command("raw")
@click.argument("message", required=False)
@click.option("--ticket", type=int, metavar="NUMBER", help="The newest mail of this ticket.")
@pass_context
def raw(context: CommandContext, message: str | None, ticket: int | None) -> None:
    """Print a mail's raw bytes as they came in.

    MESSAGE is a message's number (`deskctl show 42 --json`) or its Message-ID.

    \b
    Examples:
      deskctl mail raw 17 > mail.eml
      deskctl mail raw --ticket 42 | less
      deskctl mail raw "<abc@example.org>"
    """
    if (message is None) == (ticket is None):
        raise UsageError("say which: a message, or --ticket NUMBER")
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
@click.option("--all", "all_", is_flag=True, help="Every mail that was received.")
@click.option("--since", metavar="MOMENT", help="With --all: only what came at this moment or later.")
@pass_context
def reparse(context: CommandContext, messages: tuple[int, ...], all_: bool, since: str | None) -> int:
    """Read mails again from their raw bytes, after reading them got better.

    What is shown of them changes; the tickets they are on, and all that followed from them, stay. Exits with 3 when
    some could not be read.

    \b
    Examples:
      deskctl mail reparse 17 18
      deskctl mail reparse --all --since 7d
    """
    if bool(messages) == all_:
        raise UsageError("say which: messages, or --all")
    if since is not None and not all_:
        raise UsageError("--since goes with --all")
    moment = _moment(since).isoformat() if since is not None else None
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
        context.say(f"{done} read again")
        for one in failed:
            context.say(f"message {one['message']}: {one['reason']}")
    return UNREADABLE if failed else 0


@mail.command("resume")
@click.argument("name")
@click.option("--take", "answer", flag_value="take", help="Take all of it in; what the desk has is known again.")
@click.option(
    "--skip", "answer", flag_value="skip", help="Leave it where it is, and begin with what comes from now on."
)
@pass_context
def resume(context: CommandContext, name: str, answer: str | None) -> None:
    """Answer a mailbox that waits because its server has numbered the mails anew (UIDVALIDITY).

    \b
    Example:
      deskctl mail resume support --take
    """
    if answer is None:
        raise UsageError("say what to do with the mails there: --take or --skip")
    report = _act(context, name, "resume", answer=answer)
    context.release()
    if context.json:
        context.document(report)
    else:
        context.say(
            f"{name} goes on with " + (f"{report['mails']} mails" if answer == "take" else "what comes from now on")
        )


@mail.command("auth")
@click.argument("name")
@pass_context
def auth(context: CommandContext, name: str) -> None:
    """Let the desk into a mailbox that is opened with OAuth2.

    Shows a page and a code for any device with a browser, and waits until the mailbox's owner has agreed there. What
    the desk is given is kept in its store.

    \b
    Example:
      deskctl mail auth support
    """
    begun = _act(context, name, "begin_consent")
    context.release()  # a person takes their time, and others want to work
    click.echo(f"Open this page and sign in as the mailbox's owner:\n\n  {begun['url']}\n", err=True)
    pasted = None
    if begun["code"] is not None:
        click.echo(f"Type in this code there: {begun['code']}", err=True)
    else:
        click.echo(
            "The browser ends at an address that cannot be opened. That is right: copy the address here.", err=True
        )
        pasted = click.prompt("address", err=True)
    deadline, every = time.monotonic() + begun["seconds"], begun["every"]
    while True:
        if pasted is None:
            time.sleep(every)
        state = _act(context, name, "finish_consent", pending=begun["pending"], pasted=pasted)["state"]
        if state == "done":
            break
        context.release()
        every += 5 if state == "slower" else 0
        if time.monotonic() > deadline:
            raise Refused("nobody agreed in time", f"deskctl mail auth {name}")
    started = context.desk().call("channel_start", name=name)["started"]
    context.release()
    if context.json:
        context.document({"channel": name, "authorised": True, "started": started})
    else:
        context.say(f"{name} is let in" + (", and reads its mailbox again" if started else ""))


def _act(context: CommandContext, channel: str, action: str, **params: Any) -> Any:
    return context.desk().call("channel_action", name=channel, action=action, params=params)


def _moment(words: str) -> datetime:
    """A date, a moment (UTC unless it says otherwise), or how long ago. Raises UsageError."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        try:
            return datetime.now(UTC) - duration(words)
        except Invalid:
            raise UsageError(f"{words} is no moment", "as in 2026-01-31, 2026-01-31T09:00Z or 90d") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _read(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def _show(context: CommandContext, document: dict[str, Any]) -> None:
    """For people: what is there, then the visible text."""
    automatic, bounce = document["automatic"], document["bounce"]
    sender = f"{document['from_name'] or ''} <{document['from'] or ''}>".strip()
    facts = {
        "file": document["file"],
        "from": sender,
        "to": ", ".join(document["to"]),
        "cc": ", ".join(document["cc"]),
        "subject": document["subject"],
        "date": document["date"],
        "language": document["language"],
        "automatic": automatic["why"] if automatic["is"] else None,
        "bounce": bounce and f"{', '.join(bounce['recipients'])} {bounce['status'] or ''}",
        **{f"attachment {n}": f"{a['filename'] or '(no name)'}, {a['content_type']}, {a['size']} B"
           for n, a in enumerate(document["attachments"], 1)},
        **{f"problem {n}": problem for n, problem in enumerate(document["problems"], 1)},
    }  # fmt: skip
    for name, value in facts.items():
        if value:
            context.say(f"{name}: {value}")
    context.say("")
    for line in document["visible_text"].split("\n"):
        context.say(line)
    context.say("")
