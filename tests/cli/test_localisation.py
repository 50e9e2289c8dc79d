"""The command line uses the language of the shell; JSON output stays English."""

from __future__ import annotations

import pytest

from deskctl.cli.stored_texts import stored
from tests.cli.shell import Shell, mail

KOREAN = {"LANGUAGE": "ko"}


def test_help_is_in_the_language_of_the_shell(local_desk: Shell) -> None:
    english, korean = (local_desk("list", "--help", env=env).out for env in ({}, KOREAN))
    assert "Usage: deskctl list [OPTIONS]" in english
    assert "사용법: deskctl list [OPTIONS]" in korean
    assert "티켓 목록" in korean
    assert "deskctl list --mine --status open --status new\n" in korean  # examples are commands: they stay as they are


def test_no_line_of_a_korean_help_page_is_wider_than_the_terminal(local_desk: Shell) -> None:
    from deskctl.cli.width import width

    page = local_desk("reply", "--help", env={**KOREAN, "COLUMNS": "80"}).out
    paragraphs = [line for line in page.splitlines() if not line.startswith("    ")]
    assert max(map(width, paragraphs)) <= 80
    assert "\ue000" not in page


def test_summaries_of_the_commands_are_translated(local_desk: Shell) -> None:
    page = local_desk("--help", env=KOREAN).out
    assert "옵션:" in page
    assert "최근에 변경된 순서로" in page


def test_usage_errors_are_translated(local_desk: Shell) -> None:
    error = local_desk("lst", env=KOREAN, code=2).err
    assert error.startswith("오류: ")
    assert "\n도움말: " in error


def test_errors_of_the_desk_are_translated(desk: Shell) -> None:
    assert desk("take", "99", code=3).err.startswith("error: no ticket 99\n")
    assert desk("take", "99", code=3, env=KOREAN).err.startswith("오류: 99번 티켓이 없습니다\n")


def test_confirmations_are_translated_and_name_the_subject(desk: Shell) -> None:
    desk.ingest(mail(subject="Printer"))
    assert desk("take", "1", "--dry-run", env=KOREAN).out == "모의 실행: #1 “Printer” 티켓을 맡았습니다\n"


def test_json_stays_english(desk: Shell) -> None:
    desk.ingest(mail())
    assert desk("take", "1", "--json", env=KOREAN).row["said"] == "ticket 1 is yours"


@pytest.mark.parametrize("env", [{"LC_ALL": "C", **KOREAN}, {"LANGUAGE": "en:ko"}, {"LANGUAGE": "xx"}])
def test_other_languages_read_english(local_desk: Shell, env: dict[str, str]) -> None:
    assert local_desk("lst", env=env, code=2).err.startswith("error: ")


def test_summary_of_undo_is_translated(local_desk: Shell) -> None:
    local_desk("new", "--from", "ana@example.org", "-m", "It burns.")
    local_desk("take", "1")
    assert "티켓 담당 지정" in local_desk("undo", env=KOREAN).out
    local_desk("take", "1")
    assert local_desk("undo").out.startswith("undone: took #1 ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dropped by agent:ana", "agent:ana이(가) 폐기함"),
        ("bounced: no reason given", "반송: 사유 없음"),
        ("550 5.1.1 no such user", "550 5.1.1 no such user"),
        (None, ""),
    ],
)
def test_stored_text_is_translated_for_display(
    monkeypatch: pytest.MonkeyPatch, text: str | None, expected: str
) -> None:
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    monkeypatch.setenv("LANGUAGE", "ko")
    assert stored(text) == expected
    monkeypatch.setenv("LANGUAGE", "en")
    assert stored(text) == (text or "")
