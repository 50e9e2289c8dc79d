"""Hostile mail: the parser does not fail, and its time does not grow quadratically with the size."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from deskctl_email.mime import MAX_DEPTH, MAX_PARTS

pytestmark = pytest.mark.timeout(
    60
)  # generous: each test takes less than a second; a quadratic algorithm takes minutes

MB = 1_000_000
HTML = "Content-Type: text/html; charset=utf-8"
MIXED = 'Content-Type: multipart/mixed; boundary="b0"'

# Headers and bodies that were slow or fatal for some mail library.
TRAPS: dict[str, Callable[[], tuple[str, bytes]]] = {
    "a line of 40 KB": lambda: ("X: 1", b"on " * 14_000),
    "a line of quote marks": lambda: ("X: 1", b"> " * 20_000),
    "a 1 MB word": lambda: ("X: 1", b"a" * MB),
    "nested messages": lambda: ("Content-Type: message/rfc822", b"Content-Type: message/rfc822\r\n\r\n" * 10_000),
    "boundaries that are prefixes of each other": lambda: (
        "Content-Type: multipart/mixed; boundary=a",
        b"".join(
            b"--%s\r\nContent-Type: multipart/mixed; boundary=a%s\r\n\r\n" % (b"a" * n, b"a" * n) for n in range(1, 200)
        )
        + (b"--" + b"a" * 220 + b"x\r\n") * 10_000,
    ),
    "many references": lambda: ("References: " + " ".join(f"<{n}@x.org>" for n in range(100_000)), b"x"),
    "1 MB headers": lambda: (f"X-Long: {'a' * MB}\nTo: {'b' * MB}\nMessage-ID: {'c' * MB}", b"x"),
    "unclosed quotes": lambda: ("Cc: " + '"\\' * 300_000, b"x"),
    "quotes": lambda: ("Cc: " + '"' * MB, b"x"),
    "commas": lambda: ("Cc: " + "a, " * 300_000, b"x"),
    "brackets": lambda: ("Cc: " + "<(" * 300_000, b"x"),
    "ats": lambda: ("Cc: " + "@a" * 300_000 + "\nReferences: " + "a@" * 300_000, b"x"),
    "unclosed encoded words": lambda: ("Subject: " + "=?a?q?x" * 150_000, b"x"),
    "encoded words": lambda: ("Subject: " + "\n ".join(["=?utf-8?B?7ZWc?="] * 60_000), b"x"),
    "parameters": lambda: ("Content-Type: text/plain" + "; a*0*=%41" * 90_000, b"x"),
    "blanks in parameters": lambda: ("Content-Type: text/plain;" + " ;" * 400_000 + " a" + " " * 400_000, b"x"),
    "stray header lines": lambda: ("stray\n" * 100_000 + "Subject: late", b"x"),
    "header fields": lambda: ("a: b\n" * 100_000, b"x"),
    "nested tables": lambda: (HTML, b"<table><tr><td>" * 3_000 + b"x"),
    "a long table": lambda: (HTML, b"<table>" + b"<tr><td>x</td><td>y</td></tr>" * 40_000),
    "open angle brackets": lambda: (HTML, b"<" * MB),
    "open comments": lambda: (HTML, b"<!--" * 200_000),
    "attributes": lambda: (HTML, b"<a " + b"b=c " * 250_000 + b">x"),
    "links": lambda: (HTML, b'<a href="http://example.org/">x</a>' * 30_000),
    "meta tags": lambda: ("Content-Type: text/html", b"\xff<meta " * 100_000),
    "combining marks": lambda: ("Content-Type: text/plain; charset=utf-8", b"a" + "\u0327\u0301".encode() * 250_000),
    "short lines": lambda: ("X: 1", b"a\n" * 500_000),
    "headers in the text": lambda: ("X: 1", b"x\n" + b"From: a\n" * 120_000),
    "attributions": lambda: ("X: 1", b"x\n" + b"On 1 a wrote:\n" * 70_000),
    "beginnings of attributions": lambda: ("X: 1", b"x\n" + b"On 1\n" * 200_000),
    "closings": lambda: ("X: 1", b"x\n" + b"Regards,\n" * 100_000),
    "soft line breaks": lambda: ("Content-Type: text/plain; format=flowed", b"a \n" * 300_000),
    "quoted-printable": lambda: ("Content-Transfer-Encoding: quoted-printable", b"=" * MB),
    "uuencode": lambda: ("Content-Transfer-Encoding: x-uuencode", b"begin 644 a\n" + b"~\n" * 300_000),
    "base64 with junk": lambda: ("Content-Transfer-Encoding: base64", b"A!" * 500_000),
    "a report": lambda: (
        "Content-Type: message/delivery-status",
        b"Final-Recipient: rfc822;a@b\r\nAction: failed\r\n\r\n" * 20_000,
    ),
    "many status codes": lambda: ("X: 1", b"Hi. This is the qmail-send program\n" + b"5.1" * 300_000),
    "UTF-7": lambda: ("Content-Type: text/plain; charset=utf-7", b"+AAA" * 250_000),
    "shifts": lambda: ("X: 1", b"\x0e\x21\x0f" * 300_000),
    "bytes of no charset": lambda: ("X: 1", bytes(range(128, 256)) * 8_000),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_hostile_mail_is_parsed_in_time(read, trap):
    message = read(*TRAPS[trap]())
    assert message.digest
    assert not any("could not be parsed" in problem for problem in message.problems)


def test_deeply_nested_parts_are_parsed_in_time(read):
    body = b"".join(
        b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (n, n + 1) for n in range(10_000)
    )
    message = read(MIXED, b"--b0\r\n\r\nHello\r\n" + body)
    assert message.text == "Hello"
    assert len(message.files) == 1
    assert any("too many parts or levels" in problem for problem in message.problems)


def test_usual_nesting_of_forwards_is_opened(read):
    levels = MAX_DEPTH - 1
    body = b"".join(
        b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (n, n + 1) for n in range(levels)
    )
    assert read(MIXED, body + b"--b%d\r\n\r\nHello\r\n" % levels).text == "Hello"


def test_parts_over_the_limit_are_kept(read):
    body = b"--b0\r\nContent-Type: image/png\r\n\r\nx\r\n" * 50_000
    message = read(MIXED, body)
    assert len(message.files) <= MAX_PARTS + 1
    assert sum((b"\n" + file.content).count(b"\nx") for file in message.files) == 50_000


@pytest.mark.parametrize("plain_too", [False, True])
def test_deeply_nested_html_is_converted_in_time(read, plain_too):
    divs = b"<div>" * 100_000 + b"the words"
    body = b"--b0\r\nContent-Type: text/html\r\n\r\n" + divs + (b"\r\n--b0\r\n\r\nplain" if plain_too else b"")
    message = read(MIXED.replace("mixed", "alternative") if plain_too else MIXED, body)
    assert message.text == ("plain" if plain_too else "the words")


def test_html_a_thousand_levels_deep_keeps_its_text(read):
    body = "".join(f"<div>w{n} " for n in range(1_000))
    assert read(HTML, body).text.split() == [f"w{n}" for n in range(1_000)]


def test_thirty_megabytes_are_parsed_in_time(read):
    body = b"--b0\r\n\r\nsee the film\r\n--b0\r\nContent-Type: video/mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    message = read(MIXED, body + base64.encodebytes(b"film" * 5_500_000) + b"--b0--\r\n")
    assert (message.text, len(message.files[0].content)) == ("see the film", 22_000_000)


def test_truncated_text_is_reported(read):
    message = read("X: 1", b"0123456789\n" * 600_000)
    assert len(message.text) < 5_100_000
    assert any("text truncated" in problem for problem in message.problems)
