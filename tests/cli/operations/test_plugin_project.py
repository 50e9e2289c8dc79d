"""`deskctl plugin new` creates working projects, and `deskctl plugin check` reports the problems of a plugin."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[3]


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
    """Create a channel project with a long name of several words."""
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


@pytest.fixture(scope="module")
def action(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new")
    done = deskctl(folder, "plugin", "new", "night-pager", "--kind", "action")
    assert done.code == 0, done.err
    return folder / "deskctl-night-pager"


@pytest.fixture(params=["channel", "automation", "action"])
def project(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.mark.slow
def test_tests_of_new_project_pass(project: Path) -> None:
    done = run(project, "pytest", "-q")
    assert done.code == 0, done.out + done.err


@pytest.fixture(scope="module")
def known_types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of mypy: the projects use the same libraries."""
    return tmp_path_factory.mktemp("mypy")


def test_new_project_passes_ruff_and_mypy(project: Path, known_types: Path) -> None:
    for words in (("ruff", "check"), ("ruff", "format", "--check"), ("mypy", "--cache-dir", str(known_types))):
        done = run(project, *words)
        assert done.code == 0, (words, done.out, done.err)


def test_new_project_contains_no_template_name(project: Path) -> None:
    files = [path for path in project.rglob("*") if path.is_file() and "cache" not in str(path)]
    assert [path for path in files if "pigeon" in f"{path.name}{path.read_text()}".lower()] == []
    assert {".gitignore", "README.md", "pyproject.toml", "py.typed"} <= {path.name for path in files}


def test_existing_folder_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "deskctl-pager").mkdir()
    (tmp_path / "deskctl-pager" / "mine.txt").write_text("mine")

    done = deskctl(tmp_path, "plugin", "new", "pager")

    assert done.code == 4
    assert "already exists" in done.err
    assert [path.name for path in tmp_path.rglob("*")] == ["deskctl-pager", "mine.txt"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("My Channel", '"my-channel"'),
        ("결제", "lower-case letters"),
        ("a--b", '"a-b"'),
        ("deskctl-pager", '"pager"'),
        ("email", "already exists, from deskctl-email"),
        ("console", "already exists, from deskctl itself"),
        ("class", "another name"),
        ("x" * 31, "longer than 30"),
        ("../evil", '"evil"'),
    ],
)
def test_invalid_name_is_rejected_with_a_proposal(tmp_path: Path, name: str, says: str) -> None:
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
"""A channel with an undocumented configuration."""
from dataclasses import dataclass
from deskctl.plugins import ChannelType, InboundMessage, hookimpl

@dataclass
class Config:
    speed: int

@hookimpl
def deskctl_channels():
    return [ChannelType("silent", Config, lambda config, context: None, lambda raw, envelope: None)]
'''


def check(folder: Path, what: str = ".") -> tuple[Done, dict[str, Any]]:
    done = deskctl(folder, "plugin", "check", what, "--json")
    rows: list[dict[str, Any]] = json.loads(done.out)["checks"]
    return done, {row["check"]: row for row in rows}


def test_check_reports_each_problem_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(BROKEN_PROJECT)
    (tmp_path / "deskctl_broken").mkdir()
    (tmp_path / "deskctl_broken" / "__init__.py").write_text(BROKEN_CODE)

    done, rows = check(tmp_path)

    assert done.code == 1
    failed = {name: row for name, row in rows.items() if row["ok"] is False}
    assert set(failed) == {
        "requires-python", "dependency", "licence", "README", "py.typed", "imports", "hooks", "loads",
    }  # fmt: skip
    assert all(row["hint"] for row in failed.values())
    assert "deskctl.core.tickets.model" in failed["imports"]["detail"]
    assert "is async" in failed["hooks"]["detail"]
    assert "did you mean deskctl_automations" in failed["hooks"]["detail"]
    assert "has no lower and upper bound" in failed["dependency"]["detail"]


def test_check_of_single_file_skips_packaging(tmp_path: Path) -> None:
    (tmp_path / "silent.py").write_text(SILENT_CODE)

    done, rows = check(tmp_path, "silent.py")

    assert done.code == 1
    assert rows["packaging"]["ok"] is None
    assert rows["loads"]["detail"] == "provides channel silent"
    assert not rows["configuration"]["ok"]
    assert "ChannelContract" in rows["contract"]["detail"]


@pytest.mark.slow
def test_check_names_the_failed_contract_test(channel: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(channel, copy, ignore=shutil.ignore_patterns(".*cache", "__pycache__"))
    [module] = copy.glob("deskctl_*/channel.py")
    source = module.read_text()
    opened = "        self._config = config\n"
    assert opened in source
    module.write_text(source.replace(opened, opened + "        config.inbox.mkdir(exist_ok=True)\n"))

    done, rows = check(tmp_path, "copy")

    assert done.code == 1
    assert "1 of " in rows["contract"]["detail"]
    assert "test_open_does_no_io" in rows["contract"]["detail"]


WILD_CODE = """
import atexit, sys
print("hello")
atexit.register(print, "good bye")
sys.exit("I stop everything")
"""


def test_check_survives_a_plugin_that_exits_at_import(tmp_path: Path) -> None:
    (tmp_path / "wild.py").write_text(WILD_CODE)
    done, rows = check(tmp_path, "wild.py")
    assert done.code == 1
    assert "I stop everything" in rows["loads"]["detail"]


@pytest.mark.parametrize("toml", ["[project", "[tool.x]", "[project]\nentry-points = []\ndependencies = 3"])
def test_check_of_malformed_project_shows_no_traceback(tmp_path: Path, toml: str) -> None:
    (tmp_path / "pyproject.toml").write_text(toml)
    done = deskctl(tmp_path, "plugin", "check", ".")
    assert done.code in (1, 2)
    assert "Traceback" not in done.err


def test_check_finds_installed_plugins_by_name_only(tmp_path: Path) -> None:
    assert deskctl(tmp_path, "plugin", "check", "nobody").code == 3
    assert deskctl(tmp_path, "plugin", "check", "console").code == 4
    assert deskctl(tmp_path, "plugin", "check", str(tmp_path)).code == 2
