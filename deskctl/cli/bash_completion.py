"""Completion in bash, which passes `name=value` as three words and expects only the part after the `=`."""

from __future__ import annotations

from typing import Any

from click.shell_completion import BashComplete, CompletionItem, add_completion_class

_ADD = "COMPREPLY+=($value)"


class Bash(BashComplete):
    """The completion of click, with `name=value` as one word and without a blank after a `=` that ends a word."""

    source_template = BashComplete.source_template.replace(_ADD, f"{_ADD}; [[ $value != *= ]] || compopt -o nospace")
    _typed = ""  # the part of the last word that bash does not replace

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the cursor and the word at the cursor."""
        before, last = super().get_completion_args()
        words: list[str] = []
        follows_sign = False
        for word in (*before, last):
            if words and word and (word == "=" or follows_sign):
                words[-1] += word
            else:
                words.append(word)
            follows_sign = word == "="
        if words[-1] != last:
            self._typed = words[-1] if last == "=" else words[-1].removesuffix(last)
        return words[:-1], words[-1]

    def format_completion(self, item: CompletionItem[Any]) -> str:
        return f"{item.type},{item.value.removeprefix(self._typed)}"


def register() -> None:
    """Use this class for bash."""
    add_completion_class(Bash, "bash")
