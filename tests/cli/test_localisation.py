"""The command line uses the language of the shell; JSON output stays English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import deskctl
from deskctl.cli.stored_texts import TEMPLATES, stored
from deskctl.core.messages.model import IntentKind
from tests.cli.shell import Shell, mail
from tests.cli.test_terminal import at_terminal

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
        ("asked for person", "요청: 상담원 연결"),
        ("asked for status; not answered", "요청: 진행 상황, 답변하지 않음"),
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


def skeletons() -> Iterator[str]:
    """Yield the texts in the code that stores texts, with `{}` for each value in a text."""
    root = Path(deskctl.__file__).parent
    for module in (path for name in ("core", "desk", "daemon") for path in (root / name).rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)


def test_each_stored_text_with_a_translation_is_still_stored() -> None:
    """Otherwise a changed text in the code would lose its translation without notice."""
    known = set(skeletons())
    templates = [template.template for template in TEMPLATES if template.context is None]
    assert [text for text in templates if re.sub(r"\{\w+\}", "{}", text) not in known] == []
    requests = {str(template) for template in TEMPLATES if template.context == "request"}
    assert requests == {kind.value for kind in IntentKind}


def test_reasons_in_the_history_are_translated(desk: Shell) -> None:
    desk.ingest(mail("eve@example.org"))
    desk("spam", "1", "--block", "sender")
    desk.ingest(mail("eve@example.org"))
    assert "marked as spam: blocked sender" in at_terminal(desk, "log", "2")
    assert "차단된 발신자" in at_terminal(desk, "log", "2", LANGUAGE="ko")
    [why] = [row["why"] for row in desk("log", "2", "--json", env=KOREAN).rows if row["kind"] == "marked_spam"]
    assert why == "blocked sender"


def test_purposes_of_hooks_are_translated(local_desk: Shell) -> None:
    assert "채널 유형" in at_terminal(local_desk, "plugin", "hooks", LANGUAGE="ko")
    [row] = [
        row for row in local_desk("plugin", "hooks", "--json", env=KOREAN).rows if row["hook"] == "deskctl_channels"
    ]
    assert row["does"] == "Return the channel types of this plugin"
