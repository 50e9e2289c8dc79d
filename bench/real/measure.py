"""Measurements and their output."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ROOT / "bench" / "floors"
WORK = ROOT / ".bench"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `bound` limits the ratio real / floor, or the real figure if there is no floor."""

    name: str
    unit: str
    real: float
    floor: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    runs: dict[str, list[float]] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.real / self.floor if self.floor else self.real

    @property
    def kept(self) -> bool:
        enough = self.at_least is None or self.ratio >= self.at_least
        return enough and (self.at_most is None or self.ratio <= self.at_most)

    @property
    def bound(self) -> str:
        sign, value = ("≥", self.at_least) if self.at_least is not None else ("≤", self.at_most)
        return "" if value is None else f"{sign} {value:g}{' ×' if self.floor else f' {self.unit}'}"

    def line(self) -> str:
        floor = f"{self.floor:12.2f}" if self.floor is not None else " " * 12
        ratio = f"{self.ratio:7.2f} ×" if self.floor is not None else " " * 9
        verdict = "" if not self.bound else ("ok" if self.kept else "MISSED")
        return f"{self.name:52} {floor} {self.real:12.2f} {self.unit:8} {ratio}  {self.bound:10} {verdict}"


def compare(
    name: str,
    unit: str,
    floor: Sequence[float],
    real: Sequence[float],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Figure:
    """Return the figure for the medians of floor and deskctl and their ratio."""
    middle = statistics.median
    runs = {"floor": list(floor), "real": list(real)}
    return Figure(name, unit, middle(real), middle(floor), at_least, at_most, runs)


def without_floor(name: str, unit: str, real: Sequence[float], *, at_most: float | None = None) -> Figure:
    """Return a figure without a floor."""
    return Figure(name, unit, statistics.median(real), None, None, at_most, {"real": list(real)})


def until(condition: Callable[[], bool], timeout: float, what: str, pause: float = 0.01) -> float:
    """Return the seconds until `condition` was true. Raises TimeoutError."""
    started = time.perf_counter()
    while not condition():
        if time.perf_counter() - started > timeout:
            raise TimeoutError(f"not within {timeout:g} s: {what}")
        time.sleep(pause)
    return time.perf_counter() - started
