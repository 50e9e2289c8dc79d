"""Let plugins erase what they keep of a person, inside the transaction that erases the rest."""

from __future__ import annotations

from typing import Any

from deskctl.core.erased import ErasedPerson
from deskctl.desk.asking import guarded
from deskctl.desk.parts import Parts
from deskctl.desk.plugin_context import Context
from deskctl.errors import DeskctlError, Refused


def erase_in_plugins(parts: Parts, connection: Any, person: ErasedPerson) -> None:
    """Run what plugins bring for it. Raises Refused that names the plugin that failed."""
    for owned in list(parts.plugins.erasers.values()):
        context = Context(parts, owned.plugin, connection)
        try:
            guarded(parts, owned.plugin, lambda: owned.type.run(person, context))  # noqa: B023 - called at once
        except DeskctlError as error:
            raise Refused(
                f"nothing was erased: {error.what}",
                f"repair or disable the plugin {owned.plugin}, then erase again",
            ) from error
