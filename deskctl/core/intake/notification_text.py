"""Remove the lines of a notification from the mail that answers it, whatever the mail program made of them.

Only letters and digits are compared: quote marks, indentation, line ends, case, kinds of blanks and link targets say
nothing. A line of the answer goes when all of it stands in the notification. Where the answer repeats words of the
notification in another way, nobody can tell whose words they are, and the result says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from .text_match import Run, Words, runs, weight, words

#: A run of letters as long as this is no coincidence (letters of East Asian scripts count twice).
LONG = 20
#: So many words, or letters, of what only agents know are a leak.
LEAK_WORDS, LEAK_LETTERS, LEAK_LONG = 4, 14, 18
#: A line of the customer as short as this may be anybody's: "Hello,".
SHORT = 12
#: And a line of what only agents know, where it is part of a longer one: "Paid".
LEAST = 8
_MARKED = re.compile(r"^[\s\u00a0]*(?:[>|»│┃❘＞｜]|&gt;|\w{1,10}>)")
_LABEL = re.compile(r"^[\s>|*_]*[^\s:：][^:：\n]{0,24}[:：]")
_TITLED = re.compile(r"^[\s>|]*[-_=*]{3,}[^-_=*\n]{3,40}[-_=*]{3,}\s*$")
_RULE = re.compile(r"^[\s>|]*(?:[-_=*—–]{2,}|\[)")


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification as it was sent, line by line. `theirs` are the lines that the customer wrote themselves, `origin`
    the names and addresses of sender and recipient, which mail programs put above a quote."""

    subject: str
    lines: Sequence[str]
    theirs: Collection[str] = ()
    secrets: Sequence[str] = ()  # parts of `internal` lines that are secret by themselves
    origin: Sequence[str] = ()

    @property
    def internal(self) -> list[str]:
        """The lines that no customer knows."""
        return [line for line in self.lines if line not in self.theirs]


@dataclass(frozen=True, slots=True)
class Stripped:
    """What is left of an answer. `certain`: no line of the notification is in it."""

    text: str
    certain: bool


@dataclass(slots=True)
class _Answer:
    """The lines of an answer, and which of them go."""

    lines: list[str]
    words: Words
    covered: list[bool]
    gone: set[int] = field(default_factory=set)

    def full(self, line: int) -> bool:
        start, end = self.words.spans[line]
        return start < end and all(self.covered[start:end])

    def partial(self, line: int) -> bool:
        start, end = self.words.spans[line]
        return any(self.covered[start:end]) and not all(self.covered[start:end])

    def left(self) -> list[str]:
        """The lines that stay."""
        return [line for number, line in enumerate(self.lines) if number not in self.gone]

    def empty(self, line: int) -> bool:
        start, end = self.words.spans[line]
        return start == end


def strip(visible: str, whole: str, notice: Notice) -> Stripped:
    """Return the answer without the notification's lines.

    `visible` is the mail without what its reader took for quotes and signature, `whole` all of it: an answer below or
    among the lines of a notification may look like a part of them.
    """
    shown = _read(visible, notice)
    kept = shown.left()
    hidden = _hidden(_read(whole, notice), set(map(str.strip, kept)))
    lines = kept if hidden is None else hidden
    text = re.sub(r"\n\s*\n(\s*\n)+", "\n\n", "\n".join(lines)).strip()
    return Stripped(text, not _leaks(text, notice) and not any(map(_is_marked, lines)))


def _read(text: str, notice: Notice) -> _Answer:
    """The lines of a text, and which of them belong to the notification."""
    theirs = words([notice.subject, *notice.lines])
    internal = [True, *(line not in notice.theirs for line in notice.lines)]
    answer = _answer(text)
    found = runs(answer.words, theirs)
    if found:
        _cover(answer, theirs, found)
        _cover_rest(answer, theirs, internal)
    answer.gone.update(line for line in range(len(answer.lines)) if answer.full(line))
    _heads(answer, notice)
    _marks(answer)
    return answer


def _hidden(whole: _Answer, shown: set[str]) -> list[str] | None:
    """All lines of the answer, where some stand below lines of the notification and were taken for a part of them.

    None where there are none, or where they could be an older message.
    """
    first = min(whole.gone, default=len(whole.lines))
    extra: set[int] = set()
    for number in range(first, len(whole.lines)):
        line = whole.lines[number].strip()
        if number in whole.gone or not line:
            continue
        if line == "--":
            break  # the agent's own signature
        if line not in shown:
            extra.add(number)
    if not extra or any(_foreign(whole.lines[number]) for number in extra):
        return None
    return [
        line
        for number, line in enumerate(whole.lines)
        if number not in whole.gone and (number in extra or not line.strip() or line.strip() in shown)
    ]


def _foreign(line: str) -> bool:
    """Whether a line looks as if another message began here, or was quoted."""
    digits = sum(map(str.isdigit, line))
    begins = _LABEL.match(line) is not None or line.rstrip().endswith((":", "："))
    return _is_marked(line) or _RULE.match(line) is not None or (begins and ("@" in line or digits > 5))


def _answer(text: str) -> _Answer:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    said = words([_MARKED.sub("", line) for line in lines])
    return _Answer(lines, said, [False] * len(said.letters))


def _cover(answer: _Answer, theirs: Words, found: Sequence[Run]) -> None:
    """Mark the runs that are no coincidence: a whole line of the notification, or much of it."""
    for run in found:
        whole = any(run.there <= start and end <= run.there + run.length for start, end in theirs.spans if start < end)
        if (whole and weight(run.letters(answer.words)) >= SHORT) or weight(run.letters(answer.words)) >= LONG:
            answer.covered[run.here : run.here + run.length] = [True] * run.length


def _cover_rest(answer: _Answer, theirs: Words, internal: Sequence[bool]) -> None:
    """Mark short lines that continue what was found, or are short lines of the notification beside it."""
    bounds = _bounds(answer, theirs)
    lines = {theirs.letters[start:end]: internal[number] for number, (start, end) in enumerate(theirs.spans)}
    changed = True
    while changed:
        changed = False
        for number, (start, end) in enumerate(answer.words.spans):
            said = answer.words.letters[start:end]
            if not said or all(answer.covered[start:end]):
                continue
            known = said in lines and (lines[said] or _is_marked(answer.lines[number]) or _beside(answer, number))
            marked = _is_marked(answer.lines[number]) and said in theirs.letters
            onward = next((at for at in bounds if theirs.letters.startswith(said, at)), None)
            before = next((at for at in bounds if theirs.letters.endswith(said, 0, at)), None)
            near = (onward is not None or before is not None) and (len(said) > 1 or _beside(answer, number))
            if known or marked or near:
                answer.covered[start:end] = [True] * (end - start)
                if onward is not None:
                    bounds.add(onward + len(said))
                if before is not None:
                    bounds.add(before - len(said))
                changed = True


def _bounds(answer: _Answer, theirs: Words) -> set[int]:
    """Where in the notification the found runs begin and end in the middle of a line: its rest may stand apart."""
    edges = {start for start, _ in theirs.spans} | {end for _, end in theirs.spans}
    found: set[int] = set()
    for run in runs(answer.words, theirs):
        if all(answer.covered[run.here : run.here + run.length]):
            found |= {run.there, run.there + run.length}
    return {at for at in found if at not in edges}


def _beside(answer: _Answer, number: int) -> bool:
    """Whether the nearest line with words, above or below, is found."""
    for step in (-1, 1):
        at = number + step
        while 0 <= at < len(answer.lines) and answer.empty(at):
            at += step
        if 0 <= at < len(answer.lines) and answer.full(at):
            return True
    return False


def _heads(answer: _Answer, notice: Notice) -> None:
    """Remove what mail programs write above a quote: an attribution, or a block of headers in any language."""
    subject = words([notice.subject]).letters
    origin = [letters for name in notice.origin if len(letters := words([name]).letters) > 3]
    for number in range(len(answer.lines)):
        start, end = answer.words.spans[number]
        if subject and answer.words.letters[start:end].endswith(subject) and _LABEL.match(answer.lines[number]):
            answer.gone.add(number)
    for first in sorted(answer.gone):
        answer.gone.update(_head_above(answer, first, origin))


def _head_above(answer: _Answer, first: int, origin: Sequence[str]) -> Iterator[int]:
    """The lines right above `first` that make a head: up to the topmost one that names sender or recipient."""
    at, block, sure = first - 1, [], 0
    while at >= 0:
        if not answer.empty(at) and at not in answer.gone:
            named = _is_head(answer, at, origin)
            if named is None:
                break
            block.append(at)
            sure = len(block) if named else sure
        elif _RULE.match(answer.lines[at]):
            block.append(at)
            sure = len(block)
        at -= 1
    yield from block[:sure]


def _is_head(answer: _Answer, number: int, origin: Sequence[str]) -> bool | None:
    """True for what names sender or recipient, or is a rule; False for what only looks like a header; else None."""
    line = answer.lines[number].strip()
    start, end = answer.words.spans[number]
    label, digits = _LABEL.match(line) is not None, sum(map(str.isdigit, line))
    ends = line.endswith((":", "："))
    if any(name in answer.words.letters[start:end] for name in origin):
        return True if label or ends or digits > 3 or line.endswith((">", ",")) else None
    if _RULE.match(line) and len(line) < 60:
        return True
    return False if digits > 5 and (label or ends) else None


def _marks(answer: _Answer) -> None:
    """Remove quote marks and rules that nothing is left of but themselves."""
    for number, line in enumerate(answer.lines):
        beside = {number - 1, number + 1} & answer.gone
        if _TITLED.match(line) or (answer.empty(number) and line.strip() and (_is_marked(line) or beside)):
            answer.gone.add(number)


def _is_marked(line: str) -> bool:
    return _MARKED.match(line) is not None


def _leaks(kept: str, notice: Notice) -> bool:
    """Whether words of the notification are left that the author of the answer need not have written."""
    left = words(kept.split("\n"))
    lines = {left.letters[start:end] for start, end in left.spans if start < end}
    secret = words([*notice.internal, notice.subject, *notice.secrets])
    if any(letters in lines for letters in _each(secret)):
        return True
    for run in runs(left, secret):
        letters = run.letters(left)
        count = left.count(run.here, run.here + run.length)
        if weight(letters) >= LEAK_LONG or (count >= LEAK_WORDS and weight(letters) >= LEAK_LETTERS):
            return True
    whole = [*_spans(secret, 2, LEAST), *_spans(words(list(notice.theirs)), 3, SHORT)]
    return any(letters in left.letters for letters in whole)


def _each(said: Words) -> Iterator[str]:
    return (said.letters[start:end] for start, end in said.spans if start < end)


def _spans(said: Words, least: int, light: int) -> Iterator[str]:
    """Whole lines of at least so many words, or long ones."""
    for start, end in said.spans:
        letters = said.letters[start:end]
        if weight(letters) >= light and (said.count(start, end) >= least or weight(letters) >= LONG):
            yield letters
