"""What `[plugins.pigeon]` holds."""

from __future__ import annotations

from dataclasses import dataclass

from deskctl.plugins import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class PigeonConfig:
    """`words`: any of these, anywhere in what a customer wrote. `tag`: what the ticket is tagged with."""

    words: tuple[str, ...] = ()
    tag: str = "pigeon"

    def __post_init__(self) -> None:
        if not all(word.strip() for word in self.words):
            raise Invalid("a word is empty", key="words")
        if not self.tag or any(c.isspace() for c in self.tag):
            raise Invalid("must be one word", key="tag")
