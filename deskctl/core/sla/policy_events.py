"""Events of SLA policies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...dataclass import dataclass
from ...i18n import _
from ..kernel.event import Event, Kept
from ..kernel.undo import UNRECORDED, Hindrance, Restore, Undoable
from .repository import Sla
from .versions import has_content_of

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class RestorePolicy(Restore):
    """Restore a policy: remove it (`version` None), or put the content of a version in force, at `place` (from 1)."""

    policy: str
    version: int | None
    place: int | None


@dataclass(frozen=True, slots=True)
class PolicyChanged(Event):
    """A version of a policy is valid from now on; None: the policy was removed."""

    kind = "policy_changed"
    undo = Undoable("The policy is as before, from now on.", unless="its calendar is gone")
    concerns = _("policy {policy}")

    policy: str
    version: int | None

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield RestorePolicy(self.policy, self.kept["version"], self.kept["place"])

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if self.kept is None:
            return UNRECORDED
        book = Sla.of(unit).book
        if not has_content_of(book.policy(self.policy), self.version, book.policies[self.policy]):
            return Hindrance(
                _("policy {policy} was changed since", policy=self.policy),
                _("see deskctl sla show {policy}", policy=self.policy),
            )
        former = next((p for p in book.policies[self.policy] if p.version == self.kept["version"]), None)
        if former is not None and book.calendar(former.calendar) is None:
            return Hindrance(
                _("calendar {calendar} of policy {policy} was removed", calendar=former.calendar, policy=self.policy),
                _("deskctl calendar add {calendar} adds it again", calendar=former.calendar),
            )
        return None


@dataclass(frozen=True, slots=True)
class PolicyMoved(Event):
    """A policy moved to a `place` in the order (from 1); the first policy that matches applies."""

    kind = "policy_moved"
    undo = Undoable("The policy has its earlier place in the order.")
    concerns = _("policy {policy}")

    policy: str
    place: int

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.kept is not None:
            yield RestorePolicy(self.policy, self.kept["version"], self.kept["place"])

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        if self.kept is None:
            return UNRECORDED
        order = Sla.of(unit).book.order
        if self.policy in order and order.index(self.policy) + 1 == self.place:
            return None
        return Hindrance(
            _("the place of policy {policy} was changed since", policy=self.policy), _("see deskctl sla list")
        )
