"""Draw the picture of the README: real commands of a small desk at a terminal, as SVG. `make docs` writes it.

Each of its commands runs in its own process, at a pseudo-terminal, and at a fixed time, so the picture is always the
same.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from deskctl.cli.width import width

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "terminal.svg"
COLUMNS = 92

CELL, LINE, MARGIN, BAR = 8.4, 19, 18, 34
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, D2Coding, 'Noto Sans Mono CJK KR', monospace"
FOREGROUND, BACKGROUND = "#d8dee9", "#1e222a"
COLOURS = ("#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dee9")
BRIGHT = ("#7f848e", "#ff7a85", "#b5e890", "#ffd68a", "#82c4ff", "#dd98f0", "#7fd8e0", "#ffffff")

#: Runs commands, each at its time and with its own standard input; then those of the picture, each in a fork of its own
#: at a pseudo-terminal. Writes what the terminals show.
_RUN = """
import fcntl, json, os, struct, sys, tempfile, termios, time_machine
from deskctl.cli.main import run
setup, shown, columns = json.loads(sys.argv[1])
def command(at, words, text):
    with time_machine.travel(f"2026-12-01T{at}:00+00:00", tick=False):
        if text is not None:
            file = tempfile.TemporaryFile()
            file.write(text.encode())
            file.seek(0)
            os.dup2(file.fileno(), 0)
        return run(words)
def at_terminal(at, words):
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    pid = os.fork()
    if pid == 0:
        os.dup2(theirs, 1)
        os.dup2(theirs, 2)
        sys.stdout, sys.stderr = open(1, "w", encoding="utf-8", closefd=False), open(2, "w", closefd=False)
        command(at, words, None)
        sys.stdout.flush()
        os._exit(0)
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 65536):
            seen += piece
    except OSError:
        pass  # Linux reports the closed end of a pseudo-terminal as an error
    os.close(ours)
    os.waitpid(pid, 0)
    return seen.decode().replace("\\r\\n", "\\n")
out = sys.stdout
sys.stdout = open(os.devnull, "w")
for line in setup:
    if command(*line):
        sys.exit(f"deskctl {' '.join(line[1])} failed")
json.dump([at_terminal(*line) for line in shown], out)
"""


def mail(sender: str, subject: str, text: str) -> str:
    """Return a plain mail to the desk."""
    head = f"From: {sender}\nTo: support@acme.test\nSubject: {subject}\nMessage-ID: <{len(text)}@example.org>"
    return f"{head}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"


#: The commands that set the desk up, each with its time and its standard input.
SETUP: tuple[tuple[str, Sequence[str], str | None], ...] = (
    ("08:00", ("agent", "add", "mina", "--name", "Mina Park", "--email", "mina@acme.test", "--team", "support"), None),
    ("08:00", ("agent", "add", "joe", "--name", "Joe Brown", "--email", "joe@acme.test", "--team", "support"), None),
    ("08:01", ("sla", "add", "standard", "--first-response", "urgent=30m", "--first-response", "4h"), None),
    ("08:20", ("mail", "ingest"), mail("Ana Silva <ana@example.org>", "Printer on fire", "It burns. What do I do?")),
    ("08:40", ("mail", "ingest"), mail("김철수 <kim@work.example>", "환불 요청", "어제 주문한 상품을 환불해 주세요.")),
    ("08:55", ("mail", "ingest"), mail("Tom Lee <tom@corp.example>", "Invoice of May", "We did not get it.")),
    ("08:56", ("set", "1", "priority=urgent"), None),
    ("08:57", ("take", "2"), None),
)  # fmt: skip

#: The commands in the picture, with their times.
SHOWN: tuple[tuple[str, Sequence[str]], ...] = (
    ("09:10", ("list",)),
    ("09:10", ("show", "2")),
    ("09:12", ("note", "2", "-m", "Refund requested from finance.")),
    ("09:13", ("solve", "2")),
    ("09:13", ("undo",)),
)


class Style(NamedTuple):
    """The colour and weight of a run of text."""

    colour: str = FOREGROUND
    bold: bool = False
    dim: bool = False


def session() -> str:
    """Run the commands on a new desk. Return what the terminal shows, with its escape sequences."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        environment = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "HOME": name, "TZ": "UTC", "LANG": "C.UTF-8", "TERM": "xterm-256color", "DESKCTL_AGENT": "mina",
            "DESKCTL_PLUGINS": "email", "COLUMNS": str(COLUMNS),
        }  # fmt: skip
        init = ("init", "--dir", ".", "--name", "Acme Support", "--timezone", "UTC", "--address", "support@acme.test")
        commands = [[("07:59", (*init, "--smtp", "127.0.0.1:25", "--yes"), None), *SETUP], SHOWN, COLUMNS]
        script = [sys.executable, "-c", _RUN, json.dumps(commands)]
        done = subprocess.run(
            script, cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True
        )
        shown = []
        for (_, words), seen in zip(SHOWN, json.loads(done.stdout), strict=True):
            command = " ".join(f'"{word}"' if " " in word else word for word in ("deskctl", *words))
            shown.append(f"\x1b[32m$\x1b[0m {command}\n{seen}")
        return "\n".join(shown)


def runs(line: str) -> Iterator[tuple[Style, str]]:
    """Split a line at its colour sequences."""
    style = Style()
    for text, codes in re.findall(r"([^\x1b]*)(?:\x1b\[([\d;]*)m|$)", line):
        if text:
            yield style, text
        for code in (int(code or 0) for code in codes.split(";")):
            style = _after(style, code)


def _after(style: Style, code: int) -> Style:
    if code in (1, 2):
        return style._replace(bold=code == 1, dim=code == 2)
    if 30 <= code <= 37:
        return style._replace(colour=COLOURS[code - 30])
    if 90 <= code <= 97:
        return style._replace(colour=BRIGHT[code - 90])
    return Style() if code == 0 else style


def picture(terminal: str) -> str:
    """Draw what a terminal shows as SVG."""
    lines = terminal.rstrip("\n").split("\n")
    across, down = round(COLUMNS * CELL + 2 * MARGIN), BAR + len(lines) * LINE + MARGIN
    size = f'width="{across}" height="{down}" viewBox="0 0 {across} {down}"'
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="deskctl at a terminal">',
        f'<rect width="{across}" height="{down}" rx="8" fill="{BACKGROUND}"/>',
        *(f'<circle cx="{20 + 20 * i}" cy="18" r="6" fill="{COLOURS[c]}"/>' for i, c in enumerate((1, 3, 2))),
        f'<g font-family="{FONTS}" font-size="14" xml:space="preserve">',
    ]
    for number, line in enumerate(lines):
        column = 0
        for style, text in runs(line):
            for piece in _alike(text):
                if piece.strip():
                    drawn.append(_text(style, piece, column, number))
                column += width(piece)
    return "\n".join([*drawn, "</g>", "</svg>", ""])


def _alike(text: str) -> list[str]:
    """Split a text into blanks and words of one width per character, so that each begins in its own column."""
    return ["".join(group) for _, group in groupby(text, lambda character: (width(character), character == " "))]


def _text(style: Style, text: str, column: int, line: int) -> str:
    x, y = MARGIN + column * CELL, BAR + line * LINE + 14
    weight = ' font-weight="bold"' if style.bold else ""
    opacity = ' opacity="0.6"' if style.dim else ""
    length = f'textLength="{width(text) * CELL:.1f}" lengthAdjust="spacingAndGlyphs"'
    return f'<text x="{x:.1f}" y="{y}" fill="{style.colour}"{weight}{opacity} {length}>{html.escape(text)}</text>'


if __name__ == "__main__":
    PICTURE.write_text(picture(session()), encoding="utf-8")
