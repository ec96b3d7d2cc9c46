"""Lengths of time: as people type them (`3h`, `1h30`, `2 d`), and as iCalendar writes them (RFC 5545 §3.3.6).

A day here is 24 hours and a week seven days; calendar steps ("in 3 days") are `core.phrase`'s business.
"""

from __future__ import annotations

import re
from datetime import timedelta

from deadlines.errors import CodecError, InputError

_EXAMPLES = "for example 3h, 1h30, 90m, 2d or 1w"
_TYPED = re.compile(
    r"(?:(\d{1,5}) ?w(?:eeks?|ks?)?)? ?(?:(\d{1,5}) ?d(?:ays?)?)? ?(?:(\d{1,5}(?:[.,]5)?) ?h(?:ours?|rs?)?)?"
    r" ?(?:(\d{1,6}) ?m(?:in(?:ute)?s?)?|(?<=h)(\d\d))?",
    re.ASCII | re.IGNORECASE,
)
_ISO = r"(?ai:([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?)"


def parse_duration(text: str) -> timedelta:
    """How long something takes: `3h`, `1h30`, `90m`, `1.5 h`, `2d`, `1w 2d`. Raises `InputError`, also for nothing at all."""
    length = parse_lead(text)
    if not length:
        raise InputError(f"duration {text!r}: it must be more than nothing", hint=_EXAMPLES)
    return length


def parse_lead(text: str) -> timedelta:
    """How long before: like `parse_duration`, but `0` is fine."""
    tidy = " ".join(text.split())
    if tidy == "0":
        return timedelta()
    match = _TYPED.fullmatch(tidy)
    if not tidy or match is None:
        raise InputError(f"duration {text!r}: not understood", hint=_EXAMPLES)
    weeks, days, hours, minutes, bare_minutes = match.groups()
    return timedelta(
        weeks=int(weeks or 0),
        days=int(days or 0),
        hours=float((hours or "0").replace(",", ".")),
        minutes=int(minutes or bare_minutes or 0),
    )


def format_duration(length: timedelta) -> str:
    """`2 d`, `1 h 30 min`; whole minutes, cut off. `parse_lead` reads it where it is not negative."""
    sign = "-" if length < timedelta() else ""
    minutes = abs(length) // timedelta(minutes=1)
    days, hours = divmod(minutes // 60, 24)
    parts = [f"{amount} {unit}" for amount, unit in ((days, "d"), (hours, "h"), (minutes % 60, "min")) if amount]
    return sign + " ".join(parts) if parts else "0 min"


def format_work(length: timedelta) -> str:
    """`31 h`, `1 h 30 min`, `45 min`: never days, for a day of work has no length that all agree on."""
    hours, minutes = divmod(length // timedelta(minutes=1), 60)
    return " ".join([*([f"{hours} h"] if hours else []), *([f"{minutes} min"] if minutes or not hours else [])])


def to_iso(length: timedelta) -> str:
    """A DURATION value such as `PT1H30M`, `P2D` or `-PT15M`, cut to whole seconds (RFC 5545 §3.3.6)."""
    seconds = abs(length) // timedelta(seconds=1)
    days, rest = divmod(seconds, 86_400)
    units = ((rest // 3600, "H"), (rest // 60 % 60, "M"), (rest % 60, "S"))
    time = _joined_without_holes(units)
    sign = "-" if length < timedelta() and seconds else ""
    if not seconds:
        return "PT0S"
    return f"{sign}P{f'{days}D' if days else ''}{f'T{time}' if time else ''}"


def from_iso(text: str) -> timedelta:
    """The length of a DURATION value; weeks mixed with other units are read too. Raises `CodecError`."""
    match = re.fullmatch(_ISO, text.strip())
    if match is None or not any(match.groups()[1:]):
        raise CodecError(f"not a duration: {text[:40]!r}")
    sign, *amounts = match.groups()
    try:
        weeks, days, hours, minutes, seconds = (int(amount or 0) for amount in amounts)
        length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except (OverflowError, ValueError) as error:  # ValueError: more digits than Python turns into a number
        raise CodecError(f"duration out of range: {text[:40]!r}") from error
    return -length if sign == "-" else length


def _joined_without_holes(units: tuple[tuple[int, str], ...]) -> str:
    # The grammar has no PT1H5S: minutes stand between hours and seconds, as 0M if need be.
    used = [place for place, (amount, _) in enumerate(units) if amount]
    return "".join(f"{amount}{unit}" for amount, unit in units[used[0] : used[-1] + 1]) if used else ""
