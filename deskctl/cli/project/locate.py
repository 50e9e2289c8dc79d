"""Location of a plugin for `plugin check`: a project folder, a single file, or an installed plugin."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import Distribution, entry_points
from pathlib import Path
from typing import Any

from ...errors import NotFound, Refused, UsageError
from ...i18n import _

GROUP = "deskctl"


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of a distribution. `entry_points` maps names to modules in the group `deskctl`."""

    name: str = ""
    version: str = ""
    requires_python: str = ""
    license: str = ""
    readme: str = ""
    requires: tuple[str, ...] = ()
    entry_points: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PluginProject:
    """A plugin with its code.

    `code` is the folder of the package or the file. `root` is the folder from which it is imported, None if it is
    installed. `metadata` is None for a single file. `tests` is the folder of the tests, if there is one.
    """

    name: str
    module: str
    code: Path
    root: Path | None = None
    metadata: Metadata | None = None
    tests: Path | None = None

    def sources(self) -> Iterator[Path]:
        yield from sorted(self.code.rglob("*.py")) if self.code.is_dir() else (self.code,)


def find(plugin: str) -> list[PluginProject]:
    """Return the plugins of the project at a path, or the installed plugin of a name.

    Raises NotFound, Refused for a plugin that cannot be checked, UsageError for a project that cannot be read.
    """
    path = Path(plugin)
    if path.suffix == ".py" and path.is_file():
        return [PluginProject(path.stem, path.stem, path.resolve(), path.resolve().parent)]
    if path.is_dir():
        return _in_folder(path.resolve())
    return [_installed(plugin)]


def _in_folder(root: Path) -> list[PluginProject]:
    import tomli

    file = root / "pyproject.toml"
    try:
        table = tomli.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        hint = _("pass the folder of a plugin project")
        raise UsageError(_("{folder} has no pyproject.toml", folder=root), hint) from None
    except (OSError, ValueError) as error:
        raise UsageError(_("cannot read {file}: {error}", file=file, error=error)) from None
    project = table.get("project")
    if not isinstance(project, dict):
        raise UsageError(
            _("{file} has no table [project]", file=file), _("see the packaging page of the plugin documentation")
        )
    metadata = _declared(root, project)
    tests = next((root / name for name in ("tests", "test") if (root / name).is_dir()), None)
    plugins = []
    for name, target in metadata.entry_points.items():
        module = target.partition(":")[0]
        plugins.append(PluginProject(name, module, _code(root, module), root, metadata, tests))
    return plugins or [PluginProject(metadata.name or root.name, "", root, root, metadata, tests)]


def _code(root: Path, module: str) -> Path:
    """Return the path of a module of the project, or `root` if it is not found."""
    for base in (root, root / "src"):
        path = base.joinpath(*module.split("."))
        if path.is_dir():
            return path
        if path.with_suffix(".py").is_file():
            return path.with_suffix(".py")
    return root


def _declared(root: Path, project: Mapping[str, Any]) -> Metadata:
    """Return the metadata in the table [project] (https://packaging.python.org/specifications/pyproject-toml/)."""
    terms = project.get("license", "")
    if isinstance(terms, dict):
        terms = terms.get("text") or terms.get("file") or ""
    readme = project.get("readme", "")
    file = readme.get("file", "") if isinstance(readme, dict) else readme
    readme_text = str(readme.get("text", "")) if isinstance(readme, dict) else ""
    if file and (root / file).is_file():
        readme_text = (root / file).read_text(encoding="utf-8", errors="replace")
    dependencies, groups = project.get("dependencies"), project.get("entry-points")
    points = groups.get(GROUP) if isinstance(groups, dict) else None
    return Metadata(
        name=str(project.get("name", "")),
        version=str(project.get("version", "")),
        requires_python=str(project.get("requires-python", "")),
        license=str(terms),
        readme=readme_text,
        requires=tuple(map(str, dependencies)) if isinstance(dependencies, list) else (),
        entry_points={str(name): str(target) for name, target in points.items()} if isinstance(points, dict) else {},
    )


def _installed(name: str) -> PluginProject:
    if name == "console":
        raise Refused(_("console is part of deskctl"), _("pass the name or the folder of another plugin"))
    entry = next(iter(entry_points(group=GROUP, name=name)), None)
    if entry is None or entry.dist is None:
        what = _('neither a folder nor an installed plugin: "{name}"', name=name)
        raise NotFound(what, _("deskctl plugin list shows the installed plugins"))
    folder = _source(entry.dist)
    if folder is not None and (folder / "pyproject.toml").is_file():
        return next(plugin for plugin in _in_folder(folder) if plugin.name == name)
    about = entry.dist.metadata.json
    metadata = Metadata(
        name=entry.dist.name,
        version=entry.dist.version,
        requires_python=str(about.get("requires_python", "")),
        license=str(about.get("license_expression", about.get("license", ""))),
        readme=str(about.get("description", "")),
        requires=tuple(entry.dist.requires or ()),
        entry_points={e.name: e.value for e in entry.dist.entry_points if e.group == GROUP},
    )
    module = entry.module
    base = Path(str(entry.dist.locate_file("")))
    return PluginProject(name, module, _code(base, module), None, metadata)


def _source(dist: Distribution) -> Path | None:
    """Return the source folder of an editable installation (PEP 610), or None."""
    text = dist.read_text("direct_url.json")
    about = json.loads(text) if text else {}
    url = about.get("url", "")
    if not about.get("dir_info", {}).get("editable") or not url.startswith("file://"):
        return None
    from urllib.parse import unquote

    return Path(unquote(url.removeprefix("file://")))
