"""Value types for the config classes of plugins."""

from __future__ import annotations

from deskctl.i18n import _

from ..config.problems import Invalid
from ..dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The host and port of a server. Raises Invalid for an invalid port or host."""

    host: str
    port: int

    def __post_init__(self) -> None:
        if not 0 < self.port < 65536:
            raise Invalid(_("must be between 1 and 65535"), key="port")
        if not self.host or any(c.isspace() for c in self.host):
            raise Invalid(_("must be the name or address of a host"), key="host")

    @property
    def loopback(self) -> bool:
        """True if the traffic stays on this machine."""
        if self.host == "localhost":
            return True
        import ipaddress

        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
