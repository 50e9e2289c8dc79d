"""The formats in which mail programs quote a notification in an answer: one function for each format.

A format takes a mail and the subject and text of the notification; it sets the body of the mail.
"""

from __future__ import annotations

import html
import textwrap
from collections.abc import Callable
from email.message import EmailMessage

ANSWER = "Dear Ana, please hold the power button for ten seconds."
MORE = "If that fails, send us a photo of it."
DESK = "Acme Support <support@acme.test>"

Format = Callable[[EmailMessage, str, str], None]
FORMATS: dict[str, Format] = {}


def _format(make: Format) -> Format:
    FORMATS[make.__name__.replace("_", " ")] = make
    return make


def _quoted(text: str, mark: str) -> str:
    return "\n".join(f"{mark}{line}" for line in text.splitlines())


def _halves(text: str) -> tuple[list[str], list[str]]:
    """Return the two parts of the notification, divided after the line with the reason."""
    lines = text.splitlines()
    at = next((n for n, line in enumerate(lines) if ": " in line and n > 1), len(lines) // 2) + 1
    return lines[:at], lines[at:]


def _interleaved(text: str, mark: str) -> str:
    first, second = ("\n".join(f"{mark}{line}" for line in half) for half in _halves(text))
    return f"{first}\n\n{ANSWER}\n\n{second}\n\n{MORE}\n"


@_format
def top_posting(mail: EmailMessage, subject: str, text: str) -> None:
    mail.set_content(f"{ANSWER}\n\nOn Mon, 2 Mar 2026 at 10:00, {DESK} wrote:\n{_quoted(text, '> ')}\n")


@_format
def bottom_posting(mail: EmailMessage, subject: str, text: str) -> None:
    mail.set_content(f"Am 02.03.2026 um 10:00 schrieb {DESK}:\n{_quoted(text, '> ')}\n\n{ANSWER}\n")


@_format
def interleaved_with_angle_marks(mail: EmailMessage, subject: str, text: str) -> None:
    mail.set_content(f"{DESK} wrote:\n{_interleaved(text, '> ')}")


@_format
def interleaved_with_bars(mail: EmailMessage, subject: str, text: str) -> None:
    mail.set_content(_interleaved(text, "| "))


@_format
def interleaved_without_marks(mail: EmailMessage, subject: str, text: str) -> None:
    mail.set_content(_interleaved(text, ""))


@_format
def interleaved_with_indentation(mail: EmailMessage, subject: str, text: str) -> None:
    mail.set_content(_interleaved(text, "      "))


@_format
def interleaved_with_initials(mail: EmailMessage, subject: str, text: str) -> None:
    mail.set_content(_interleaved(text, "AS> "))


@_format
def interleaved_with_wide_blanks(mail: EmailMessage, subject: str, text: str) -> None:
    body = _interleaved(text, "\u00a0\u00a0").replace(" ", "\u00a0")
    mail.set_content(body.replace(ANSWER.replace(" ", "\u00a0"), ANSWER).replace(MORE.replace(" ", "\u00a0"), MORE))


@_format
def interleaved_in_capitals_and_double_blanks(mail: EmailMessage, subject: str, text: str) -> None:
    first, second = ("\n".join(half).upper().replace(" ", "  ") for half in _halves(text))
    mail.set_content(f"{first}\n{ANSWER}\n{second}\n")


@_format
def rewrapped_marks(mail: EmailMessage, subject: str, text: str) -> None:
    lines = [piece for line in text.splitlines() for piece in (textwrap.wrap(line, 24) or [""])]
    half = len(lines) // 2
    first, second = (_quoted("\n".join(part), "> ") for part in (lines[:half], lines[half:]))
    mail.set_content(f"{first}\n\n{ANSWER}\n\n{second}\n\n{MORE}\n")


@_format
def rewrapped_without_marks(mail: EmailMessage, subject: str, text: str) -> None:
    lines = [piece for line in text.splitlines() for piece in (textwrap.wrap(line, 24) or [""])]
    mail.set_content("\n".join([*lines, "", ANSWER]) + "\n")


@_format
def lines_joined(mail: EmailMessage, subject: str, text: str) -> None:
    mail.set_content(f"{ANSWER}\n\n{' '.join(text.split())}\n")


@_format
def flowed(mail: EmailMessage, subject: str, text: str) -> None:
    lines = [piece for line in text.splitlines() for piece in (textwrap.wrap(line, 30) or [""])]
    quoted = "\n".join(f"> {line} " for line in lines)
    mail.set_content(f"{quoted}\n\n{ANSWER}\n")
    mail.set_param("format", "flowed")


@_format
def outlook_headers(mail: EmailMessage, subject: str, text: str) -> None:
    head = f"From: {DESK}\nSent: Monday, March 2, 2026 10:00 AM\nTo: Lead <lead@acme.test>\nSubject: {subject}"
    mail.set_content(f"{ANSWER}\n\n________________________________\n{head}\n\n{text}\n")


@_format
def outlook_headers_with_the_answer_below(mail: EmailMessage, subject: str, text: str) -> None:
    head = f"From: {DESK}\nSent: Monday, March 2, 2026 10:00 AM\nTo: lead@acme.test\nSubject: {subject}"
    mail.set_content(f"-----Original Message-----\n{head}\n\n{text}\n\n{ANSWER}\n")


@_format
def headers_in_finnish(mail: EmailMessage, subject: str, text: str) -> None:
    head = f"Lähettäjä: {DESK}\nLähetetty: maanantai 2. maaliskuuta 2026 10.00\nVastaanottaja: lead@acme.test"
    mail.set_content(f"{ANSWER}\n\n{head}\nAihe: {subject}\n\n{text}\n")


@_format
def headers_in_korean(mail: EmailMessage, subject: str, text: str) -> None:
    head = f"보낸 사람: {DESK}\n보낸 날짜: 2026년 3월 2일 월요일 10:00\n받는 사람: lead@acme.test\n제목: {subject}"
    mail.set_content(f"{ANSWER}\n\n{head}\n\n{text}\n")


@_format
def gmail_inline(mail: EmailMessage, subject: str, text: str) -> None:
    first, second = ("<br>\n".join(map(html.escape, half)) for half in _halves(text))
    mail.set_content(_interleaved(text, ""))
    mail.add_alternative(
        f'<div dir="ltr"><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, Mar 2, 2026 at 10:00 AM '
        f'Acme Support &lt;<a href="mailto:support@acme.test">support@acme.test</a>&gt; wrote:<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{first}</blockquote><div>{ANSWER}</div>'
        f'<blockquote class="gmail_quote">{second}</blockquote><div>{MORE}</div></div></div>',
        subtype="html",
    )


@_format
def html_only_blockquote(mail: EmailMessage, subject: str, text: str) -> None:
    first, second = ("<br>".join(map(html.escape, half)) for half in _halves(text))
    page = f"<blockquote>{first}</blockquote><p>{ANSWER}</p><blockquote>{second}</blockquote><p>{MORE}</p>"
    mail.set_content(f"<html><body>{page}</body></html>", subtype="html")


@_format
def html_only_without_blockquote(mail: EmailMessage, subject: str, text: str) -> None:
    first, second = ("".join(f"<div>{html.escape(line)}</div>" for line in half) for half in _halves(text))
    mail.set_content(f"<html><body>{first}<div>{ANSWER}</div>{second}</body></html>", subtype="html")


@_format
def html_only_links_and_bold(mail: EmailMessage, subject: str, text: str) -> None:
    lines = [html.escape(line).replace("ana@example.org", '<a href="mailto:ana@example.org">ana@example.org</a>')
             for line in text.splitlines()]  # fmt: skip
    body = "".join(f"<p><b>{line[:4]}</b>{line[4:]}</p>" for line in lines)
    mail.set_content(f"<html><body><p>{ANSWER}</p>{body}</body></html>", subtype="html")


@_format
def outlook_html(mail: EmailMessage, subject: str, text: str) -> None:
    body = "".join(f'<p class="MsoNormal">{html.escape(line)}<o:p></o:p></p>' for line in text.splitlines())
    head = f"<b>From:</b> {html.escape(DESK)}<br><b>Sent:</b> Monday, March 2, 2026<br><b>To:</b> lead@acme.test<br>"
    mail.set_content(
        f'<html><body><p class="MsoNormal">{ANSWER}</p><div style="border-top:solid #E1E1E1 1.0pt"><p>{head}'
        f"<b>Subject:</b> {html.escape(subject)}</p></div>{body}</body></html>",
        subtype="html",
    )


@_format
def quoted_twice(mail: EmailMessage, subject: str, text: str) -> None:
    mail.set_content(f"{_quoted(text, '> > ')}\n\n{ANSWER}\n\n{_quoted(text, '>')}\n")


@_format
def with_bullets(mail: EmailMessage, subject: str, text: str) -> None:
    mail.set_content(f"{ANSWER}\n\n" + "\n".join(f" * {line}" for line in text.splitlines() if line) + "\n")


@_format
def one_line_per_word(mail: EmailMessage, subject: str, text: str) -> None:
    mail.set_content(f"{ANSWER}\n\n" + "\n".join(text.split()) + "\n")


@_format
def signature_and_quote(mail: EmailMessage, subject: str, text: str) -> None:
    mail.set_content(f"{ANSWER}\n\n-- \nThe Lead\nAcme\n\n{DESK} wrote:\n{_quoted(text, '> ')}\n")
