"""Convert times to the representation of the store: whole microseconds since 1970-01-01T00:00:00Z."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ..errors import UsageError
from ..i18n import _

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = _EPOCH.replace(tzinfo=None)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Convert a timezone-aware time."""
    return (moment - _EPOCH) // _MICROSECOND


def maybe_to_micros(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return a timezone-aware time in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def maybe_from_micros(micros: int | None) -> datetime | None:
    return None if micros is None else _EPOCH + timedelta(microseconds=micros)


def rfc3339(micros: int) -> str:
    """Format a time for JSON: "2026-03-01T09:00:00Z", with six more digits if it has microseconds."""
    return (_NAIVE_EPOCH + timedelta(microseconds=micros)).isoformat() + "Z"


def maybe_rfc3339(micros: int | None) -> str | None:
    return None if micros is None else rfc3339(micros)


def parse_rfc3339(text: str) -> int:
    """Parse a time in the format of `rfc3339`. Raises UsageError."""
    try:
        return to_micros(datetime.fromisoformat(text))
    except (ValueError, TypeError, OverflowError):
        raise UsageError(_("not a moment: {text}", text=repr(text)), _("write it as 2026-03-01T09:00:00Z")) from None
