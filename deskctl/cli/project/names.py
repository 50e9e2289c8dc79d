"""The name of a plugin in its different forms."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass

from ...errors import UsageError
from ...i18n import _

MAX_LENGTH = 30
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Names:
    """The forms of a plugin's name.

    `plugin` is used in the configuration and entry points ("my-pager"). The other forms are `distribution`
    (deskctl-my-pager), `package` (deskctl_my_pager), `cls` (MyPager) and `constant` (MY_PAGER).
    """

    plugin: str

    @property
    def distribution(self) -> str:
        return f"deskctl-{self.plugin}"

    @property
    def package(self) -> str:
        return f"deskctl_{self.plugin.replace('-', '_')}"

    @property
    def cls(self) -> str:
        words = self.plugin.split("-")
        if len(words) > 1 and words[-1] in ("channel", "automation"):
            words.pop()  # MyChannel, not MyChannelChannel
        return "".join(map(str.capitalize, words))

    @property
    def constant(self) -> str:
        return self.plugin.replace("-", "_").upper()


def parse_name(text: str, used: dict[str, str]) -> Names:
    """Return the names for a plugin. `used` maps the names of installed plugins to their origin. Raises UsageError."""
    name = text.strip()
    if not _NAME.fullmatch(name):
        proposal = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")
        example = proposal if _NAME.fullmatch(proposal) else "my-channel"
        what = _('not a plugin name: "{name}"; use lower-case letters, digits and single hyphens', name=name)
        raise UsageError(what, _('for example "{name}"', name=example))
    if name.startswith("deskctl"):
        rest = name.removeprefix("deskctl").lstrip("-")
        what = _('"{name}" begins with deskctl, which is added automatically', name=name)
        raise UsageError(what, _('use "{name}"', name=rest or "my-channel"))
    if len(name) > MAX_LENGTH:
        raise UsageError(_('"{name}" is longer than {limit} characters', name=name, limit=MAX_LENGTH))
    if keyword.iskeyword(name) or name in ("only", "disabled", "dir", "none"):
        raise UsageError(_('"{name}" is a reserved word', name=name), _("choose another name"))
    if name in used:
        what = _('plugin "{name}" already exists, from {source}', name=name, source=used[name])
        raise UsageError(what, _("choose another name"))
    return Names(name)
