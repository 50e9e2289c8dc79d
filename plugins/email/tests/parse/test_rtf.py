# ruff: noqa: E501 - unchanged documents
"""Conversion of the RTF in winmail.dat to plain text, in linear time."""

from __future__ import annotations

import struct
import sys

import pytest

from deskctl_email import rtf


def read(document: bytes) -> str:
    return rtf.to_text(struct.pack("<IIII", len(document) + 12, len(document), 0x414C454D, 0) + document)


def test_compressed_rtf_matches_the_specification():
    """Decompress the example of MS-OXRTFCP, 3.1.1."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert rtf.unpack(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert rtf.to_text(packed) == "hello world"


def test_reference_may_overlap_its_output():
    """Decompress the example of MS-OXRTFCP, 3.1.2, with a repetition."""
    packed = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert rtf.unpack(packed) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (rb"{\rtf1 one\par two\line three\tab four}", "one\ntwo\nthree\tfour"),
        (rb"{\rtf1 {\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\stylesheet{\s0 Normal;}}{\info{\author Bob}}words}", "words"),
        (rb"{\rtf1 {\*\unknown hidden{\b too}}shown}", "shown"),
        (rb"{\rtf1 a\{b\}c\\d\~e\_f\-g}", "a{b}c\\d e-fg"),
        (rb"{\rtf1\ansi\ansicpg1252 caf\'e9 \lquote q\rquote\emdash\bullet}", "café ‘q’—•"),
        (rb"{\rtf1\ansi\ansicpg932 \'83e\'83X\'83g}", "テスト"),
        (rb"{\rtf1\ansi\ansicpg949{\fonttbl{\f1\fcharset204 Arial;}}\'c8\'af\f1\'cf\'f0}", "환Пр"),
        (rb"{\rtf1{\fonttbl\f0\fcharset128 Gothic;\f1\fcharset0 Arial;}\f0\'83\'65{\f1\'e9}\'83\'58}", "テéス"),
        (rb"{\rtf1\uc1 \u9786?\u-10179?\u-8704?.}", "☺\U0001f600."),
        (rb"{\rtf1\uc2 \u9786\'81\'99x{\uc0\u9786 y}}", "☺x☺y"),
        (rb"{\rtf1 a\bin5 {{{{{b}", "ab"),
        (rb'{\rtf1{\field{\*\fldinst{HYPERLINK "https://x.test/4711"}}{\fldrslt the invoice}} now}', "the invoice <https://x.test/4711> now"),
        (rb"{\rtf1\fromhtml1 {\*\htmltag64 <p>}\htmlrtf \par\htmlrtf0 words{\*\htmltag72 </p>}}", "words"),
        (rb"{\rtf1 unclosed {group \b words", "unclosed group words"),
        (rb"{\rtf1 too many}}}}} closed", "too many closed"),
        (rb"not rtf", ""),
    ],
)  # fmt: skip
def test_rtf_text_is_read(document, text):
    assert read(document) == text


def test_half_a_character_affects_only_itself():
    assert read(rb"{\rtf1\ansi\ansicpg949 \'c8 x \'c8\'af}") == "\ufffd x 환"


HOSTILE = {
    "open groups": b"{",
    "closed groups": b"{}",
    "ignored groups": b"{\\*\\x ",
    "control words": b"\\a",
    "hexadecimal marks": b"\\'",
    "a long number": b"\\u1111111111",
    "links": b'{\\field{\\*\\fldinst HYPERLINK "https://x.test/"}{\\fldrslt ',
    "fonts": b"{\\fonttbl{\\f1\\fcharset1 ",
    "negative skips": b"\\bin-9",
    "blanks": b" ",
    "backslashes": b"\\\\",
}


def steps(document: bytes) -> int:
    """Return the number of calls that reading a document takes, which does not depend on the machine's load."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        rtf.RtfReader().read(document)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("kind", HOSTILE)
def test_work_is_linear_in_length(kind):
    small, large = (b"{\\rtf1 " + HOSTILE[kind] * (size // len(HOSTILE[kind])) for size in (4_000, 32_000))
    assert steps(large) <= 9 * steps(small) + 1_000


def test_output_of_compressed_rtf_is_limited():
    repeat = b"\xff" + b"\x00\x0e" * 8
    packed = struct.pack("<IIII", 0, 2**31, 0x75465A4C, 0) + repeat * 40_000
    assert len(rtf.unpack(packed)) == rtf.MAX_RTF


@pytest.mark.parametrize(
    "packed", [b"", b"x" * 15, b"\0" * 16, struct.pack("<IIII", 9, 9, 0x75465A4C, 0) + b"\xff\x00"]
)
def test_invalid_compressed_rtf_is_empty(packed):
    assert rtf.to_text(packed) == ""
