"""Permissions: every command, query and call has its audience, and what has none is refused."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl import core
from deskctl.core.kernel import command as commands
from deskctl.core.kernel import permissions
from deskctl.core.kernel import query as queries
from deskctl.core.kernel.permissions import COMMANDS, QUERIES, REQUESTS, Audience, Kind, Rights, check
from deskctl.desk import decode
from deskctl.desk.calls import CALLS
from deskctl.errors import Refused
from deskctl.plugins import manager

EVERYTHING = [
    *((audience, Kind.COMMAND, name) for name, audience in COMMANDS.items()),
    *((audience, Kind.QUERY, name) for name, audience in QUERIES.items()),
    *((call.audience, Kind.CALL, name) for name, call in CALLS.items()),
    *((audience, Kind.REQUEST, name) for name, audience in REQUESTS.items()),
]
RIGHTS = st.builds(Rights, st.booleans(), st.none() | st.just("ana"), st.booleans())


def _all(registry: Mapping[str, type]) -> set[str]:
    """The names of a registry after every module of the core was imported; those of tests left out."""
    for module in pkgutil.walk_packages(core.__path__, "deskctl.core."):
        importlib.import_module(module.name)
    return {name for name, cls in registry.items() if cls.__module__.startswith("deskctl.")}


def test_every_command_has_an_audience() -> None:
    assert set(COMMANDS) == _all(commands.REGISTRY)


def test_every_query_has_an_audience() -> None:
    assert set(QUERIES) == _all(queries.REGISTRY)


def test_every_request_of_the_plugins_here_has_an_audience() -> None:
    found = manager.load(environ={}).requests
    assert found
    assert {owned.type.who for owned in found.values()} <= set(REQUESTS)


def test_what_the_desk_alone_uses_cannot_be_spoken() -> None:
    assert set(decode.known_commands()) == {name for name, who in COMMANDS.items() if who is not Audience.DESK}
    assert set(decode.known_queries()) == {name for name, who in QUERIES.items() if who is not Audience.DESK}


@given(RIGHTS, st.sampled_from([Kind.COMMAND, Kind.QUERY, Kind.REQUEST]), st.text())
def test_name_that_is_not_listed_is_for_the_desk_only(rights: Rights, kind: Kind, name: str) -> None:
    if (kind, name) not in [(listed, other) for _, listed, other in EVERYTHING]:
        with pytest.raises(Refused):
            check(permissions.audience(kind, name), kind, name, rights, "somebody")


@given(RIGHTS, st.sampled_from(EVERYTHING))
def test_caller_may_do_exactly_what_their_roles_allow(rights: Rights, what: tuple[Audience, Kind, str]) -> None:
    allowed = {
        Audience.OWNER: rights.owner,
        Audience.AGENT: rights.owner or rights.agent is not None,
        Audience.INGEST: rights.owner or rights.ingest,
        Audience.DESK: False,
    }[what[0]]
    if allowed:
        check(*what, rights, "somebody")
    else:
        with pytest.raises(Refused):
            check(*what, rights, "somebody")


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
        check(*what, rights, "somebody")
    except Refused:
        return
    check(*what, Rights(True, rights.agent, rights.ingest), "somebody")
    check(*what, Rights(rights.owner, rights.agent or "ana", rights.ingest), "somebody")
    check(*what, Rights(rights.owner, rights.agent, True), "somebody")


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
