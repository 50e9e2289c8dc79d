"""What is installed together belongs together, from wherever it is installed."""

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


def test_every_distribution_has_the_version_of_the_core() -> None:
    found = {str(path): project(path)["version"] for path in tracked("pyproject.toml", "plugins/*/pyproject.toml")}
    assert set(found.values()) == {deskctl.__version__}


def test_a_plugin_and_the_core_ask_for_each_other_in_that_version() -> None:
    extras = project(Path("pyproject.toml"))["optional-dependencies"]
    for path in tracked("plugins/*/pyproject.toml"):
        plugin = project(path)
        assert f"deskctl=={deskctl.__version__}" in plugin["dependencies"]
        assert f"{plugin['name']}=={plugin['version']}" in extras[plugin["name"].removeprefix("deskctl-")]


def test_every_dependency_is_pinned_for_the_suite() -> None:
    pins = {
        re.split("==", line)[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line
    }
    wanted = set()
    for path in tracked("pyproject.toml", "plugins/*/pyproject.toml"):
        for line in project(path)["dependencies"]:
            wanted.add(re.split(r"[<>=\[;~! ]", line)[0].lower())
    assert {name for name in wanted if not name.startswith("deskctl")} - pins == set()


def test_no_file_names_the_host_of_a_registry() -> None:
    """Where packages come from is the affair of whoever installs them."""
    found = []
    for path in tracked():
        text = (ROOT / path).read_bytes()
        found += [(str(path), host) for host in HOSTS if host.encode() in text and path.suffix != ".eml"]
    assert found == []


def test_constraints_hold_plain_pins() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)] == []
