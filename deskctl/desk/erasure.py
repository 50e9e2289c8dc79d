"""Let plugins delete their data about a person, inside the transaction of the erasure."""

from __future__ import annotations

from typing import Any

from deskctl.core.contacts.erased_person import ErasedPerson
from deskctl.desk.components import Components
from deskctl.desk.plugin_context import Context
from deskctl.desk.plugin_requests import call_plugin
from deskctl.errors import DeskctlError, Refused
from deskctl.i18n import _


def erase_in_plugins(components: Components, connection: Any, person: ErasedPerson) -> None:
    """Run the erasers of all plugins. Raises Refused with the name of the plugin that failed."""
    for owned in list(components.plugins.erasers.values()):
        context = Context(components, owned.plugin, connection)
        try:
            call_plugin(components, owned.plugin, lambda: owned.type.run(person, context))  # noqa: B023 - called at once
        except DeskctlError as error:
            raise Refused(
                _("nothing was erased: {what}", what=error.what),
                _("repair or disable the plugin {plugin}, then erase again", plugin=owned.plugin),
            ) from error
