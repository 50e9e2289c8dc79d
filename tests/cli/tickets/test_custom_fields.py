"""Fields of the configuration at the shell: set, show, list, help, completion and errors in the reader's language."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.cli import shell
from tests.cli.shell import Shell, mail

FIELDS = """
[fields.order_number]
type = "text"
label = { en = "Order number", ko = "주문번호" }
required_to_solve = true

[fields.amount]
type = "number"
label = { ko = "금액" }

[fields.reason]
type = "choice"
label = "Reason"
choices = ["refund", "교환"]
choice_labels = { refund = { en = "Refund", ko = "환불" } }

[fields.insured]
type = "bool"
"""
KOREAN = {"LC_ALL": "ko_KR.UTF-8"}


def configure(desk: Shell, fields: str) -> None:
    """Replace the fields in the configuration."""
    path = desk.folder / "config.toml"
    path.write_text(path.read_text().partition("\n[fields.")[0] + "\n" + fields)


@pytest.fixture(scope="module")
def template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk with these fields."""
    made = shell.copy(template, tmp_path_factory.mktemp("fields") / "desk")
    configure(made, FIELDS)
    return made.folder


@pytest.fixture
def desk(desk: Shell) -> Shell:
    """Return a desk with these fields and ticket 1."""
    desk.ingest(mail())
    return desk


def test_values_are_set_and_shown_in_language_of_reader(desk: Shell) -> None:
    said = desk("set", "1", "order_number=김철수 4711", "amount=-3.50", "reason=refund", "insured=yes").out
    assert "order_number is 김철수 4711, amount is -3.5, reason is Refund, insured is yes" in said
    english, korean = desk("show", "1").out, desk("show", "1", env=KOREAN).out
    for line in ("Order number: 김철수 4711", "금액: -3.5", "Reason: Refund", "insured: yes"):
        assert f"\n{line}\n" in english
    for line in ("주문번호: 김철수 4711", "금액: -3.5", "Reason: 환불", "insured: 예"):
        assert f"\n{line}\n" in korean
    values = {"order_number": "김철수 4711", "amount": -3.5, "reason": "refund", "insured": True}
    assert desk.show(1)["fields"] == desk.tickets()[0]["fields"] == values
    assert "reason: none → refund" in desk("show", "1", "--full").out
    assert "김철수" not in desk("log", "1").out


def test_fields_are_columns_and_conditions(desk: Shell) -> None:
    desk("set", "1", "amount=20", "reason=refund")
    assert desk("list", "--columns", "number,amount,reason,order_number").out == "1\t20\trefund\t\n"
    for condition, code in (("amount>=20", 0), ("amount>20", 1), ("reason=refund", 0), ("order_number=", 0)):
        assert desk("list", "--field", condition, "--exit-code", code=code).code == code
    assert "no field" in desk("list", "--field", "ammount=5", code=2).err
    assert "(did you mean amount?)" in desk("list", "--field", "ammount=5", code=2).err
    assert "insured" in desk("list", "--columns", "nothing", code=2).err
    assert desk("list", "--columns", "amount", "--json").row == {"amount": 20}


def test_required_field_is_named_with_command_that_sets_it(desk: Shell) -> None:
    desk.ingest(mail("Ben <ben@example.org>", "Second"))
    desk("set", "2", "order_number=1")
    refused = desk("solve", "1", "2", code=4)
    assert "ticket 1 cannot be solved without Order number (order_number)" in refused.err
    assert "deskctl set 1 order_number=…" in refused.err
    assert "주문번호 (order_number)" in desk("solve", "1", code=4, env=KOREAN).err
    assert [desk.show(number)["status"] for number in (1, 2)] == ["new", "solved"]
    refused = desk("reply", "1", "-m", "Done.", "--status", "solved", code=4)
    assert "order_number" in refused.err
    assert "Done." in desk("draft", "show", "1").out


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("amount=1e999", 'amount: not a number: "1e999"'),
        ("amount=nan", "not a number"),
        ("reason=refnd", "(did you mean refund?)"),
        ("insured=maybe", "use one of yes, no"),
        ("order_number=a\nb", "line break or a control character"),
        ("ordr_number=1", "(did you mean order_number?)"),
    ],
)
def test_wrong_value_is_explained(unchanged: Shell, word: str, said: str) -> None:
    assert said in unchanged("set", "1", word, code=2).err
    assert "order_number" in unchanged("set", "1", "nothing=1", code=2).err
    assert "order_number" in unchanged("set", "1", code=2).err


def test_undecodable_value_is_refused(unchanged: Shell) -> None:
    assert "control character" in unchanged("set", "1", "order_number=\udcff", code=2).err


def test_help_lists_fields_of_the_desk(unchanged: Shell) -> None:
    english, korean = unchanged("set", "--help").out, unchanged("set", "--help", env=KOREAN).out
    assert re.search(r"^  order_number=TEXT +Order number \(required to solve a ticket\)$", english, re.MULTILINE)
    assert "reason=refund|교환" in english
    assert "주문번호" in korean


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("deskctl set 1 ord", ["order_number="]),
        ("deskctl set 1 reason=", ["reason=refund", "reason=교환"]),
        ("deskctl set 1 insured=y", ["insured=yes"]),
        ("deskctl list --field rea", ["reason="]),
        ("deskctl list --field reason=r", ["reason=refund"]),
        ("deskctl new --field insured=", ["insured=yes", "insured=no"]),
        ("deskctl search --field am", ["amount="]),
        ("deskctl list --columns number,ord", ["number,order_number"]),
        ("deskctl queue --columns am", ["amount"]),
    ],
)
def test_completion_offers_fields_and_choices(unchanged: Shell, line: str, expected: list[str]) -> None:
    words = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")), "_DESKCTL_COMPLETE": "bash_complete"}
    assert [each.partition(",")[2] for each in unchanged(env=words).out.splitlines()] == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["set", "1", "reason", "="], ["refund", "교환"]),
        (["set", "1", "reason", "=", "r"], ["refund"]),
        (["set", "1", "reason", "=", "refund", "insured", "=", "n"], ["no"]),
        (["set", "1", "reason", "=", "refund", ""], ["1"]),
        (["set", "1", "rea"], ["reason="]),
        (["list", "--status", "=", "so"], ["solved"]),
        (["list", "--field", "reason", "=", "re"], ["refund"]),
    ],
)
def test_bash_completes_the_part_after_the_sign(unchanged: Shell, words: list[str], expected: list[str]) -> None:
    """Bash passes `reason=r` as three words and replaces only the last of them."""
    script = f"""
        compopt() {{ :; }}
        eval "$(deskctl completion bash)"
        COMP_WORDS=(deskctl {" ".join(map(shlex.quote, words))})
        COMP_CWORD={len(words)}
        _deskctl_completion deskctl
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        cwd=unchanged.folder,
        env={**os.environ, **unchanged.env},
        capture_output=True,
        text=True,
    )
    assert (done.stdout.splitlines(), done.stderr) == (expected, "")


def test_new_ticket_has_fields(desk: Shell) -> None:
    words = ("new", "--from", "ana@example.org", "-m", "Where is it?")
    desk(*words, "--field", "order_number=김철수 4711", "--field", "reason=refund")
    values = {"order_number": "김철수 4711", "amount": None, "reason": "refund", "insured": None}
    assert desk.show(2)["fields"] == values
    assert desk("queue", "--columns", "number,reason").out == "1\t\n2\trefund\n"
    assert 'not NAME=VALUE: "reason"' in desk(*words, "--field", "reason", code=2).err
    assert "(did you mean reason?)" in desk(*words, "--field", "reson=refund", code=2).err
    assert len(desk.tickets()) == 2
    desk("draft", "send", "1", "--field", "reason=refund")
    assert desk.show(3)["fields"]["reason"] == "refund"


def test_search_finds_values_and_accepts_conditions(desk: Shell) -> None:
    desk("set", "1", "order_number=4711", "amount=20")
    assert [row["number"] for row in desk("search", "4711", "--json").rows] == [1]
    assert [row["number"] for row in desk("search", "burns", "--field", "amount>=20", "--json").rows] == [1]
    assert desk("search", "burns", "--field", "amount>20", "--exit-code", code=1).out == ""
    assert "--contacts" in desk("search", "ana", "--contacts", "--field", "amount=", code=2).err


def test_removed_and_changed_fields_are_shown(desk: Shell) -> None:
    desk("set", "1", "order_number=A-12", "amount=5", "reason=교환")
    running = desk.daemon is not None
    desk.stop()
    configure(desk, '[fields.order_number]\ntype = "number"\n')
    if running:
        desk.start()
    assert desk.show(1)["fields"] == {"order_number": "A-12", "amount": "5", "reason": "교환"}
    shown = desk("show", "1").out
    assert "\norder_number: A-12\n" in shown
    assert "\nreason: 교환\n" in shown
    assert desk("list", "--columns", "reason,amount").out == "교환\t5\n"
    assert "no longer in the configuration" in desk("set", "1", "amount=6", code=2).err


def test_export_contains_fields(desk: Shell) -> None:
    desk("set", "1", "order_number=4711")
    desk("contact", "export", "1")
    [document] = [json.loads(path.read_text()) for path in (desk.folder / "contact-1" / "tickets").glob("*.json")]
    assert document["fields"]["order_number"] == "4711"
