"""Run the snippets of the pages for plugin authors in order.

The commands of a `console` block are run one by one, and their output must match the page ("..." matches anything).
A `python` block is run after the earlier ones of the page. A `python` or `toml` block that begins with `# file: PATH`
is written to that file instead; `# append: PATH` appends to it. Two programs are replaced: `pip install -e .` unpacks
the wheel of the plugin into a folder of the test, so that the environment of the test suite does not change, and
`deskctl` is a fork (tests/servers/zygote.py).
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import chdir, suppress
from pathlib import Path

import pytest
from hatchling.build import build_wheel

from tests.servers import zygote

PAGES = Path(__file__).resolve().parents[2] / "docs" / "plugins"
#: Signatures without bodies; another test compares them with the code.
SIGNATURES = ("hooks.md",)
BLOCK = re.compile(r"^```(python|toml|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"# (file|append): (\S+)\n")
INSTALL = "pip install -e ."


def pages() -> list[str]:
    return [page.name for page in sorted(PAGES.glob("*.md")) if BLOCK.search(page.read_text())]


class Reader:
    """A reader who runs the snippets of a page in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = self.start = folder
        self.read: list[str] = []
        self.site = folder.parent / "site"
        kept = {
            name: os.environ[name]
            for name in ("LANG", "LC_ALL", "TMPDIR", "COVERAGE_PROCESS_START")
            if name in os.environ
        }
        programs = (zygote.shared().script.parent, Path(sys.executable).parent, os.environ["PATH"])
        path = os.pathsep.join(map(str, programs))
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
            assert shown == ""
            self.installs()
            return
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

    def installs(self) -> None:
        with chdir(self.folder):
            wheel = build_wheel(str(self.start.parent))
        with zipfile.ZipFile(self.start.parent / wheel) as archive:
            archive.extractall(self.site)

    def runs_python(self) -> None:
        """Run all Python blocks of the page as one module."""
        if self.read:
            (self.start / "page.py").write_text("\n".join(self.read), encoding="utf-8")
            done = subprocess.run(
                [sys.executable, "-W", "error", "page.py"],
                cwd=self.start, env=self.environ, capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr

    def leave(self) -> None:
        """Stop the background processes. Each shell has its own session, and `deskctl` passes SIGTERM to its fork."""
        for pid in self._shells:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGTERM)


def lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block with the output that the page shows."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def pattern(shown: str) -> str:
    """Return a pattern for output: "..." alone on a line matches any lines, elsewhere any characters of its line."""
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
def test_snippets_of_plugin_pages_work(page: str, reader: Reader) -> None:
    for kind, text in BLOCK.findall((PAGES / page).read_text(encoding="utf-8")):
        reader.follow(kind, text)
    reader.runs_python()
