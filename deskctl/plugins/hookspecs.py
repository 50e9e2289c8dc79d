"""Every hook that a plugin can answer. Hooks are plain functions; async lives in the objects they return."""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from .channel import ChannelType

hookspec = pluggy.HookspecMarker("deskctl")
hookimpl = pluggy.HookimplMarker("deskctl")


@hookspec
def deskctl_channels() -> Iterable[ChannelType]:
    """The kinds of channel that this plugin brings. Called once at start; no I/O."""
    return ()
