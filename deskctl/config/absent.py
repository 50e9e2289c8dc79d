"""Why a kind of channel is not there, and what brings it."""

from __future__ import annotations

from collections.abc import Mapping

#: The reason of a plugin that nobody wants; any other is a fault.
ON_PURPOSE = "switched off by [plugins] or $DESKCTL_PLUGINS"

#: Kinds whose distribution is an extra of deskctl.
EXTRAS = ("email", "telegram")


def why_absent(kind: str, off: Mapping[str, str]) -> str:
    """The end of a sentence, "" when nothing is known. `off`: why plugins are off, by name."""
    if kind in off:
        return f"; the plugin {kind} is off: {off[kind]}"
    if kind in EXTRAS:
        return f"; install it: pip install 'deskctl[{kind}]'"
    if off:
        return "; off are: " + ", ".join(f"{name} ({why})" for name, why in sorted(off.items()))
    return ""
