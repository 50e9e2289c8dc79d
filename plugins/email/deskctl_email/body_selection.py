"""Selection of the text parts that form the message: one branch of each multipart/alternative, and all other parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape

ALTERNATIVE = "multipart/alternative"
MAX_STUB = 400
"""Characters of a plain alternative that may be a placeholder for the HTML instead of its text."""
MIN_EXTRA_LENGTH = 40
"""Characters that the HTML must have beyond twice the plain alternative, for the plain text to be incomplete."""
_MAX_COMPARED = 200_000
"""Characters of HTML that are compared with a short plain alternative."""

_BLANK = re.compile(
    "[\\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufffc\U000e0000-\U000e0fff]+"
)
_TAG = re.compile(r"<[^<>]*>")
_HIDDEN = re.compile(r"<(?:style|script|head|title)\b", re.IGNORECASE)
_ELEMENTS = tuple(
    re.compile(rf"<(?:(/){name}|{name}(?![^\W_]))", re.IGNORECASE) for name in ("head", "style", "script", "title")
)
_SHORT_LINK = re.compile(r"<?\bhttps?://[^\s<>]*>?|\[[^\[\]\n]{0,100}\]", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
#: Phrases of the placeholders that mail programs write instead of a plain alternative, in many languages.
_STUB = re.compile(
    r"(?:does(?: not|n['’]t)|do(?: not|n['’]t)|cannot|can['’]?t|can ?not|unable to|not able to|no)"
    r"[^.\n]{0,30}(?:support|display|show|read|view|render|accept)[^.\n]{0,40}html"
    r"|html[^.\n]{0,40}(?:not (?:supported|enabled|displayed|shown|available)|is disabled|unsupported|required|capable"
    r"|compatible|enabled|(?:e-?mail|message|mail)s? (?:client|reader|viewer|version|program))"
    r"|(?:this is an?|this (?:e-?mail|message) (?:is|was sent|contains|requires|has been sent)(?: in| as| an?| only)*)"
    r" html\b"
    r"|(?:view|read|open|see|display|click)[^.\n]{0,60}(?:in|with|using|on) (?:a|your|the|any|an)[^.\n]{0,20}(?:web ?)?"
    r"browser"
    r"|(?:view|read|see) (?:it|this (?:e-?mail|message|newsletter)|the (?:e-?mail|message))[^.\n]{0,30}"
    r"(?:online|as a web ?page|as html|in html|on the web)"
    r"|(?:to view (?:this|the) (?:e-?mail|message)[^.\n]{0,60}html)"
    r"|this is a multi-?part message|multi-?part message in mime format|mime-?(?:aware|compliant|capable|compatible)"
    r"|(?:no|without an?) (?:plain[- ]?text|text)(?: alternative| version| part| body)"
    r"|kein(?:e|en)? html|html[^.\n]{0,30}(?:nicht (?:anzeigen|unterstützt|darstellen|dargestellt|lesen)|-?fähig)"
    r"|(?:im|in (?:ihrem|einem|deinem)) browser (?:ansehen|anzeigen|öffnen|anschauen|lesen|betrachten)"
    r"|html[- ](?:format|ansicht|version|darstellung)"
    r"|(?:ne|n['’])[^.\n]{0,30}(?:pas|peut)[^.\n]{0,40}html|(?:format|version) html"
    r"|(?:dans|avec) (?:votre|un|le) navigateur|version en ligne"
    r"|no (?:admite|soporta|puede|es compatible|acepta)[^.\n]{0,40}html|(?:formato|versión|versione|versão) html"
    r"|(?:en|no|nel|con) (?:su|tu|el|un|seu|tuo|vostro)? ?(?:navegador|browser)"
    r"|non (?:supporta|è in grado|visualizza|riesce)[^.\n]{0,40}html|não (?:suporta|é compatível|exibe)[^.\n]{0,40}html"
    r"|ondersteunt geen html|geen html|in (?:je|uw|de|een) browser|html-(?:indeling|formaat|versie)"
    r"|(?:не поддерживает|не отображает|не может)[^.\n]{0,40}html|в (?:формате|виде) html|в браузере"
    r"|nie obsługuje[^.\n]{0,30}html|w (?:formacie|wersji) html|w przeglądarce"
    r"|stöder inte html|i (?:din )?(?:webbläsare|webbläsaren|browser|nettleser|nettleseren)"
    r"|html[^\n]{0,30}(?:지원|형식|메일|보기|볼 수|표시|확인|버전|사용)|(?:웹\s?)?브라우저(?:에서|로|를)"
    r"|html\s?(?:メール|形式|表示|対応|版)|ブラウザ(?:で|から|を)"
    r"|html\s?(?:格式|邮件|郵件|信件|版本)|(?:不支持|不支援|無法(?:顯示|瀏覽)|无法(?:显示|浏览))[^\n]{0,20}html"
    r"|(?:在|用|通过|透過)[^\n]{0,10}(?:浏览器|瀏覽器)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TextPart:
    """A text part. `containers`: (content type, number) of the multiparts around it, outermost first."""

    text: str
    html: bool
    containers: tuple[tuple[str, int], ...]


def select_body(pieces: Sequence[TextPart]) -> list[TextPart]:
    """Return the parts that form the message, in order, without parts that display nothing."""
    return _select([piece for piece in pieces if has_visible_text(piece)], 0)


def has_visible_text(piece: TextPart) -> bool:
    """Return True if a text part has a visible character."""
    text = piece.text
    if text[:200].strip()[:1].isascii() and text[:200].strip()[:1].isalnum() and not piece.html:
        return True  # most parts
    if len(text) > _MAX_COMPARED:
        return not text.isspace()
    if piece.html:
        text = _strip_tags(text)
    return bool(_BLANK.sub("", text))


def _select(pieces: Sequence[TextPart], depth: int) -> list[TextPart]:
    """Select the parts below `depth` containers. `mime.MAX_DEPTH` limits the recursion."""
    found: list[TextPart] = []
    at = 0
    while at < len(pieces):
        outer = next(
            (level for level in range(depth, len(pieces[at].containers)) if _kind(pieces[at], level) == ALTERNATIVE), -1
        )
        if outer < 0:
            found.append(pieces[at])
            at += 1
            continue
        number = pieces[at].containers[outer][1]
        end = at
        while end < len(pieces) and _inside(pieces[end], outer, number):
            end += 1
        branches = [_select(branch, outer + 1) for branch in _branches(pieces[at:end], outer)]
        found += _best_alternative([branch for branch in branches if branch])
        at = end
    return found


def _kind(piece: TextPart, level: int) -> str:
    return piece.containers[level][0]


def _inside(piece: TextPart, level: int, number: int) -> bool:
    return len(piece.containers) > level and piece.containers[level][1] == number


def _branches(pieces: Sequence[TextPart], level: int) -> Iterable[list[TextPart]]:
    """Return the alternatives: a part directly in the container, or all parts below one inner container."""
    branches: list[list[TextPart]] = []
    before: int | None = None
    for piece in pieces:
        inner = piece.containers[level + 1][1] if len(piece.containers) > level + 1 else None
        if inner is None or inner != before:
            branches.append([])
        branches[-1].append(piece)
        before = inner
    return branches


#: Characters of the lines that mail programs draw when they have no text for a plain alternative.
_LINE_CHARACTERS = "-_=*~.#|•·"


def _best_alternative(branches: Sequence[list[TextPart]]) -> list[TextPart]:
    """Return the longest plain alternative, unless it is only a placeholder for the HTML."""
    plain = [branch for branch in branches if not any(piece.html for piece in branch)]
    html_branches = [branch for branch in branches if any(piece.html for piece in branch)]
    if not html_branches:
        return max(plain, key=_length, default=[])
    best = html_branches[-1]
    words = max(plain, key=_length, default=None)
    if words is None:
        return best
    text = "\n".join(piece.text for piece in words)
    if len(text) > 4 * MAX_STUB:
        return words
    page = "".join(piece.text for piece in best if piece.html)
    return _compare_alternatives(words, text, best, page)


def _compare_alternatives(words: list[TextPart], text: str, best: list[TextPart], page: str) -> list[TextPart]:
    """Compare a short plain alternative with the HTML; return one of them, or both if each has its own words."""
    bare = _SHORT_LINK.sub(" ", text)
    if len(_BLANK.sub(" ", bare)) > MAX_STUB:
        return words
    if _is_stub(bare):
        return best
    shown = _strip_tags(page)
    plain_words = _WORD.findall(bare.lower())
    html_words = set(_WORD.findall(shown.lower()))
    if html_words and not _BLANK.sub("", bare).strip(_LINE_CHARACTERS):
        return best
    plain_length, html_length = len(_BLANK.sub("", bare)), len(_BLANK.sub("", shown))
    if html_length < 2 * plain_length + MIN_EXTRA_LENGTH:
        return words
    missing = sum(1 for word in plain_words if word not in html_words)
    if missing * 2 <= len(plain_words) or "".join(plain_words) in "".join(_WORD.findall(shown.lower())):
        return words
    return [*words, *best]


def _is_stub(bare: str) -> bool:
    return bool(_STUB.search(bare)) and len(bare.strip()) <= MAX_STUB


def _length(branch: list[TextPart]) -> int:
    return sum(len(piece.text) for piece in branch)


def _strip_tags(html: str) -> str:
    """Return the words of HTML, found without a parser; good enough only for comparison."""
    html = html[:_MAX_COMPARED]
    if _HIDDEN.search(html):
        for marks in _ELEMENTS:
            html = _remove_elements(html, marks)
    return unescape(_TAG.sub(" ", html))


def _remove_elements(html: str, marks: re.Pattern[str]) -> str:
    """Return the HTML without the content of elements; one that is not closed stays."""
    kept: list[str] = []
    position = 0
    opened = -1
    for mark in marks.finditer(html):
        if opened < 0 and not mark[1]:
            opened = mark.start()
        elif opened >= 0 and mark[1]:
            kept.append(html[position:opened])
            position, opened = mark.start(), -1
    kept.append(html[position:])
    return "".join(kept)
