"""What a zone does from 1970 on, read from the compiled time zone database (TZif, RFC 9636).

`zoneinfo` reads the same files but keeps what it reads to itself, and a VTIMEZONE needs it: the onsets that are written out,
and the rule of the footer, a POSIX TZ string such as `CET-1CEST,M3.5.0,M10.5.0/3`, that holds after them.
"""

from __future__ import annotations

import re
import struct
import zoneinfo
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import tzdata

_HEADER = struct.Struct(">4s1s15x6I")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - onsets are naive, in UTC


class Period(NamedTuple):
    """How a clock is set: its offset east of UTC, whether the database calls that daylight saving time, its abbreviation."""

    offset: timedelta
    is_dst: bool
    name: str


class Onset(NamedTuple):
    """At `at` (naive, UTC) the clocks are set from `old` to `new`."""

    at: datetime
    old: Period
    new: Period

    @property
    def wall(self) -> datetime:
        """What the clock shows when it is set, as RFC 5545 §3.6.5 writes onsets."""
        return self.at + self.old.offset


class Yearly(NamedTuple):
    """In `month`, `after` midnight of the `week`-th `weekday` (5 is the last; 0 is Monday): from `old` to `new`."""

    month: int
    week: int
    weekday: int
    after: timedelta
    old: Period
    new: Period

    def onset(self, year: int) -> Onset:
        """The onset of a year."""
        return Onset(datetime.combine(self.day(year), datetime.min.time()) + self.after - self.old.offset, self.old, self.new)

    def day(self, year: int) -> date:
        """The day that `after` counts from."""
        first = date(year, self.month, 1)
        day = first + timedelta(days=(self.weekday - first.weekday()) % 7 + 7 * (self.week - 1))
        return day if day.month == self.month else day - timedelta(days=7)


class History(NamedTuple):
    """A zone from 1970 on: `first` until the first onset, the `onsets` in order, and for ever after them `rules`, if any."""

    first: Period
    onsets: tuple[Onset, ...]
    rules: tuple[Yearly, ...]


def history(key: str) -> History:
    """The history of the zone with the IANA name `key`, from the file that `zoneinfo` would use. OSError, ValueError."""
    try:
        first, onsets, footer = _decode(_bytes(key))
    except struct.error as error:
        raise ValueError("a TZif file cut short") from error
    return History(first, tuple(onset for onset in onsets if onset.at >= _EPOCH), rules(footer))


def _bytes(key: str) -> bytes:
    if not key or key.startswith("/") or ".." in key:
        raise ValueError(f"{key!r} is no key")
    folders = [*map(Path, zoneinfo.TZPATH), Path(tzdata.__file__).parent / "zoneinfo"]
    path = next((folder / key for folder in folders if (folder / key).is_file()), folders[-1] / key)
    return path.read_bytes()


def _decode(data: bytes) -> tuple[Period, Iterator[Onset], str]:
    skipped = _HEADER.size + _size(data, 0, 4)
    at = skipped + _HEADER.size
    *_, times, types, letters = _counts(data, skipped)
    moments = struct.unpack_from(f">{times}q", data, at)
    indexes = struct.unpack_from(f">{times}B", data, at + 8 * times)
    kinds = [struct.unpack_from(">iBB", data, at + 9 * times + 6 * number) for number in range(types)]
    names = data[at + 9 * times + 6 * types :][:letters]
    periods = [Period(timedelta(seconds=east), bool(dst), _name(names, start)) for east, dst, start in kinds]
    footer = data[at + _size(data, skipped, 8) :].strip().decode("ascii")
    steps = [(moment, periods[index]) for moment, index in zip(moments, indexes, strict=True)]
    before = [period for moment, period in steps if moment < 0]
    return before[-1] if before else periods[0], _onsets(periods[0], steps), footer


def _counts(data: bytes, at: int) -> tuple[int, ...]:
    magic, version, *counts = _HEADER.unpack_from(data, at)
    if magic != b"TZif" or version < b"2":
        raise ValueError("not a TZif file of version 2 or later")
    return tuple(counts)


def _size(data: bytes, at: int, width: int) -> int:
    universal, standard, leaps, times, types, letters = _counts(data, at)
    return times * (width + 1) + types * 6 + letters + leaps * (width + 4) + standard + universal


def _name(names: bytes, start: int) -> str:
    return names[start : names.index(b"\0", start)].decode("ascii")


def _onsets(first: Period, steps: list[tuple[int, Period]]) -> Iterator[Onset]:
    for (_, old), (moment, new) in pairwise([(0, first), *steps]):
        if old.offset != new.offset:
            yield Onset(_EPOCH + timedelta(seconds=moment), old, new)


_ABBREVIATION = r"(<[A-Za-z0-9+-]+>|[A-Za-z]+)"
_HOURS = r"([+-]?\d+(?::\d+){0,2})"
_DAY = r"M(\d+)\.(\d)\.(\d)"
_FOOTER = re.compile(rf"{_ABBREVIATION}{_HOURS}{_ABBREVIATION}{_HOURS}?,{_DAY}(?:/{_HOURS})?,{_DAY}(?:/{_HOURS})?")


def rules(footer: str) -> tuple[Yearly, ...]:
    """The two yearly onsets of a POSIX TZ string, none if it has none (or counts days, as no zone has done since 2000)."""
    match = _FOOTER.fullmatch(footer)
    if match is None:
        return ()
    standard = Period(-_hours(match[2]), is_dst=False, name=match[1].strip("<>"))
    east = -_hours(match[4]) if match[4] else standard.offset + timedelta(hours=1)
    summer = Period(east, is_dst=True, name=match[3].strip("<>"))
    return (_yearly(match.groups()[4:8], standard, summer), _yearly(match.groups()[8:12], summer, standard))


def _yearly(parts: tuple[str | None, ...], old: Period, new: Period) -> Yearly:
    month, week, weekday = (int(part) for part in parts[:3] if part)
    return Yearly(month, week, (weekday - 1) % 7, _hours(parts[3] or "2"), old, new)


def _hours(text: str) -> timedelta:
    hours, minutes, seconds = ([*text.lstrip("+-").split(":"), "0", "0"])[:3]
    size = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))
    return -size if text.startswith("-") else size
