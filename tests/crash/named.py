"""The fault points of the product, found in its source code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from tests.architecture.tree import ROOT, tracked

#: The fault points that a call names, by the name of the function.
_STEPS = {
    "reach": ("",),
    "exchange": (".before", ".after"),
    "writing": (".begin", ".commit", ".committed"),
}
#: What a file with fault points has in its text; to parse the others takes seconds.
_CALLS = (*(f"{name}(" for name in _STEPS), "with_connection(", "transaction(")

#: Requests of a person, and a clock that is set back: one transaction each, which is written completely or not at all.
#: tests/store/search/test_rebuild.py kills indexing.
_ASKED = ("jobs.retry", "jobs.drop", "plugin_request", "plugin_tables", "index.portion", "delays.set_back")


def points() -> frozenset[str]:
    """Return the fault points of mails and replies, for example `journal.append.commit`."""
    return frozenset(point for point in _all() if not point.startswith(("job.", "jobs.", *_ASKED)))


def job_points() -> list[str]:
    """Return the fault points of jobs, which need an automation (tests/daemon/test_jobs.py)."""
    return sorted(point for point in _all() if point.startswith(("job.", "jobs.")) and not point.startswith(_ASKED))


@cache
def _all() -> frozenset[str]:
    """Return a literal name. Fails for a name that is not a literal."""
    found = set()
    for path in tracked("deskctl/*.py", "plugins/email/deskctl_email/*.py"):
        if path.name == "faultpoints.py":
            continue
        text = (ROOT / path).read_text()
        if not any(word in text for word in _CALLS):
            continue
        for name, steps in _named(ast.parse(text)):
            found |= {name + step for step in steps}
    return frozenset(found)


def _named(tree: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if called in _STEPS and node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value), _STEPS[called]
            if called == "with_connection":
                for keyword in node.keywords:
                    if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                        yield str(keyword.value.value), _STEPS["writing"]
            if called == "transaction":
                named = [keyword.value for keyword in node.keywords if keyword.arg == "name"]
                for value in named or [ast.Constant("command")]:
                    assert isinstance(value, ast.Constant), ast.unparse(node)
                    yield str(value.value), _STEPS["writing"]
