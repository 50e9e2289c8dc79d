"""The distributions: versions, dependencies and constraints."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import deskctl
from tests.architecture.tree import ROOT, tracked

HOSTS = [".".join(name) for name in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("debian", "org"))]


def project(path: Path) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / path).read_text())["project"]
    return table


def test_distributions_have_the_same_version() -> None:
    found = {str(path): project(path)["version"] for path in tracked("pyproject.toml", "plugins/*/pyproject.toml")}
    assert set(found.values()) == {deskctl.__version__}


def test_plugins_and_core_require_each_other_in_the_same_version() -> None:
    extras = project(Path("pyproject.toml"))["optional-dependencies"]
    for path in tracked("plugins/*/pyproject.toml"):
        plugin = project(path)
        assert f"deskctl=={deskctl.__version__}" in plugin["dependencies"]
        assert f"{plugin['name']}=={plugin['version']}" in extras[plugin["name"].removeprefix("deskctl-")]


def test_dependencies_are_pinned() -> None:
    pins = {
        re.split("==", line)[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line
    }
    wanted = set()
    for path in tracked("pyproject.toml", "plugins/*/pyproject.toml"):
        for line in project(path)["dependencies"]:
            wanted.add(re.split(r"[<>=\[;~! ]", line)[0].lower())
    assert {name for name in wanted if not name.startswith("deskctl")} - pins == set()


def test_no_file_names_a_registry_host() -> None:
    """The user who installs packages chooses their source."""
    found = []
    for path in tracked():
        text = (ROOT / path).read_bytes()
        found += [(str(path), host) for host in HOSTS if host.encode() in text and path.suffix != ".eml"]
    assert found == []


def test_constraints_are_plain_pins() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)] == []
