"""Permissions: every command, query and call has its audience, and what has none is refused."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Mapping
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl import core
from deskctl.core import commands, permissions, queries
from deskctl.core.permissions import CALLS, COMMANDS, QUERIES, REQUESTS, Audience, Kind, Rights, check
from deskctl.daemon import request_handler
from deskctl.desk import decode, local, requests
from deskctl.errors import Refused
from deskctl.plugins import manager

EVERYTHING = [
    *((Kind.COMMAND, name) for name in COMMANDS),
    *((Kind.QUERY, name) for name in QUERIES),
    *((Kind.CALL, name) for name in CALLS),
    *((Kind.REQUEST, name) for name in REQUESTS),
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


@pytest.mark.parametrize("module", [local, request_handler])
def test_every_call_has_an_audience(module: ModuleType) -> None:
    """What the desk understands, here and in the daemon, is what the table lists and the documentation explains."""
    named = re.findall(r'case ((?:"\w+"(?: \| )?)+):', inspect.getsource(module))
    understood = {name for case in named for name in re.findall(r'"(\w+)"', case)}
    assert understood == set(CALLS)
    assert understood <= set(re.findall(r"(\w+)\(", requests.__doc__ or ""))


def test_every_request_of_the_plugins_here_has_an_audience() -> None:
    found = manager.load(environ={}).requests
    assert found
    assert {owned.type.who for owned in found.values()} <= set(REQUESTS)


def test_what_the_desk_alone_uses_cannot_be_spoken() -> None:
    assert set(decode.known_commands()) == {name for name, who in COMMANDS.items() if who is not Audience.DESK}
    assert set(decode.known_queries()) == {name for name, who in QUERIES.items() if who is not Audience.DESK}


@given(RIGHTS, st.sampled_from(list(Kind)), st.text())
def test_what_is_not_listed_is_refused_to_everybody(rights: Rights, kind: Kind, name: str) -> None:
    if (kind, name) not in EVERYTHING:
        with pytest.raises(Refused):
            check(kind, name, rights, "somebody")


@given(RIGHTS, st.sampled_from(EVERYTHING))
def test_a_caller_may_do_what_their_roles_allow_and_nothing_else(rights: Rights, what: tuple[Kind, str]) -> None:
    wanted = permissions.audience(*what)
    allowed = {
        Audience.OWNER: rights.owner,
        Audience.AGENT: rights.owner or rights.agent is not None,
        Audience.INGEST: rights.owner or rights.ingest,
        Audience.DESK: False,
    }[wanted]
    if allowed:
        check(*what, rights, "somebody")
    else:
        with pytest.raises(Refused):
            check(*what, rights, "somebody")


@given(st.sampled_from(EVERYTHING), st.booleans())
def test_a_stranger_may_do_nothing_and_an_ingest_user_hands_in_mail_alone(what: tuple[Kind, str], ingest: bool) -> None:
    if ingest and what == (Kind.CALL, "ingest"):
        check(*what, Rights(ingest=True), "mail")
    else:
        with pytest.raises(Refused):
            check(*what, Rights(ingest=ingest), "mail")


@given(RIGHTS, st.sampled_from(EVERYTHING))
def test_more_rights_never_take_anything_away(rights: Rights, what: tuple[Kind, str]) -> None:
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
def test_administration_is_the_owners(name: str) -> None:
    kind = Kind.COMMAND if name in COMMANDS else Kind.CALL
    check(kind, name, Rights(owner=True), "root")
    with pytest.raises(Refused, match="owner"):
        check(kind, name, Rights(agent="ana"), "ana")


def test_a_refusal_says_what_the_owner_can_do() -> None:
    with pytest.raises(Refused, match="no agent has the login eve") as caught:
        check(Kind.QUERY, "ListTickets", Rights(), "eve")
    assert caught.value.hint == "the desk's owner can run: deskctl agent set HANDLE --login eve"
    with pytest.raises(Refused) as caught:
        check(Kind.CALL, "ingest", Rights(agent="ana"), "ana")
    assert 'ingest_users = ["ana"]' in caught.value.hint
    with pytest.raises(Refused, match="has no account"):
        check(Kind.QUERY, "ListTickets", Rights(), "uid-4711", account=False)
