"""A calendar: the hours of a week in a time zone, and the days on which they do not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...errors import UsageError
from ..values.suggestions import did_you_mean

DAY = 86400
#: Monday first, as `date.weekday` counts.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: The calendar that every desk has: open always.
ALWAYS = "24x7"
#: Before anything that a desk has seen: when a calendar's first version begins.
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
#: So many names are an answer; more are a list to read.
_LISTED = 8


class Frame(NamedTuple):
    """An open stretch of a day: seconds of the wall clock since midnight, half-open. `end` may be 24:00."""

    start: int
    end: int


class Day(NamedTuple):
    """A day of its own: what it is called, and when it is open (not at all: a holiday). `public`: it was copied from
    the holidays of a country, and goes with them."""

    name: str
    frames: tuple[Frame, ...] = ()
    public: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """One version of a calendar. It is open at the moments at which the wall clock of `timezone` (IANA) shows a time
    within a frame of its weekday, or of `days` where the date has hours of its own.

    `week` has seven entries, Monday first, each with its frames in order. `since` (aware, UTC) is from when on this
    version holds. `holidays` are the countries and regions ("KR", "DE:BY") whose dates were copied into `days`.
    """

    name: str
    timezone: str
    week: tuple[tuple[Frame, ...], ...]
    days: Mapping[date, Day] = field(default_factory=dict)
    holidays: tuple[str, ...] = ()
    version: int = 1
    since: datetime = BEGINNING

    @property
    def always(self) -> bool:
        """Whether it is open around the clock, every day."""
        return not self.days and all(frames == (Frame(0, DAY),) for frames in self.week)

    @property
    def holidays_until(self) -> int | None:
        """The last year of which public holidays were copied; None without any. Calendars of old do not know which of
        their days these are: it may be any."""
        known = [day.year for day, own in self.days.items() if own.public]
        return max(known or [day.year for day in self.days], default=None) if self.holidays else None

    def frames(self, day: date) -> tuple[Frame, ...]:
        own = self.days.get(day)
        return self.week[day.weekday()] if own is None else own.frames


def always() -> Calendar:
    return Calendar(ALWAYS, "UTC", ((Frame(0, DAY),),) * 7)


def zone(name: str) -> ZoneInfo:
    """The rules of an IANA time zone. Raises UsageError."""
    if not name.strip():
        raise UsageError("the time zone has no name", "an IANA name, as in Asia/Seoul or UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        from zoneinfo import available_timezones

        names = available_timezones()
        below = sorted(known for known in names if known.lower().startswith(name.lower()))
        if below:
            listed = ", ".join(below[:_LISTED]) + (", …" if len(below) > _LISTED else "")
            raise UsageError(f"there is no time zone “{name}”", f"{listed} begin with it") from None
        near = did_you_mean(name, names) or did_you_mean(name, {n.rpartition("/")[2] for n in names})
        raise UsageError(f"there is no time zone “{name}”{near}", "an IANA name, as in Asia/Seoul or UTC") from None
