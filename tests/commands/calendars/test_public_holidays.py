"""Public holidays and special days of calendars, on each store."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from deskctl.core.calendars.commands import AddCalendar, ChangeCalendar
from deskctl.core.calendars.queries import ListCalendars, ShowCalendar
from deskctl.core.sla import commands as lv
from deskctl.core.sla.queries import ShowPolicy
from deskctl.errors import Refused
from deskctl.store.encoding import from_json, to_json
from deskctl.store.engine import database
from deskctl.store.tables import calendars, sla_book
from tests.commands.desk import StoredDesk

NEW_YEAR = ("2027-02-08", "설날")


PRESIDENTS = ("2027-02-15", "Washington's Birthday")


SHIFT = ("2027-02-08", "New year shift", "10:00-12:00")


def february(desk: StoredDesk, name: str = "seoul") -> dict[str, tuple[str, ...]]:
    """Return the special days of a month, with their names and hours."""
    days = desk.store.ask(ShowCalendar(name, "2027-02"))["month_days"]
    return {day["date"]: (day["name"], *day["hours"]) for day in days if day["name"] is not None}


@pytest.fixture
def seoul(desk: StoredDesk) -> StoredDesk:
    """A desk with a calendar that contains the public holidays of Korea."""
    desk.do(AddCalendar("Seoul", "Asia/Seoul", "mon-fri 09:00-18:00", (), ("KR",), (NEW_YEAR,)), "user:root")
    return desk


def test_new_public_holidays_replace_the_previous_ones(seoul: StoredDesk) -> None:
    seoul.do(ChangeCalendar("seoul", days=(("2027-02-11", "창립일", ""),)), "user:root")
    seoul.do(ChangeCalendar("seoul", holidays=("US",), public=(PRESIDENTS,)), "user:root")
    assert february(seoul) == {"2027-02-11": ("창립일",), "2027-02-15": ("Washington's Birthday",)}
    seoul.do(ChangeCalendar("seoul", holidays=()), "user:root")
    assert february(seoul) == {"2027-02-11": ("창립일",)}
    assert seoul.store.ask(ShowCalendar("seoul"))["holidays"] == []


def test_special_day_takes_precedence_over_a_public_holiday(seoul: StoredDesk) -> None:
    seoul.do(ChangeCalendar("seoul", days=(SHIFT,)), "user:root")
    seoul.do(ChangeCalendar("seoul", holidays=("KR",), public=(NEW_YEAR,)), "user:root")
    assert february(seoul) == {"2027-02-08": ("New year shift", "10:00-12:00")}


def as_of_old(url: str) -> None:
    """Store the calendars in the format of older versions, which do not mark public holidays."""
    opened = database(url, busy=5)
    with opened.writing("test") as connection:
        for version, kept in connection.execute(select(calendars.c.version, calendars.c.days)).all():
            days = to_json({day: own[:2] for day, own in from_json(kept).items()})
            connection.execute(calendars.update().where(calendars.c.version == version).values(days=days))
        connection.execute(sla_book.update().values(edition=sla_book.c.edition + 1))
    opened.close()


def test_calendar_of_an_older_version_marks_public_holidays_when_they_are_copied_again(
    seoul: StoredDesk, desk_url: str
) -> None:
    seoul.do(ChangeCalendar("seoul", days=(("2027-02-11", "창립일", ""),)), "user:root")
    as_of_old(desk_url)
    assert february(seoul) == {"2027-02-08": ("설날",), "2027-02-11": ("창립일",)}
    with pytest.raises(Refused, match="does not record which of its days are holidays of KR") as error:
        seoul.do(ChangeCalendar("seoul", holidays=()), "user:root")
    assert "edit seoul --holidays KR" in error.value.hint
    seoul.do(ChangeCalendar("seoul", holidays=("KR",), public=(NEW_YEAR,)), "user:root")
    seoul.do(ChangeCalendar("seoul", holidays=()), "user:root")
    assert february(seoul) == {"2027-02-11": ("창립일",)}


def test_names_of_calendars_and_policies_ignore_case(seoul: StoredDesk) -> None:
    seoul.do(lv.AddPolicy("Gold", "", "SEOUL", (("resolution", "8h"),)), "user:root")
    assert seoul.store.ask(ShowCalendar("Seoul"))["policies"] == ["gold"]
    assert seoul.store.ask(ShowPolicy("GOLD"))["calendar"] == "seoul"


def test_calendar_shows_the_last_year_of_its_public_holidays(seoul: StoredDesk) -> None:
    seoul.do(ChangeCalendar("seoul", days=(("2040-02-11", "창립일", ""),)), "user:root")
    until = {row["name"]: row["holidays_until"] for row in seoul.store.ask(ListCalendars())}
    assert until == {"24x7": None, "seoul": 2027}
