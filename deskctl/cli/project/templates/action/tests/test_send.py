"""Files and notes of the action."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from deskctl.plugins import Apply, RunJob, UsageError
from deskctl.testing.automating import MemoryPluginContext, action_call, action_job

from deskctl_pigeon.config import PigeonConfig
from deskctl_pigeon.send import parse, run, write


def test_run_adds_a_note_with_the_reason_and_starts_the_job(tmp_path: Path) -> None:
    context = MemoryPluginContext(config=PigeonConfig(outbox=tmp_path))
    assert run(action_call("day"), context) == [Apply("note", "Sent day: overdue: first response"), RunJob()]


def test_job_writes_a_file(tmp_path: Path) -> None:
    context = MemoryPluginContext(config=PigeonConfig(outbox=tmp_path / "new"))
    job = action_job("day", ticket=7)
    write(job, context)
    [file] = (tmp_path / "new").iterdir()
    assert file.name == f"{job.id}.json"
    assert json.loads(file.read_text(encoding="utf-8"))["ticket"] == 7


def test_action_without_configuration_is_refused() -> None:
    with pytest.raises(UsageError, match="not configured"):
        parse("day", MemoryPluginContext())
