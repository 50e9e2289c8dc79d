"""Keep the results of each run, and compare them with the run before."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.real.measure import ROOT, Figure

FOLDER = ROOT / "bench" / "history"
#: A ratio that is worse by this factor is reported.
WORSE = 1.15


def record(figures: Mapping[str, Figure], load: tuple[float, float]) -> Path:
    """Write the results of a run, by a name that no other figure has. `load` is the load of the machine before and
    after it.
    """
    now = datetime.now(UTC)
    commit = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    document = {
        "at": now.isoformat(timespec="seconds"),
        "commit": commit.stdout.strip() or None,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in load],
        "figures": {
            name: {
                "unit": figure.unit,
                "floor": figure.floor,
                "real": figure.real,
                "ratio": figure.ratio,
                "higher_is_better": figure.at_least is not None,
                "runs": figure.runs,
            }
            for name, figure in figures.items()
        },
    }
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{now:%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return path


def previous(names: Collection[str], before: Path | None = None) -> dict[str, Mapping[str, Any]]:
    """Return the last earlier result of each of these figures, by name."""
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(FOLDER.glob("*.json"), reverse=True):
        if before is not None and path.name >= before.name:
            continue
        figures = json.loads(path.read_text())["figures"]
        for name in names:
            if name in figures and name not in found:
                found[name] = figures[name]
    return found


def comparison(figures: Mapping[str, Figure], earlier: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a line for each figure that was measured before, with its change."""
    lines = []
    for name, figure in figures.items():
        if (before := earlier.get(name)) is None:
            continue
        was, now = before["ratio"], figure.ratio
        higher = figure.at_least is not None
        if was and now:
            worse = was / now if higher else now / was
            verdict = "WORSE" if worse > WORSE else "better" if worse < 1 / WORSE else "same"
        else:
            verdict = "same" if was == now else "better" if (now > was) == higher else "WORSE"
        change = f"{now / was - 1:+7.0%}" if was else " " * 7
        lines.append(f"{name:70} {was:10.2f} → {now:10.2f}  {change}  {verdict}")
    return lines
