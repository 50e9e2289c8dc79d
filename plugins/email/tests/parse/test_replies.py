"""Of replies as mail programs write them, in fifteen languages, just the new words are shown."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from deskctl_email.quotes import visible

_SPEC = importlib.util.spec_from_file_location("replies", Path(__file__).with_name("replies.py"))
assert _SPEC and _SPEC.loader
replies = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(replies)


@pytest.mark.parametrize("language", sorted(replies.WORDS))
def test_just_the_new_words_are_shown(language):
    wrong = [
        f"{name!r} gave {shown!r}"
        for name, text, wanted in replies.cases(language)
        if (shown := visible(text)) != wanted
    ]
    assert not wrong, "\n".join(wrong)
