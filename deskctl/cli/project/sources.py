"""What a plugin's sources say without being run: what they import, and how the hooks are written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from ...config.problems import did_you_mean
from .finding import Finding, fine, wrong
from .found import PluginProject

#: What a plugin's code, and what its tests, may import of deskctl.
_PUBLIC = ("deskctl.plugins",)
_FOR_TESTS = ("deskctl.plugins", "deskctl.testing")


def judge(project: PluginProject, hooks: list[str]) -> Iterator[Finding]:
    """`hooks`: those that there are."""
    trees, broken = {}, []
    for path in project.sources():
        try:
            trees[path] = ast.parse(path.read_bytes(), str(path))
        except (SyntaxError, ValueError) as error:
            broken.append(f"{path.name}: {error}")
    if broken:
        yield wrong("sources", "; ".join(broken), "mend the syntax")
        return
    tests = {} if project.tests is None else _readable(project.tests)
    yield _imports("imports", trees, _PUBLIC, "import from deskctl.plugins only: everything else may change any day")
    if tests:
        hint = "in tests, too, only deskctl.plugins and deskctl.testing stay as they are"
        yield _imports("imports of tests", tests, _FOR_TESTS, hint)
    yield _hooks(trees, hooks)


def _readable(folder: Path) -> dict[Path, ast.Module]:
    trees = {}
    for path in sorted(folder.rglob("*.py")):
        try:
            trees[path] = ast.parse(path.read_bytes(), str(path))
        except (SyntaxError, ValueError):
            continue  # pytest says it better
    return trees


def _imports(check: str, trees: dict[Path, ast.Module], public: tuple[str, ...], hint: str) -> Finding:
    private = [
        f"{path.name}:{line} {module}"
        for path, tree in trees.items()
        for line, module in imported(tree)
        if module.partition(".")[0] == "deskctl" and not is_public(module, public)
    ]
    if private:
        more = f" and {len(private) - 5} more" if len(private) > 5 else ""
        return wrong(check, f"private: {', '.join(private[:5])}{more}", hint)
    return fine(check, f"{len(trees)} files import nothing private")


def is_public(module: str, public: tuple[str, ...]) -> bool:
    inside = any(module == name or module.startswith(f"{name}.") for name in public)
    return inside and not any(part.startswith("_") for part in module.split("."))


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that is imported by its whole name; `from deskctl import x` is deskctl.x."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module == "deskctl":
                yield from ((node.lineno, f"deskctl.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, node.module


def _hooks(trees: dict[Path, ast.Module], known: list[str]) -> Finding:
    faults, found = [], []
    for path, tree in trees.items():
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("deskctl_"):
                continue
            where = f"{path.name}:{node.lineno} {node.name}"
            marked = any("hookimpl" in ast.unparse(decorator) for decorator in node.decorator_list)
            if isinstance(node, ast.AsyncFunctionDef):
                faults.append(f"{where} is async")
            if marked and node.name not in known:
                faults.append(f"{where} is no hook{did_you_mean(node.name, known)}")
            if not marked and node.name in known:
                faults.append(f"{where} is not marked")
            if marked:
                found.append(node.name)
    if faults:
        return wrong("hooks", "; ".join(faults), "hooks are plain functions marked with @hookimpl")
    if not found:
        return wrong("hooks", "there are none", "mark a function such as deskctl_channels with @hookimpl")
    return fine("hooks", ", ".join(sorted(found)))
