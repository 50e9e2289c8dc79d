"""The configuration table `[plugins.severity]`: lists of words, and the matrix of priorities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from deskctl.plugins import Invalid

PRIORITIES: Final = ("low", "normal", "high", "urgent")
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityWords:
    """Words for each severity: `critical` for outages and losses, `major` for failures, `minor` for small problems."""

    critical: tuple[str, ...] = (
        "outage", "data loss", "lost data", "breach", "hacked", "leaked", "emergency", "nothing works", "down",
        "장애", "먹통", "유출", "해킹", "데이터 손실", "다 날아갔", "긴급", "서비스 중단",
    )  # fmt: skip
    major: tuple[str, ...] = (
        "broken", "crash", "crashes", "crashed", "error", "fails", "failed", "failing", "cannot", "can't", "unable",
        "refund", "charged twice", "urgent", "asap",
        "오류", "에러", "안 돼", "안돼", "안 됩니다", "안됩니다", "실패", "고장", "환불", "이중 결제",
        "급해", "급합니다",
    )  # fmt: skip
    minor: tuple[str, ...] = (
        "typo", "cosmetic", "question", "wondering", "feature request", "suggestion", "how do i",
        "오타", "문의", "궁금", "제안", "건의", "어떻게",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactWords:
    """Words for each impact: `everyone` for all people or customers, `team` for several people, `person` for one."""

    everyone: tuple[str, ...] = (
        "everyone", "everybody", "all users", "all customers", "all our", "whole company", "production", "nobody can",
        "전체", "모든 사용자", "모든 고객", "모두", "전사", "전 직원", "아무도",
    )  # fmt: skip
    team: tuple[str, ...] = (
        "team", "department", "several", "some users", "many of us", "colleagues", "we all",
        "팀", "부서", "여러 명", "일부 사용자", "동료",
    )  # fmt: skip
    person: tuple[str, ...] = ("only me", "just me", "my account", "my laptop", "저만", "제 계정", "제 컴퓨터")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The priorities by severity. Each row has three: for the impact on everyone, on a team, on a person."""

    critical: Row = ("urgent", "urgent", "high")
    major: Row = ("urgent", "high", "normal")
    minor: Row = ("high", "normal", "low")

    def __post_init__(self) -> None:
        for severity in ("critical", "major", "minor"):
            row = getattr(self, severity)
            if len(row) != 3:
                raise Invalid("needs three priorities: for everyone, a team, a person", key=severity)
            if unknown := [name for name in row if name not in PRIORITIES]:
                raise Invalid(f'not a priority: "{unknown[0]}"; use {", ".join(PRIORITIES)}', key=severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityConfig:
    """The configuration of the plugin.

    `severity` and `impact` contain the words for each level, `matrix` the priority of each pair. With `note`, an
    internal note on the ticket explains the priority.
    """

    severity: SeverityWords = SeverityWords()
    impact: ImpactWords = ImpactWords()
    matrix: Matrix = Matrix()
    note: bool = True

    def __post_init__(self) -> None:
        for words in (self.severity, self.impact):
            for level in words.__dataclass_fields__:
                if not all(word.strip() for word in getattr(words, level)):
                    raise Invalid("contains an empty word", key=level)
