"""Commands for calendars."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ...i18n import Text, _
from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class AddCalendar(Command, audience=Audience.AGENT):
    """Add a calendar.

    `hours` is for example "mon-fri 09:00-18:00". `days` are special days: date, name, and hours ("" or "closed": none).
    `public` are dates and names of public holidays; special days take precedence. `holidays` are the countries and
    regions that they were copied from.
    """

    did: ClassVar[Text] = _("added {subject}")
    needs_agent: ClassVar[bool] = False
    name: str
    timezone: str
    hours: str
    days: tuple[tuple[str, str, str], ...] = ()
    holidays: tuple[str, ...] = ()
    public: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeCalendar(Command, audience=Audience.AGENT):
    """Change a calendar from now on: add a new version.

    None keeps a field. `days` are added, the dates in `forget` are removed. With `holidays`, `public` replaces all
    public holidays; without, it is ignored.
    """

    did: ClassVar[Text] = _("changed {subject}")
    needs_agent: ClassVar[bool] = False
    name: str
    timezone: str | None = None
    hours: str | None = None
    days: tuple[tuple[str, str, str], ...] = ()
    holidays: tuple[str, ...] | None = None
    forget: tuple[str, ...] = ()
    public: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RemoveCalendar(Command, audience=Audience.AGENT):
    """Remove a calendar."""

    did: ClassVar[Text] = _("removed {subject}")
    needs_agent: ClassVar[bool] = False
    name: str
