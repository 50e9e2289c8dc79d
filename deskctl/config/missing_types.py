"""Explain why a channel type is not available, and how to make it available."""

from __future__ import annotations

from collections.abc import Mapping

from ..i18n import _, joined

#: The reason why a plugin is off if the configuration disables it. Each other reason is an error.
DISABLED_REASON = _("turned off by [plugins] or $DESKCTL_PLUGINS")

#: The channel types that an extra of deskctl installs.
EXTRAS = ("email", "telegram")


def explain_missing_type(channel_type: str, disabled: Mapping[str, str]) -> str:
    """Return the text that an error about a missing channel type ends with, "" without an explanation.

    `disabled` maps the name of each plugin that is off to the reason.
    """
    if channel_type in disabled:
        return _("; the plugin {name} is off: {why}", name=channel_type, why=disabled[channel_type])
    if channel_type in EXTRAS:
        return _("; install it: pip install 'deskctl[{name}]'", name=channel_type)
    if disabled:
        off = [_("{name} ({why})", name=name, why=why) for name, why in sorted(disabled.items())]
        return _("; plugins that are off: {plugins}", plugins=joined(", ", off))
    return ""
