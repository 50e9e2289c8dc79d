"""The public plugin API and its documentation."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deskctl import plugins
from deskctl.plugins import hookspecs

DOCS = Path(__file__).parents[3] / "docs/plugins"
HOOKS = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("deskctl_")}


def test_public_names_are_sorted_and_defined() -> None:
    assert plugins.__all__ == sorted(plugins.__all__, key=str)
    assert all(hasattr(plugins, name) for name in plugins.__all__)


@pytest.mark.parametrize("name", HOOKS)
def test_hooks_page_shows_each_signature(name: str) -> None:
    page = (DOCS / "hooks.md").read_text(encoding="utf-8")
    signature = f"def {name}{inspect.signature(HOOKS[name])}".replace("'", "")

    assert signature in page


def test_hooks_page_shows_no_unknown_hook() -> None:
    shown = re.findall(r"\bdef (deskctl_\w+)", (DOCS / "hooks.md").read_text(encoding="utf-8"))

    assert sorted(shown) == sorted(HOOKS)


def test_every_public_name_is_documented() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in DOCS.glob("*.md"))

    assert [name for name in plugins.__all__ if f"`{name}" not in pages and f"{name}(" not in pages] == []


def test_importing_the_api_imports_no_heavy_module() -> None:
    """Every command of a plugin imports the API at its start."""
    heavy = "{'attr', 'cattrs', 'tomli', 'tomlkit', 'asyncio', 'subprocess', 'zoneinfo', 'sqlalchemy', 'click'}"
    code = f"import sys, deskctl.plugins; print(sorted({heavy} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)

    assert done.stdout.strip() == "[]"
