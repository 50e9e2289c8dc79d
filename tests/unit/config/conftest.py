"""A configuration in a temporary folder, checked with the installed channel types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deskctl.config import Report, check
from deskctl.plugins import ChannelType
from deskctl.plugins.manager import load


@pytest.fixture(scope="session")
def types() -> Mapping[str, ChannelType]:
    return load(environ={}).channel_types


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.touch(0o600)
    return path


@pytest.fixture
def checked(config_file: Path, types: Mapping[str, ChannelType]) -> Callable[[str], Report]:
    def write_and_check(text: str) -> Report:
        config_file.write_text(text, encoding="utf-8")
        return check(config_file, types)

    return write_and_check
