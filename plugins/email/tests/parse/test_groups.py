"""The author and the addresses of mail that passed through a mailing list or group."""

from __future__ import annotations

import pytest

GOOGLE = (
    "From: \"'Anna Kim' via Help\" <help@acme.test>\nTo: help@acme.test\nReply-To: Anna Kim <anna@corp.example>\n"
    "X-Original-Sender: anna@corp.example\nX-Original-From: Anna Kim <anna@corp.example>\nPrecedence: list\n"
    "Mailing-list: list help@acme.test; contact help+owners@acme.test\nList-ID: <help.acme.test>\n"
    "X-Google-Group-Id: 123\n"
    "List-Unsubscribe: <mailto:unsubscribe+123@groups.example>"
)
REWRITTEN = {
    "Google": GOOGLE,
    "Google, a reply": (
        "From: \"'Anna Kim' via Help\" <help@acme.test>\nReply-To: Anna Kim <anna@corp.example>\n"
        "X-Original-Sender: anna@corp.example\nPrecedence: list\nList-ID: <help.acme.test>"
    ),
    "Google, encoded name": (
        "From: =?utf-8?b?J+q5gOyViOuCmCcgdmlhIEhlbHA=?= <help@acme.test>\nX-Original-From: =?utf-8?b?6rmA7JWI64KY?= "
        "<anna@corp.example>\nX-Original-Sender: anna@corp.example\nList-ID: <help.acme.test>\nPrecedence: list"
    ),
    "Mailman 2": (
        "From: Anna Kim via Users <users@lists.example>\nReply-To: Anna Kim <anna@corp.example>\nPrecedence: list\n"
        "List-Id: Users <users.lists.example>\nList-Post: <mailto:users@lists.example>\nX-BeenThere:"
        " users@lists.example\n"
        "Sender: \"Users\" <users-bounces@lists.example>"
    ),
    "Mailman 2, Reply-To holds the list, too": (
        "From: Anna Kim via Users <users@lists.example>\nReply-To: users@lists.example, Anna Kim"
        " <anna@corp.example>\n"
        "List-Post: <mailto:users@lists.example>\nPrecedence: list"
    ),
    "Mailman, answers go to the list": (
        "From: Anna Kim via Users <users@lists.example>\nReply-To: users@lists.example\nCc: Bob <bob@corp.example>,"
        " Anna Kim <anna@corp.example>\nList-Post: <mailto:users@lists.example>\nPrecedence: list"
    ),
    "Mailman 3": (
        "From: Anna Kim via Users <users@lists.example>\nX-Mailman-Original-From: Anna Kim <anna@corp.example>\n"
        "List-Post: <mailto:users@lists.example>\nReply-To: users@lists.example"
    ),
    "Mailman, German": (
        "From: Anna Kim über Users <users@lists.example>\nReply-To: anna@corp.example\nList-Post:"
        " <mailto:users@lists.example>"
    ),
    "Sympa": (
        "From: \"Anna Kim\" (anna@corp.example via users Mailing List) <users@lists.example>\n"
        "X-Original-From: Anna Kim <anna@corp.example>\nList-Post: <mailto:users@lists.example>\nX-Loop:"
        " users@lists.example"
    ),
    "Groups.io": (
        "From: \"Anna Kim via groups.io\" <anna=corp.example@groups.io>\nReply-To: users@acme.groups.io\n"
        "List-Id: <users.acme.groups.io>\nMailing-List: list users@acme.groups.io; contact"
        " users+owner@acme.groups.io\n"
        "Sender: users@groups.io"
    ),
    "IETF": (
        "From: Anna Kim <anna=40corp.example@dmarc.ietf.org>\nX-Original-From: Anna Kim <anna@corp.example>\n"
        "List-Post: <mailto:users@ietf.org>\nPrecedence: list"
    ),
    "ezmlm": (
        "From: Anna Kim via users <users@lists.example>\nReply-To: Anna Kim <anna@corp.example>\nPrecedence: bulk\n"
        "Mailing-List: contact users-help@lists.example; run by ezmlm\nDelivered-To: mailing list users@lists.example"
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", REWRITTEN)
def test_author_of_list_mail_is_the_person(read, kind):
    message = read(REWRITTEN[kind])
    assert message.sender == "anna@corp.example"
    assert message.sender_name in ("Anna Kim", "김안나")
    assert message.through is not None
    assert message.through in message.lists
    assert message.sender not in message.lists
    assert (message.automatic.automatic, message.automatic.may_answer) == (False, False)


UNTOUCHED = {
    "no list headers": "From: eve@evil.example\nX-Original-From: Anna <anna@corp.example>\nReply-To:"
    " anna@corp.example",
    "From is a person's": (
        "From: Eve <eve@evil.example>\nX-Original-From: Anna <anna@corp.example>\nList-Post:"
        " <mailto:users@lists.example>"
    ),
    "From is a person's at the list's domain": (
        "From: Eve <eve@lists.example>\nX-Original-Sender: anna@corp.example\nList-Post: <mailto:users@lists.example>"
    ),
    "a list that rewrites nothing": (
        "From: Eve <eve@evil.example>\nReply-To: users@lists.example\nList-Post: <mailto:users@lists.example>\n"
        "List-Id: <users.lists.example>\nPrecedence: list"
    ),
    "a list whose members are in copy": (
        "From: Anna Kim via Users <users@lists.example>\nReply-To: users@lists.example\nCc: Bob <bob@corp.example>\n"
        "List-Post: <mailto:users@lists.example>"
    ),
    "a list without an author": "From: users@lists.example\nReply-To: users@lists.example\nList-Post:"
    " <mailto:users@lists.example>",
}  # fmt: skip


@pytest.mark.parametrize("kind", UNTOUCHED)
def test_from_stays_if_no_list_rewrote_it(read, kind):
    message = read(UNTOUCHED[kind])
    assert message.sender in ("eve@evil.example", "eve@lists.example", "users@lists.example")
    assert message.through is None


@pytest.mark.parametrize(
    ("headers", "lists"),
    [
        ("List-Post: <mailto:users@lists.example?subject=x>", ["users@lists.example"]),
        ("Mailing-list: list help@acme.test; contact help+owners@acme.test", ["help@acme.test"]),
        ("List-Id: Help <help.acme.test>", ["help@acme.test"]),
        ("X-BeenThere: users@lists.example", ["users@lists.example"]),
        ("Precedence: list\nSender: users-bounces+anna=corp.example@lists.example", ["users@lists.example"]),
        ("Precedence: list\nReturn-Path: <help+bncBAABB@acme.test>", []),
        ("Precedence: list\nReturn-Path: <owner-users@lists.example>", ["users@lists.example"]),
        ("Sender: users-bounces@lists.example", []),
        ("List-Post: NO", []),
    ],
)
def test_list_addresses_are_read(described, headers, lists):
    assert described(headers)["lists"] == lists


def test_envelope_sender_names_the_list(read_raw):
    message = read_raw(b"From: a@x.org\r\nPrecedence: list\r\n\r\nHi", sender="help+bounces@acme.test")
    assert message.lists == ("help@acme.test",)


def test_sender_that_resembles_a_list_id_is_not_a_list(read):
    assert read("From: anna@corp.example\nList-Id: <anna.corp.example>").lists == ()


def test_json_document_has_author_and_list(described):
    said = described(GOOGLE)
    assert (said["from"], said["from_name"], said["through"]) == ("anna@corp.example", "Anna Kim", "help@acme.test")
