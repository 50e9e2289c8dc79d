"""Commands for calendars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class AddCalendar(Command, audience=Audience.AGENT):
    """`hours` as in "mon-fri 09:00-18:00". `days` are dates of their own: date, name, and hours of that day
    ("" or "closed": none). `public` are dates and names of public holidays, on which dates of their own win;
    `holidays` names the countries and regions that they were taken from."""

    did: ClassVar[str] = "added"
    needs_agent: ClassVar[bool] = False
    name: str
    timezone: str
    hours: str
    days: tuple[tuple[str, str, str], ...] = ()
    holidays: tuple[str, ...] = ()
    public: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeCalendar(Command, audience=Audience.AGENT):
    """A new version, from now on. None leaves a field as it is; `days` are added, `forget` are dates that go.

    With `holidays`, `public` takes the place of all public holidays there were; without, it is not looked at."""

    did: ClassVar[str] = "changed"
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
    did: ClassVar[str] = "removed"
    needs_agent: ClassVar[bool] = False
    name: str
