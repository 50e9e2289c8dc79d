"""The recipes for contributors: their steps are carried out on a copy of the repository.

A block that begins with `# file: PATH` is a new file, `# append: PATH` adds to the end of a file. A `diff` block with
`# edit: PATH` replaces lines: those with " " and "-" must be in the file once. The commands of a `console` block are
run, and their output must match ("..." matches anything).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, tracked
from tests.journeys.test_plugin_pages import lines, pattern

PAGES = ROOT / "docs" / "contributing"
BLOCK = re.compile(r"^( *)```(python|toml|diff|console|markdown)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"# (file|append|edit): (\S+)\n")


def recipes() -> list[str]:
    return [page.name for page in sorted(PAGES.glob("*.md")) if PLACE.search(page.read_text(encoding="utf-8"))]


def change(folder: Path, text: str) -> None:
    """Carry out a block that names a file."""
    place = PLACE.match(text)
    assert place, text
    file, body = folder / place[2], text[place.end() :]
    if place[1] == "file":
        assert not file.exists(), file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body, encoding="utf-8")
    elif place[1] == "append":
        file.write_text(file.read_text(encoding="utf-8").rstrip("\n") + "\n" + body, encoding="utf-8")
    else:
        changes = [line or " " for line in body.splitlines()]
        old = "\n".join(line[1:] for line in changes if line[0] in " -")
        new = "\n".join(line[1:] for line in changes if line[0] in " +")
        source = file.read_text(encoding="utf-8")
        assert source.count(f"{old}\n") == 1, f"{place[2]} does not contain once:\n{old}"
        file.write_text(source.replace(f"{old}\n", f"{new}\n"), encoding="utf-8")


def run(folder: Path, command: str, shown: str) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    places = [folder, *(folder / "plugins" / name for name in ("email", "telegram", "kb"))]
    environ = {
        "PATH": path, "HOME": str(folder.parent), "LANG": "C.UTF-8", "TZ": "UTC",
        "PYTHONPATH": os.pathsep.join(map(str, places)),
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"$ {command}\n{done.stdout}"
    assert re.fullmatch(pattern(shown), done.stdout, re.DOTALL), f"$ {command}\nshown:\n{shown}\ngot:\n{done.stdout}"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", recipes())
def test_steps_of_recipe_work_on_a_copy(page: str, tmp_path: Path) -> None:
    folder = tmp_path / "deskctl"
    for path in tracked():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, folder / path)
    for indent, kind, text in BLOCK.findall((PAGES / page).read_text(encoding="utf-8")):
        block = re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)
        if kind == "console":
            for command, shown in lines(block):
                run(folder, command, shown)
        elif PLACE.match(block):
            change(folder, block)
