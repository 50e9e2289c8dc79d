"""Each event class declares its undo, and the reference page lists it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from deskctl.core import features as dispatch
from deskctl.core.event_kinds import KINDS, restore
from deskctl.core.kernel.command import REGISTRY
from deskctl.core.kernel.event import Event
from deskctl.core.kernel.permissions import Audience
from deskctl.core.kernel.undo import PART_OF_UNDO, Cannot, Follows, Undoable
from deskctl.core.undo.commands import ListCommands, Undo

PAGE = Path(__file__).parents[4] / "docs/reference/undo.md"


@pytest.fixture
def _kinds() -> object:
    """Restore the event kinds after a test that adds one."""
    known = dict(KINDS)
    yield
    KINDS.clear()
    KINDS.update(known)


@pytest.mark.usefixtures("_kinds")
def test_event_class_without_undo_fails_at_import() -> None:
    with pytest.raises(TypeError, match="Silent does not say how it is undone"):

        class Silent(Event):
            kind = "silent"


@pytest.mark.usefixtures("_kinds")
def test_event_class_without_kind_fails_at_import() -> None:
    with pytest.raises(TypeError, match="Nameless has no `kind`"):

        class Nameless(Event):
            undo = Undoable("Nothing.")
            old: str
            new: str


@pytest.mark.usefixtures("_kinds")
def test_undoable_class_without_inverse_fails_at_import() -> None:
    with pytest.raises(TypeError, match="Half is Undoable and has neither"):

        class Half(Event):
            kind = "half"
            undo = Undoable("Nothing.")


@pytest.mark.usefixtures("_kinds")
def test_class_with_old_and_new_has_an_inverse() -> None:
    @dataclass(frozen=True, slots=True)
    class Swapped(Event):
        kind = "swapped"
        undo = Undoable("It is what it was.")

        old: str
        new: str

    assert list(Swapped(1, "a", "b").inverse(None, None)) == [Swapped(1, "b", "a")]  # type: ignore[arg-type]


def test_every_kind_is_on_the_reference_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    undone, _, rest = page.partition("## Events that follow from others")
    following, _, never = rest.partition("## Events that cannot be undone")
    for kind, cls in KINDS.items():
        if kind in ("level_event", "clock_event") or cls.undo is PART_OF_UNDO:
            continue
        place = {Undoable: undone, Follows: following, Cannot: never}[type(cls.undo)]
        assert f"`{kind}`" in place, kind


def test_every_undoable_command_has_a_description() -> None:
    assert dispatch.HANDLERS
    commands = [c for c in REGISTRY.values() if c.audience is not Audience.DESK and c.undoable]
    assert len(commands) > 40
    assert [c.__name__ for c in commands if not c.did] == []
    quiet = {c.__name__ for c in REGISTRY.values() if c.audience is not Audience.DESK} - {c.__name__ for c in commands}
    assert quiet == {Undo.__name__, ListCommands.__name__, "ReadHandovers", "MarkSeen", "Compose"}


def test_kept_values_are_not_facts() -> None:
    event = restore("contact_changed", None, {"contact": 1, "fields": ["name"]}, {"old": {"name": "Ana"}})
    assert event.facts() == {"contact": 1, "fields": ["name"]}
    assert "Ana" in str(getattr(event, "kept", None))
