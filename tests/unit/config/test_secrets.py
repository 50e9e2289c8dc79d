"""A secret is read when it is used, from where the configuration says, and shown nowhere."""

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
def test_every_source_gives_the_word_and_shows_it_nowhere(kind: str, sources: dict[str, Any], tmp_path: Path) -> None:
    secret = Secret.of(sources[kind], tmp_path)

    assert secret.reveal() == WORD
    shown = f"{secret} {secret!r} {secret.source} {[secret]} {vars(type(secret))}"
    assert WORD not in shown


def test_a_command_without_a_shell_gets_its_words_as_they_are(tmp_path: Path) -> None:
    assert Secret.of({"command": ["printf", "%s", "$HOME;x"]}, tmp_path).reveal() == "$HOME;x"


def test_a_secret_is_written_nowhere() -> None:
    with pytest.raises(TypeError, match="not written"):
        pickle.dumps(Secret.of(WORD))


def test_only_the_newline_at_the_end_is_cut(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text(" a b \r\n")
    (tmp_path / "kept").chmod(0o640)

    assert Secret.of({"file": "kept"}, tmp_path).reveal() == " a b "


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"env": "DESK_NOT_SET"}, "DESK_NOT_SET is not set"),
        ({"file": "none"}, "none holds a password and cannot be read"),
        ({"credential": "mail"}, "no systemd credentials"),
        ({"command": ["no-such-program"]}, "no-such-program cannot be run"),
        ({"command": ["false"]}, "the command false ended with status 1"),
        ({"command": ["printf", ""]}, "is empty"),
        ({"command": ["printf", r"\377"]}, "not UTF-8"),
    ],
)
def test_what_is_missing_is_named(
    given: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)

    with pytest.raises(ConfigError, match=said):
        Secret.of(given, tmp_path).reveal()


def test_a_file_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text(WORD)
    (tmp_path / "kept").chmod(0o604)

    with pytest.raises(ConfigError, match="can be read by everybody") as caught:
        Secret.of({"file": "kept"}, tmp_path).reveal()
    assert caught.value.hint.startswith("chmod 600")


def test_a_command_that_hangs_is_ended_with_what_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "COMMAND_SECONDS", 0.2)

    with pytest.raises(ConfigError, match=r"gave no password within"):
        Secret.of({"command": "sleep 60 | cat"}, tmp_path).reveal()


@pytest.mark.parametrize(
    "given",
    ["", 7, [], {}, {"env": "A", "file": "b"}, {"filee": "x"}, {"env": ""}, {"command": []}, {"credential": "../x"}],
)
def test_what_names_no_source_is_refused(given: Any) -> None:
    with pytest.raises(Invalid):
        Secret.of(given)
