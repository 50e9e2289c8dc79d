"""Read the text of a message from -m, a file or standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..errors import UsageError
from .messages import _

#: The end of the help of `--signature`.
SIGNATURE_HELP = r'{agent} and {desk} are replaced, \n starts a new line, "" removes it.'

F = TypeVar("F", bound=Callable[..., Any])


def text_options(function: F) -> F:
    """Add the option `-m TEXT` and the argument FILE, which may be `-`."""
    function = click.argument("file", required=False, type=click.Path(allow_dash=True), metavar="[FILE|-]")(function)
    return click.option("-m", "--message", metavar="TEXT", help="The text.")(function)


def read_text(message: str | None, file: str | None) -> str | None:
    """Return the text from -m, a file or standard input (`-`); None if neither is given.

    Raises UsageError if both are given, the file cannot be read, or the text is empty.
    """
    if message is not None and file is not None:
        raise UsageError(_("text given twice"), _("use either -m TEXT or a file"))
    if message is not None:
        return require_text(message)
    if file is None:
        return None
    if file == "-":
        return require_text(decode_text(sys.stdin.buffer.read()))
    try:
        raw = Path(file).read_bytes()
    except OSError as error:
        raise UsageError(_("cannot read {file}: {reason}", file=file, reason=error.strerror)) from error
    return require_text(decode_text(raw))


def require_text(text: str, hint: str | None = None) -> str:
    """Return the text without blank lines at its start and end. Raises UsageError for an empty text."""
    text = _without_surrogates(text).strip("\n\r")
    if not text.strip():
        raise UsageError(_("empty text"), hint or _("pass -m TEXT, a file, or - for standard input"))
    return text


def with_newlines(text: str | None) -> str | None:
    """Return the text of an option with each `\\n` that the user typed replaced by a line break."""
    return None if text is None else _without_surrogates(text).replace("\\n", "\n")


def _without_surrogates(text: str) -> str:
    """Replace bytes that are not UTF-8. Python passes them in arguments as lone surrogates."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def decode_text(raw: bytes) -> str:
    """Decode UTF-8 with or without a byte order mark, else the Korean code page of Windows (CP949), else Latin-1."""
    for charset in ("utf-8-sig", "cp949"):
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
