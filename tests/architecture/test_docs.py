"""The documentation: links, generated pages, and statements about the code."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from deskctl.plugins import hookspecs
from tests.architecture.tree import ROOT, tracked

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
STEP = re.compile(r"^\d+\. `([\w.]+)` \(`([\w./]+)`\)", re.MULTILINE)
PAGES = tracked("*.md")
DECISIONS = [path for path in tracked("docs/decisions/*.md") if path.name != "README.md"]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_of_page_have_targets(page: Path) -> None:
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text(), flags=re.DOTALL)
    broken = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        place = (ROOT / page).parent / file if file else ROOT / page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_linked_from_readme() -> None:
    seen, waiting = set(), [Path("README.md")]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        for target in LINK.findall((ROOT / page).read_text()):
            file = target.partition("#")[0]
            if file.endswith(".md") and ":" not in file:
                waiting.append(((ROOT / page).parent / file).resolve().relative_to(ROOT))
    assert [str(page) for page in tracked("docs/*.md") if page not in seen] == []


def test_generated_pages_are_current() -> None:
    """Compare in a new process, because click keeps the help option of a command that another test has run."""
    command = [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, ""), "make docs"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_picture_of_readme_is_current() -> None:
    """If this fails: make docs."""
    terminal = runpy.run_path(str(ROOT / "docs" / "terminal.py"))
    assert terminal["picture"](terminal["session"]()) == (ROOT / "docs" / "terminal.svg").read_text(encoding="utf-8")


def test_make_targets_in_readme_exist() -> None:
    verbs = set(
        re.findall(
            r"\bmake ([a-z]+)\b",
            "\n".join(re.findall(r"```.*?```|`[^`]+`", (ROOT / "README.md").read_text(), re.DOTALL)),
        )
    )
    rules = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "test"} <= verbs <= rules


def test_path_of_a_mail_names_existing_functions() -> None:
    steps = STEP.findall((ROOT / "docs/explanation/path-of-a-mail.md").read_text())
    assert len(steps) >= 10
    for dotted, file in steps:
        source = inspect.getsourcefile(inspect.unwrap(cast("Any", resolve(dotted))))
        assert source is not None
        assert Path(source).resolve() == ROOT / file, dotted


WHERE = re.compile(r"^\| [^|`]+ \| (`[^|]+) \| (`[^|]+) \|$", re.MULTILINE)


def test_where_to_find_names_existing_modules_and_names() -> None:
    section = (ROOT / "docs/explanation/architecture.md").read_text().split("## Where to find")[1].split("\n## ")[0]
    rows = WHERE.findall(section)
    assert len(rows) == section.count("\n| ") - 2
    missing = []
    for modules, names in rows:
        for module in re.findall(r"`([\w/]+/[\w.]+\.py)`", modules):
            tree = ast.parse((ROOT / module).read_text())
            defined = {name for node in tree.body for name in names_of(node)}
            missing += [f"{module}: {name}" for name in re.findall(r"`([\w.]+)`", names) if name not in defined]
    assert missing == []


def names_of(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement defines; those of a class also as `Class.method`."""
    if isinstance(node, ast.ClassDef):
        yield node.name
        yield from (f"{node.name}.{name}" for part in node.body for name in names_of(part))
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def test_each_mail_guarantee_names_existing_tests() -> None:
    page = (ROOT / "docs/explanation/mail-guarantees.md").read_text()
    guarantees = [part for part in re.split(r"^(?=- |## )", page, flags=re.MULTILINE) if part.startswith("- ")]
    assert len(guarantees) > 20
    missing = []
    for guarantee in guarantees:
        tests = re.findall(r"`([\w./]+\.py)::(\w+)`", guarantee)
        assert tests, guarantee
        for file, name in tests:
            source = (ROOT / file).read_text() if (ROOT / file).exists() else ""
            if not re.search(rf"^(async )?def {name}\(", source, re.MULTILINE):
                missing.append(f"{file}::{name}")
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_repository_paths_on_page_exist(page: Path) -> None:
    text = (ROOT / page).read_text()
    paths = re.findall(r"`((?:deskctl|plugins|examples|bench)/[\w./-]*)`", text)
    modules = re.findall(r"`(deskctl\.core\.[\w.]+)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []
    for dotted in modules:
        resolve(dotted)


def resolve(dotted: str) -> object:
    """Return the function, class or module with a dotted name."""
    parts = dotted.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            found = getattr(found, name)
        return found
    raise AssertionError(f"nothing is called {dotted}")


def hooks() -> list[str]:
    return [
        name for name, value in vars(hookspecs).items() if name.startswith("deskctl_") and inspect.isfunction(value)
    ]


@pytest.mark.parametrize("hook", hooks())
def test_hook_is_documented_with_its_signature(hook: str) -> None:
    page = (ROOT / "docs/plugins/hooks.md").read_text()
    signature = inspect.signature(getattr(hookspecs, hook))
    assert f"def {hook}{signature}".replace("'", "") in page


def test_documented_hooks_exist() -> None:
    page = (ROOT / "docs/plugins/hooks.md").read_text()
    assert set(re.findall(r"def (deskctl_\w+)", page)) == set(hooks())


@pytest.mark.parametrize("page", DECISIONS, ids=lambda path: path.stem)
def test_decision_has_context_decision_and_consequences(page: Path) -> None:
    text = (ROOT / page).read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[:3] == ["Context", "Decision", "Consequences"]


def test_glossary_is_alphabetical_and_complete() -> None:
    page = (ROOT / "docs/reference/glossary.md").read_text()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")
    ]
    terms = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", row[0]).lower() for row in rows[2:]]
    assert len(terms) > 50
    assert terms == sorted(set(terms))
    assert [row for row in rows[2:] if len(row) != 3 or not all(row)] == []
