"""What the documentation says is so."""

from __future__ import annotations

import importlib
import inspect
import re
import runpy
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
def test_every_link_leads_somewhere(page: Path) -> None:
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


def test_every_page_can_be_reached_from_the_index() -> None:
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


def test_the_generated_pages_are_what_the_code_says_now() -> None:
    """If this fails: make docs."""
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    old = [path.name for path, text in generate["pages"]().items() if path.read_text(encoding="utf-8") != text]
    assert old == []


@pytest.mark.slow
def test_the_picture_of_the_readme_shows_what_the_commands_print_now() -> None:
    """If this fails: make docs."""
    terminal = runpy.run_path(str(ROOT / "docs" / "terminal.py"))
    assert terminal["picture"](terminal["session"]()) == (ROOT / "docs" / "terminal.svg").read_text(encoding="utf-8")


def test_the_readmes_make_verbs_exist() -> None:
    verbs = set(
        re.findall(
            r"\bmake ([a-z]+)\b",
            "\n".join(re.findall(r"```.*?```|`[^`]+`", (ROOT / "README.md").read_text(), re.DOTALL)),
        )
    )
    rules = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "test"} <= verbs <= rules


def test_the_life_of_a_mail_names_functions_that_exist_where_it_says() -> None:
    steps = STEP.findall((ROOT / "docs/explanation/path-of-a-mail.md").read_text())
    assert len(steps) >= 10
    for dotted, file in steps:
        source = inspect.getsourcefile(inspect.unwrap(cast("Any", resolve(dotted))))
        assert source is not None
        assert Path(source).resolve() == ROOT / file, dotted


def test_each_promise_about_mail_names_tests_that_exist() -> None:
    page = (ROOT / "docs/explanation/mail-guarantees.md").read_text()
    promises = [part for part in re.split(r"^(?=- |## )", page, flags=re.MULTILINE) if part.startswith("- ")]
    assert len(promises) > 20
    missing = []
    for promise in promises:
        held = re.findall(r"`([\w./]+\.py)::(\w+)`", promise)
        assert held, promise
        for file, name in held:
            source = (ROOT / file).read_text() if (ROOT / file).exists() else ""
            if not re.search(rf"^(async )?def {name}\(", source, re.MULTILINE):
                missing.append(f"{file}::{name}")
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_path_of_the_repository_exists(page: Path) -> None:
    text = (ROOT / page).read_text()
    paths = re.findall(r"`((?:deskctl|plugins|examples|bench)/[\w./-]*)`", text)
    modules = re.findall(r"`(deskctl\.core\.[\w.]+)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []
    for dotted in modules:
        resolve(dotted)


def resolve(dotted: str) -> object:
    """The function or class that a dotted path names."""
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
def test_every_hook_is_documented_with_its_exact_signature(hook: str) -> None:
    page = (ROOT / "docs/plugins/hooks.md").read_text()
    signature = inspect.signature(getattr(hookspecs, hook))
    assert f"def {hook}{signature}".replace("'", "") in page


def test_no_hook_is_documented_that_does_not_exist() -> None:
    page = (ROOT / "docs/plugins/hooks.md").read_text()
    assert set(re.findall(r"def (deskctl_\w+)", page)) == set(hooks())


@pytest.mark.parametrize("page", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_why_and_at_what_price(page: Path) -> None:
    text = (ROOT / page).read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[:3] == ["Context", "Decision", "Consequences"]
