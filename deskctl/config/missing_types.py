"""Explain why a channel type is not available, and how to make it available."""

from __future__ import annotations

from collections.abc import Mapping

#: The reason given for a plugin that the configuration disables. Any other reason is a fault.
DISABLED_REASON = "switched off by [plugins] or $DESKCTL_PLUGINS"

#: Channel types whose distribution is an extra of deskctl.
EXTRAS = ("email", "telegram")


def explain_missing_type(channel_type: str, disabled: Mapping[str, str]) -> str:
    """Return the end of an error message about a missing channel type, "" if nothing is known.

    `disabled` gives the reason for each plugin that is off, by plugin name.
    """
    if channel_type in disabled:
        return f"; the plugin {channel_type} is off: {disabled[channel_type]}"
    if channel_type in EXTRAS:
        return f"; install it: pip install 'deskctl[{channel_type}]'"
    if disabled:
        return "; plugins that are off: " + ", ".join(f"{name} ({why})" for name, why in sorted(disabled.items()))
    return ""
