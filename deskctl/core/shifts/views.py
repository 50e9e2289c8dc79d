"""The documents about shifts, staffing and the queue, as `docs/reference/json.md` describes them."""

from __future__ import annotations

from typing import TypedDict

#: A shift, or days off: `kind` is shift or off. `hours` as in "mon-fri 09:00-18:00"; both dates are included. `left`:
#: the agent does not work here any more.
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

#: Moments have the offset of the document's time zone.
StintRow = TypedDict("StintRow", {"from": str, "to": str})


class ShiftDay(TypedDict):
    """`shifts` are those that begin on the date. `off`: days off have taken away what would begin on it."""

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
    """`there`: who works now. `next`: who begins next, and when. `handovers`: notes that the reader has not read."""

    week: str
    timezone: str
    team: str | None
    now: str
    people: list[ShiftPerson]
    there: list[str]
    next: NextShift | None
    handovers: list[HandoverRow]


#: `arrivals` is how many requests such hours usually bring, null without history.
GapRow = TypedDict("GapRow", {"from": str, "to": str, "seconds": int, "arrivals": float | None})


class History(TypedDict):
    """What averages are made of: requests between two moments, `weeks` of them."""

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
    """`arrivals` a usual hour, `load` in erlangs. `spare` is `on_shift` less `needed`: below zero somebody is missing.
    `level`: the share that those on shift answer in time."""

    weekday: str
    hour: int
    arrivals: float
    load: float
    needed: int
    on_shift: int
    spare: int
    level: float


class StaffingReport(TypedDict):
    """`share` and `shrinkage` from 0 to 1; `within` and `aht` in seconds. `aht_from` says where it is from, or that it
    is assumed. `missing`: hours a week times people. `hours` has one entry for each hour of the week, Monday first."""

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
