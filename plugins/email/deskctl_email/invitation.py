"""A one-line summary of a calendar invitation (iCalendar)."""

from __future__ import annotations

import re

MAX_TEXT = 200_000

_FOLDED = re.compile(r"\r?\n[ \t]")
_ESCAPE = re.compile(r"\\([\\;,nN])")
_VERBS = {
    "REQUEST": "Invitation",
    "CANCEL": "Cancelled",
    "REPLY": "Reply to an invitation",
    "COUNTER": "Proposed new time",
}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentatively accepted"}
_DATE_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")


def summary_line(text: str) -> str:
    """Return a summary such as `Invitation: Printer, 2026-01-02 10:00–11:00 (Asia/Seoul), Room 2`.

    The result is `""` if the invitation has neither a title nor a time.
    """
    fields: dict[str, tuple[str, str]] = {}
    inside = False
    method = ""
    for one in _FOLDED.sub("", text[:MAX_TEXT]).splitlines():
        name, colon, value = one.partition(":")
        key, _, parameters = name.partition(";")
        key = key.upper()
        if not colon:
            continue
        if key == "METHOD":
            method = value.strip().upper()
        elif key == "BEGIN":
            inside = inside or value.strip().upper() in ("VEVENT", "VTODO")
        elif key == "END" and value.strip().upper() in ("VEVENT", "VTODO"):
            break
        elif inside:
            fields.setdefault(key, (parameters, value.strip()))
    summary = _unescape(fields.get("SUMMARY", ("", ""))[1])
    location = _unescape(fields.get("LOCATION", ("", ""))[1])
    when = _time_range(fields)
    if not (summary or when):
        return ""
    answer = next(
        (word for code, word in _ANSWERS.items() if f"PARTSTAT={code}" in _parameters(fields, "ATTENDEE")), ""
    )
    verb = _VERBS.get(method, "Appointment")
    if method == "REPLY" and answer:
        verb = f"{verb} ({answer})"
    return f"{verb}: " + ", ".join(part for part in (summary, when, location) if part)


def _parameters(fields: dict[str, tuple[str, str]], key: str) -> str:
    return fields.get(key, ("", ""))[0].upper()


def _unescape(value: str) -> str:
    return " ".join(_ESCAPE.sub(lambda m: " " if m[1] in "nN" else m[1], value).split())[:500]


def _time_range(fields: dict[str, tuple[str, str]]) -> str:
    parameters, value = fields.get("DTSTART", ("", ""))
    begin = _DATE_TIME.match(value)
    if not begin:
        return ""
    day = f"{begin[1]}-{begin[2]}-{begin[3]}"
    if begin[4] is None:
        return day
    shown = f"{day} {begin[4]}:{begin[5]}"
    end = _DATE_TIME.match(fields.get("DTEND", ("", ""))[1])
    if end and end[4] is not None:
        same = end.group(1, 2, 3) == begin.group(1, 2, 3)
        shown += f"–{end[4]}:{end[5]}" if same else f" – {end[1]}-{end[2]}-{end[3]} {end[4]}:{end[5]}"
    zone = re.search(r"TZID=\"?([^\";:]{1,60})", parameters, re.IGNORECASE)
    return f"{shown} ({zone[1]})" if zone else f"{shown} UTC" if begin[6] else shown
