"""On which line each key of a TOML text stands. tomli keeps no positions, hence this scan.

It runs on texts that tomli has accepted, so it only has to find its way, not to judge.
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
    """Lines, from 1, of the keys of a TOML text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._lines: dict[KeyPath, int] = {}
        self._counts: dict[KeyPath, int] = {}  # elements of arrays of tables
        with contextlib.suppress(IndexError, RecursionError):  # what is not found falls back to the table above it
            self._document()

    def line(self, path: KeyPath) -> int:
        """The line of the key at `path`; of what holds it when the key itself is not there; else 1."""
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
                self._lines[table] = self._line_of(start)  # the header wins over a key that named it in passing
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
        """A dotted key, up to what follows it."""
        parts: list[str | int] = []
        while True:
            self._skip(_SPACE)
            if self._text[self._at] in "\"'":
                parts.append(self._quoted())
            elif bare := _BARE_KEY.match(self._text, self._at):
                parts.append(bare[0])
                self._at = bare.end()
            else:
                raise IndexError("no key here")
            self._skip(_SPACE)
            if self._text[self._at] != ".":
                return tuple(parts)
            self._at += 1

    def _quoted(self) -> str:
        import tomli

        match = _STRING.match(self._text, self._at)
        if match is None:
            raise IndexError("no string here")
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
        """With the number of the newest element after each array of tables, as TOML means it."""
        resolved: KeyPath = ()
        for key in path[:-1]:
            resolved = (*resolved, key)
            if resolved in self._counts:
                resolved = (*resolved, self._counts[resolved] - 1)
        return (*resolved, path[-1])

    def _note(self, path: KeyPath, start: int) -> None:
        """The key and, where they were not seen before, the tables that it names in passing."""
        line = self._line_of(start)
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], line)

    def _line_of(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def _skip(self, what: re.Pattern[str]) -> None:
        match = what.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
