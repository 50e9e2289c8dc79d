# ruff: noqa: E501 - lines of real mail
"""Adjacent parts form the message, in order; one branch of each multipart/alternative is selected."""

from __future__ import annotations

import pytest


def multipart(kind: str, *parts: str, boundary: str = "b") -> str:
    """Return a multipart with these parts."""
    inside = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{inside}--{boundary}--\n'


def plain(words: str, more: str = "") -> str:
    return f"Content-Type: text/plain; charset=utf-8\n{more}\n{words}"


def html(words: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\n\n<p>{words}</p>"


PICTURE = "Content-Type: image/png; name=a.png\n\nPNG"


@pytest.fixture
def words(read):
    """Return the visible lines of a mail that consists of a part: `words(part)`."""

    def see(part: str) -> list[str]:
        head, _, body = part.partition("\n\n")
        message = read(head, body)
        return [line for line in message.visible_text.split("\n") if line]

    return see


def test_banner_does_not_hide_the_message(words):
    assert words(multipart("mixed", plain("CAUTION: from outside."), html("The lift is stuck."))) == [
        "CAUTION: from outside.",
        "The lift is stuck.",
    ]


def test_text_images_and_html_keep_their_order(words):
    mail = multipart("mixed", plain("One"), PICTURE, html("two"), PICTURE, plain("three"), html("four"))
    assert words(mail) == ["One", "two", "three", "four"]


def test_all_html_parts_are_read(words):
    assert words(multipart("mixed", html("One"), html("two"), html("three"))) == ["One", "two", "three"]


NESTED = {
    "a related alternative": multipart("related", multipart("alternative", plain("Words"), html("Words"), boundary="c"), PICTURE),
    "an alternative of related": multipart("alternative", plain("Words"), multipart("related", html("Words"), PICTURE, boundary="c")),
    "an alternative of mixed": multipart("alternative", plain("Words"), multipart("mixed", html("Wo"), PICTURE, html("rds"), boundary="c")),
    "mixed of related of alternative": multipart(
        "mixed",
        multipart("related", multipart("alternative", plain("Words"), html("Words"), boundary="d"), PICTURE, boundary="c"),
        PICTURE,
    ),
    "a nested alternative": multipart("alternative", multipart("alternative", plain("Words"), html("no"), boundary="c"), html("no")),
}  # fmt: skip


@pytest.mark.parametrize("nesting", NESTED)
def test_alternatives_are_selected_at_any_level(words, nesting):
    assert words(NESTED[nesting]) == ["Words"]


def test_adjacent_alternatives_are_selected_separately(words):
    letter = multipart("alternative", plain("The letter"), html("The letter"), boundary="c")
    footer = multipart("alternative", plain("The footer"), html("The footer"), boundary="d")
    assert words(multipart("mixed", letter, footer)) == ["The letter", "The footer"]


def test_repeated_text_is_shown_once(words):
    """Some mail programs write multipart/mixed instead of multipart/alternative."""
    assert words(multipart("mixed", plain("The lift is stuck."), html("The <b>lift</b> is stuck."))) == [
        "The lift is stuck."
    ]


def test_quote_in_one_part_does_not_hide_the_next_part(words):
    quoting = plain("Yes.\n\nOn Mon, 2 Oct 2017 at 10:00, Support <s@acme.test> wrote:\n> Which?")
    assert words(multipart("mixed", quoting, PICTURE, html("The second one."))) == ["Yes.", "The second one."]


BLANK = [
    "",
    " \n\t",
    "\u00a0\n \u200b",
    "\u200c\u200d\u2060\ufeff",
    "\u00ad",
    "\u2800\u3164",
    "\u034f\ufe0f",
    "\ufffc",
    "\u202a\u202c",
]


@pytest.mark.parametrize("blank", BLANK)
def test_invisible_plain_alternative_is_ignored(words, blank):
    assert words(multipart("alternative", plain(blank), html("The invoice is wrong."))) == ["The invoice is wrong."]


@pytest.mark.parametrize("wordless", ["--", "* * *", "[cid:image001.png@01D9]", "[image: logo]\n\n.", "_____"])
def test_plain_alternative_of_lines_only_is_ignored(words, wordless):
    assert words(multipart("alternative", plain(wordless), html("The invoice is wrong."))) == ["The invoice is wrong."]


@pytest.mark.parametrize("short", ["👍", "?!"])
def test_short_reply_of_symbols_is_kept(words, short):
    assert words(multipart("alternative", plain(short), html(short))) == [short]


@pytest.mark.parametrize("blank", ["", "&nbsp;", "&zwnj;&#8203;", "<br>", "<style>p{}</style>", "<img src=x>"])
def test_invisible_html_is_ignored(words, blank):
    assert words(multipart("alternative", plain("The words"), html(blank))) == ["The words"]


STUBS = [
    "Your email client does not support HTML.",
    "This message requires an HTML-capable mail reader.",
    "This is an HTML email. Please use an HTML enabled client.",
    "To view this message, please use an HTML compatible email viewer!",
    "This is a multi-part message in MIME format.",
    "If you can't read this email, view it in your browser: https://x.test/view?id=1",
    "View this email in your browser",
    "View online",
    "이 메일은 HTML 형식으로 작성되었습니다. HTML을 지원하는 프로그램에서 확인해 주세요.",
    "메일이 정상적으로 보이지 않으면 웹 브라우저에서 확인하세요.",
    "このメールはHTML形式です。",
    "お使いのメールソフトはHTMLメールに対応していません。",
    "您的邮件客户端不支持HTML格式。",
    "Ihr E-Mail-Programm unterstützt kein HTML.",
    "Diese E-Mail im Browser ansehen",
    "Votre messagerie ne peut pas afficher les messages HTML.",
    "Su cliente de correo no admite HTML.",
    "Il tuo client di posta non supporta l'HTML.",
    "Seu cliente de e-mail não suporta HTML.",
    "Uw e-mailprogramma ondersteunt geen HTML.",
    "Ваш почтовый клиент не поддерживает HTML.",
    "Twój program pocztowy nie obsługuje HTML.",
    "https://x.test/newsletter/12345",
]


@pytest.mark.parametrize("stub", STUBS)
def test_placeholder_is_replaced_by_html(words, stub):
    letter = "The lift in house 3 is stuck with two people inside, and nobody answers the telephone since this morning."
    assert letter in words(multipart("alternative", plain(stub), html(letter)))


@pytest.mark.parametrize("stub", STUBS[:3] + STUBS[8:10])
def test_known_placeholder_is_not_shown(words, stub):
    assert words(multipart("alternative", plain(stub), html("The lift is stuck."))) == ["The lift is stuck."]


def test_different_alternatives_are_both_shown(words):
    letter = "The lift in house 3 is stuck with two people inside, and nobody answers the telephone since this morning."
    shown = words(multipart("alternative", plain("Ver abajo, gracias"), html(letter)))
    assert shown == ["Ver abajo, gracias", letter]


@pytest.mark.parametrize(
    "letter", ["Thanks!", "The HTML editor in your product does not work with my browser, please repair it."]
)
def test_short_message_is_not_a_placeholder(words, letter):
    page = (
        f"{letter}<br>Ana Lopez<br>Acme, 12 Main Street, Springfield, with a long legal footer that nobody reads anyway"
    )
    assert letter in words(multipart("alternative", plain(letter), html(page)))


def test_stuffed_quote_mark_in_flowed_text_is_not_a_quote(words):
    mail = "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\n\n注文した商品がまだ \nです。\n > not a quote\n> a quote\n Fromage\n  two blanks"
    assert words(mail) == ["注文した商品がまだです。", "> not a quote", "Fromage", " two blanks"]


def test_marker_of_a_stuffed_line_is_removed(read):
    message = read("Content-Type: text/plain; format=flowed", " >only\n")
    assert (message.text, message.visible_text) == (">only", ">only")
