"""Conversion of TOML to configuration classes of plugins, as the desk does it."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import tomli

from ..config.convert import Fault, structure

T = TypeVar("T")

__all__ = ["problems", "settings", "structure"]


def settings(cls: type[T], toml: str, base: Path | None = None) -> T:
    """Return the configuration of a table. Relative paths start at `base`. Raises AssertionError with all problems."""
    value, faults = structure(tomli.loads(toml), cls, base or Path())
    assert not faults, "; ".join(map(_line, faults))
    assert isinstance(value, cls)
    return value


def problems(cls: type, toml: str, base: Path | None = None) -> list[str]:
    """Return the problems of a table as `KEY: what`."""
    return [_line(fault) for fault in structure(tomli.loads(toml), cls, base or Path())[1]]


def _line(fault: Fault) -> str:
    return f"{'.'.join(map(str, fault.path))}: {fault.what}" if fault.path else fault.what
