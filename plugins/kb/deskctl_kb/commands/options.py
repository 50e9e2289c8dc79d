"""Options, parameter types and text input of several commands."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from deskctl.plugins import DeskctlError, Invalid, UsageError, duration

from ..folder import MAX_FILE_BYTES, decode_file
from ..messages import _


class Id(click.ParamType[int]):
    """An article number: 3, #3 or kb:3."""

    name = "ID"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        digits = str(value).removeprefix("kb:").removeprefix("#")
        if not digits.isascii() or not digits.isdecimal() or len(digits) > 9 or int(digits) < 1:
            raise UsageError(_('not an article number: "{value}"', value=value), _("use for example 3 or kb:3"))
        return int(digits)


ID = Id()


class Ticket(click.ParamType[int]):
    """A ticket number: 42, #42 or [#42]."""

    name = "TICKET"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        digits = str(value).strip().translate(_FULL_WIDTH)
        digits = digits[1:-1] if digits.startswith("[#") and digits.endswith("]") else digits
        digits = digits.removeprefix("#")
        if not digits.isascii() or not digits.isdecimal() or len(digits) > 18:
            raise UsageError(_('not a ticket number: "{value}"', value=value), _("use for example 42 or #42"))
        return int(digits)


_FULL_WIDTH = str.maketrans("＃［］０１２３４５６７８９", "#[]0123456789")
TICKET = Ticket()


def given_text(message: str | None, file: str | None) -> str | None:
    """Return the text from -m, a file or standard input, or None if no option is given. Raises UsageError."""
    if message is not None and file is not None:
        raise UsageError(_("-m and -f are both given"), _("pass either -m TEXT or -f FILE"))
    if message is not None:
        return message.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if file is None:
        return None
    try:
        return decode_file(sys.stdin.buffer.read(MAX_FILE_BYTES + 1) if file == "-" else _read_start(file))
    except OSError as error:
        raise UsageError(_("cannot read {file}: {error}", file=file, error=error.strerror)) from error
    except UsageError as error:
        raise UsageError(_("{file}: {problem}", file=file, problem=error.what), error.hint) from error


def _read_start(file: str) -> bytes:
    """Return the bytes of a file, at most one more than the limit."""
    with Path(file).open("rb") as opened:
        return opened.read(MAX_FILE_BYTES + 1)


def edit_in_editor(text: str) -> str | None:
    """Return the text after the agent edited it, or None if it is unchanged. Raises UsageError without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(_("no text given"), _("pass -m TEXT or -f FILE; -f - is standard input"))
    try:
        edited = click.edit(text, extension=".md")
    except click.ClickException as error:
        raise DeskctlError(error.message, _("set EDITOR, or pass -m TEXT or -f FILE")) from error
    return None if edited is None or edited.rstrip() == text.rstrip() else edited


def parse_since(value: str | None) -> str | None:
    """Return a date, a time (UTC by default) or an age as RFC 3339. Raises UsageError."""
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        try:
            time = datetime.now(UTC) - duration(value)
        except Invalid:
            raise UsageError(
                _('not a date or age: "{value}"', value=value), _("use 2026-01-31, 2026-01-31T09:00Z or 90d")
            ) from None
    time = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
