"""A secret is read from its source when it is used, and is never shown."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from deskctl.config import secrets
from deskctl.errors import ConfigError
from deskctl.plugins import Invalid, Secret

WORD = "correct horse"


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    kept = tmp_path / "kept"
    kept.write_text(WORD + "\n")
    kept.chmod(0o600)
    monkeypatch.setenv("DESK_PASSWORD", WORD)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    return {
        "literal": WORD,
        "env": {"env": "DESK_PASSWORD"},
        "file": {"file": "kept"},
        "credential": {"credential": "kept"},
        "command": {"command": ["cat", "kept"]},
        "shell": {"command": "cat kept | cat"},
    }


@pytest.mark.parametrize("kind", ["literal", "env", "file", "credential", "command", "shell"])
def test_reveal_reads_every_source_and_repr_hides_the_value(kind: str, sources: dict[str, Any], tmp_path: Path) -> None:
    secret = Secret.of(sources[kind], tmp_path)

    assert secret.reveal() == WORD
    shown = f"{secret} {secret!r} {secret.source} {[secret]} {vars(type(secret))}"
    assert WORD not in shown


def test_command_list_runs_without_a_shell(tmp_path: Path) -> None:
    assert Secret.of({"command": ["printf", "%s", "$HOME;x"]}, tmp_path).reveal() == "$HOME;x"


def test_secret_cannot_be_pickled() -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(Secret.of(WORD))


def test_reveal_removes_only_the_newline_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text(" a b \r\n")
    (tmp_path / "kept").chmod(0o640)

    assert Secret.of({"file": "kept"}, tmp_path).reveal() == " a b "


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"env": "DESK_NOT_SET"}, "DESK_NOT_SET is not set"),
        ({"file": "none"}, "cannot read the password file .*none"),
        ({"credential": "mail"}, "no systemd credential mail"),
        ({"command": ["no-such-program"]}, "no-such-program cannot be run"),
        ({"command": ["false"]}, "the command false failed with exit status 1"),
        ({"command": ["printf", ""]}, "is empty"),
        ({"command": ["printf", r"\377"]}, "not UTF-8"),
    ],
)
def test_reveal_names_the_failed_source(
    given: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)

    with pytest.raises(ConfigError, match=said):
        Secret.of(given, tmp_path).reveal()


def test_world_readable_secret_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text(WORD)
    (tmp_path / "kept").chmod(0o604)

    with pytest.raises(ConfigError, match="is readable by all users") as caught:
        Secret.of({"file": "kept"}, tmp_path).reveal()
    assert caught.value.hint.startswith("chmod 600")


def test_hanging_secret_command_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "COMMAND_SECONDS", 0.2)

    with pytest.raises(ConfigError, match=r"did not return a password within"):
        Secret.of({"command": "sleep 60 | cat"}, tmp_path).reveal()


@pytest.mark.parametrize(
    "given",
    ["", 7, [], {}, {"env": "A", "file": "b"}, {"filee": "x"}, {"env": ""}, {"command": []}, {"credential": "../x"}],
)
def test_invalid_secret_is_refused(given: Any) -> None:
    with pytest.raises(Invalid):
        Secret.of(given)
