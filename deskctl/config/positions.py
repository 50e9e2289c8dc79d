"""Find the line of each key in a TOML text. tomli does not keep positions, so this module scans the text again.

The scan runs on texts that tomli has accepted, so it does not validate.
"""

from __future__ import annotations

import contextlib
import re
from bisect import bisect_right

from .problems import KeyPath

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE_VALUE = re.compile(r"[^,\]}#\n]*")


class Positions:
    """The line numbers, from 1, of the keys of a TOML text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._lines: dict[KeyPath, int] = {}
        self._counts: dict[KeyPath, int] = {}  # elements of arrays of tables
        with contextlib.suppress(IndexError, RecursionError):  # keys that are not found get the line of their table
            self._document()

    def line(self, path: KeyPath) -> int:
        """Return the line of the key at `path`, or of the nearest table around it, or 1."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 1

    def _document(self) -> None:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            start = self._at
            if self._text.startswith("[[", self._at):
                self._at += 2
                array = self._resolved(self._key())
                index = self._counts.get(array, 0)
                self._counts[array] = index + 1
                table = (*array, index)
                self._note(table, start)
                self._at += 2
            elif self._text[self._at] == "[":
                self._at += 1
                table = self._resolved(self._key())
                self._note(table, start)
                self._lines[table] = self._line_of(start)  # the header takes precedence over a dotted key
                self._at += 1
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _pair(self, table: KeyPath) -> None:
        start = self._at
        path = (*table, *self._key())
        self._note(path, start)
        self._at += 1  # the "="
        self._value(path)

    def _key(self) -> KeyPath:
        """Read a dotted key and the space after it."""
        parts: list[str | int] = []
        while True:
            self._skip(_SPACE)
            if self._text[self._at] in "\"'":
                parts.append(self._quoted())
            elif bare := _BARE_KEY.match(self._text, self._at):
                parts.append(bare[0])
                self._at = bare.end()
            else:
                raise IndexError("expected a key")
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return tuple(parts)
            self._at += 1

    def _quoted(self) -> str:
        import tomli

        match = _STRING.match(self._text, self._at)
        if match is None:
            raise IndexError("expected a string")
        self._at = match.end()
        return str(tomli.loads(f"key = {match[0]}")["key"])

    def _value(self, path: KeyPath) -> None:
        self._skip(_SPACE)
        opening = self._text[self._at]
        if opening in "\"'":
            match = _STRING.match(self._text, self._at)
            self._at = match.end() if match else len(self._text)
        elif opening in "[{":
            self._at += 1
            index = 0
            while True:
                self._skip(_BLANK)
                if self._text[self._at] in "]}":
                    self._at += 1
                    return
                if self._text[self._at] == ",":
                    self._at += 1
                elif opening == "{":
                    self._pair(path)
                else:
                    element = (*path, index)
                    self._note(element, self._at)
                    self._value(element)
                    index += 1
        else:
            self._skip(_BARE_VALUE)

    def _resolved(self, path: KeyPath) -> KeyPath:
        """Add the index of the latest element after each array of tables, as TOML defines it."""
        resolved: KeyPath = ()
        for key in path[:-1]:
            resolved = (*resolved, key)
            if resolved in self._counts:
                resolved = (*resolved, self._counts[resolved] - 1)
        return (*resolved, path[-1])

    def _note(self, path: KeyPath, start: int) -> None:
        """Record the line of a key, and of the tables in its dotted name that have no line yet."""
        line = self._line_of(start)
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], line)

    def _line_of(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
