"""The JSON documents of shifts, staffing and handover notes, which `docs/reference/json.md` describes."""

from __future__ import annotations

from typing import TypedDict

#: A shift or days off: `kind` is shift or off. `hours` is for example "mon-fri 09:00-18:00"; both dates are included.
#: `left`: the agent is deactivated.
ShiftRow = TypedDict(
    "ShiftRow",
    {
        "number": int,
        "kind": str,
        "agent": str,
        "hours": str | None,
        "timezone": str | None,
        "from": str | None,
        "until": str | None,
        "team": str | None,
        "left": bool,
    },
)

#: A period of work. Moments have the offset of the document's time zone.
StintRow = TypedDict("StintRow", {"from": str, "to": str})


class ShiftDay(TypedDict):
    """A day of an agent. `shifts` are those that begin on the date. `off`: days off removed the shifts of the date."""

    date: str
    shifts: list[StintRow]
    off: bool


class ShiftPerson(TypedDict):
    agent: str
    name: str
    days: list[ShiftDay]


class NextShift(TypedDict):
    agent: str
    at: str


class HandoverRow(TypedDict):
    id: int
    team: str | None
    author: str
    text: str
    at: str


class ShiftWeek(TypedDict):
    """A week. `there`: agents on shift now. `next`: the next shift. `handovers`: unread notes of the reader."""

    week: str
    timezone: str
    team: str | None
    now: str
    people: list[ShiftPerson]
    there: list[str]
    next: NextShift | None
    handovers: list[HandoverRow]


#: A gap. `arrivals` is the expected number of requests, null without history.
GapRow = TypedDict("GapRow", {"from": str, "to": str, "seconds": int, "arrivals": float | None})


class History(TypedDict):
    """The history that averages are computed from: requests between two moments, `weeks` of them."""

    since: str
    until: str
    weeks: float
    arrivals: int


GapReport = TypedDict(
    "GapReport",
    {
        "team": str | None,
        "hours": str,
        "timezone": str,
        "from": str,
        "to": str,
        "open": int,  # seconds
        "covered": int,
        "gaps": list[GapRow],
        "arrivals": float | None,
        "history": History | None,
        "remarks": list[str],
    },
)


class StaffingHour(TypedDict):
    """An hour of the week. `arrivals`: the average number of requests; `load`: in erlangs.

    `spare` is `on_shift` minus `needed`: below zero, agents are missing. `level`: the share that the agents on shift
    answer in time.
    """

    weekday: str
    hour: int
    arrivals: float
    load: float
    needed: int
    on_shift: int
    spare: int
    level: float


class StaffingReport(TypedDict):
    """The staffing of a week. `share` and `shrinkage` are from 0 to 1; `within` and `aht` in seconds.

    `aht_from`: the source of the handling time. `missing`: missing agents times hours per week. `hours` has one row for
    each hour of the week, Monday first.
    """

    team: str | None
    channel: str | None
    timezone: str
    share: float
    within: int
    aht: int
    aht_from: str
    shrinkage: float
    at_once: int
    history: History | None
    missing: int
    most: int
    hours: list[StaffingHour]
    remarks: list[str]
