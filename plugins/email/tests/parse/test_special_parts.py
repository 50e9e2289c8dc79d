# ruff: noqa: E501 - lines of real mail
"""winmail.dat, invitations, S/MIME and PGP."""

from __future__ import annotations

import base64
import struct

import pytest


def attribute(name: int, value: bytes) -> bytes:
    return b"\x02" + struct.pack("<II", name, len(value)) + value + b"\0\0"


def text_property(key: int, value: str) -> bytes:
    data = value.encode("utf-16-le") + b"\0\0"
    return struct.pack("<HHII", 31, key, 1, len(data)) + data + b"\0" * (-len(data) % 4)


def winmail(html: str = "", rtf: bytes = b"") -> bytes:
    files = (
        attribute(0x00069002, b"\0" * 14)
        + attribute(0x00018010, b"SHORT~1.TXT\0")
        + attribute(0x0006800F, b"It burns.")
    )
    files += attribute(0x00069005, struct.pack("<I", 1) + text_property(0x3707, "../보고서.txt"))
    page = html.encode()
    key, value = (0x1013, page) if html else (0x1009, rtf)
    body = struct.pack("<I", 1) + struct.pack("<HHII", 258, key, 1, len(value)) + value + b"\0" * (-len(value) % 4)
    return b"\x78\x9f\x3e\x22\x01\x00" + (attribute(0x00069003, body) if value else b"") + files


def mixed(*parts: tuple[str, bytes]) -> tuple[str, str]:
    body = "".join(
        f"--b\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{base64.encodebytes(content).decode()}\n"
        for kind, content in parts
    )
    return 'Content-Type: multipart/mixed; boundary="b"', body + "--b--\n"


def test_winmail_is_unpacked_and_kept(read):
    message = read(
        *mixed(("text/plain", b"See there."), ('application/ms-tnef; name="winmail.dat"', winmail("<p>no</p>")))
    )
    assert message.text == "See there."
    assert [(one.filename, one.content) for one in message.files][1:] == [("보고서.txt", b"It burns.")]
    assert message.files[0].filename == "winmail.dat"


def test_winmail_text_is_used_without_other_text(read):
    message = read(*mixed(("application/ms-tnef", winmail("<p>It <b>burns</b>.</p>"))))
    assert message.text == "It burns."


def compress(rtf: bytes) -> bytes:
    """Return compressed RTF (MS-OXRTFCP) of literal bytes only, with its end mark."""
    out = b"".join(b"\0" + rtf[at : at + 8] for at in range(0, len(rtf) - len(rtf) % 8, 8))
    rest = rtf[len(rtf) - len(rtf) % 8 :]
    end = (207 + len(rtf)) % 4096 << 4
    out += bytes((1 << len(rest),)) + rest + struct.pack(">H", end)
    return struct.pack("<IIII", len(out) + 12, len(rtf), 0x75465A4C, 0) + out


def korean_rtf() -> bytes:
    words = "".join(f"\\'{byte:02x}" for byte in "환불 요청".encode("cp949"))
    return rb"{\rtf1\ansi\ansicpg949{\fonttbl{\f0\fcharset129 Gulim;}}\f0 " + words.encode() + rb"\par It \b burns\b0.}"


def test_winmail_rtf_is_used_without_other_text(read):
    message = read(*mixed(("application/ms-tnef", winmail(rtf=compress(korean_rtf())))))
    assert message.text == "환불 요청\nIt burns."


@pytest.mark.parametrize("damage", [slice(0, 20), slice(0, -9), slice(40, None)])
def test_damaged_rtf_gives_no_text(read, damage):
    message = read(*mixed(("application/ms-tnef", winmail(rtf=compress(korean_rtf())[damage]))))
    assert [one.filename for one in message.files][1:] == ["보고서.txt"]


@pytest.mark.parametrize("cut", [0, 3, 7, 20, 40, 90])
def test_damaged_winmail_is_kept(read, cut):
    message = read(*mixed(("text/plain", b"words"), ("application/ms-tnef", winmail()[:cut])))
    assert message.text == "words"
    assert any("winmail.dat" in problem for problem in message.problems)


INVITATION = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nDTSTART:19700101T000000\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
    "SUMMARY:Printer\\, second\r\n  floor\r\nDTSTART;TZID=Asia/Seoul:20260102T100000\r\nDTEND;TZID=Asia/Seoul:20260102T110000\r\n"
    "LOCATION:Room 2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_invitation_without_text_is_summarized_and_attached(read):
    message = read(*mixed(("text/calendar; method=REQUEST; charset=utf-8", INVITATION.encode())))
    assert message.text == "Invitation: Printer, second floor, 2026-01-02 10:00–11:00 (Asia/Seoul), Room 2"
    assert [one.content_type for one in message.files] == ["text/calendar"]


def test_invitation_with_text_keeps_the_text(read):
    assert read(*mixed(("text/plain", b"Come!"), ("text/calendar", INVITATION.encode()))).text == "Come!"


def der(tag: int, value: bytes) -> bytes:
    length = bytes((len(value),)) if len(value) < 128 else b"\x82" + len(value).to_bytes(2, "big")
    return bytes((tag,)) + length + value


def signed(content: bytes) -> bytes:
    data = der(0x30, bytes.fromhex("06092a864886f70d010701") + der(0xA0, der(0x04, content)))
    return der(
        0x30, bytes.fromhex("06092a864886f70d010702") + der(0xA0, der(0x30, b"\x02\x01\x01" + der(0x31, b"") + data))
    )


def test_signed_smime_is_read(read):
    inner = b"Content-Type: text/plain; charset=utf-8\r\n\r\nIt burns. " + b"x" * 200
    head = "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\nContent-Transfer-Encoding: base64"
    message = read(head, base64.encodebytes(signed(inner)))
    assert message.text.startswith("It burns.")
    assert any("signed with S/MIME" in problem for problem in message.problems)
    assert [one.filename for one in message.files] == ["smime.p7m"]


def test_encrypted_smime_is_listed(read):
    message = read("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "0")
    assert "encrypted with S/MIME" in message.problems


def test_pgp_in_text_is_listed_and_its_armor_is_hidden(read):
    armored = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nIt burns.\n- - a point\n-----BEGIN PGP SIGNATURE-----\n\nabc\n"
        "-----END PGP SIGNATURE-----\n"
    )
    message = read("Content-Type: text/plain", armored)
    assert message.visible_text == "It burns.\n- a point"
    assert "abc" in message.text
    assert "signed with PGP, not verified" in message.problems
    secret = read("Content-Type: text/plain", "-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n")
    assert "encrypted with PGP" in secret.problems


def test_inline_image_has_its_content_id(read):
    body = (
        '--b\nContent-Type: text/html\n\n<img src="cid:a@x">\n--b\nContent-Type: image/png; name=a.png\nContent-ID: <a@x>\n'
        "Content-Disposition: inline\n\nx\n--b--\n"
    )
    (file,) = read('Content-Type: multipart/related; boundary="b"', body).files
    assert (file.inline, file.content_id, file.filename) == (True, "a@x", "a.png")
