"""Check the language of docstrings, help texts and documentation against a short list of patterns.

Usage: python tools/language.py [FILE…]. Without files it checks the whole repository. It prints one line for each
finding and exits with 1 if there is one. The rules are in docs/contributing/style.md.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = ("deskctl", "plugins", "examples", "tests", "docs", "bench", "tools")
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs", "plugins", "examples")
#: Files that quote the patterns, or data that is not ours.
EXCEPT = ("docs/contributing/style.md", "tools/language.py", "plugins/email/tests/parse/")

#: By advice: what must not occur in docstrings and pages.
WORDS = {
    "write someone, anyone, no one, or name the person": r"\b(?:somebody|anybody|everybody|nobody|whoever|whomever)\b",
    "write continue": r"\bgo(?:es)? on (?:with|as|until|on|by|in|where)\b",
    "write repair or fix": r"\bmend(?:s|ed)?\b",
    'write "is not a …"': r"(?<!there )\bis no (?!longer\b|more\b|one\b|such\b|longer|good\b|need\b)(?:[a-z]+)\b",
    "use a common phrase": r"\b(?:for want of|as it stands|none else|whence|hereof|thereof|of its own accord)\b",
    "software does not know, hear, say or speak": r"\b(?:desk|deskctl|daemon|store|software|channel|plugin|command) "
    r"(?:knows|hears|is told|remarks|says|speaks|wants|pretends)\b",
    "write separate or new": r"\b(?:line|process|session|table|thread)(?:e?s)? of (?:its|their) own\b",
    "write even if, any or independent of": r"\bwhatever\b",
    "use a common word": r"\b(?:whence|whilst|albeit|hence|thereby|therein|wherein|upon|in vain|nowise)\b",
}
#: By advice: what must not occur in a comment.
COMMENTS = {"write maximum or minimum": r"#: The (?:most|least|deepest) "}
#: By advice: what must not occur in a docstring.
DOCSTRINGS = {
    "write Return True if": r"\b[Rr]eturns? whether\b",
    "write Raises, because the sentence describes the function": r"(?<=[.:)] )Raise (?=[A-Z][A-Za-z]+(?:[ ,.]|$))",
}
#: The first word of a docstring.
START = re.compile(r"(?:What|Who|Whether|How|Whose|Whom|Where|When|Of|For what|Whatever)\b")
_WORDS, _COMMENTS, _DOCSTRINGS = (
    {advice: re.compile(pattern, flags) for advice, pattern in patterns.items()}
    for patterns, flags in ((WORDS, re.IGNORECASE), (COMMENTS, 0), (DOCSTRINGS, 0))
)
_CODE = re.compile(r"`[^`]*`|\"[^\"\n]*\"|“[^”\n]*”")


def prose(text: str) -> str:
    """Return a text without code and quotations, which keep the length of the lines."""
    return _CODE.sub(lambda found: " " * len(found[0]), text)


def findings_in(text: str, patterns: Mapping[str, re.Pattern[str]] = _WORDS) -> Iterator[tuple[int, str]]:
    """Yield the line (from 0) and the advice for each pattern in a text."""
    for number, line in enumerate(prose(text).split("\n")):
        for advice, pattern in patterns.items():
            found = pattern.search(line)
            if found is not None:
                yield number, f"{found[0]!r}: {advice}"


def check_code(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the findings in the docstrings and comments of a module."""
    source = path.read_text(encoding="utf-8")
    for offset, advice in findings_in(source, _COMMENTS):
        yield offset + 1, advice
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        text = ast.get_docstring(node, clean=False)
        if text is None:
            continue
        line = node.body[0].lineno
        if START.match(text.lstrip()):
            yield line, f"docstring begins with {text.split()[0]!r}: begin with a verb or a noun"
        for offset, advice in findings_in(text, {**_WORDS, **_DOCSTRINGS}):
            yield line + offset, advice


def check_page(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the findings in a page, without its code blocks."""
    text = re.sub(
        r"^```.*?^```",
        lambda found: re.sub(r"[^\n]", " ", found[0]),
        path.read_text(encoding="utf-8"),
        flags=re.MULTILINE | re.DOTALL,
    )
    for offset, advice in findings_in(text):
        yield offset + 1, advice


def files(arguments: list[str]) -> Iterator[Path]:
    """Yield the files to check."""
    if arguments:
        yield from map(Path, arguments)
        return
    for name in (*CODE, *PAGES):
        place = ROOT / name
        suffix = "*.py" if name in CODE else "*.md"
        yield from [place] if place.is_file() else sorted(place.rglob(suffix))
        if name in ("plugins", "examples", "docs"):
            yield from sorted(place.rglob("*.md"))


def main(arguments: list[str]) -> int:
    """Print the findings and return the exit code."""
    count = 0
    for path in dict.fromkeys(files(arguments)):
        relative = path.resolve().relative_to(ROOT).as_posix()
        if relative.startswith(EXCEPT) or "/.venv/" in f"/{relative}":
            continue
        for line, advice in check_code(path) if path.suffix == ".py" else check_page(path):
            print(f"{relative}:{line}: {advice}")  # noqa: T201 - a command
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
