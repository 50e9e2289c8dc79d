"""The configuration table `[channels.NAME.oauth]`: the OAuth provider of a mailbox and its addresses."""

from __future__ import annotations

import re
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from attrs import Attribute, field, frozen

from deskctl.plugins import Invalid, Secret

from .messages import _

#: https://developers.google.com/identity/protocols/oauth2/native-app (its device flow gives no access to mail) and
#: https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
PROVIDERS: Final[dict[str, dict[str, str]]] = {
    "google": {
        "token_url": "https://oauth2.googleapis.com/token",
        "auth_url": "https://accounts.google.com/o/oauth2/v2/auth",
        "scope": "https://mail.google.com/",
    },
    "microsoft": {
        "token_url": "https://login.microsoftonline.com/TENANT/oauth2/v2.0/token",
        "device_url": "https://login.microsoftonline.com/TENANT/oauth2/v2.0/devicecode",
        "scope": "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
    },
    "custom": {},
}

#: Mailbox hosts and the authority whose Authentication-Results are trusted there. Google's servers write
#: mx.google.com. Microsoft's results name no server; `microsoft365` stands for results in their form:
#: https://learn.microsoft.com/defender-office-365/email-auth-sec-ops-guide
_AUTHORITIES: Final[dict[str, str]] = {
    "imap.gmail.com": "mx.google.com",
    "imap.googlemail.com": "mx.google.com",
    "outlook.office365.com": "microsoft365",
    "imap-mail.outlook.com": "microsoft365",
}
_OF_PROVIDER: Final[dict[str, str]] = {"google": "mx.google.com", "microsoft": "microsoft365"}


def authentication_authority(provider: str | None, imap_host: str | None) -> str | None:
    """Return the server whose authentication results are trusted, by the OAuth provider or else the mailbox host."""
    return _OF_PROVIDER.get(provider or "") or _AUTHORITIES.get((imap_host or "").lower().rstrip("."))


def is_loopback(host: str) -> bool:
    """Return True for the local host, to which connections need no encryption."""
    return host in ("localhost", "::1") or host.startswith("127.")


def _validate_url(instance: Any, attribute: Attribute[str | None], value: str | None) -> None:
    """Require HTTPS for addresses that receive secrets, except on the local host."""
    if value is None:
        return
    parts = urlsplit(value)
    if not parts.hostname or parts.scheme not in ("https", "http"):
        raise Invalid(
            _('not a URL: "{value}"; for example {example}', value=value, example="https://login.example.org/token"),
            key=attribute.name,
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise Invalid(_("must begin with https://"), key=attribute.name)


@frozen(kw_only=True)
class OAuth:
    """The OAuth login for mailbox and relay (RFC 6749).

    The addresses of known providers have defaults. With `device_url` the owner enters a code on any device (RFC 8628),
    with `auth_url` the owner pastes an address.
    """

    provider: Literal["google", "microsoft", "custom"] = "custom"
    client_id: str = field()
    client_secret: Secret | None = None
    tenant: str = "common"
    token_url: str | None = field(default=None, validator=_validate_url)
    device_url: str | None = field(default=None, validator=_validate_url)
    auth_url: str | None = field(default=None, validator=_validate_url)
    scope: str | None = None

    def __attrs_post_init__(self) -> None:
        if not self.client_id.strip():
            raise Invalid(_("is empty"), key="client_id")
        if not re.fullmatch(r"[A-Za-z0-9.-]+", self.tenant):
            raise Invalid(_('not a tenant name or id: "{value}"', value=self.tenant), key="tenant")
        for name, default in PROVIDERS[self.provider].items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, default.replace("TENANT", self.tenant))
        if self.token_url is None:
            raise Invalid(_("is missing"), key="token_url")
        if self.device_url is None and self.auth_url is None:
            raise Invalid(_("is missing, and so is auth_url"), key="device_url")
