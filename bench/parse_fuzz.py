"""Run the parser on damaged mail: `python bench/parse_fuzz.py --seconds 600 [--seed 1]`.

Mails are built from typical pieces (headers, charsets, encodings, boundaries, reports, HTML, quotes) and then damaged:
bytes are flipped; pieces are cut, duplicated, swapped and repeated. A finding is an exception, a mail that was not
parsed completely, a result that the store does not accept, a mail that takes more than two seconds per megabyte, or
repeated pieces whose time grows faster than their size. It is written to `.fuzz/`, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import random
import sys
import time
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "plugins" / "email"))

from deskctl.plugins import Envelope, InboundMessage
from deskctl.testing import growth
from deskctl_email.json_document import mail_document
from deskctl_email.parse import parse

ENVELOPE = Envelope("pipe", datetime(2026, 1, 1, tzinfo=UTC))
SECONDS_PER_MB = 2.0
GROWTH_SIZE = 16_000  # bytes of repeated pieces, and four times as many
GROWTH_EVERY = 50  # mails between two measurements of growth
SMALLEST = 0.1  # MB: smaller mails count as this size, because of fixed costs

WORDS = [
    b"On Mon, Jan 15, 2024 at 3:12 PM Ana <ana@x.test> wrote:\r\n> quoted\r\n",
    b"-----Original Message-----\r\n",
    b"From: Ana <ana@x.test>\r\nSent: Monday\r\nTo: b@x.test\r\nSubject: RE: x\r\n\r\n",
    b"> ",
    b"-- \r\n",
    b"\r\n",
    b"\t",
    "보낸 사람: 김 <k@x.test>\r\n보낸 날짜: 2024년 1월 3일\r\n제목: 안녕\r\n".encode(),
    "님이 작성:".encode(),
    "안녕하세요".encode("cp949"),
    "お世話".encode("iso2022_jp"),
    "環境".encode("big5"),
    b"---------- Forwarded message ---------\r\n",
    b"Sent from my iPhone\r\n",
    b"550 5.1.1 <x@y.test> User unknown\r\n",
    b"Your message could not be delivered\r\n",
    b"=?utf-8?B?7ZWc?=",
    b"=?x?q?=",
    b"<html><body><div class=gmail_quote>",
    b"<blockquote type=cite>",
    b"</div>",
    b"<table><tr><td>",
    b"<ul><li>",
    b"<p>",
    b"<pre>",
    b"<div id=divRplyFwdMsg>",
    b"<style>",
    b"<!--",
    b"&nbsp;",
    b"&#x202e;",
    b"\x1b]52;c;x\x07",
    b"\x00",
    b"\xff\xfe",
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\nDTSTART;TZID=Asia/Seoul:20260102T100000\r\n",
    b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n",
    b"-----BEGIN PGP SIGNATURE-----\r\n",
    b"begin 644 a\r\n",
    b"--",
    b"__",
    b":",
    b"<",
    b"@",
    b"a@b.test, ",
    b'"',
    b"(",
    b"\\",
    b"x" * 90,
    "é́́".encode(),
    "\U0001f600".encode(),
]
TYPES = [
    b"text/plain",
    b"text/html",
    b"text/plain; charset=euc-kr",
    b"text/html; charset=utf-7",
    b"text/plain; charset=x-none",
    b"text/plain; format=flowed; delsp=yes",
    b"message/rfc822",
    b"message/delivery-status",
    b"text/rfc822-headers",
    b"application/ms-tnef; name=winmail.dat",
    b"application/pkcs7-mime; smime-type=signed-data",
    b"text/calendar",
    b"multipart/mixed; boundary=a",
    b"multipart/alternative; boundary=b",
    b"multipart/report; report-type=delivery-status; boundary=a",
    b"image/png; name*0*=utf-8''%ED%95; name*1*=%9C.png",
    b"multipart/signed; boundary=c",
    b"application/octet-stream",
]
ENCODINGS = [b"7bit", b"8bit", b"base64", b"quoted-printable", b"x-uuencode", b"binary", b"nonsense"]
HEADERS = [
    b"From: Ana <ana@x.test>",
    b"From: MAILER-DAEMON",
    b"From: \xb1\xe8 <k@x.test>",
    b"To: a@x.test, b@x.test",
    b"Return-Path: <>",
    b"Subject: =?euc-kr?B?wda80g==?= =?euc-kr?B?w6Ox4g==?=",
    b"Subject: Fwd: x",
    b"Subject: failure notice",
    b"Subject: ",
    b"Date: Mon, 2 Oct 2017 12:13:43 +0200",
    b"Date: 99",
    b"Message-ID: <1@x>",
    b"Message-ID: <>",
    b"References: <1@x> <2@x>",
    b"Auto-Submitted: auto-replied",
    b"X-Spam-Flag: YES",
    b"X-Failed-Recipients: x@y.test",
    b"X-MS-Exchange-Organization-SCL: 9",
    b"Authentication-Results: mx; spf=pass",
    b" folded",
    b"stray",
    b"Subject",
    b": no name",
    b'Cc: "a, b" <c@x.test>, (d) e@x.test',
]
STATUS = b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; x@y.test\r\nAction: failed\r\nStatus: 5.1.1\r\n"
TNEF = bytes.fromhex("789f3e220100") + (
    b"\x02\x02\x90\x06\x00\x04\x00\x00\x00abcd\x00\x00\x02\x0f\x80\x06\x00\x03\x00\x00\x00abc\x00\x00"
)
SIGNED = bytes.fromhex("308006092a864886f70d010702a08030800201013100308006092a864886f70d010701a08024800405") + b"a: b\n"


def part(luck: random.Random, depth: int) -> bytes:
    """A part with headers; multiparts hold others."""
    kind = luck.choice(TYPES)
    encoding = luck.choice(ENCODINGS)
    if kind.startswith(b"multipart") and depth < 5:
        boundary = kind[-1:]
        body = b"".join(b"--%s\r\n%s\r\n" % (boundary, part(luck, depth + 1)) for _ in range(luck.randint(0, 4)))
        return b"Content-Type: %s\r\n\r\n%s--%s--\r\n" % (kind, body, boundary)
    body = b"".join(luck.choice(WORDS) * luck.choice((1, 1, 1, 2, 50)) for _ in range(luck.randint(0, 25)))
    if kind.startswith(b"message/rfc822"):
        body = mail(luck, depth + 1)
    elif b"delivery-status" in kind:
        body = STATUS + body
    elif b"tnef" in kind:
        body = TNEF + body
    elif b"pkcs7" in kind:
        body = SIGNED + body
    if encoding == b"base64":
        body = base64.encodebytes(body)
    lines = [b"Content-Type: " + kind, b"Content-Transfer-Encoding: " + encoding]
    if luck.random() < 0.3:
        lines.append(b'Content-Disposition: attachment; filename="../\xc7\xd1.txt"')
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def mail(luck: random.Random, depth: int = 0) -> bytes:
    """Return a mail, which is valid in most cases."""
    lines = luck.sample(HEADERS, luck.randint(0, 9))
    return b"\r\n".join([*lines, part(luck, depth)])


def damaged(luck: random.Random, raw: bytes) -> bytes:
    """Return a damaged copy of the mail."""
    for _ in range(luck.choice((0, 1, 1, 2, 5, 20))):
        at = luck.randrange(len(raw) + 1)
        to = min(len(raw), at + luck.choice((1, 1, 3, 20, 300)))
        match luck.randrange(6):
            case 0:
                raw = raw[:at] + bytes((luck.randrange(256),)) + raw[at + 1 :]
            case 1:
                raw = raw[:at] + raw[to:]
            case 2:
                raw = raw[:at] + luck.choice(WORDS) + raw[at:]
            case 3:
                raw = raw[:to] + raw[at:]
            case 4:
                raw = raw[:at] + raw[at:to] * luck.choice((2, 10, 500)) + raw[to:]
            case _:
                raw = raw.replace(b"\r\n", luck.choice((b"\n", b"\r", b"\r\r\n")))
        raw = raw[:2_000_000]
    return raw


def slow(luck: random.Random) -> tuple[str, bytes]:
    """Measure repeated pieces in a header or body; return the finding (`""` if there is none) and a mail."""
    unit = b"".join(luck.choice(WORDS + HEADERS) for _ in range(luck.randint(1, 3)))
    place = luck.choice([b"Content-Type: " + kind + b"\r\n\r\n" for kind in TYPES] + [line + b" " for line in HEADERS])
    if not place.endswith(b"\n"):
        unit = unit.replace(b"\r\n", b" ")

    def make(size: int) -> bytes:
        return place + unit * (size // len(unit) + 1)

    found = growth.measure(lambda raw: parse(raw, ENVELOPE), make, GROWTH_SIZE)
    return "" if found.bounded else f"time grows too fast: {found}", make(4 * GROWTH_SIZE)


def fault_of(message: InboundMessage) -> str:
    """Return the fault of a result; `""` if there is none."""
    if any(problem.startswith("could not be parsed") for problem in message.problems):
        return message.problems[0]
    shown = json.dumps(mail_document("a.eml", message), ensure_ascii=False)
    shown.encode()
    for text in (message.subject, message.text, message.visible_text, message.html or "", message.sender_name or ""):
        if "\0" in text or not unicodedata.is_normalized("NFC", text):
            return "NUL or not NFC"
    if message.text.strip() and not message.visible_text.strip():
        return "nothing left to show"
    for one in message.files:
        if one.filename and ("/" in one.filename or "\\" in one.filename or one.filename.strip(".") == ""):
            return f"file name {one.filename!r}"
    return ""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=60)
    arguments.add_argument("--seed", type=int, default=int(time.time()))
    arguments.add_argument("--corpus", type=Path, help="a folder of *.eml to damage as well")
    options = arguments.parse_args()
    corpus = [file.read_bytes() for file in sorted(options.corpus.glob("*.eml"))] if options.corpus else []
    luck = random.Random(options.seed)
    end = time.monotonic() + options.seconds
    count = size = 0
    worst = 0.0
    while time.monotonic() < end:
        raw = damaged(luck, luck.choice(corpus) if corpus and luck.random() < 0.3 else mail(luck))
        start = time.thread_time()
        try:
            message = parse(raw, ENVELOPE)
            took = time.thread_time() - start
            wrong = fault_of(message)
        except Exception as error:  # noqa: BLE001 - any exception at all is a finding
            took, wrong = time.thread_time() - start, f"{type(error).__name__}: {error}"
        if not wrong and count % GROWTH_EVERY == 0:
            wrong, repeated = slow(luck)
            raw = repeated if wrong else raw
        limit = SECONDS_PER_MB * max(len(raw) / 1e6, SMALLEST)
        if took > limit:  # other processes disturb the measurement
            took = min(took, *(growth.work(lambda raw: parse(raw, ENVELOPE), raw) for _ in range(3)))
        rate = took / max(len(raw) / 1e6, SMALLEST)
        worst = max(worst, rate)
        if rate > SECONDS_PER_MB:
            wrong = wrong or f"{took:.2f} s for {len(raw)} bytes"
        if wrong:
            file = Path(".fuzz") / f"{hashlib.sha256(raw).hexdigest()[:16]}.eml"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(raw)
            print(f"{wrong}\nseed {options.seed}, mail {count}: {file}")
            return 1
        count += 1
        size += len(raw)
    print(f"seed {options.seed}: {count} mails, {size / 1e6:.0f} MB, slowest {worst:.2f} s/MB, no finding")
    return 0


if __name__ == "__main__":
    sys.exit(main())
