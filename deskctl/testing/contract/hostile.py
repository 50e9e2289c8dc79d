"""Hostile texts and bytes."""

from __future__ import annotations

from collections.abc import Mapping

#: Ten megabytes of text in lines.
HUGE = "프린터에서 연기가 나요. It burns again.\n" * (10_000_000 // 49)

#: Texts that people and programs write.
TEXTS: Mapping[str, str] = {
    "a NUL": "before\0after",
    "lone surrogates": "before \ud800 and \udfff after",
    "bidirectional overrides": "invoice \u202egpj.exe\u202c \u2066hidden\u2069",
    "control characters": "".join(map(chr, [*range(1, 32), *range(127, 160)])) + "\x1b[2J\x1b]0;title\x07",
    "a hundred thousand lines": "another line\n" * 100_000,
    "one endless line": "word " * 60_000,
    "a tower of accents": "e" + "\u0301" * 5_000,
    "letters beyond the first plane": "\U0001f469\u200d\U0001f4bb \U00020000 \U0010ffff",
    "markup": "<script>alert(1)</script> &amp; *bold* _it_ [x](javascript:1) `code` \\",
    "placeholders": "{0.__class__} {{ ticket }} %s %(name)s ${HOME} $(id) `id`",
    "headers": "hello\r\nBcc: everyone@example.org\r\n\r\nand a body",
    "a query": "'; DROP TABLE tickets; -- \" OR 1=1",
    "nothing but space": " \t\r\n\u3000\u00a0\ufeff ",
    "nothing": "",
}

#: The texts that the desk can hand to a channel: it stores neither NUL nor lone surrogates.
OUTGOING: Mapping[str, str] = {
    name: text for name, text in TEXTS.items() if text.strip() and "\0" not in text and "\ud800" not in text
}

#: Malformed input for parsers.
NASTY = (
    b"",
    b"\0" * 100,
    b"\xff\xfe\xed\xa0\x80",
    b"a" * 40_000,
    b"\r\n" * 1000,
    "한글 \u202e test\n".encode("utf-16"),
    b"Subject: =?utf-8?b?//79?=\nContent-Type: text/plain; charset=no\0such\n\n\xbe\xc8",
    b'{"text": "\\ud800", "text": ' + b"[" * 5_000,
    b'{"id": 1e999, "text": null}',
)
