"""Measure the parsing time of mails: ordinary mails against the standard library, hostile mails by their size.

    python bench/parse_bench.py [FOLDER of .eml files]

The floor is `message_from_bytes` and decoding the text part. Ordinary mails must stay under 3 × the floor, and no mail
may take more than 2 s per MB. The results are medians of alternating runs.
"""

from __future__ import annotations

import base64
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "plugins" / "email"))

from deskctl.plugins import Envelope
from deskctl_email.parse import parse

ENVELOPE = Envelope("pipe", datetime(2026, 1, 1, tzinfo=UTC))
HEAD = (
    b"From: a@example.org\r\nTo: b@example.org\r\nSubject: s\r\nDate: Wed, 27 Sep 2017 12:48:51 +0200\r\n"
    b"Message-ID: <1@x>\r\nMIME-Version: 1.0\r\n"
)
SENTENCES = "The printer on the second floor does not answer since this morning. Could you have a look, please?\n" * 6
RECEIVED = b"".join(
    b"Received: from mx%d.example.net (mx%d.example.net [192.0.2.%d])\r\n\tby mail.example.org with ESMTPS id abc%d"
    b"\r\n\tfor <support@example.org>; Wed, 27 Sep 2017 12:48:%02d +0200\r\n" % (i, i, i, i, i)
    for i in range(5)
)


def floor(raw: bytes) -> str:
    message = message_from_bytes(raw)
    for part in message.walk():
        if part.get_content_type() in ("text/plain", "text/html"):
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            try:
                return payload.decode(str(part.get_content_charset() or "utf-8"), "replace")
            except LookupError:
                return payload.decode("latin-1")
    return ""


def ordinary() -> dict[str, bytes]:
    korean = base64.encodebytes("주소찾기 에러 해소 확인했습니다. 고생하셨습니다.\n".encode("cp949") * 10)
    quoted = (
        SENTENCES + "\n-- \nAna\n\nOn Mon, 2 Oct 2017 at 10:00, Support <b@example.org> wrote:\n" + "> and then\n" * 30
    )
    return {
        "short plain": HEAD + b"\r\n" + b"It burns.\r\n",
        "plain with hops": RECEIVED + HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + SENTENCES.encode(),
        "reply with quote": RECEIVED
        + HEAD
        + b"References: <1@x> <2@x> <3@x>\r\nIn-Reply-To: <3@x>\r\n\r\n"
        + quoted.encode(),
        "korean euc-kr base64": RECEIVED
        + HEAD.replace(b"Subject: s", b"Subject: =?ks_c_5601-1987?B?wda80sOjseIgv6G3rw==?=")
        + b"Content-Type: text/plain; charset=euc-kr\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + korean,
        "alternative": RECEIVED
        + HEAD
        + b'Content-Type: multipart/alternative; boundary="bb"\r\n\r\n--bb\r\nContent-Type: text/plain\r\n\r\n'
        + SENTENCES.encode()
        + b"\r\n--bb\r\nContent-Type: text/html\r\n\r\n<p>"
        + SENTENCES.encode()
        + b"</p>\r\n--bb--\r\n",
        "with attachment": RECEIVED
        + HEAD
        + b'Content-Type: multipart/mixed; boundary="bb"\r\n\r\n--bb\r\nContent-Type: text/plain\r\n\r\n'
        + SENTENCES.encode()
        + b"\r\n--bb\r\nContent-Type: application/pdf; name=a.pdf\r\n"
        b"Content-Disposition: attachment; filename=a.pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(b"x" * 60_000) + b"--bb--\r\n",
        "html only": RECEIVED
        + HEAD
        + b"Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>"
        + SENTENCES.encode() * 2
        + b"</p></body></html>",
    }


def hostile_mails() -> dict[str, bytes]:
    html = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    mixed = HEAD + b'Content-Type: multipart/mixed; boundary="b0"\r\n\r\n'
    nested = b"".join(
        b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (i, i + 1) for i in range(10_000)
    )
    same = b"".join(b'--a\r\nContent-Type: multipart/mixed; boundary="a%s"\r\n\r\n' % (b"a" * i) for i in range(200))
    forwarded = b"Content-Type: message/rfc822\r\n\r\n" * 10_000
    mb = 1_000_000
    words = b"\r\n ".join(b"=?utf-8?B?7ZWc?=" for _ in range(60_000))
    return {
        "40 KB line": HEAD + b"\r\n" + b"on " * 14_000,
        "40 KB line of >": HEAD + b"\r\n" + b"> " * 20_000,
        "10,000 nested parts": mixed + nested,
        "10,000 nested rfc822": HEAD + forwarded,
        "30 MB base64": mixed
        + b"--b0\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(b"x" * 22 * mb)
        + b"--b0--\r\n",
        "30 MB text": HEAD + b"\r\n" + b"All work and no play makes Jack a dull boy.\n" * 700_000,
        "30 MB korean, undeclared": HEAD
        + b"\r\n"
        + "주소찾기 에러 해소 확인했습니다. 고생하셨습니다.\n".encode("cp949") * 600_000,
        "30 MB of high bytes": HEAD + b"\r\n" + bytes(range(128, 256)) * 240_000,
        "200,000 parts": mixed + b"--b0\r\n\r\nx\r\n" * 200_000,
        "boundaries that are prefixes": HEAD
        + b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n'
        + same
        + (b"--" + b"a" * 220 + b"x\r\n") * 10_000,
        "100,000 references": HEAD
        + b"References: "
        + b" ".join(b"<%d@example.org>" % i for i in range(100_000))
        + b"\r\n\r\nx",
        "1 MB header": HEAD
        + b"X-Long: "
        + b"a" * mb
        + b"\r\nTo: "
        + b"b" * mb
        + b"\r\nCc: "
        + b'"' * mb
        + b"\r\n\r\nx",
        "1 MB subject": HEAD.replace(b"Subject: s", b"Subject: " + b"=?a?q?x" * 150_000) + b"\r\nx",
        "encoded words": HEAD.replace(b"Subject: s", b"Subject: " + words) + b"\r\nx",
        "address commas": HEAD + b"Cc: " + b"a, " * 300_000 + b"\r\n\r\nx",
        "address brackets": HEAD + b"Cc: " + b"<(" * 300_000 + b"\r\n\r\nx",
        "address ats": HEAD + b"Cc: " + b"@a" * 300_000 + b"\r\n\r\nx",
        "address backslashes": HEAD + b"Cc: " + b'"\\' * 300_000 + b"\r\n\r\nx",
        "parameters": HEAD + b"Content-Type: text/plain" + b"; a*0*=%41" * 90_000 + b"\r\n\r\nx",
        "parameter blanks": HEAD
        + b"Content-Type: text/plain;"
        + b" ;" * 400_000
        + b" a"
        + b" " * 400_000
        + b"\r\n\r\nx",
        "header names": (b"a: b\r\n" * 160_000) + b"\r\nx",
        "stray lines": HEAD + b"stray\r\n" * 100_000 + b"Subject: late\r\n\r\nx",
        "no colon": b"a" * mb,
        "100,000 nested divs": html + b"<div>" * 100_000 + b"x",
        "100,000 nested divs, plain too": mixed
        + b"--b0\r\n\r\nx\r\n--b0\r\nContent-Type: text/html\r\n\r\n"
        + b"<div>" * 100_000,
        "flat table": html + b"<table>" + b"<tr><td>x</td><td>y</td></tr>" * 40_000 + b"</table>",
        "nested tables": html + b"<table><tr><td>" * 66 + b"x" + b"</td></tr></table>" * 66,
        "1 MB of <": html + b"<" * mb,
        "1 MB of &": html + b"&" * mb,
        "html attributes": html + b"<a " + b"b=c " * 250_000 + b">x</a>",
        "html links": html + b'<a href="http://example.org/">x</a>' * 30_000,
        "html wide table": html + b"<table><tr>" + b"<td>x</td>" * 45_000 + b"</tr></table>",
        "html lists": html + b"<ul><li>" * 100 + b"x" * 1000,
        "combining marks": HEAD
        + b"Content-Type: text/plain; charset=utf-8\r\n\r\na"
        + "\u0327\u0301".encode() * 250_000,
        "short lines": HEAD + b"\r\n" + b"a\n" * 500_000,
        "From: lines": HEAD + b"\r\n" + b"From: a\n" * 120_000,
        "on lines": HEAD + b"\r\nx\n" + b"On 1\n" * 200_000,
        "wrote lines": HEAD + b"\r\nx\n" + b"On 1 a wrote:\n" * 70_000,
        "blank quotes": HEAD + b"\r\nx\n" + b">\n" * 400_000,
        "quoted-printable": HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=" * mb,
        "uuencode": HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n" + b"~\n" * 500_000,
        "delivery-status": HEAD
        + b"Content-Type: message/delivery-status\r\n\r\n"
        + b"Final-Recipient: rfc822;a@b\r\nAction: failed\r\n\r\n" * 20_000,
        "utf-7": HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+AAA" * 250_000,
        "iso-2022-kr": HEAD + b"\r\n" + b"\x0e\x21\x0f" * 300_000,
        "language": HEAD + b"\r\n" + b"http://" * 150_000,
    }


def seconds(work: Callable[[bytes], object], raw: bytes, times: int) -> float:
    start = time.thread_time()
    for _ in range(times):
        work(raw)
    return (time.thread_time() - start) / times


def read(raw: bytes) -> object:
    return parse(raw, ENVELOPE)


def compare(name: str, raw: bytes) -> float:
    read(raw), floor(raw)
    runs = [(seconds(read, raw, 20), seconds(floor, raw, 20)) for _ in range(25)]
    ours, theirs = median(run[0] for run in runs), median(run[1] for run in runs)
    print(f"{name:32} {ours * 1e6:9.0f} µs {theirs * 1e6:9.0f} µs  × {ours / theirs:.2f}")
    return ours / theirs


def main() -> None:
    print(f"{'ordinary mail':32} {'parse':>12} {'floor':>12}")
    for name, raw in ordinary().items():
        compare(name, raw)
    if len(sys.argv) > 1:
        ratios = []
        for file in sorted(Path(sys.argv[1]).glob("*.eml")):
            raw = file.read_bytes()
            read(raw), floor(raw)
            runs = [(seconds(read, raw, 5), seconds(floor, raw, 5)) for _ in range(7)]
            ratios.append((median(run[0] for run in runs) / median(run[1] for run in runs), file.name))
        ratios.sort()
        middle, (worst, name) = ratios[len(ratios) // 2][0], ratios[-1]
        print(f"{len(ratios)} mails of the folder: median × {middle:.2f}, worst × {worst:.2f} {name}")
    print(f"\n{'hostile mail':32} {'s':>8} {'MB':>8} {'s/MB':>8}")
    for name, raw in hostile_mails().items():
        took, size = seconds(read, raw, 1), len(raw) / 1e6
        remark = "   TOO SLOW" if took > 2 * max(size, 0.05) else ""
        print(f"{name:32} {took:8.3f} {size:8.2f} {took / max(size, 0.05):8.3f}{remark}", flush=True)


if __name__ == "__main__":
    main()
