"""The pages for authors of plugins are true: their snippets are run, in the order in which they stand.

A `console` block is typed line by line, and what it prints must be what the page shows ("..." stands for anything).
A `python` block is run after those before it on the page; one that begins with `# file: PATH` is written there
instead, and so is `toml` (`# append: PATH` adds to a file). The one thing that is done otherwise than it says is
`pip install -e .`: the plugin goes into a folder of the test's own, so that the suite's environment stays as it is.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGES = Path(__file__).resolve().parents[2] / "docs" / "plugins"
#: Signatures without bodies; another test holds them to the code.
SIGNATURES = ("hooks.md",)
BLOCK = re.compile(r"^```(python|toml|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"# (file|append): (\S+)\n")
INSTALL = "pip install -e ."


def pages() -> list[str]:
    return [page.name for page in sorted(PAGES.glob("*.md")) if BLOCK.search(page.read_text())]


class Reader:
    """Someone who does what a page says, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = self.start = folder
        self.read: list[str] = []
        self.site = folder.parent / "site"
        kept = {
            name: os.environ[name]
            for name in ("LANG", "LC_ALL", "TMPDIR", "COVERAGE_PROCESS_START")
            if name in os.environ
        }
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        self.environ = {**kept, "PATH": path, "HOME": str(folder), "PYTHONPATH": str(self.site), "TZ": "UTC"}
        self._shells: list[int] = []

    def follow(self, kind: str, text: str) -> None:
        place = PLACE.match(text)
        if place:
            file = self.folder / place[2]
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("w" if place[1] == "file" else "a", encoding="utf-8") as out:
                out.write(text[place.end() :])
        elif kind == "python":
            self.read.append(text)
        elif kind == "console":
            for command, shown in lines(text):
                self.types(command, shown)

    def types(self, command: str, shown: str) -> None:
        if command == INSTALL:
            options = f"--quiet --no-deps --no-build-isolation --no-index --target {self.site}"
            command = f"python -m pip install {options} --disable-pip-version-check ."
        output, where = self.start.parent / "output", self.start.parent / "where"
        script = f"{command}\ncode=$?\npwd > {where}\nexit $code"
        with output.open("wb") as out:  # no pipe: what stays in the background would hold it open
            shell = subprocess.Popen(
                ["bash", "-c", script],
                cwd=self.folder,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self._shells.append(shell.pid)
        code = shell.wait(90)
        said = output.read_text(encoding="utf-8")
        assert code == 0, f"$ {command}\n{said}"
        assert re.fullmatch(pattern(shown), said, re.DOTALL), f"$ {command}\nshown:\n{shown}\nsaid:\n{said}"
        self.folder = Path(where.read_text().strip())

    def runs_python(self) -> None:
        """All Python of the page, as one module."""
        if self.read:
            (self.start / "page.py").write_text("\n".join(self.read), encoding="utf-8")
            done = subprocess.run(
                [sys.executable, "-W", "error", "page.py"],
                cwd=self.start, env=self.environ, capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr

    def leave(self) -> None:
        """End what was left in the background; each shell leads a session of its own."""
        for pid in self._shells:
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def lines(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block, and what it shows below."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def pattern(shown: str) -> str:
    """ "..." alone on a line stands for any lines, else for any characters of its line."""
    parts = []
    for line in shown.splitlines():
        if line == "...":
            parts.append("(?:[^\n]*\n)*?")
        else:
            parts.append("[^\n]*".join(map(re.escape, line.split("..."))) + "\n")
    return "".join(parts)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    (tmp_path / "home").mkdir()
    someone = Reader(tmp_path / "home")
    yield someone
    someone.leave()


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in pages() if page not in SIGNATURES])
def test_whoever_does_what_a_page_says_sees_what_it_shows(page: str, reader: Reader) -> None:
    for kind, text in BLOCK.findall((PAGES / page).read_text(encoding="utf-8")):
        reader.follow(kind, text)
    reader.runs_python()
