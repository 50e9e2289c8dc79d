"""The configuration table `[plugins.pigeon]`."""

from __future__ import annotations

from dataclasses import dataclass

from deskctl.plugins import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class PigeonConfig:
    """The configuration: a message that contains one of `words` adds `tag` to its ticket."""

    words: tuple[str, ...] = ()
    tag: str = "pigeon"

    def __post_init__(self) -> None:
        if not all(word.strip() for word in self.words):
            raise Invalid("contains an empty word", key="words")
        if not self.tag or any(c.isspace() for c in self.tag):
            raise Invalid("must be a single word", key="tag")
