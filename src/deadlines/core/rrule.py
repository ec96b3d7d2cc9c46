"""The value of RRULE (RFC 5545 §3.3.10) as a frozen `Rule`, and what is wrong or doubtful about it."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from deadlines.core.weekdays import ICAL_DAYS
from deadlines.core.when import AllDay, Floating, When, Zoned
from deadlines.errors import InputError


class Freq(enum.IntEnum):
    """From the longest period to the shortest."""

    YEARLY = 0
    MONTHLY = 1
    WEEKLY = 2
    DAILY = 3
    HOURLY = 4
    MINUTELY = 5
    SECONDLY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A recurrence rule. `by_day` holds (nth, weekday): nth 0 is every one, weekday 0 Monday; the sets may be empty."""

    freq: Freq
    interval: int = 1
    count: int | None = None
    until: When | None = None
    week_start: int = 0
    by_month: frozenset[int] = frozenset()
    by_week_no: frozenset[int] = frozenset()
    by_year_day: frozenset[int] = frozenset()
    by_month_day: frozenset[int] = frozenset()
    by_day: frozenset[tuple[int, int]] = frozenset()
    by_hour: frozenset[int] = frozenset()
    by_minute: frozenset[int] = frozenset()
    by_second: frozenset[int] = frozenset()
    by_set_pos: frozenset[int] = frozenset()


_LONGEST = 4_000
_MOST = 10**18
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")
_LAST_WEEK = 53


def _number(low: int, high: int, text: str) -> int:
    if not _NUMBER.fullmatch(text) or not low <= (number := int(text)) <= high:
        raise ValueError(text)
    return number


def _numbers(low: int, high: int) -> Callable[[str], frozenset[int]]:
    return lambda text: frozenset(_number(low, high, part) for part in text.split(","))


def _signed(high: int) -> Callable[[str], frozenset[int]]:
    def read(text: str) -> frozenset[int]:
        numbers = _numbers(-high, high)(text)
        if 0 in numbers:
            raise ValueError(text)
        return numbers

    return read


def _days(text: str) -> frozenset[tuple[int, int]]:
    matches = [_DAY.fullmatch(part) for part in text.split(",")]
    days = frozenset((int(match[1] or 0), ICAL_DAYS.index(match[2])) for match in matches if match)
    if None in matches or any(abs(nth) > _LAST_WEEK for nth, _ in days):
        raise ValueError(text)
    return days


def _until(text: str) -> When:
    match = _UNTIL.fullmatch(text)
    if match is None:
        raise ValueError(text)
    if match[2] is None:
        return AllDay(datetime.fromisoformat(text).date())
    local = datetime.fromisoformat(f"{match[1]}T{match[2]}")
    return Zoned(local, "UTC", UTC) if match[3] else Floating(local)


_PARTS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "FREQ": ("freq", lambda text: Freq[text]),
    "INTERVAL": ("interval", lambda text: _number(1, _MOST, text)),
    "COUNT": ("count", lambda text: _number(1, _MOST, text)),
    "UNTIL": ("until", _until),
    "WKST": ("week_start", ICAL_DAYS.index),
    "BYMONTH": ("by_month", _numbers(1, 12)),
    "BYWEEKNO": ("by_week_no", _signed(53)),
    "BYYEARDAY": ("by_year_day", _signed(366)),
    "BYMONTHDAY": ("by_month_day", _signed(31)),
    "BYDAY": ("by_day", _days),
    "BYHOUR": ("by_hour", _numbers(0, 23)),
    "BYMINUTE": ("by_minute", _numbers(0, 59)),
    "BYSECOND": ("by_second", lambda text: frozenset(min(second, 59) for second in _numbers(0, 60)(text))),
    "BYSETPOS": ("by_set_pos", _signed(366)),
}


def parse(text: str) -> Rule:
    """The rule that `text` writes. Case, spaces around it and a trailing `;` are forgiven; InputError for the rest."""
    reason, rule = _read(text)
    if rule is None:
        raise InputError(f"recurrence rule {_shortened(text)!r}: {reason}", hint="for example FREQ=WEEKLY;BYDAY=MO,WE")
    return rule


def validate(text: str) -> str | None:
    """Why `text` is not a recurrence rule, or None if it is one."""
    return _read(text)[0] or None


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004 - what fits on a line


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[str, Rule | None]:
    if len(text) > _LONGEST:
        return f"longer than {_LONGEST} characters", None
    fields: dict[str, Any] = {}
    for part in text.strip(" ;").upper().split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS:
            return f"unknown part {_shortened(part)!r}", None
        field, read = _PARTS[name]
        if field in fields:
            return f"{name} is given twice", None
        try:
            fields[field] = read(value)
        except (ValueError, KeyError):
            return f"{name} cannot be {_shortened(value)!r}", None
    return ("", Rule(**fields)) if "freq" in fields else ("FREQ is missing", None)


_DOUBTS: tuple[tuple[Callable[[Rule], object], str], ...] = (
    (lambda rule: rule.count and rule.until, "has both COUNT and UNTIL; the earlier end holds"),
    (
        lambda rule: rule.by_day and rule.freq > Freq.MONTHLY and any(nth for nth, _ in rule.by_day),
        "numbers weekdays in a period shorter than a month; the numbers are ignored",
    ),
    (
        lambda rule: rule.by_week_no and any(nth for nth, _ in rule.by_day),
        "numbers weekdays within weeks; the numbers are ignored",
    ),
    (
        lambda rule: rule.freq in {Freq.YEARLY, Freq.MONTHLY} and len({bool(nth) for nth, _ in rule.by_day}) > 1,
        "mixes numbered and plain weekdays, of which some programs read nothing",
    ),
    (lambda rule: rule.by_week_no and rule.freq is not Freq.YEARLY, "has BYWEEKNO in a rule that is not yearly"),
    (
        lambda rule: rule.by_year_day and rule.freq in {Freq.MONTHLY, Freq.WEEKLY, Freq.DAILY},
        "has BYYEARDAY in a monthly, weekly or daily rule",
    ),
    (lambda rule: rule.by_month_day and rule.freq is Freq.WEEKLY, "has BYMONTHDAY in a weekly rule"),
    (
        lambda rule: rule.by_week_no and not rule.by_day,
        "has BYWEEKNO without BYDAY: the weekday of the start to us, all seven to others",
    ),
    (
        lambda rule: rule.by_week_no and rule.interval > 1,
        "counts week-years with INTERVAL, which some programs count by calendar years",
    ),
    (
        lambda rule: rule.by_set_pos and not _selects(rule),
        "has BYSETPOS and nothing to choose from",
    ),
    (
        lambda rule: rule.by_set_pos and rule.freq is Freq.WEEKLY,
        "has BYSETPOS in weeks: the first week counts whole to us, from the start on to others",
    ),
)


def _selects(rule: Rule) -> bool:
    return any(
        (
            rule.by_month,
            rule.by_week_no,
            rule.by_year_day,
            rule.by_month_day,
            rule.by_day,
            rule.by_hour,
            rule.by_minute,
            rule.by_second,
        )
    )


def doubt(text: str) -> str | None:
    """What other programs may read differently in a valid rule, for a finding; None where RFC 5545 leaves no doubt."""
    rule = parse(text)
    return next((words for holds, words in _DOUBTS if holds(rule)), None)
