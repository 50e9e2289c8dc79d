"""What an agent says: given with -m, in a file, on standard input, or written in an editor."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..errors import UsageError

SIGNATURE = r'{agent} and {desk} are filled in, \n begins a line, "" is none.'

F = TypeVar("F", bound=Callable[..., Any])


def text_options(function: F) -> F:
    """`-m TEXT` and an argument FILE that may be `-`."""
    function = click.argument("file", required=False, type=click.Path(allow_dash=True), metavar="[FILE|-]")(function)
    return click.option("-m", "--message", metavar="TEXT", help="The text itself.")(function)


def given(message: str | None, file: str | None) -> str | None:
    """The text from -m, a file or standard input, read to its end; None when none of them is given.

    Raises UsageError when both are given, when the file cannot be read, and when there is nothing in it.
    """
    if message is not None and file is not None:
        raise UsageError("the text is given twice", "either -m TEXT or a file, not both")
    if message is not None:
        return wanted(message)
    if file is None:
        return None
    if file == "-":
        return wanted(decode(sys.stdin.buffer.read()))
    try:
        raw = Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    return wanted(decode(raw))


def wanted(text: str, hint: str = "give it with -m TEXT, a file, or - for standard input") -> str:
    """The text without blank lines around it. Raises UsageError when nothing is left."""
    text = _repaired(text).strip("\n\r")
    if not text.strip():
        raise UsageError("there is no text", hint)
    return text


def lines(text: str | None) -> str | None:
    """An option's text in which `\\n`, which every shell lets one type, begins a line."""
    return None if text is None else _repaired(text).replace("\\n", "\n")


def _repaired(text: str) -> str:
    """Arguments that are not UTF-8 reach Python with lone surrogates in them."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def decode(raw: bytes) -> str:
    """UTF-8, with or without a mark; else Korean text of Windows; else byte by byte."""
    for charset in ("utf-8-sig", "cp949"):
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
