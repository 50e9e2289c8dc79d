"""Permissions: every command, query and call has an audience; without one it is refused."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl import core
from deskctl.core.kernel import command as commands
from deskctl.core.kernel import query as queries
from deskctl.core.kernel.permissions import REQUESTS, Audience, Kind, Rights, check
from deskctl.desk import decode
from deskctl.desk.calls import CALLS
from deskctl.errors import Refused
from deskctl.plugins import manager

#: Commands and calls that only the owner may use, and commands and queries that only the desk itself uses. All others
#: are for agents.
OWNERS = {"AddAgent", "ChangeAgent", "AddTeam", "ChangeTeam"}
OWNERS_CALLS = {"channel_test", "channel_action", "channel_start", "reparse", "job_retry", "job_drop"}
INTERNAL_COMMANDS = {
    *("Receive", "Quarantine", "SettleDelivery", "FireTimer", "NotifyAgent", "SettleCallback", "Acknowledge", "Reread"),
    *("Answer", "RunStep", "RecalculateClocks", "WithdrawApproval", "ContinueUndo"),
}
INTERNAL_QUERIES = {"Journalled", "RawMessages", "WithoutSecrets"}


def _all(registry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the classes of a registry after importing every module of the core, without those of tests."""
    for module in pkgutil.walk_packages(core.__path__, "deskctl.core."):
        importlib.import_module(module.name)
    return {name: cls for name, cls in registry.items() if cls.__module__.startswith("deskctl.")}


COMMANDS = {name: cls.audience for name, cls in _all(commands.REGISTRY).items()}
QUERIES = {name: cls.audience for name, cls in _all(queries.REGISTRY).items()}
EVERYTHING = [
    *((audience, Kind.COMMAND, name) for name, audience in COMMANDS.items()),
    *((audience, Kind.QUERY, name) for name, audience in QUERIES.items()),
    *((call.audience, Kind.CALL, name) for name, call in CALLS.items()),
    *((audience, Kind.REQUEST, name) for name, audience in REQUESTS.items()),
]
RIGHTS = st.builds(Rights, st.booleans(), st.none() | st.just("ana"), st.booleans())


def _named(table: Mapping[str, Audience], audience: Audience) -> set[str]:
    return {name for name, declared in table.items() if declared is audience}


def test_audiences_of_commands_queries_and_calls() -> None:
    assert _named(COMMANDS, Audience.OWNER) == OWNERS
    assert _named(COMMANDS, Audience.DESK) == INTERNAL_COMMANDS
    assert _named(COMMANDS, Audience.INGEST) == set()
    assert _named(QUERIES, Audience.DESK) == INTERNAL_QUERIES
    assert _named(QUERIES, Audience.AGENT) == set(QUERIES) - INTERNAL_QUERIES
    calls = {name: call.audience for name, call in CALLS.items()}
    assert _named(calls, Audience.OWNER) == OWNERS_CALLS
    assert _named(calls, Audience.INGEST) == {"ingest"}
    assert _named(calls, Audience.AGENT) == set(CALLS) - OWNERS_CALLS - {"ingest"}


def test_command_and_query_without_a_declaration_are_for_the_desk_only() -> None:
    class Undeclared(commands.Command):
        pass

    try:
        assert Undeclared.audience is Audience.DESK
        assert "Undeclared" not in decode.known_commands()
    finally:
        del commands.REGISTRY["Undeclared"]
    assert commands.audience_of("Undeclared") is Audience.DESK


def test_plugin_requests_have_a_known_audience() -> None:
    found = manager.load(environ={}).requests
    assert found
    assert {owned.type.who for owned in found.values()} <= set(REQUESTS)


def test_internal_commands_and_queries_cannot_be_sent() -> None:
    assert set(decode.known_commands()) == set(COMMANDS) - INTERNAL_COMMANDS
    assert set(decode.known_queries()) == set(QUERIES) - INTERNAL_QUERIES


@given(RIGHTS, st.sampled_from(EVERYTHING))
def test_caller_may_do_exactly_what_their_roles_allow(rights: Rights, what: tuple[Audience, Kind, str]) -> None:
    allowed = {
        Audience.OWNER: rights.owner,
        Audience.AGENT: rights.owner or rights.agent is not None,
        Audience.INGEST: rights.owner or rights.ingest,
        Audience.DESK: False,
    }[what[0]]
    if allowed:
        check(*what, rights, "someone")
    else:
        with pytest.raises(Refused):
            check(*what, rights, "someone")


@given(st.sampled_from(EVERYTHING), st.booleans())
def test_user_without_an_agent_may_only_ingest_if_listed(what: tuple[Audience, Kind, str], ingest: bool) -> None:
    if ingest and what[1:] == (Kind.CALL, "ingest"):
        check(*what, Rights(ingest=True), "mail")
    else:
        with pytest.raises(Refused):
            check(*what, Rights(ingest=ingest), "mail")


@given(RIGHTS, st.sampled_from(EVERYTHING))
def test_additional_rights_never_reduce_access(rights: Rights, what: tuple[Audience, Kind, str]) -> None:
    try:
        check(*what, rights, "someone")
    except Refused:
        return
    check(*what, Rights(True, rights.agent, rights.ingest), "someone")
    check(*what, Rights(rights.owner, rights.agent or "ana", rights.ingest), "someone")
    check(*what, Rights(rights.owner, rights.agent, True), "someone")


@pytest.mark.parametrize(
    "name", ["AddAgent", "ChangeAgent", "AddTeam", "ChangeTeam", "channel_action", "channel_start", "job_drop"]
)
def test_administration_is_for_the_owner_only(name: str) -> None:
    kind, audience = (Kind.COMMAND, COMMANDS[name]) if name in COMMANDS else (Kind.CALL, CALLS[name].audience)
    check(audience, kind, name, Rights(owner=True), "root")
    with pytest.raises(Refused, match="owner"):
        check(audience, kind, name, Rights(agent="ana"), "ana")


def test_refusal_names_the_command_for_the_owner() -> None:
    with pytest.raises(Refused, match="no agent has the login eve") as caught:
        check(Audience.AGENT, Kind.QUERY, "ListTickets", Rights(), "eve")
    assert caught.value.hint == "the desk's owner can run: deskctl agent set HANDLE --login eve"
    with pytest.raises(Refused) as caught:
        check(Audience.INGEST, Kind.CALL, "ingest", Rights(agent="ana"), "ana")
    assert 'ingest_users = ["ana"]' in caught.value.hint
    with pytest.raises(Refused, match="has no account"):
        check(Audience.AGENT, Kind.QUERY, "ListTickets", Rights(), "uid-4711", account=False)
