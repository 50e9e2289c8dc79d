"""The translatable messages of the plugin: `_` takes them from the catalogue `deskctl_telegram`."""

from __future__ import annotations

from deskctl.plugins import translator

_ = translator("deskctl_telegram")
