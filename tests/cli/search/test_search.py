"""`deskctl search`, over the socket and without a daemon."""

from __future__ import annotations

from tests.cli.shell import Shell, mail


def test_search_finds_korean_words_of_two_syllables(desk: Shell) -> None:
    desk.ingest(mail(subject="문의", text="지난주에 산 것을 환불해 주세요."))
    desk.ingest(mail("b@example.org", "Printer"))
    row = desk("search", "환불", "--json").row
    assert list(row) == ["number", "subject", "message", "snippet", "at"]
    assert (row["number"], row["subject"], row["snippet"]) == (1, "문의", "지난주에 산 것을 ⟦환불⟧해 주세요.")
    assert desk("search", "산 것을", "환불").out.split("\t")[3] == "지난주에 산 것을 환불해 주세요."
    assert desk("search", "환불", "printer", "--json").out == ""


def test_search_reports_no_match(desk: Shell) -> None:
    desk.ingest(mail(subject="Printer"))
    nothing = desk("search", "scanner", "환불")
    assert (nothing.out, "scanner 환불" in nothing.err, "fewer words" in nothing.err) == ("", True, True)
    desk("search", "scanner", "--exit-code", code=1)
    desk("search", "printer", "--exit-code")
    desk("search", "!!!", code=2)


def test_search_finds_contacts(desk: Shell) -> None:
    desk.ingest(mail("berta@shop.example", "Printer"))
    assert desk("search", "berta", "--contacts", "--json").row["addresses"] == ["berta@shop.example"]
    assert desk("search", "berta", "--json").out == ""


def test_db_reindex_rebuilds_the_index(desk: Shell) -> None:
    desk.ingest(mail(subject="Printer"))
    assert desk("search", "printer", "--json").row["number"] == 1
    desk.stop()
    assert desk("db", "reindex", "--json").row["messages"] == 1
    assert desk("search", "printer", "--json").row["number"] == 1


def test_conditions_limit_a_search(desk: Shell) -> None:
    desk.ingest(mail("a@example.org", "Printer"))
    desk.ingest(mail("b@example.org", "Printer again"))
    desk("tag", "2", "+refund")
    desk("solve", "2")

    def found(*words: str) -> list[int]:
        return [row["number"] for row in desk("search", *words, "--json").rows]

    assert found("printer") == [2, 1]
    assert found("printer", "status:solved") == [2]
    assert found("printer", "-tag:refund") == [1]
    assert found("printer", "tag:(refund OR billing)", "--rank") == [2]
    assert found("contact:a@example.org", "printer") == [1]
    desk("spam", "1")
    assert found("printer", "is:spam") == found("printer", "number:1") == [1]
    assert found("printer", "-is:spam") == [2]
    assert found("-is:spam", "printer", "is:open") == []
    assert "no words" in desk("search", "status:solved", code=2).err
    assert "did you mean solved?" in desk("search", "printer", "status:solvd", code=2).err
    assert found("http://printer") == []
