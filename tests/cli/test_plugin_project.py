"""`deskctl plugin new` makes projects that work at once, and `deskctl plugin check` says what is wrong with one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Done(NamedTuple):
    code: int
    out: str
    err: str


def run(folder: Path, *words: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, timeout=110, check=False
    )
    return Done(done.returncode, done.stdout, done.stderr)


def deskctl(folder: Path, *words: str) -> Done:
    return run(folder, "deskctl.cli.main", *words)


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh channel project with a long name of several words."""
    folder = tmp_path_factory.mktemp("new")
    done = deskctl(folder, "plugin", "new", "my-rather-long-winded-channel")
    assert done.code == 0, done.err
    return folder / "deskctl-my-rather-long-winded-channel"


@pytest.fixture(scope="module")
def automation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new")
    done = deskctl(folder, "plugin", "new", "x", "--kind", "automation", "--dir", "somewhere/else", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["plugin"] == "x"
    return folder / "somewhere" / "else"


@pytest.fixture(params=["channel", "automation"])
def project(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.mark.slow
def test_the_tests_of_a_new_project_pass_at_once(project: Path) -> None:
    done = run(project, "pytest", "-q")
    assert done.code == 0, done.out + done.err


def test_a_new_project_is_in_its_usual_form_and_typed(project: Path) -> None:
    for words in (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",)):
        done = run(project, *words)
        assert done.code == 0, (words, done.out, done.err)


def test_nothing_of_the_template_is_left_in_a_new_project(project: Path) -> None:
    files = [path for path in project.rglob("*") if path.is_file() and "cache" not in str(path)]
    assert [path for path in files if "pigeon" in f"{path.name}{path.read_text()}".lower()] == []
    assert {".gitignore", "README.md", "pyproject.toml", "py.typed"} <= {path.name for path in files}


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "deskctl-pager").mkdir()
    (tmp_path / "deskctl-pager" / "mine.txt").write_text("mine")

    done = deskctl(tmp_path, "plugin", "new", "pager")

    assert done.code == 4
    assert "is there already" in done.err
    assert [path.name for path in tmp_path.rglob("*")] == ["deskctl-pager", "mine.txt"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("My Channel", "'my-channel'"),
        ("결제", "small letters"),
        ("a--b", "'a-b'"),
        ("deskctl-pager", "'pager'"),
        ("email", "already, from deskctl-email"),
        ("console", "already, from deskctl itself"),
        ("class", "another name"),
        ("x" * 31, "longer than 30"),
        ("../evil", "'evil'"),
    ],
)
def test_a_name_that_will_not_do_is_refused_with_what_would(tmp_path: Path, name: str, says: str) -> None:
    done = deskctl(tmp_path, "plugin", "new", name)
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert says in done.err


BROKEN_PROJECT = """
[project]
name = "deskctl-broken"
version = "0.1.0"
requires-python = ">=3.99"
dependencies = ["deskctl"]

[project.entry-points.deskctl]
broken = "deskctl_broken"
"""

BROKEN_CODE = """
from dataclasses import dataclass
from deskctl.core.tickets.model import Ticket
from deskctl.plugins import ChannelType, hookimpl

async def deskctl_channels():
    return []

@hookimpl
def deskctl_automation():
    return []
"""

SILENT_CODE = '''
"""A channel whose configuration nobody explains."""
from dataclasses import dataclass
from deskctl.plugins import ChannelType, InboundMessage, hookimpl

@dataclass
class Config:
    speed: int

@hookimpl
def deskctl_channels():
    return [ChannelType("silent", Config, lambda config, context: None, lambda raw, envelope: None)]
'''


def judged(folder: Path, what: str = ".") -> tuple[Done, dict[str, Any]]:
    done = deskctl(folder, "plugin", "check", what, "--json")
    rows: list[dict[str, Any]] = json.loads(done.out)["checks"]
    return done, {row["check"]: row for row in rows}


def test_each_fault_of_packaging_and_code_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(BROKEN_PROJECT)
    (tmp_path / "deskctl_broken").mkdir()
    (tmp_path / "deskctl_broken" / "__init__.py").write_text(BROKEN_CODE)

    done, rows = judged(tmp_path)

    assert done.code == 1
    wrong = {name: row for name, row in rows.items() if row["ok"] is False}
    assert set(wrong) == {
        "requires-python", "dependency", "licence", "README", "py.typed", "imports", "hooks", "loads",
    }  # fmt: skip
    assert all(row["hint"] for row in wrong.values())
    assert "deskctl.core.tickets.model" in wrong["imports"]["detail"]
    assert "is async" in wrong["hooks"]["detail"]
    assert "did you mean deskctl_automations" in wrong["hooks"]["detail"]
    assert "has no lower and upper bound" in wrong["dependency"]["detail"]


def test_a_one_file_plugin_is_judged_by_its_code(tmp_path: Path) -> None:
    (tmp_path / "silent.py").write_text(SILENT_CODE)

    done, rows = judged(tmp_path, "silent.py")

    assert done.code == 1
    assert rows["packaging"]["ok"] is None
    assert rows["loads"]["detail"] == "brings channel silent"
    assert not rows["configuration"]["ok"]
    assert "ChannelContract" in rows["contract"]["detail"]


@pytest.mark.slow
def test_a_promise_that_is_broken_is_named(channel: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(channel, copy, ignore=shutil.ignore_patterns(".*cache", "__pycache__"))
    [module] = copy.glob("deskctl_*/channel.py")
    source = module.read_text()
    opened = "        self._config = config\n"
    assert opened in source
    module.write_text(source.replace(opened, opened + "        config.inbox.mkdir(exist_ok=True)\n"))

    done, rows = judged(tmp_path, "copy")

    assert done.code == 1
    assert "1 of " in rows["contract"]["detail"]
    assert "test_open_does_no_io" in rows["contract"]["detail"]


WILD_CODE = """
import atexit, sys
print("hello")
atexit.register(print, "good bye")
sys.exit("I stop everything")
"""


def test_a_plugin_that_does_as_it_pleases_when_it_is_imported_is_only_judged(tmp_path: Path) -> None:
    (tmp_path / "wild.py").write_text(WILD_CODE)
    done, rows = judged(tmp_path, "wild.py")
    assert done.code == 1
    assert "I stop everything" in rows["loads"]["detail"]


@pytest.mark.parametrize("toml", ["[project", "[tool.x]", "[project]\nentry-points = []\ndependencies = 3"])
def test_a_project_that_makes_no_sense_is_no_traceback(tmp_path: Path, toml: str) -> None:
    (tmp_path / "pyproject.toml").write_text(toml)
    done = deskctl(tmp_path, "plugin", "check", ".")
    assert done.code in (1, 2)
    assert "Traceback" not in done.err


def test_an_installed_plugin_is_found_by_its_name_and_a_stranger_is_not(tmp_path: Path) -> None:
    assert deskctl(tmp_path, "plugin", "check", "nobody").code == 3
    assert deskctl(tmp_path, "plugin", "check", "console").code == 4
    assert deskctl(tmp_path, "plugin", "check", str(tmp_path)).code == 2
