"""Options and texts that several commands share."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from deskctl.plugins import DeskctlError, Invalid, UsageError, duration

from ..folder import LARGEST, decoded


class Id(click.ParamType[int]):
    """An article's number: 3, #3 or kb:3."""

    name = "ID"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        words = str(value).removeprefix("kb:").removeprefix("#")
        if not words.isascii() or not words.isdecimal() or len(words) > 9 or int(words) < 1:
            self.fail(f"{value!r} is no article's number", param, ctx)
        return int(words)


ID = Id()


class Ticket(click.ParamType[int]):
    """A ticket's number: 42, #42 or [#42]."""

    name = "TICKET"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        words = str(value).strip().translate(_FULL_WIDTH)
        words = words[1:-1] if words.startswith("[#") and words.endswith("]") else words
        words = words.removeprefix("#")
        if not words.isascii() or not words.isdecimal() or len(words) > 18:
            self.fail(f"{value!r} is not a ticket number (42 or #42)", param, ctx)
        return int(words)


_FULL_WIDTH = str.maketrans("＃［］０１２３４５６７８９", "#[]0123456789")
TICKET = Ticket()


def given(message: str | None, file: str | None) -> str | None:
    """The text of -m, a file or standard input; None where neither was given. Raises UsageError."""
    if message is not None and file is not None:
        raise UsageError("the text is given twice", "either -m TEXT or -f FILE, not both")
    if message is not None:
        return message.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if file is None:
        return None
    try:
        return decoded(sys.stdin.buffer.read(LARGEST + 1) if file == "-" else _start(file))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    except UsageError as error:
        raise UsageError(f"{file}: {error.what}", error.hint) from error


def _start(file: str) -> bytes:
    """A file's bytes, no more than tell that it is too large."""
    with Path(file).open("rb") as opened:
        return opened.read(LARGEST + 1)


def in_editor(text: str) -> str | None:
    """What the agent made of `text`; None where nothing changed. Raises UsageError without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("there is no text", "give it with -m TEXT or -f FILE; -f - is standard input")
    try:
        edited = click.edit(text, extension=".md")
    except click.ClickException as error:
        raise DeskctlError(error.message, "set EDITOR, or use -m TEXT or -f FILE") from error
    return None if edited is None or edited.rstrip() == text.rstrip() else edited


def since(words: str | None) -> str | None:
    """A date, a moment (UTC unless it says otherwise), or how long ago, as RFC 3339. Raises UsageError."""
    if words is None:
        return None
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        try:
            moment = datetime.now(UTC) - duration(words)
        except Invalid:
            raise UsageError(f"{words} is no moment", "as in 2026-01-31, 2026-01-31T09:00Z or 90d") from None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
