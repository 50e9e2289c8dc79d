"""The version of the plugin API, and the check that a plugin supports it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .. import __version__

#: Increased by incompatible changes. A plugin can set `deskctl_api = 1` in its module.
API_VERSION: Final = 1


def incompatibility(module: object, requires: Iterable[str]) -> str | None:
    """Return the reason why a plugin cannot work with this version, None if it can.

    `requires` are the requirements of its distribution (`Requires-Dist` of the core metadata specification). A plugin
    whose requirement on deskctl excludes the running version is not loaded.
    """
    wanted = getattr(module, "deskctl_api", API_VERSION)
    if wanted != API_VERSION:
        return f"it is written for version {wanted} of the plugin API; this deskctl has version {API_VERSION}"
    for line in requires:
        if line == f"deskctl=={__version__}":
            continue  # the usual requirement, without importing `packaging`
        if line[:7].lower() == "deskctl" and (why := _unmet(line)):
            return why
    return None


def _unmet(line: str) -> str | None:
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return f"its requirement {line!r} cannot be read"
    applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    if canonicalize_name(requirement.name) != "deskctl" or not applies:
        return None
    if requirement.specifier.contains(__version__, prereleases=True):
        return None
    return f"it needs deskctl {requirement.specifier}; this is {__version__}"
