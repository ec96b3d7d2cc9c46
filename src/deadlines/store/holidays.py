"""Public holidays of a country or a part of one, from the `holidays` library, kept in small files.

The library takes a tenth of a second to import and as much again to work out a year, more than a whole `list` may cost. So what
it said is remembered: one JSON file per region, `{"library": "0.109", "years": {"2026": ["2026-01-01", ...]}}`, which is void
as soon as another version of the library is installed. The files are a cache and nothing else: one that is broken, or cannot be
written, costs time and is never an error. An asked-for region that the file knows is a region that exists.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import tempfile
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from deadlines.errors import UnknownName

_REGION = re.compile(r"[A-Za-z]{2,3}(?:-\w[\w ]{0,30})?")
_EXAMPLE = "a country or its subdivision, for example NO or US-NY"


class RegionHolidays:
    """A `Container[date]` of the holidays of `region` (ISO 3166, `NO` or `US-NY`), worked out a year at a time, when asked.

    Membership raises `UnknownName` where there is no such region.
    """

    def __init__(self, region: str, folder: Path) -> None:
        self.region = region.strip()
        self._file = folder / f"{re.sub(r'[^A-Z0-9-]', '_', self.region.upper()[:40])}.json"
        self._years: dict[int, frozenset[date]] | None = None

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        if isinstance(day, datetime):
            day = day.date()
        years = self._known()
        if day.year not in years:
            years[day.year] = _holidays(self.region, day.year)
            self._remember(years)
        return day in years[day.year]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.region!r})"

    def validate(self) -> None:
        """Raise `UnknownName` unless there is such a region. Does not import the library where the file knows it."""
        self._known()

    def _known(self) -> dict[int, frozenset[date]]:
        if self._years is None:
            years = self._remembered()
            if years is None:
                _check(self.region)
                self._remember(years := {})
            self._years = years
        return self._years

    def _remembered(self) -> dict[int, frozenset[date]] | None:
        if not _REGION.fullmatch(self.region):
            return None
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            if kept["library"] != _library_version():
                return None
            return {int(year): frozenset(map(date.fromisoformat, days)) for year, days in kept["years"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def _remember(self, years: dict[int, frozenset[date]]) -> None:
        days = {year: sorted(map(str, found)) for year, found in sorted(years.items())}
        text = json.dumps({"library": _library_version(), "years": days})
        with contextlib.suppress(OSError):
            _write_whole(self._file, text)


def _write_whole(path: Path, text: str) -> None:
    """Replace the file in one step, so that a reader sees the old one or the new one."""
    for folder in (path.parent.parent, path.parent):  # `parents` alone would make the data folder for everybody to read
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


@lru_cache(maxsize=1)
def _library_version() -> str:
    """The version of the library from the name of its metadata folder: reading it properly costs as much as importing it."""
    for entry in filter(None, sys.path):
        with contextlib.suppress(OSError):
            entries = (found.name for found in Path(entry).iterdir())
            names = (name for name in entries if name.startswith("holidays-") and name.endswith(".dist-info"))
            if folder := next(names, ""):
                return folder.removeprefix("holidays-").removesuffix(".dist-info")
    return "unknown"


def _check(region: str) -> tuple[str, str | None]:
    """Country and subdivision as the library spells them."""
    from holidays import list_supported_countries

    countries: dict[str, list[str]] = list_supported_countries(include_aliases=True)
    country, _, part = region.upper().partition("-")
    if _REGION.fullmatch(region) and country in countries:
        if not part:
            return country, None
        for subdivision in countries[country]:
            if subdivision.upper() == part:
                return country, subdivision
    nearest = _nearest(region, countries)
    raise UnknownName("holiday region", region, nearest, hint="" if nearest else _EXAMPLE)


def _nearest(region: str, countries: dict[str, list[str]]) -> list[str]:
    country = region.upper().partition("-")[0]
    names = [f"{country}-{part}" for part in countries.get(country, ())] or [code for code in countries if len(code) == 2]  # noqa: PLR2004 - the short codes
    return get_close_matches(region.upper(), names, n=3)


def _holidays(region: str, year: int) -> frozenset[date]:
    country, subdivision = _check(region)
    from holidays import country_holidays

    return frozenset(country_holidays(country, subdiv=subdivision, years=year))
