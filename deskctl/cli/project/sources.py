"""Static checks of a plugin's sources: imports and hooks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ...config.problems import did_you_mean
from ...i18n import _, joined
from .locate import PluginProject
from .results import CheckResult, failed, passed

#: The modules of deskctl that a plugin's code, and its tests, may import.
_PUBLIC = ("deskctl.plugins",)
_FOR_TESTS = ("deskctl.plugins", "deskctl.testing")


def check(project: PluginProject, hooks: list[str]) -> Iterator[CheckResult]:
    """Check the sources. `hooks` are the names of all hooks."""
    trees, broken = {}, []
    for path in project.sources():
        try:
            trees[path] = ast.parse(path.read_bytes(), str(path))
        except (SyntaxError, ValueError) as error:
            broken.append(f"{path.name}: {error}")
    if broken:
        yield failed("sources", "; ".join(broken), _("correct the syntax"))
        return
    tests = {} if project.tests is None else _parse_tests(project.tests)
    hint = _("import only deskctl.plugins; other modules can change in any version")
    yield _imports("imports", trees, _PUBLIC, hint)
    if tests:
        hint = _("in tests import only deskctl.plugins and deskctl.testing")
        yield _imports("imports of tests", tests, _FOR_TESTS, hint)
    yield _hooks(trees, hooks)


def _parse_tests(folder: Path) -> dict[Path, ast.Module]:
    trees = {}
    for path in sorted(folder.rglob("*.py")):
        try:
            trees[path] = ast.parse(path.read_bytes(), str(path))
        except (SyntaxError, ValueError):
            continue  # pytest reports the error
    return trees


def _imports(check: str, trees: dict[Path, ast.Module], public: tuple[str, ...], hint: str) -> CheckResult:
    private = [
        f"{path.name}:{line} {module}"
        for path, tree in trees.items()
        for line, module in imported(tree)
        if module.partition(".")[0] == "deskctl" and not is_public(module, public)
    ]
    if private:
        return failed(check, _("private modules: {modules}", modules=_first(private, 5)), hint)
    return passed(check, _("{count} files without private imports", count=len(trees)))


def _first(names: list[str], limit: int) -> str:
    if len(names) <= limit:
        return ", ".join(names)
    return _("{names} and {count} more", names=", ".join(names[:limit]), count=len(names) - limit)


def is_public(module: str, public: tuple[str, ...]) -> bool:
    """Return True if the module is one of `public`, or below one of them, without a private part."""
    inside = any(module == name or module.startswith(f"{name}.") for name in public)
    return inside and not any(part.startswith("_") for part in module.split("."))


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Return line and name of each absolute import; `from deskctl import x` gives deskctl.x."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module == "deskctl":
                yield from ((node.lineno, f"deskctl.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, node.module


def _hooks(trees: dict[Path, ast.Module], known: list[str]) -> CheckResult:
    faults: list[str] = []
    found = []
    for path, tree in trees.items():
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("deskctl_"):
                continue
            location = f"{path.name}:{node.lineno} {node.name}"
            marked = any("hookimpl" in ast.unparse(decorator) for decorator in node.decorator_list)
            if isinstance(node, ast.AsyncFunctionDef):
                faults.append(_("{function} is async", function=location))
            if marked and node.name not in known:
                suggestion = did_you_mean(node.name, known)
                faults.append(_("{function} is not a hook{suggestion}", function=location, suggestion=suggestion))
            if not marked and node.name in known:
                faults.append(_("{function} has no @hookimpl", function=location))
            if marked:
                found.append(node.name)
    if faults:
        return failed("hooks", joined("; ", faults), _("a hook is a plain function with @hookimpl"))
    if not found:
        return failed("hooks", _("none"), _("mark a function such as deskctl_channels with @hookimpl"))
    return passed("hooks", ", ".join(sorted(found)))
