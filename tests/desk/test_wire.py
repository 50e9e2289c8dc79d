"""Requests and answers are unchanged by the trip over the socket, and invalid requests get an error."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl import i18n
from deskctl.core.kernel.command import REGISTRY as COMMANDS
from deskctl.core.kernel.permissions import Audience
from deskctl.desk import decode
from deskctl.desk.wire import answer, answer_from, error_document, error_from, line, request_document
from deskctl.errors import KINDS, ConfigError, DeskctlError, NotFound, UsageError
from deskctl.i18n import _

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def fits(request: Any) -> bool:
    """Return True if a store can hold the numbers of a command or query."""
    values = [getattr(request, field.name) for field in dataclasses.fields(request)]
    numbers = [value for value in values if isinstance(value, int)]
    numbers += [item for value in values if isinstance(value, tuple) for item in value if isinstance(item, int)]
    return all(abs(number) < 2**63 for number in numbers)


def over_the_wire(document: dict[str, Any]) -> decode.Request:
    return decode.request(decode.parse_line(line(document)))


@pytest.mark.parametrize("name", sorted(decode.known_commands()))
def test_every_command_arrives_as_it_was_sent(name: str) -> None:
    @given(st.builds(decode.known_commands()[name]).filter(fits), st.none() | st.text(), st.booleans())
    def arrives(command: Any, claim: str | None, dry_run: bool) -> None:
        request = over_the_wire({"id": 1, "execute": request_document(command), "as": claim, "dry_run": dry_run})
        assert (request.command, request.claim, request.dry_run) == (command, claim, dry_run)

    arrives()


@pytest.mark.parametrize("name", sorted(decode.known_queries()))
def test_every_query_arrives_as_it_was_sent(name: str) -> None:
    @given(st.builds(decode.known_queries()[name]).filter(fits))
    def arrives(query: Any) -> None:
        assert over_the_wire({"id": "x", "ask": request_document(query)}).query == query

    arrives()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        *((number, f"nothing has the number {number}") for number in (2**63, -(2**63), 10**30)),
        pytest.param(10**3000, "nothing has a number of 9966 bits", id="3001 digits"),
    ],
)
def test_too_large_number_is_not_found(number: int, words: str) -> None:
    for document in ({"execute": {"Take": {"ticket": number}}}, {"call": {"raw": {"message": number}}}):
        with pytest.raises(NotFound, match=words):
            over_the_wire({"id": 1, **document})


def test_internal_commands_are_refused_over_the_socket() -> None:
    machine = {name for name in COMMANDS if COMMANDS[name].audience is Audience.DESK}
    assert {"Receive", "SettleDelivery", "FireTimer", "Quarantine"} <= machine
    assert not machine & set(decode.known_commands())
    with pytest.raises(UsageError, match="unknown request: command FireTimer"):
        over_the_wire({"id": 1, "execute": {"FireTimer": {"timer": 1}}})


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ({"execute": {"Take": {"ticket": "42"}}}, "Take.ticket must be a number, not text"),
        ({"execute": {"Take": {"ticket": True}}}, "Take.ticket must be a number, not true or false"),
        ({"execute": {"Take": {"ticket": None}}}, "Take.ticket must be a number, not null"),
        ({"execute": {"Take": {}}}, "Take needs ticket"),
        ({"execute": {"Take": {"ticket": 1, "tickets": 2}}}, "Take has no field tickets"),
        ({"execute": {"Tag": {"ticket": 1, "add": ["x", 2]}}}, "Tag.add must be text, not a number"),
        ({"execute": {"Tag": {"ticket": 1, "add": "xy"}}}, "Tag.add must be a list, not text"),
        ({"execute": {"Set": {"ticket": 1, "values": [["a"]]}}}, "Set.values must be a list, not a list"),
        ({"execute": {"Command": {}}}, "unknown request: command Command"),
        ({"ask": {"Query": {}}}, "unknown request: query Query"),
        (
            {"execute": {"Take": {"ticket": 1}, "Solve": {"ticket": 1}}},
            '"execute" must be an object with exactly one key',
        ),
        ({"execute": {"Take": {"ticket": 1}}, "ask": {"ListTeams": {}}}, "a request must have exactly one of"),
        ({"execute": {"Take": {"ticket": 1}}, "as": 7}, '"as" must be the handle'),
        ({"execute": {"Take": {"ticket": 1}}, "dry_run": "no"}, '"as" must be the handle'),
        ({"sudo": 1}, "unknown key in the request: sudo"),
        ({"id": [1]}, '"id" must be a number or a string'),
        ({}, "a request must have exactly one of"),
    ],
)
def test_invalid_request_is_refused_with_the_reason(document: dict[str, Any], what: str) -> None:
    with pytest.raises(UsageError) as raised:
        over_the_wire(document)
    assert raised.value.what.startswith(what)


@given(JSON | st.fixed_dictionaries({"id": JSON, "execute": JSON}) | st.fixed_dictionaries({"ask": JSON, "as": JSON}))
def test_any_json_is_a_request_or_a_usage_error(document: Any) -> None:
    try:
        decode.request(decode.parse_line(json.dumps(document).encode()))
    except (UsageError, NotFound) as error:
        assert error.what


@given(st.binary())
def test_any_bytes_are_a_request_or_a_usage_error(raw: bytes) -> None:
    try:
        decode.parse_line(raw)
    except (UsageError, NotFound) as error:
        assert error.what


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_error_keeps_its_kind_and_text(kind: str) -> None:
    error = KINDS[kind]("no such ticket: 42 – 없음", "deskctl list")
    back = error_from(json.loads(json.dumps(error_document(error))))
    assert (type(back), back.what, back.hint, back.exit_code) == (KINDS[kind], error.what, error.hint, error.exit_code)


def test_config_error_keeps_its_problems() -> None:
    problems = ("config.toml:1: desk: is missing", "config.toml:9: channels.x: no")
    back = error_from(error_document(ConfigError("2 errors", problems=problems)))
    assert isinstance(back, ConfigError)
    assert back.problems == problems


def test_unknown_error_kind_arrives_as_its_nearest_known_kind() -> None:
    class Stranger(UsageError):
        pass

    assert type(error_from(error_document(Stranger("x")))) is UsageError
    assert type(error_from({"kind": "FromTheFuture", "what": "y"})) is DeskctlError


def test_an_error_travels_as_an_id_with_parameters_beside_the_english_sentence() -> None:
    error = NotFound(_("no ticket {number}", number=7), _("see {command}", command=_("the list")))
    sent = json.loads(line(error_document(error)))
    assert (sent["what"], sent["hint"]) == ("no ticket 7", "see the list")
    assert sent["texts"]["/what"] == {"id": "no ticket {number}", "params": {"number": 7}}
    back = error_from(sent)
    assert [i18n.document(text) for text in (back.what, back.hint) if isinstance(text, i18n.Text)] == [
        {"id": "no ticket {number}", "params": {"number": 7}},
        {"id": "see {command}", "params": {"command": {"id": "the list", "params": {}}}},
    ]


def test_an_error_without_ids_is_read_as_it_was_sent() -> None:
    back = error_from({"kind": "NotFound", "what": "x", "hint": "y", "texts": {"/what": {"id": 1}, "/z/0": 2}})
    assert (back.what, back.hint) == ("x", "y")


def test_the_confirmation_in_an_answer_travels_as_an_id_with_parameters() -> None:
    sent = json.loads(line(answer(1, {"said": _("ticket {number} is solved", number=7), "tickets": [7]})))
    assert sent["ok"] == {"said": "ticket 7 is solved", "tickets": [7]}
    assert i18n.document(answer_from(sent)["said"]) == {"id": "ticket {number} is solved", "params": {"number": 7}}
    assert "texts" not in answer(1, {"said": "x"})
