# ruff: noqa: E501 - lines of real mail
"""Quotes in HTML mail, found by the structure that mail programs write, in any language."""

from __future__ import annotations

import pytest

NEW = "<div>It burns again.</div><div>Please help.</div>"
SHOWN = "It burns again.\nPlease help."

QUOTED = {
    "Gmail": '<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">xx yy zz<br></div>'
    '<blockquote class="gmail_quote"><div>Have you tried water?</div></blockquote></div>',
    "Apple Mail": '<br><div><blockquote type="cite"><div>xx yy zz</div><br><div>Have you tried water?</div></blockquote></div>',
    "Thunderbird": '<div class="moz-cite-prefix">xx yy zz<br></div><blockquote type="cite">Have you tried water?</blockquote>',
    "Outlook on the web": '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg" dir="ltr"><b>XX:</b> Support<br><b>YY:</b> '
    "Monday</div><div>Have you tried water?</div>",
    "Outlook's oldest": '<div class="OutlookMessageHeader">xx yy</div><div>Have you tried water?</div>',
    "Outlook on phones": '<div id="mail-editor-reference-message-container"><div>xx</div><div>water?</div></div>',
    "Yahoo": '<div id="yahoo_quoted_123" class="yahoo_quoted"><div>xx yy zz</div><div>water?</div></div>',
    "Proton": '<div class="protonmail_quote">xx yy zz<blockquote class="protonmail_quote" type="cite">water?</blockquote></div>',
    "Gmail's signature": '<div>-- <br><div class="gmail_signature">Ana<br>Acme</div></div>',
    "Naver": "<p>-----Original Message-----<br><b>From:</b> &quot;Support&quot;&lt;support@acme.test&gt;<br><b>To:</b> ana"
    "<br><b>Sent:</b> 2024-01-15 (월) 15:12:11<br><b>Subject:</b> Printer</p><p>water?</p>",
    "Daum": "<p>--------- 원본 메일 ---------</p><blockquote><div>보낸사람: Support &lt;support@acme.test&gt;<br>받는사람: ana<br>"
    "날짜: 2024-01-15<br>제목: Printer</div><p>water?</p></blockquote>",
    "Outlook on the desktop": '<div style="border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>差出人:</b> Support '
    '&lt;support@acme.test&gt;<br><b>送信日時:</b> 2024年1月15日<br><b>宛先:</b> Ana<br><b>件名:</b> RE: x</p></div><p class='
    '"MsoNormal">water?</p>',
}  # fmt: skip


@pytest.mark.parametrize("program", QUOTED)
def test_html_quote_is_hidden(read, program):
    message = read("Content-Type: text/html; charset=utf-8", f"<html><body>{NEW}{QUOTED[program]}</body></html>")
    assert message.visible_text == SHOWN
    assert len(message.text) > len(SHOWN)


def test_replies_between_and_below_html_quotes_stay_visible(read):
    quote = '<blockquote type="cite">xx?</blockquote>'
    message = read("Content-Type: text/html", f"{quote}<p>The second.</p>{quote}<p>Monday.</p>")
    assert message.visible_text.split() == ["The", "second.", "Monday."]


def test_html_forward_stays_visible(read):
    forwarded = '<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: b</div>Fire!</div>'
    assert "Fire!" in read("Content-Type: text/html", f"<div>FYI</div>{forwarded}").visible_text


def test_mail_with_only_a_quote_is_visible(read):
    assert read("Content-Type: text/html", '<blockquote type="cite">only</blockquote>').visible_text == "only"


def test_html_quote_hides_the_quote_in_plain_text(read):
    plain = "It burns again.\nPlease help.\n\nXX yy zz Support\n\nHave you tried water?\n"
    html = f'{NEW}<div class="gmail_quote"><div>XX yy zz Support</div><div>Have you tried water?</div></div>'
    body = f"--b\nContent-Type: text/plain\n\n{plain}\n--b\nContent-Type: text/html\n\n{html}\n--b--\n"
    message = read('Content-Type: multipart/alternative; boundary="b"', body)
    assert message.visible_text == SHOWN
    assert "water" in message.text


def test_html_is_laid_out_as_text(read):
    html = (
        "<head><title>t</title><style>s</style></head><h1>Title</h1><p>One<br>two&nbsp;three</p><ul><li>a<ul><li>b</li></ul>"
        "</li></ul><ol start=3><li>c</li></ol><table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>"
        '<p class="MsoNormal">x</p><p class="MsoNormal">y</p><pre>  p\n q</pre><span style="display:none">no</span><!-- c -->end'
    )
    assert read("Content-Type: text/html", html).text == (
        "Title\n\nOne\ntwo three\n\n  * a\n    + b\n\n  3. c\n\nA  B\n1  2\n\nx\ny\n\n  p\n q\n\nend"
    )
