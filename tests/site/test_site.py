"""The documentation website: it builds without warnings, needs no network, and its search finds Korean words."""

from __future__ import annotations

import importlib.util
import json
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

SITE = ROOT / ".site" / "html"
SEARCH = Path(__file__).with_name("search.js")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("material") is None, reason="needs MkDocs: make site"),
]


@pytest.fixture(scope="module")
def site() -> Path:
    assert runpy.run_path(str(ROOT / "docs" / "site.py"))["main"]() == 0
    return SITE


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node: apt-get install nodejs")
@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("quiet hours", "docs/how-to/notifications.html"),
        ("담당자", "docs/reference/glossary.html"),
        ("담당자를", "docs/reference/glossary.html"),
        ("상담", "docs/reference/glossary.html"),
        ("카드 환불", "docs/how-to/knowledge-base.html"),
    ],
)
def test_search_finds_page(site: Path, query: str, page: str) -> None:
    command = ["node", str(SEARCH), str(site), query]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert page in [location.partition("#")[0] for location in json.loads(done.stdout)[query]]
