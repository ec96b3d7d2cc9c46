"""The part of a phrase that names a day: `fri`, `tomorrow`, `in 2 weeks`, `27 nov`, `2026-12-01`, `next mon`.

`match_day` recognises it without knowing what day it is; the `DayPhrase` it gives is resolved later, when the clock is known on
which days are counted. What can mean two days is refused with both as ISO dates in the place of what was typed.

A weekday is the next one that is still ahead: today only with a time that has not passed. "next fri" is refused unless the
coming Friday and the Friday of next week (which begins on Monday) are the same. A date without a year is the next one, but
refused where it passed less than a month ago. Dotted dates are day first; slashed ones have no order worth guessing.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from deadlines.core.weekdays import DAY_NUMBERS, DAYS, MONTH_NUMBERS, MONTHS, WEEK
from deadlines.errors import AmbiguousInput, InputError

_FLAGS = re.ASCII | re.IGNORECASE
_END = r"(?![^\s,])"
_DAY = r"(?P<weekday>mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun|" + "|".join(DAYS) + r")\.?"
_MONTH = "(?P<month>" + "|".join((*MONTHS, *(name[:3] + r"\.?" for name in MONTHS), r"sept\.?")) + ")"
_YEAR = r"(?:,? (?P<year>(?:19|2\d)\d\d)(?![\d:]))?"
_CENTURY = 2000
_SHORT_YEAR = 2
_RECENT = timedelta(days=31)
_UNITS = {"d": "days", "w": "weeks", "m": "months"}
_YEAR_MONTHS = 12


class Present(NamedTuple):
    """What a day phrase is read against: the date on the clock that counts, and whether the time typed is still ahead."""

    today: date
    timed: bool
    is_ahead: Callable[[date], bool]
    instead: Callable[[object], str]
    """The whole phrase with something else in the place of the day."""


class DayPhrase(NamedTuple):
    """A recognised day; `end` is where it ends in the text."""

    found: re.Match[str]
    resolver: Callable[[re.Match[str], Present], date]
    weekday: int | None = None

    @property
    def end(self) -> int:
        """Where the rest of the phrase begins."""
        return self.found.end()

    def resolve(self, present: Present) -> date:
        """The date meant. Raises `AmbiguousInput`, `InputError`, and OverflowError beyond year 9999."""
        day = self.resolver(self.found, present)
        if self.weekday is not None and day.weekday() != self.weekday:
            raise InputError(
                f"{day} is a {DAYS[day.weekday()]}, not a {DAYS[self.weekday]}",
                hint=f"type {present.instead(day)}, or the date that was meant",
            )
        return day


def match_day(text: str, start: int) -> DayPhrase | None:
    """The day that `text` names from `start` on, if it names one there."""
    if (prefix := _PREFIX.match(text, start)) and (dated := _first(_DATES, text, prefix.end())):
        return DayPhrase(dated.found, dated.resolver, DAY_NUMBERS[prefix["weekday"].lower()])
    return _first(_DATES, text, start) or _first(_RELATIVE, text, start)


def _first(table: _Table, text: str, start: int) -> DayPhrase | None:
    for pattern, resolver in table:
        if found := re.compile(pattern, _FLAGS).match(text, start):
            return DayPhrase(found, resolver)
    return None


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        known = 1 <= month <= _YEAR_MONTHS
        what = f"{day} {MONTHS[month - 1]} {year:04}" if known else f"{year:04}-{month:02}-{day:02}"
        raise InputError(f"there is no {what}", hint="for example 2026-12-01 or 27 nov 2026") from error


def _ambiguous(what: str, found: re.Match[str], present: Present, days: tuple[date, ...]) -> AmbiguousInput:
    return AmbiguousInput(what, found[0].strip(), [present.instead(day) for day in days])


def _iso(found: re.Match[str], _: Present) -> date:
    return _date(int(found["year"]), int(found["month"]), int(found["day"]))


def _dotted(found: re.Match[str], present: Present) -> date:
    day, month = int(found["day"]), int(found["month"])
    return _date(_full_year(found["year"]), month, day) if found["year"] else _next_date(found, present, month, day)


def _named_month(found: re.Match[str], present: Present) -> date:
    day, month = int(found["day"]), MONTH_NUMBERS[found["month"].rstrip(".").lower()]
    return _date(int(found["year"]), month, day) if found["year"] else _next_date(found, present, month, day)


def _next_date(found: re.Match[str], present: Present, month: int, day: int) -> date:
    this_year = _date_or_none(present.today.year, month, day)
    if this_year and this_year >= present.today:
        return this_year
    next_year = _date(present.today.year + 1, month, day)
    if this_year and present.today - this_year < _RECENT:
        raise _ambiguous("date", found, present, (this_year, next_year))
    return next_year


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _slashed(found: re.Match[str], present: Present) -> date:
    one, other = int(found["one"]), int(found["other"])
    year = found["year"] or ""
    orders = [(year, one, other), (year, other, one)]
    if len(year) == _SHORT_YEAR:
        orders.append((found["one"].zfill(_SHORT_YEAR), other, int(year)))
    days = (_in_year(order, present) for order in orders)
    readings = tuple(dict.fromkeys(day for day in days if day))
    if not readings:
        raise InputError(f"there is no date {found[0].strip()}", hint="for example 2026-12-01 or 27 nov")
    if len(readings) > 1:
        raise _ambiguous("date", found, present, readings)
    return readings[0]


def _in_year(order: tuple[str, int, int], present: Present) -> date | None:
    year, month, day = order
    if year:
        return _date_or_none(_full_year(year), month, day)
    this_year = _date_or_none(present.today.year, month, day)
    passed = this_year is None or this_year < present.today
    return _date_or_none(present.today.year + 1, month, day) if passed else this_year


def _full_year(digits: str) -> int:
    year = int(digits)
    return year + _CENTURY if len(digits) == _SHORT_YEAR else year


def _named(offset: int) -> Callable[[re.Match[str], Present], date]:
    return lambda _, present: present.today + timedelta(days=offset)


def _after(found: re.Match[str], present: Present) -> date:
    amount = int(found["amount"])
    match _UNITS[found["unit"][0].lower()]:
        case "months":
            return _months_on(present.today, amount)
        case "weeks":
            return present.today + timedelta(weeks=amount)
        case _:
            return present.today + timedelta(days=amount)


def _months_on(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, _YEAR_MONTHS)
    year = day.year + years
    if year > date.max.year:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _weekday(found: re.Match[str], present: Present) -> date:
    wanted = DAY_NUMBERS[found["weekday"].lower()]
    today = present.today
    coming = today + timedelta(days=(wanted - today.weekday() - 1) % WEEK + 1)
    match (found["which"] or "").lower().strip():
        case "next":
            following = today + timedelta(days=wanted - today.weekday() + WEEK)
            if coming != following:
                raise _ambiguous("day", found, present, (coming, following))
            return coming
        case "this":
            day = today + timedelta(days=wanted - today.weekday())
            if day < today:
                raise _ambiguous("day", found, present, (day, coming))
            return day
    if wanted != today.weekday():
        return coming
    if not present.timed:
        raise _ambiguous("day", found, present, (today, coming))
    return today if present.is_ahead(today) else coming


def _next_week(found: re.Match[str], present: Present) -> date:
    today = present.today
    monday = today + timedelta(days=WEEK - today.weekday())
    return _either(found, present, monday, today + timedelta(days=WEEK))


def _next_month(found: re.Match[str], present: Present) -> date:
    same_day = _months_on(present.today, 1)
    return _either(found, present, same_day.replace(day=1), same_day)


def _either(found: re.Match[str], present: Present, one: date, other: date) -> date:
    if one != other:
        raise _ambiguous("day", found, present, (one, other))
    return one


_Table = tuple[tuple[str, Callable[[re.Match[str], Present], date]], ...]
"""Patterns, compiled when first tried, for most phrases name a day in one of the first ways; and what a match means."""


def _table(*rows: tuple[str, Callable[[re.Match[str], Present], date]]) -> _Table:
    return tuple((f"(?:{pattern}){_END}", resolver) for pattern, resolver in rows)


_PREFIX = re.compile(_DAY + r",? ", _FLAGS)
_DATES = _table(
    (r"(?P<year>\d{4})([-/])(?P<month>\d\d?)\2(?P<day>\d\d?)", _iso),
    (r"(?P<day>\d\d?)(?:st|nd|rd|th|\.)?(?: of)? ?" + _MONTH + _YEAR, _named_month),
    (_MONTH + r" (?P<day>\d\d?)(?:st|nd|rd|th)?" + _YEAR, _named_month),
    (r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4}|\d\d)?", _dotted),
    (r"(?P<one>\d\d?)([-/])(?P<other>\d\d?)(?:\2(?P<year>\d{4}|\d\d))?", _slashed),
)
_RELATIVE = _table(
    ("today", _named(0)),
    ("tomorrow", _named(1)),
    ("yesterday", _named(-1)),
    ("next week", _next_week),
    ("next month", _next_month),
    (r"(?P<which>next |this )?" + _DAY, _weekday),
    (r"(?:in |\+ ?)(?P<amount>\d{1,5}) ?(?P<unit>d|days?|w|wks?|weeks?|mo|months?)", _after),
)
