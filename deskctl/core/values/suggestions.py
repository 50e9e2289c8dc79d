"""Suggest the nearest known name for an unknown one."""

from __future__ import annotations

from collections.abc import Iterable

from ...i18n import _


def did_you_mean(wrong: str, names: Iterable[str]) -> str:
    """Return ` (did you mean NAME?)`, or `""` if no name is near."""
    from difflib import get_close_matches  # only a mistake needs it

    near = get_close_matches(wrong, list(names), n=1, cutoff=0.6)
    return _(" (did you mean {name}?)", name=near[0]) if near else ""
