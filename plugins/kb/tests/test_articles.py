"""Articles on both engines: versions, search, import and export, visibility."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deskctl.bootstrap import open_desk
from deskctl.core.agents.commands import AddAgent
from deskctl.core.contacts.commands import EraseContact
from deskctl.core.tickets.commands import Create
from deskctl.core.tickets.queries import ShowTicket
from deskctl.plugins import NotFound, Refused, UsageError

Kb = Any


def test_edit_creates_a_version_with_its_author(kb: Kb) -> None:
    number = kb.add("환불 방법", "첫 글", tags=("Billing",))
    kb("edit", id=number, text="새 글", seen=1)
    kb("state", ids=(number,), state="retired")
    same = kb("edit", id=number, title="환불 방법", add_tags=("billing",))
    assert not same["changed"] and same["version"] == 3
    history = kb("history", id=number)
    assert [(v["version"], v["change"], v["state"]) for v in history] == [
        (3, "retired", "retired"),
        (2, "edited", "published"),
        (1, "added", "published"),
    ]
    assert all(version["author"].startswith(("user:", "agent:")) for version in history)
    assert kb("show", id=number, version=1)["text"] == "첫 글\n"
    assert kb("show", id=number)["text"] == "새 글\n"
    with pytest.raises(NotFound, match="no version 9"):
        kb("show", id=number, version=9)
    with pytest.raises(Refused, match="meanwhile"):
        kb("edit", id=number, text="late", seen=2)
    with pytest.raises(NotFound):
        kb("show", id=99)


def test_dry_run_changes_nothing(kb: Kb) -> None:
    number = kb.add("Refunds")
    result = kb("edit", id=number, title="Other", dry_run=True)
    assert result["title"] == "Other" and kb("show", id=number)["title"] == "Refunds"
    kb("add", title="Never", text="x", dry_run=True)
    kb.import_files({"a.md": "# A\nx"}, dry_run=True)
    assert [row["id"] for row in kb("list")] == [number]
    assert kb.add("Next") == number + 1


def test_search_finds_published_articles_only(kb: Kb) -> None:
    refund = kb.add("카드 결제 환불", "주문 내역에서 반품을 신청하세요.")
    draft = kb.add("카드 환불 초안", "쓰는 중", draft=True)
    assert kb.search("카드 환불") == [refund]
    kb("state", ids=(draft,), state="published")
    assert set(kb.search("카드 환불")) == {refund, draft}
    kb("state", ids=(refund, draft), state="retired")
    assert kb.search("카드 환불") == []
    with pytest.raises(NotFound):
        kb("state", ids=(refund, 99), state="published")
    assert kb.search("카드 환불") == []
    kb("edit", id=refund, text="배송 안내")
    kb("state", ids=(refund,), state="published")
    assert kb.search("배송") == [refund] and kb.search("신청하세요") == []


def test_internal_articles_are_invisible_to_customers(kb: Kb) -> None:
    public = kb.add("Refunds", "Open the order and choose Return.", public=True)
    internal = kb.add("Refunds over the limit", "Ask Mina, secret 4711.", translation_of=str(public), language="ko")
    hidden = kb.add("Refund fraud", "The secret 4711 list.")
    draft = kb.add("Refund draft", "secret 4711", public=True, draft=True)
    assert kb.search("refund", customers=True) == [public]
    assert kb.search("환불 refund secret 4711", customers=True, language="ko") == [public]
    assert not kb("search", text="secret 4711", customers=True)["found"]
    shown = kb("search", text="refund secret", customers=True, limit=5)
    assert "4711" not in str(shown)
    exported = kb.export(public=True)
    assert set(exported["write"]) == {"refunds.md"} and "4711" not in str(exported)
    for number in (internal, hidden, draft):
        with pytest.raises(Refused):
            kb.desk.call("insert", reference=f"kb:{number}")
    assert "choose Return" in kb.desk.call("insert", reference=f"kb:{public}")["text"]
    kb("edit", id=public, public=False)
    assert kb.search("refund", customers=True) == []
    with pytest.raises(Refused, match="internal"):
        kb.desk.call("insert", reference=f"kb:{public}")
    with pytest.raises(NotFound):
        kb.desk.call("insert", reference="kb:nothing")


def test_public_export_removes_articles_that_became_internal(kb: Kb) -> None:
    number = kb.add("Refunds", public=True)
    site = kb.export(public=True)["write"]
    kb("edit", id=number, public=False)
    assert kb.export(site, public=True)["remove"] == ["refunds.md"]
    assert kb.export({"refunds.md": "# Another\n\nfile"}, public=True)["remove"] == []


def test_search_prefers_the_customers_language(kb: Kb) -> None:
    ko = kb.add("환불 방법", "주문에서 반품을 누르세요. refund", public=True)
    en = kb.add("How to get a refund", "Choose Return. 환불", public=True, translation_of=str(ko))
    alone = kb.add("Shipping to Korea 한국 배송", "Two days.", public=True)
    assert kb.search("환불") == [ko]
    assert kb.search("refund") == [en]
    assert kb.search("refund", language="ko") == [ko]
    assert kb.search("refund", language="de") == [en]
    assert kb.search("한국 배송", language="ko")[0] == alone
    kb("state", ids=(ko,), state="retired")
    assert kb.search("환불", language="ko") == [en]
    with pytest.raises(UsageError, match="itself a translation"):
        kb.add("Third", translation_of=str(en))


def test_import_is_all_or_nothing(kb: Kb) -> None:
    files = {"a.md": "# 결제 오류\n\n카드를 확인하세요.", "b/c.md": "---\ntitle: Two\npublic: true\n---\nx"}
    bad = {"bad.md": "no title", "worse.md": "---\npublic: maybe\n---\n# T\n", "../out.md": "# T\n"}
    rejected = kb.import_files({**files, **bad})
    assert {one["file"] for one in rejected["problems"]} == set(bad)
    assert kb("list") == []
    duplicate = kb.import_files({"a.md": "---\nslug: same\n---\n# A\n", "b.md": "---\nslug: same\n---\n# B\n"})
    assert "same" in duplicate["problems"][0]["problem"] and kb("list") == []
    imported = kb.import_files(files)
    assert [(a["title"], a["slug"], a["public"]) for a in imported["added"]] == [
        ("결제 오류", "a", False),
        ("Two", "b/c", True),
    ]
    second = kb.import_files(files)
    assert second["unchanged"] == 2 and not second["added"] and not second["changed"]
    changed = kb.import_files({**files, "a.md": "# 결제 오류\n\n다시 해 보세요."})
    assert [a["version"] for a in changed["changed"]] == [2] and kb("show", id=2)["version"] == 1


def test_export_is_stable_and_writes_only_changed_articles(kb: Kb) -> None:
    files = {"a.md": "# 결제 오류\n\n카드를 확인하세요.", "b.md": "---\nauthor: Mina\ntags: [x]\n---\n# Two\nx\n"}
    kb.import_files(files)
    kb.add("환불 방법", public=True, tags=("billing",))
    # Files that match their article keep their formatting.
    first = kb.export(files)
    assert set(first["write"]) == {"환불-방법.md"}
    fresh = kb.export()["write"]
    assert fresh == kb.export()["write"] and set(fresh) == {"a.md", "b.md", "환불-방법.md"}
    assert "author: Mina" in fresh["b.md"]
    assert kb.export(fresh)["write"] == {}
    assert kb.import_files(fresh)["unchanged"] == 3
    kb("edit", id=1, add_tags=("new",))
    assert set(kb.export(fresh)["write"]) == {"a.md"}
    renamed = {("c.md" if path == "a.md" else path): text for path, text in kb.export(fresh)["write"].items()}
    assert kb.import_files(renamed)["unchanged"] == 1 and set(kb.export(renamed)["write"]) == {"b.md", "환불-방법.md"}


def test_export_gives_the_same_bytes_on_each_engine(kb: Kb, tmp_path: Path) -> None:
    kb.import_files({"a.md": "# 결제 오류\n\nx", "b.md": "---\nstate: draft\ntranslation_of: a\n---\n# Two\nx"})
    assert kb.export()["write"] == {
        "a.md": "---\nslug: a\ntitle: 결제 오류\nlanguage: ko\npublic: false\n---\n\n# 결제 오류\n\nx\n",
        "b.md": "---\nslug: b\ntitle: Two\nlanguage: en\npublic: false\nstate: draft\n"
        "translation_of: a\n---\n\n# Two\nx\n",
    }


def test_suggest_returns_articles_for_a_ticket(kb: Kb) -> None:
    kb.desk.execute(AddAgent("mina", "Mina", "mina@x.test", ("support",)))
    kb.desk.execute(Create("ana@x.test", "결제한 카드로 환불받고 싶어요", "지난주에 주문했습니다."))
    refund = kb.add("환불 방법", "결제하신 카드로 돌려드립니다.")
    kb.add("배송 조회", "운송장 번호를 입력하세요.")
    found = kb("suggest", ticket=1)
    assert found[0]["id"] == refund and not found[0]["public"]
    suggested = kb.desk.call("suggest", ticket=1)
    assert suggested[0]["reference"] == f"kb:{refund}" and not suggested[0]["public"]
    with pytest.raises(NotFound):
        kb("suggest", ticket=77)


def test_gaps_group_missed_questions_until_an_article_exists(kb: Kb) -> None:
    for question in ("프린터 토너 교체", "토너 교체 방법", "quantum teleporter"):
        assert not kb("search", text=question)["good"]
        kb("missed", query=question)
    groups = kb("gaps")
    assert [(group["count"], len(group["searches"])) for group in groups] == [(2, 2), (1, 1)]
    assert kb("stats")["missed"] == 3
    kb.add("프린터 토너 교체 방법", "앞문을 여세요.")
    assert [group["question"] for group in kb("gaps")] == ["quantum teleporter"]


def test_search_handles_hostile_questions(kb: Kb) -> None:
    kb.add("환불")
    for question in ("\0", "?!", "' OR 1=1 --", "%_%", "x" * 100_000, "🙂", "환불" * 50_000):
        assert kb.search(question) in ([], [1])
    with pytest.raises(UsageError, match="no question given"):
        kb.search("   ")
    with pytest.raises(UsageError, match="limit"):
        kb.search("환불", limit=0)


def test_index_spans_several_segments(kb: Kb, monkeypatch: pytest.MonkeyPatch) -> None:
    from deskctl_kb import bm25f, index

    monkeypatch.setattr(bm25f, "SEGMENT", 3)
    monkeypatch.setattr(index, "SEGMENT", 3)
    kb.import_files({f"{n:02}.md": f"# Part number{n} of the printer\n\nSame words." for n in range(10)})
    assert kb.search("number7 printer")[0] == 8
    assert len(kb.search("printer", limit=50)) == 10


def test_articles_persist_when_the_desk_is_reopened(folder: Path, kb: Kb) -> None:
    kb.add("환불 방법", "반품")
    kb.desk.close()
    kb.desk = open_desk(str(folder / "config.toml"))
    assert kb.search("환불") == [1]


def test_erasing_a_contact_deletes_its_questions(kb: Kb) -> None:
    kb.add("Refund", "Ask for it.", public=True)
    desk = kb.desk
    desk.execute(AddAgent("mina", "Mina", "mina@x.test", ("support",)))
    ticket = desk.execute(Create("zebra@example.org", "Teleporter", "The flux capacitor leaks.")).tickets[0]
    contact = desk.ask(ShowTicket(ticket))["contact"]["id"]
    kb("missed", query="what ticket #1 asks")
    kb("missed", query="teleporter of zebra@example.org")
    kb("missed", query="quantum foam")
    assert kb("stats")["missed"] == 3
    desk.execute(EraseContact(contact))
    assert [gap["question"] for gap in kb("gaps")] == ["quantum foam"]
    assert kb("stats")["missed"] == 1
