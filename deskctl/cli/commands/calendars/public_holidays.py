"""Public holidays of countries and regions, which calendars copy for twelve years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ....core.values.suggestions import did_you_mean
from ....errors import UsageError
from ...messages import _

#: The number of years that a calendar gets holidays for, including this year and the year before.
YEARS = 12


def public_holidays(regions: Iterable[str], this_year: int, language: str | None = None) -> tuple[tuple[str, str], ...]:
    """Return dates and names of the public holidays of countries and regions (`KR`, `DE:BY`).

    Substitute holidays are included. Raises UsageError for an unknown country or region.
    """
    found: dict[str, str] = {}
    for region in regions:
        for day, title in _holidays_of(region, covered_years(this_year), language):
            found[day.isoformat()] = found.get(day.isoformat(), title)
    return tuple(sorted(found.items()))


def covered_years(this_year: int) -> range:
    """Return the years that a calendar gets holidays and days off for."""
    return range(this_year - 1, this_year + YEARS - 1)


def _holidays_of(name: str, years: range, language: str | None) -> Iterator[tuple[date, str]]:
    import holidays as library

    country, colon, region = name.strip().upper().partition(":")
    known = library.list_supported_countries(include_aliases=False)
    if country not in known:
        raise UsageError(
            _(
                'no public holidays for "{country}"{suggestion}',
                country=country,
                suggestion=did_you_mean(country, known),
            ),
            _("use a two-letter country code, for example KR, US or DE:BY"),
        )
    regions = known[country]
    if colon and region not in {r.upper() for r in regions}:
        suggestion = did_you_mean(region, regions)
        raise UsageError(
            _('{country} has no region "{region}"{suggestion}', country=country, region=region, suggestion=suggestion),
            _("regions: {regions}", regions=", ".join(regions)) if regions else _("this country has no regions"),
        )
    exact = next((r for r in regions if r.upper() == region), None) if colon else None
    dates = library.country_holidays(country, subdiv=exact, years=years, language=language)
    yield from sorted(dates.items())
