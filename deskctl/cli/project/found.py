"""A plugin as `plugin check` looks at it: a project's folder, a single file, or what is installed under a name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import Distribution, entry_points
from pathlib import Path
from typing import Any

from ...errors import NotFound, Refused, UsageError

GROUP = "deskctl"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a distribution says of itself; `entry_points` of the group `deskctl`, name to module."""

    name: str = ""
    version: str = ""
    requires_python: str = ""
    license: str = ""
    readme: str = ""
    requires: tuple[str, ...] = ()
    entry_points: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PluginProject:
    """`metadata` None: a single file, which no distribution describes. `root`: where its sources are imported from,
    None when they are installed. `code`: the package's folder or the file. `tests`: its tests' folder, if any."""

    name: str
    module: str
    code: Path
    root: Path | None = None
    metadata: Metadata | None = None
    tests: Path | None = None

    def sources(self) -> Iterator[Path]:
        yield from sorted(self.code.rglob("*.py")) if self.code.is_dir() else (self.code,)


def find(words: str) -> list[PluginProject]:
    """The plugins of the project at a path, or the installed one of that name.

    Raises NotFound, Refused for what cannot be judged, UsageError for a project that cannot be read.
    """
    path = Path(words)
    if path.suffix == ".py" and path.is_file():
        return [PluginProject(path.stem, path.stem, path.resolve(), path.resolve().parent)]
    if path.is_dir():
        return _in_folder(path.resolve())
    return [_installed(words)]


def _in_folder(root: Path) -> list[PluginProject]:
    import tomli

    file = root / "pyproject.toml"
    try:
        table = tomli.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{root} has no pyproject.toml", "give the folder of a plugin's project") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from None
    project = table.get("project")
    if not isinstance(project, dict):
        raise UsageError(f"{file} has no table [project]", "see the packaging page of the plugin documentation")
    metadata = _declared(root, project)
    tests = next((root / name for name in ("tests", "test") if (root / name).is_dir()), None)
    plugins = []
    for name, target in metadata.entry_points.items():
        module = target.partition(":")[0]
        plugins.append(PluginProject(name, module, _code(root, module), root, metadata, tests))
    return plugins or [PluginProject(metadata.name or root.name, "", root, root, metadata, tests)]


def _code(root: Path, module: str) -> Path:
    """Where a module of the project is; `root` itself when it is nowhere."""
    for base in (root, root / "src"):
        place = base.joinpath(*module.split("."))
        if place.is_dir():
            return place
        if place.with_suffix(".py").is_file():
            return place.with_suffix(".py")
    return root


def _declared(root: Path, project: Mapping[str, Any]) -> Metadata:
    """The table [project] (https://packaging.python.org/specifications/pyproject-toml/)."""
    terms = project.get("license", "")
    if isinstance(terms, dict):
        terms = terms.get("text") or terms.get("file") or ""
    readme = project.get("readme", "")
    file = readme.get("file", "") if isinstance(readme, dict) else readme
    words = str(readme.get("text", "")) if isinstance(readme, dict) else ""
    if file and (root / file).is_file():
        words = (root / file).read_text(encoding="utf-8", errors="replace")
    wanted, groups = project.get("dependencies"), project.get("entry-points")
    points = groups.get(GROUP) if isinstance(groups, dict) else None
    return Metadata(
        name=str(project.get("name", "")),
        version=str(project.get("version", "")),
        requires_python=str(project.get("requires-python", "")),
        license=str(terms),
        readme=words,
        requires=tuple(map(str, wanted)) if isinstance(wanted, list) else (),
        entry_points={str(name): str(target) for name, target in points.items()} if isinstance(points, dict) else {},
    )


def _installed(name: str) -> PluginProject:
    if name == "console":
        raise Refused("console comes with deskctl itself", "give the name or the folder of another plugin")
    entry = next(iter(entry_points(group=GROUP, name=name)), None)
    if entry is None or entry.dist is None:
        raise NotFound(f"{name!r} is neither a folder nor a plugin that is installed", "deskctl plugin list")
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
    """The folder that an editable install points to (PEP 610)."""
    text = dist.read_text("direct_url.json")
    about = json.loads(text) if text else {}
    url = about.get("url", "")
    if not about.get("dir_info", {}).get("editable") or not url.startswith("file://"):
        return None
    from urllib.parse import unquote

    return Path(unquote(url.removeprefix("file://")))
