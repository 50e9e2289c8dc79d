# ruff: noqa: E501 - unchanged pages
"""Link targets after the text of a link."""

from __future__ import annotations

import pytest

from deskctl_email.html_links import MAX_LENGTH, MAX_LINKS
from deskctl_email.html_text import html_to_text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ('See <a href="https://x.test/i/4711">the invoice</a>.', "See the invoice <https://x.test/i/4711>."),
        ('<a href="https://x.test/">https://x.test</a>', "https://x.test"),
        ('<a href="http://www.x.test">x.test</a>', "x.test"),
        ('<a href="https://x.test/%EC%95%88">https://x.test/안</a>', "https://x.test/안"),
        ('<a href="https://evil.test">https://bank.test</a>', "https://bank.test <https://evil.test>"),
        ('<a href="#top">top</a> <a href="">none</a> <a name="x">anchor</a>', "top none anchor"),
        ('<a href="javascript:alert(1)">a</a> <a href="data:text/html,x">b</a> <a href="cid:1">c</a>', "a b c"),
        ('<a href="mailto:a@x.test">a@x.test</a>', "a@x.test"),
        ('<a href="mailto:a@x.test?subject=Hi">write to Ana</a>', "write to Ana <a@x.test>"),
        ('<a href="tel:+82-2-555-1234">02-555-1234</a>', "02-555-1234"),
        ('<a href="tel:+8225551234">call us</a>', "call us <+8225551234>"),
        ('<a href="https://x.test/pay"><img src="x" alt="Pay now"></a>', "Pay now <https://x.test/pay>"),
        ('<a href="https://x.test/p"><img src="pixel"></a>words', "words"),
        ('<a href="https://x.test/b"><div>Block</div></a>tail', "Block <https://x.test/b>\ntail"),
        ('<ul><li><a href="https://x.test/1">one</a></li></ul>', "  * one <https://x.test/1>"),
        ('<a href="https://x.test/&#10;a b">line</a>', "line <https://x.test/ab>"),
        ('<a href="https://x.test/1">a</a> <a href="https://x.test/1">b</a>', "a <https://x.test/1> b"),
    ],
)
def test_link_target_is_written_after_its_text(page, text):
    assert html_to_text(f"<html><body>{page}</body></html>").text == text


def test_number_and_length_of_links_are_limited():
    page = "".join(f'<a href="https://x.test/{n}">w{n}</a> ' for n in range(MAX_LINKS + 50))
    assert html_to_text(page).text.count("<https://") == MAX_LINKS
    long = html_to_text(f'<a href="https://x.test/{"y" * 5_000}">here</a>').text
    assert len(long) < MAX_LENGTH + 20 and long.endswith("…>")


def test_mail_text_has_link_targets(read):
    message = read("Content-Type: text/html", '<p>Is <a href="https://x.test/i/4711">the invoice</a> right?</p>')
    assert message.visible_text == "Is the invoice <https://x.test/i/4711> right?"


def test_links_in_an_attribution_do_not_hide_the_quote(read):
    page = '<p>Yes.</p><p>On Mon, 2 Oct 2017 at 10:00, Support &lt;<a href="mailto:s@acme.test">s@acme.test</a>&gt; wrote:</p><blockquote>Which?</blockquote><p>Below.</p>'
    assert read("Content-Type: text/html", page).visible_text.split() == ["Yes.", "Below."]
