"""`deskctl mail`: the pipe for an MTA, and what deskctl makes of a mail."""

from __future__ import annotations

import base64
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from deskctl.plugins import DeskctlError, Envelope, NotFound, TemporaryFailure, UsageError
from deskctl.plugins.commands import CommandContext, pass_context
from deskctl.plugins.faultpoints import reach

UNREADABLE = 3


@click.group("mail")
def mail() -> None:
    """Take mail in from a pipe, and look at mail."""


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
