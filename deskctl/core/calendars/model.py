"""Calendars: weekly business hours in a time zone, holidays and other special days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...dataclass import dataclass
from ...errors import UsageError
from ...i18n import _
from ..values.suggestions import did_you_mean

DAY = 86400
#: Weekday names, Monday first as in `date.weekday`.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: The built-in calendar that is always open.
ALWAYS = "24x7"
#: The start of a calendar's first version, before anything that a desk records.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
#: The maximum number of names that an error lists.
_LISTED = 8
_EXAMPLE = _("use an IANA name, for example Asia/Seoul or UTC")


class Frame(NamedTuple):
    """An open period of a day: seconds of the wall clock since midnight, half-open. `end` can be 24:00."""

    start: int
    end: int


class SpecialDay(NamedTuple):
    """A date with a name and its own hours; without frames it is closed, for example a holiday.

    `public`: it was copied from the public holidays of a country, and is replaced with them.
    """

    name: str
    frames: tuple[Frame, ...] = ()
    public: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """One version of a calendar.

    It is open while the wall clock of `timezone` (IANA) shows a time within a frame of the weekday, or of the date in
    `days`. `week` has seven entries, Monday first, each with its frames in order. The version is valid from `since`
    (aware, UTC). `holidays` are the countries and regions ("KR", "DE:BY") whose dates were copied into `days`.
    """

    name: str
    timezone: str
    week: tuple[tuple[Frame, ...], ...]
    days: Mapping[date, SpecialDay] = field(default_factory=dict)
    holidays: tuple[str, ...] = ()
    version: int = 1
    since: datetime = BEGINNING

    @property
    def is_always_open(self) -> bool:
        """True if the calendar is open 24 hours a day, every day."""
        return not self.days and all(frames == (Frame(0, DAY),) for frames in self.week)

    @property
    def holidays_until(self) -> int | None:
        """The last year for which public holidays were copied; None without any.

        Calendars of older versions do not know which of their days are public holidays, so all days count.
        """
        known = [day.year for day, special in self.days.items() if special.public]
        return max(known or [day.year for day in self.days], default=None) if self.holidays else None

    def frames(self, day: date) -> tuple[Frame, ...]:
        special = self.days.get(day)
        return self.week[day.weekday()] if special is None else special.frames


def always_open() -> Calendar:
    return Calendar(ALWAYS, "UTC", ((Frame(0, DAY),),) * 7)


def zone(name: str) -> ZoneInfo:
    """Return an IANA time zone. Raises UsageError."""
    if not name.strip():
        raise UsageError(_("the time zone is empty"), _EXAMPLE)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        from zoneinfo import available_timezones

        names = available_timezones()
        below = sorted(known for known in names if known.lower().startswith(name.lower()))
        if below:
            listed = ", ".join(below[:_LISTED]) + (", …" if len(below) > _LISTED else "")
            raise UsageError(
                _('not a time zone: "{name}"', name=name), _("these begin with it: {names}", names=listed)
            ) from None
        near = did_you_mean(name, names) or did_you_mean(name, {n.rpartition("/")[2] for n in names})
        raise UsageError(_('not a time zone: "{name}"{suggestion}', name=name, suggestion=near), _EXAMPLE) from None
