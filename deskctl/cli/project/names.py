"""What a plugin is called, in each of the places that name it."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass

from ...errors import UsageError

LONGEST = 30
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Names:
    """`plugin`: for configuration and entry points ("my-pager"). `distribution`: deskctl-my-pager. `package`:
    deskctl_my_pager. `cls`: MyPager. `constant`: MY_PAGER."""

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


def named(words: str, taken: dict[str, str]) -> Names:
    """The names that follow from `words`. `taken`: names of plugins that are here already, and whose they are.

    Raises UsageError that says what is wrong.
    """
    name = words.strip()
    if not _NAME.fullmatch(name):
        better = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")
        hint = f"as in {better!r}" if _NAME.fullmatch(better) else "as in 'my-channel'"
        raise UsageError(f"{name!r} is no name for a plugin: small letters, digits and single hyphens", hint)
    if name.startswith("deskctl"):
        rest = name.removeprefix("deskctl").lstrip("-")
        raise UsageError(f"{name!r} begins with deskctl, which is added by itself", f"call it {rest or 'my-channel'!r}")
    if len(name) > LONGEST:
        raise UsageError(f"{name!r} is longer than {LONGEST} characters")
    if keyword.iskeyword(name) or name in ("only", "disabled", "dir", "none"):
        raise UsageError(f"{name!r} means something else already", "choose another name")
    if name in taken:
        raise UsageError(f"there is a plugin {name!r} already, from {taken[name]}", "choose another name")
    return Names(name)
