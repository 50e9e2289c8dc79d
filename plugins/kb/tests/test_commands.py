"""The commands of `deskctl kb`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from deskctl.testing.desk import TemporaryDesk


@pytest.fixture
def desk(tmp_path: Path) -> TemporaryDesk:
    return TemporaryDesk(tmp_path / "desk")


def test_article_is_added_found_edited_and_suggested(desk: TemporaryDesk, tmp_path: Path) -> None:
    file = tmp_path / "refund.md"
    file.write_text("# 환불 방법\n\n주문 내역에서 반품을 누르면 카드로 돌려드립니다.\n")
    assert "article 1" in desk.run("kb", "add", "환불 방법", "-f", str(file), "--public", "--tag", "billing")
    desk.run("kb", "add", "야간 연락처", "-m", "미나: 010-0000-4711")
    found = desk.json("kb", "search", "카드 환불", "--limit", "1")
    assert [list(row) for row in found] == [["id", "title", "language", "public", "score", "snippet"]]
    assert (found[0]["id"], found[0]["title"], found[0]["public"]) == (1, "환불 방법", True)
    desk.run("kb", "search", "양자 순간이동", "--exit-code", code=1)

    desk.run("kb", "edit", "1", "-f", "-", stdin="# 환불과 교환\n\n새 글입니다.\n".encode())
    assert "환불과 교환" in desk.run("kb", "show", "1") and "돌려드립니다" in desk.run(
        "kb", "show", "1", "--version", "1"
    )
    assert "would be" in desk.run("kb", "retire", "1", "--dry-run")

    desk.run("new", "--from", "ana@example.org", "--subject", "환불 교환 문의", "-m", "환불과 교환이 궁금합니다.")
    assert desk.json("kb", "suggest", "1")[0]["id"] == 1
    desk.run("reply", "1", "--kb", "2", code=4)
    assert "4711" not in json.dumps(desk.ticket(1)["messages"])


def test_invalid_command_fails_and_changes_nothing(desk: TemporaryDesk, tmp_path: Path) -> None:
    for words, code in (
        (("kb", "show", "9"), 3),
        (("kb", "add", "Empty", "-m", " "), 2),
        (("kb", "add", "None"), 2),
        (("kb", "import", str(tmp_path / "nowhere")), 2),
        (("kb", "stats", "--since", "yesterdayish"), 2),
    ):
        desk.run(*words, code=code)
    assert desk.json("kb", "list") == []


def test_import_and_export_keep_unchanged_files(desk: TemporaryDesk, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    (docs / "billing").mkdir(parents=True)
    (docs / ".git").mkdir()
    (docs / ".git" / "ignored.md").write_text("# Ignored\n")
    (docs / "billing" / "환불.md").write_text("# 환불: 카드 & 계좌\n\n글\n")
    (docs / "b.md").write_bytes("\ufeff---\r\npublic: true\r\n---\r\n# Two\r\n\r\ntext\r\n".encode())
    before = {path: path.read_bytes() for path in docs.rglob("*.md")}
    (docs / "huge.md").write_bytes(b"x" * 2_100_000)
    (docs / "binary.md").write_bytes(b"\x7fELF\0\0")
    (docs / "untitled.md").write_text("no heading")
    refused = json.loads(desk.run("kb", "import", str(docs), "--json", code=2))
    assert {bad["file"] for bad in refused["problems"]} == {"huge.md", "binary.md", "untitled.md"}
    assert desk.json("kb", "list") == []
    for name in ("huge.md", "binary.md", "untitled.md"):
        (docs / name).unlink()
    desk.run("kb", "import", str(docs))
    rows = desk.json("kb", "list")
    assert [(row["title"], row["public"]) for row in rows] == [("Two", True), ("환불: 카드 & 계좌", False)]
    desk.run("kb", "export", str(docs))
    assert {path: path.read_bytes() for path in docs.rglob("*.md")} == before

    out = tmp_path / "out"
    desk.run("kb", "export", str(out))
    first = {path: path.read_bytes() for path in out.rglob("*.md")}
    assert len(first) == 2
    desk.run("kb", "edit", "1", "--tag", "new")
    desk.run("kb", "export", str(out))
    changed = [path.name for path in first if path.read_bytes() != first[path]]
    assert changed == ["b.md"]
    assert "0 added, 0 changed, 2 unchanged" in desk.run("kb", "import", str(out))
    # Export refuses a symbolic link that leads out of its folder.
    (out / "billing" / "환불.md").unlink()
    (out / "billing").rmdir()
    (out / "billing").symlink_to(tmp_path)
    desk.run("kb", "export", str(out), code=2)
    assert not (tmp_path / "환불.md").exists()


def test_import_and_export_do_not_follow_symbolic_links(desk: TemporaryDesk, tmp_path: Path) -> None:
    desk.run("kb", "add", "환불 방법", "-m", "글", "--public")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "passwords.md").write_text("# Passwords\n\nhunter2\n")
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "good.md").write_text("# Good\n\nwords\n")
    (docs / "bad.md").symlink_to(outside / "passwords.md")
    (docs / "folder").symlink_to(outside)
    os.mkfifo(docs / "pipe.md")
    refused = json.loads(desk.run("kb", "import", str(docs), "--json", code=2))
    assert {one["file"]: one["problem"] for one in refused["problems"]} == {
        "bad.md": "it is a symbolic link",
        "pipe.md": "it is not a regular file",
    }
    assert [row["title"] for row in desk.json("kb", "list")] == ["환불 방법"]
    (docs / "bad.md").unlink()
    (docs / "pipe.md").unlink()
    desk.run("kb", "import", str(docs))
    assert [row["title"] for row in desk.json("kb", "list")] == ["환불 방법", "Good"]

    out = tmp_path / "out"
    out.mkdir()
    target = out / "환불-방법.md"
    target.symlink_to(outside / "passwords.md")
    desk.run("kb", "export", str(out), code=2)
    assert (outside / "passwords.md").read_text() == "# Passwords\n\nhunter2\n" and target.is_symlink()
    target.unlink()
    desk.run("kb", "export", str(out))
    # Export --public removes files of an earlier export, but only real files in the folder.
    desk.run("kb", "edit", "1", "--internal")
    target.rename(outside / "kept.md")
    target.symlink_to(outside / "kept.md")
    desk.run("kb", "export", str(out), "--public")
    assert (outside / "kept.md").exists()
