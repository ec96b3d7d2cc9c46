"""Recurrence rules as people say them: `every 2 weeks on Mon, Wed` in output, `--repeat "every mon,wed"` in input."""

from __future__ import annotations

import re
from datetime import date

from deadlines.core.rrule import Freq, Rule, parse
from deadlines.core.weekdays import ICAL_DAYS
from deadlines.core.when import AllDay, When
from deadlines.errors import InputError

_EXAMPLES = "daily, weekdays, weekly, monthly, yearly, 'every 2 weeks', 'every mon,wed', or FREQ=MONTHLY;BYMONTHDAY=-1"
_ALONE = {
    "hourly": "FREQ=HOURLY",
    "daily": "FREQ=DAILY",
    "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "weekly": "FREQ=WEEKLY",
    "fortnightly": "FREQ=WEEKLY;INTERVAL=2",
    "monthly": "FREQ=MONTHLY",
    "quarterly": "FREQ=MONTHLY;INTERVAL=3",
    "yearly": "FREQ=YEARLY",
    "annually": "FREQ=YEARLY",
}
_UNITS = {"hour": "HOURLY", "day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
_EVERY = re.compile(r"(?:every|each) (?:(other|\d{1,4}) )?(?:(hour|day|week|month|year)s?(?: on (.+))?|(.+))")
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST = 2


def parse_repeat(text: str) -> str:
    """The RRULE value for what was typed after `--repeat`. InputError, with examples, where it says none."""
    said = " ".join(text.casefold().split())
    if said in _ALONE:
        return _ALONE[said]
    if said.startswith("rrule:") or "freq=" in said:
        value = text.strip(" ;").upper().removeprefix("RRULE:")
        parse(value)
        return value
    match = _EVERY.fullmatch(said)
    if match is None:
        raise InputError(f"cannot read the repetition {text!r}", hint=f"type {_EXAMPLES}")
    every, unit, on, days = match.groups()
    rule = f"FREQ={_UNITS[unit or 'week']}" + _interval(every, text)
    if unit is None or on is not None:
        rule += _by_day(days or on, text, unit or "week")
    return rule


def _interval(every: str | None, text: str) -> str:
    if every is None or every == "1":
        return ""
    if every != "other" and int(every) == 0:
        raise InputError(f"cannot repeat {text!r}: 0 is no interval", hint=f"type {_EXAMPLES}")
    return f";INTERVAL={2 if every == 'other' else int(every)}"


def _by_day(days: str, text: str, unit: str) -> str:
    names = [name for name in re.split(r"[,\s]+(?:and )?", days) if name]
    if names in (["weekday"], ["weekdays"]):
        names = list(_DAY_NAMES[:5])
    numbers = {number for name in names for number, day in enumerate(_DAY_NAMES) if _means(name, day)}
    if unit != "week" or not names or not all(any(_means(name, day) for day in _DAY_NAMES) for name in names):
        raise InputError(f"cannot read the repetition {text!r}", hint=f"type {_EXAMPLES}")
    return ";BYDAY=" + ",".join(ICAL_DAYS[number] for number in sorted(numbers))


def _means(name: str, day: str) -> bool:
    return (len(name) >= _SHORTEST and day.startswith(name.rstrip("."))) or name == day + "s"


_NOUNS = {
    Freq.YEARLY: "year",
    Freq.MONTHLY: "month",
    Freq.WEEKLY: "week",
    Freq.DAILY: "day",
    Freq.HOURLY: "hour",
    Freq.MINUTELY: "minute",
    Freq.SECONDLY: "second",
}
_ADVERBS = {Freq.YEARLY: "yearly", Freq.MONTHLY: "monthly", Freq.WEEKLY: "weekly", Freq.DAILY: "daily", Freq.HOURLY: "hourly"}
_SHORT_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORKING = frozenset((0, weekday) for weekday in range(5))


def human(rrule: str) -> str:
    """The rule in words, such as `every 2 weeks on Mon, Wed`; what has no short words stays as it is written. Never raises."""
    try:
        rule = parse(rrule)
    except InputError:
        return rrule
    if _is_wordless(rule):
        return rrule
    return _rhythm(rule) + _on(rule) + _end(rule)


def _is_wordless(rule: Rule) -> bool:
    parts = (rule.by_week_no, rule.by_year_day, rule.by_hour, rule.by_minute, rule.by_second, rule.by_set_pos)
    return any(parts) or bool(rule.by_day and rule.by_month_day)


def _rhythm(rule: Rule) -> str:
    if rule.interval > 1:
        return f"every {rule.interval} {_NOUNS[rule.freq]}s"
    if rule.freq is Freq.WEEKLY and rule.by_day == _WORKING and not rule.by_month:
        return "on weekdays"
    return _ADVERBS.get(rule.freq, f"every {_NOUNS[rule.freq]}")


def _on(rule: Rule) -> str:
    days: list[str] = []
    if rule.by_day and not _rhythm(rule).endswith("weekdays"):
        ordered = sorted(rule.by_day, key=lambda day: (day[0] < 0, abs(day[0]), (day[1] - rule.week_start) % 7))
        days = [f"{_nth(nth)}{_SHORT_DAYS[weekday]}" for nth, weekday in ordered]
    if rule.by_month_day:
        days = [
            "the " + _nth(day).strip() + (" day" if day < 0 else "")
            for day in sorted(rule.by_month_day, key=lambda d: (d < 0, abs(d)))
        ]
    months = " in " + ", ".join(_MONTHS[month - 1] for month in sorted(rule.by_month)) if rule.by_month else ""
    return (" on " + ", ".join(days) if days else "") + months


def _nth(number: int) -> str:
    if number == 0:
        return ""
    size = abs(number)
    suffix = "th" if size % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(size % 10, "th")
    if number > 0:
        return f"{size}{suffix} "
    return "last " if number == -1 else f"{size}{suffix} last "


def _end(rule: Rule) -> str:
    times = f", {rule.count} times" if rule.count and rule.count > 1 else ", once" if rule.count else ""
    return times + (f", until {_date(rule.until)}" if rule.until else "")


def _date(when: When) -> str:
    day: date = when.date if isinstance(when, AllDay) else when.local.date()
    return f"{day:%Y-%m-%d}"
