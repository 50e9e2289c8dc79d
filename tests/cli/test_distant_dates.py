"""Dates in years 1 and 9999 and huge durations get a result or a clear error, never an internal error."""

from __future__ import annotations

import contextlib
import shlex
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl.config.durations import duration
from deskctl.config.problems import Invalid
from deskctl.core.values.durations import parse_duration, parse_wait
from deskctl.core.values.moments import YEARS, future_moment, parse_moment
from deskctl.errors import UsageError
from tests.cli.shell import Shell

DATES = ("0001-01-01", "0001-01-02", "9999-12-31", "9999-12-27", "1582-10-15")
MOMENTS = (*(f"{day} 23:59" for day in DATES), "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "+999999w")
COMMANDS = (
    "shift show --week DATE",
    "shift show --now MOMENT",
    "shift gaps --now MOMENT",
    "shift add agent2 --hours 'mon-sun 22:00-06:00' --from DATE --until DATE",
    "shift off agent2 DATE",
    "shift list",
    "staffing --now MOMENT",
    "calendar show 24x7 --month 0001-01",
    "calendar show 24x7 --month 9999-12",
    "calendar show office --now MOMENT",
    "calendar edit office --day DATE Holiday",
    "calendar check office MOMENT +2h",
    "calendar check office today MOMENT",
    "sla due --now MOMENT",
    "sla test 1 --now MOMENT",
    "explain 1 --sla --now MOMENT",
    "route explain 1 --now MOMENT",
    "promise 1 MOMENT",
    "set 1 due=MOMENT",
    "set 1 callback=MOMENT",
    "set 1 due.first_response=MOMENT",
    "agent away agent2 --until MOMENT",
    "new --from a@example.org --callback MOMENT -m x",
    "team set support --relax-after LENGTH --tick LENGTH",
    "sla add far --first-response LENGTH",
    "sla step p --at breach+LENGTH --then notify=owner",
    "sla edit p --warn LENGTH",
    "list --json",
    "show 1",
)


def test_moments_in_years_1_and_9999_are_accepted_or_refused(local_desk: Shell) -> None:
    local_desk("calendar", "add", "office", "--hours", "mon-fri 09:00-17:00")
    local_desk("sla", "add", "p", "--first-response", "4h", "--calendar", "office")
    local_desk("new", "--from", "ana@example.org", "--subject", "x", "-m", "y")
    local_desk.start()  # a command through the daemon takes half the time
    wrong = []
    for command in COMMANDS:
        for value in DATES if "DATE" in command else MOMENTS if "MOMENT" in command else ("999999w" * 200, "999999w"):
            line = [word.replace("DATE", value).replace("MOMENT", value) for word in shlex.split(command)]
            line = [word.replace("LENGTH", value) for word in line]
            done = local_desk(*line, code=None)
            if done.code not in (0, 1, 2, 3, 4) or "unexpected" in done.err or not (done.code != 2 or done.err):
                wrong.append((line, done.code, done.err[:200]))
    assert wrong == []


def test_week_at_the_end_of_year_9999_is_refused(local_desk: Shell) -> None:
    refused = local_desk("shift", "show", "--week", "9999-12-31", code=2)
    assert 'out of range: "9999-12-31"' in refused.err


def test_show_accepts_mail_with_distant_dates(local_desk: Shell) -> None:
    for number, date in enumerate(("Fri, 31 Dec 9999 23:59:59 -1200", "Mon, 01 Jan 0001 00:00:00 +1400"), 1):
        head = f"From: ana@example.org\nTo: support@acme.test\nSubject: x\nMessage-ID: <{number}@e.org>\n"
        local_desk("mail", "ingest", input=f"{head}Date: {date}\n\nx\n")
        sent = local_desk("show", str(number), "--json").row["messages"][0]["sent_at"]
        assert 1970 <= datetime.fromisoformat(sent).year <= datetime.now(UTC).year
        local_desk("show", str(number))


WORDS = st.lists(
    st.one_of(
        st.sampled_from(
            ["+", "in", "tomorrow", "내일", "next week", "fri", "10:00", "24:00", "9999-12-31", "0001-01-01"]
        ),
        st.sampled_from(
            ["12월 31일", "9999년 12월 31일", "오후 11시", "뒤", "T", "Z", "+14:00", "-23:59", "999999w", "999999주"]
        ),
        st.integers(0, 99999).map(str),
        st.datetimes().map(str),
    ),
    max_size=5,
).map(" ".join)
ZONES = st.sampled_from(["UTC", "Asia/Seoul", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York"])
NOW = st.datetimes(datetime(1971, 1, 1), datetime(8999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - with a zone


@settings(max_examples=500, deadline=None)
@given(WORDS, NOW, ZONES)
def test_any_text_is_a_near_moment_or_refused(text: str, now: datetime, zone: str) -> None:
    for read in (parse_moment, future_moment):
        try:
            found = read(text, now, ZoneInfo(zone))
        except UsageError as error:
            assert error.what and error.hint
        else:
            assert found.year in YEARS


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 999_999_999), st.sampled_from("smhdw")), min_size=1, max_size=200), NOW)
def test_any_length_is_usable_or_refused(parts: list[tuple[int, str]], now: datetime) -> None:
    text = "".join(f"{number}{unit}" for number, unit in parts)
    try:
        assert now + parse_wait(text) > now
    except UsageError as error:
        assert error.hint
    try:
        parse_duration(text)
    except UsageError as error:
        assert error.hint
    with contextlib.suppress(Invalid):
        assert now + duration(text) >= now


@pytest.mark.parametrize("field", ["due", "callback", "due.first_response"])
def test_set_prints_the_parsed_moment(local_desk: Shell, field: str) -> None:
    local_desk("new", "--from", "ana@example.org", "-m", "y")
    said = local_desk("set", "1", f"{field}=+2d").out
    at = datetime.now(ZoneInfo("Asia/Seoul")) + timedelta(days=2)
    assert said.startswith(f"#1 “y”: {field} is {at:%Y-%m-%d} ") and said.rstrip().endswith("KST")
    assert local_desk("set", "1", f"{field}=none").out == f"#1 “y”: {field} is none\n"
