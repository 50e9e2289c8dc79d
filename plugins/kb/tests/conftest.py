"""A desk with a knowledge base, on each database engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deskctl.bootstrap import open_desk
from tests.daemon.running import make_desk

CHANNELS = '[channels.ops]\ntype = "console"\nteam = "support"\ninbox = "in"\nanswers = "out.jsonl"\n'


class KnowledgeBase:
    """The requests of the plugin, as its commands make them: `kb.add("Title", "text", public=True)`."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk

    def __call__(self, verb: str, **params: Any) -> Any:
        return self.desk.request(f"kb.{verb}", **params)

    def add(self, title: str, text: str = "Words.", **params: Any) -> int:
        number: int = self("add", title=title, text=text, **params)["id"]
        return number

    def search(self, question: str, **params: Any) -> list[int]:
        return [row["id"] for row in self("search", text=question, **params)["found"]]

    def import_files(self, files: dict[str, str], **params: Any) -> Any:
        return self("import", files=tuple(files.items()), **params)

    def export(self, present: dict[str, str] | None = None, **params: Any) -> Any:
        return self("export", present=tuple((present or {}).items()), **params)


@pytest.fixture
def folder(tmp_path: Path, desk_url: str) -> Path:
    return make_desk(tmp_path / "desk", desk_url, CHANNELS)


@pytest.fixture
def kb(folder: Path) -> Iterator[KnowledgeBase]:
    kb = KnowledgeBase(open_desk(str(folder / "config.toml")))
    yield kb
    kb.desk.close()
