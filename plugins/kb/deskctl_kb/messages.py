"""The translatable messages of the plugin: `_` takes them from the catalogue `deskctl_kb`."""

from __future__ import annotations

from deskctl.plugins import translator

_ = translator("deskctl_kb")
_n = _.plural
_p = _.context
