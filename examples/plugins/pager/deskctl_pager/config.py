"""The configuration table `[plugins.pager]`."""

from __future__ import annotations

from dataclasses import dataclass

from deskctl.plugins import Invalid, Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class PagerConfig:
    """The configuration of the plugin.

    `url` accepts alarms, `token` authenticates the desk there. `services` are the values of the action. With
    `skip_assigned`, the action does nothing for a ticket that an agent has.
    """

    url: str
    services: tuple[str, ...]
    token: Secret | None = None
    skip_assigned: bool = False

    def __post_init__(self) -> None:
        if not self.url.startswith(("https://", "http://")):
            raise Invalid("must begin with https:// or http://", key="url")
        if not self.services or not all(name.strip() for name in self.services):
            raise Invalid("needs the names of services", key="services")
