"""Remove the lines of a notification from the mail that answers it, however the mail program has changed them.

Only letters and digits are compared; quote marks, indentation, line ends, case, kinds of white space and link targets
are ignored. A line of the answer is removed if all of it occurs in the notification. If the answer repeats text of the
notification in another way, its author is unknown, and the result is marked as uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import field

from ...dataclass import dataclass
from ...normalization import normalize
from .text_match import Run, Words, runs, weight, words

#: A common run of at least this weight is not a coincidence (letters of East Asian scripts count twice).
LONG = 20
#: A common run with internal text is a leak if it has this number of words and weight, or this weight alone.
LEAK_WORDS, LEAK_LETTERS, LEAK_LONG = 4, 14, 18
#: A shorter line of the customer may also be written by anyone else: "Hello,".
SHORT = 12
#: A shorter internal line may be part of another line by coincidence: "Paid".
SHORT_INTERNAL = 8
#: Characters of an answer that are compared. A longer answer is marked as uncertain.
MAX_LENGTH = 50_000
_MARKED = re.compile(r"^[\s\u00a0]*(?:[>|»│┃❘＞｜]|&gt;|\w{1,10}>)")
_LABEL = re.compile(r"^[\s>|*_]*[^\s:：][^:：\n]{0,24}[:：]")
_TITLED = re.compile(r"^[\s>|]*[-_=*]{3,}[^-_=*\n]{3,40}[-_=*]{3,}\s*$")
_RULE = re.compile(r"^[\s>|]*(?:[-_=*—–]{2,}|\[)")


@dataclass(frozen=True, slots=True)
class NotificationText:
    """The text of a notification as it was sent.

    `customer_lines`: the lines that the customer wrote. `origin`: names and addresses of sender and recipient, which
    mail programs put above a quote.
    """

    subject: str
    lines: Sequence[str]
    customer_lines: Collection[str] = ()
    secrets: Sequence[str] = ()  # parts of `internal` lines that are confidential without the rest of the line
    origin: Sequence[str] = ()

    @property
    def internal(self) -> list[str]:
        """Return the lines that no customer has seen."""
        return [line for line in self.lines if line not in self.customer_lines]


@dataclass(frozen=True, slots=True)
class Stripped:
    """An answer without the lines of the notification. `certain`: it contains no text of the notification."""

    text: str
    certain: bool


@dataclass(slots=True)
class _Answer:
    """The lines of an answer. `covered`: letters that occur in the notification; `removed`: lines to remove."""

    lines: list[str]
    words: Words
    covered: list[bool]
    removed: set[int] = field(default_factory=set)

    def full(self, line: int) -> bool:
        start, end = self.words.spans[line]
        return start < end and all(self.covered[start:end])

    def partial(self, line: int) -> bool:
        start, end = self.words.spans[line]
        return any(self.covered[start:end]) and not all(self.covered[start:end])

    def kept(self) -> list[str]:
        """Return the lines that are not removed."""
        return [line for number, line in enumerate(self.lines) if number not in self.removed]

    def empty(self, line: int) -> bool:
        start, end = self.words.spans[line]
        return start == end


def strip(visible: str, whole: str, notification: NotificationText) -> Stripped:
    """Return the answer without the lines of the notification.

    `visible`: the mail without the lines that the parser recognised as quotes and signature. `whole`: the complete
    mail, because an answer below or between the lines of a notification may look like a part of the quote.
    """
    if _is_too_long(visible):
        return Stripped(visible, certain=False)
    kept = _match(visible, notification).kept()
    complete = whole if not _is_too_long(whole) else visible
    interleaved = _interleaved(_match(complete, notification), set(map(str.strip, kept)))
    lines = kept if interleaved is None else interleaved
    text = re.sub(r"\n(?:[^\S\n]*+\n){2,}+", "\n\n", "\n".join(lines)).strip()
    return Stripped(text, not _leaks(text, notification) and not any(map(_is_marked, lines)))


def _is_too_long(text: str) -> bool:
    """Return True if a text is too long to be compared; some characters are several letters in NFKC."""
    return len(text) > MAX_LENGTH or len(normalize("NFKC", text)) > MAX_LENGTH


def _match(text: str, notification: NotificationText) -> _Answer:
    """Return the lines of a text, with those of the notification marked as removed."""
    sent = words([notification.subject, *notification.lines])
    internal = [True, *(line not in notification.customer_lines for line in notification.lines)]
    answer = _answer(text)
    found = runs(answer.words, sent)
    if found:
        _cover(answer, sent, found)
        _cover_rest(answer, sent, internal)
    answer.removed.update(line for line in range(len(answer.lines)) if answer.full(line))
    _remove_headers(answer, notification)
    _remove_marks(answer)
    return answer


def _interleaved(whole: _Answer, shown: set[str]) -> list[str] | None:
    """Return the lines of an answer that continues below or between lines of the notification.

    Returns None if it does not continue there, or if these lines could be an older message.
    """
    first = min(whole.removed, default=len(whole.lines))
    extra: set[int] = set()
    for number in range(first, len(whole.lines)):
        line = whole.lines[number].strip()
        if number in whole.removed or not line:
            continue
        if line == "--":
            break  # the agent's own signature
        if line not in shown:
            extra.add(number)
    if not extra or any(_starts_message(whole.lines[number]) for number in extra):
        return None
    return [
        line
        for number, line in enumerate(whole.lines)
        if number not in whole.removed and (number in extra or not line.strip() or line.strip() in shown)
    ]


def _starts_message(line: str) -> bool:
    """Return True if a line looks like the start of another message or like a quoted line."""
    digits = sum(map(str.isdigit, line))
    begins = _LABEL.match(line) is not None or line.rstrip().endswith((":", "："))
    return _is_marked(line) or _RULE.match(line) is not None or (begins and ("@" in line or digits > 5))


def _answer(text: str) -> _Answer:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    stream = words([_MARKED.sub("", line) for line in lines])
    return _Answer(lines, stream, [False] * len(stream.letters))


def _cover(answer: _Answer, sent: Words, found: Sequence[Run]) -> None:
    """Mark the runs that are not a coincidence: a whole line of the notification, or a long part of it."""
    for run in found:
        whole = any(run.there <= start and end <= run.there + run.length for start, end in sent.spans if start < end)
        if (whole and weight(run.letters(answer.words)) >= SHORT) or weight(run.letters(answer.words)) >= LONG:
            answer.covered[run.here : run.here + run.length] = [True] * run.length


def _cover_rest(answer: _Answer, sent: Words, internal: Sequence[bool]) -> None:
    """Mark short lines that continue a run, or that are short lines of the notification next to a marked line."""
    bounds = _bounds(answer, sent)
    lines = {sent.letters[start:end]: internal[number] for number, (start, end) in enumerate(sent.spans)}
    changed = True
    while changed:
        changed = False
        for number, (start, end) in enumerate(answer.words.spans):
            letters = answer.words.letters[start:end]
            if not letters or all(answer.covered[start:end]):
                continue
            marked = _is_marked(answer.lines[number])
            is_line = letters in lines and (lines[letters] or marked or _adjoins_match(answer, number))
            is_quoted = marked and letters in sent.letters
            after = next((at for at in bounds if sent.letters.startswith(letters, at)), None)
            before = next((at for at in bounds if sent.letters.endswith(letters, 0, at)), None)
            continues = after is not None or before is not None
            continues = continues and (len(letters) > 1 or _adjoins_match(answer, number))
            if is_line or is_quoted or continues:
                answer.covered[start:end] = [True] * (end - start)
                if after is not None:
                    bounds.add(after + len(letters))
                if before is not None:
                    bounds.add(before - len(letters))
                changed = True


def _bounds(answer: _Answer, sent: Words) -> set[int]:
    """Return the places in the notification where a run starts or ends inside a line; the rest may be another line."""
    edges = {start for start, _ in sent.spans} | {end for _, end in sent.spans}
    found: set[int] = set()
    for run in runs(answer.words, sent):
        if all(answer.covered[run.here : run.here + run.length]):
            found |= {run.there, run.there + run.length}
    return {at for at in found if at not in edges}


def _adjoins_match(answer: _Answer, number: int) -> bool:
    """Return True if the nearest line with words, above or below, is completely covered."""
    for step in (-1, 1):
        at = number + step
        while 0 <= at < len(answer.lines) and answer.empty(at):
            at += step
        if 0 <= at < len(answer.lines) and answer.full(at):
            return True
    return False


def _remove_headers(answer: _Answer, notification: NotificationText) -> None:
    """Remove the lines that mail programs write above a quote: an attribution or headers, in any language."""
    subject = words([notification.subject]).letters
    origin = [letters for name in notification.origin if len(letters := words([name]).letters) > 3]
    for number in range(len(answer.lines)):
        start, end = answer.words.spans[number]
        if subject and answer.words.letters[start:end].endswith(subject) and _LABEL.match(answer.lines[number]):
            answer.removed.add(number)
    for first in sorted(answer.removed):
        answer.removed.update(_header_above(answer, first, origin))


def _header_above(answer: _Answer, first: int, origin: Sequence[str]) -> Iterator[int]:
    """Yield the header lines directly above `first`, up to the topmost one that names sender or recipient."""
    at, block, sure = first - 1, [], 0
    while at >= 0:
        if not answer.empty(at) and at not in answer.removed:
            named = _is_header(answer, at, origin)
            if named is None:
                break
            block.append(at)
            sure = len(block) if named else sure
        elif _RULE.match(answer.lines[at]):
            block.append(at)
            sure = len(block)
        at -= 1
    yield from block[:sure]


def _is_header(answer: _Answer, number: int, origin: Sequence[str]) -> bool | None:
    """Return True for a rule and for a line that names sender or recipient, False for a line that only looks like a
    header, else None.
    """
    line = answer.lines[number].strip()
    start, end = answer.words.spans[number]
    label, digits = _LABEL.match(line) is not None, sum(map(str.isdigit, line))
    ends = line.endswith((":", "："))
    if any(name in answer.words.letters[start:end] for name in origin):
        return True if label or ends or digits > 3 or line.endswith((">", ",")) else None
    if _RULE.match(line) and len(line) < 60:
        return True
    return False if digits > 5 and (label or ends) else None


def _remove_marks(answer: _Answer) -> None:
    """Remove lines that contain only quote marks or a rule."""
    for number, line in enumerate(answer.lines):
        beside = {number - 1, number + 1} & answer.removed
        if _TITLED.match(line) or (answer.empty(number) and line.strip() and (_is_marked(line) or beside)):
            answer.removed.add(number)


def _is_marked(line: str) -> bool:
    return _MARKED.match(line) is not None


def _leaks(kept: str, notification: NotificationText) -> bool:
    """Return True if text of the notification is left that the author of the answer may not have written."""
    left = words(kept.split("\n"))
    lines = {left.letters[start:end] for start, end in left.spans if start < end}
    secret = words([*notification.internal, notification.subject, *notification.secrets])
    if any(letters in lines for letters in _lines(secret)):
        return True
    for run in runs(left, secret):
        letters = run.letters(left)
        count = left.count(run.here, run.here + run.length)
        if weight(letters) >= LEAK_LONG or (count >= LEAK_WORDS and weight(letters) >= LEAK_LETTERS):
            return True
    whole = [
        *_long_lines(secret, 2, SHORT_INTERNAL),
        *_long_lines(words(list(notification.customer_lines)), 3, SHORT),
    ]
    return any(letters in left.letters for letters in whole)


def _lines(stream: Words) -> Iterator[str]:
    return (stream.letters[start:end] for start, end in stream.spans if start < end)


def _long_lines(stream: Words, min_words: int, min_weight: int) -> Iterator[str]:
    """Yield the lines of at least this weight that have this number of words or are long."""
    for start, end in stream.spans:
        letters = stream.letters[start:end]
        if weight(letters) >= min_weight and (stream.count(start, end) >= min_words or weight(letters) >= LONG):
            yield letters
