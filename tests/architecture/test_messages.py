"""The catalogues are complete, and what is built contains them."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture.tree import ROOT, tracked


def test_distributions_compile_their_catalogues_in_the_same_way() -> None:
    hooks = [ROOT / path for path in tracked("hatch_build.py", "plugins/*/hatch_build.py")]
    assert len(hooks) == len(tracked("plugins/*/pyproject.toml")) + 1
    assert len({hook.read_text() for hook in hooks}) == 1


def test_every_message_is_translated_and_the_catalogues_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "tools/messages.py", "--check"], cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr
