"""A task at a glance: what an index keeps of a VTODO in which nothing is remarkable, in half the time of `read`.

`read` says what a text means. Where a task is written as programs write nearly all of them, `glance` says the same without making
a `Task` of it and times of its values, which is most of what reading costs; a first download reads as many as there are. It knows
no second spelling and no mistake: whatever it does not recognise makes it give up, and then `read` has the word. So it can be
wrong only about what it recognises, and a test holds both against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple, TypeVar

from deadlines.errors import CodecError
from deadlines.ical.moments import tzid_of
from deadlines.ical.read import KINDS, STATUSES, WARN_BEFORE, Properties
from deadlines.ical.scan import HEADS, NESTING, Component, Prop, is_unicode, learn, scan
from deadlines.ical.text import duration
from deadlines.ical.zones import find

_T = TypeVar("_T")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 # wall times are subtracted from it
_DAY_SECONDS = 86_400
_LOCAL = re.compile(r"[0-9]{8}T[0-9]{6}").fullmatch
_DATE = re.compile(r"[0-9]{8}").fullmatch
_FIRST_YEAR, _LAST_YEAR = "0002", "9999"  # `read` looks closer at both ends of the calendar
_SEQUENCE = re.compile(r"[0-9]{1,10}").fullmatch
_SMALL = {str(number): number for number in range(101)}
_PRIORITIES = {str(number): number for number in range(10)}
_STATUS_WORDS = {word: status.value for word, status in STATUSES.items()}
_ELSEWHERE = frozenset({"DURATION", "RECURRENCE-ID"})
_BEGIN = "\r\nBEGIN:VTODO\r\n"
_END = "\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
_NESTED = frozenset({"BEG", "END"})
_LONGEST = 20_000
_FRAMES: dict[str, bool] = {}
_MOST_FRAMES = 256


class Time(NamedTuple):
    """A time as an index keeps it. `at` are Unix seconds, None where they depend on whose it is."""

    kind: str
    value: str
    tzid: str
    at: int | None


NO_TIME = Time("", "", "", None)


class Glance(NamedTuple):
    """A task. `completed_at` and the times are in Unix seconds, `estimate` and `warn_before` in seconds."""

    uid: str
    summary: str
    description: str
    status: str
    priority: int
    percent_complete: int
    categories: tuple[str, ...]
    due: Time
    start: Time
    completed_at: int | None
    estimate: int | None
    warn_before: int | None
    rrule: str
    parent: str
    after: tuple[str, ...]


class _Remarkable(Exception):
    """`read` must look."""


def glance(text: str) -> Glance | None:
    """What `text` says if it is a task without anything remarkable, else None."""
    task = _task(text)
    if task is None:
        return None
    try:
        return _glance(Properties(task))
    except (_Remarkable, ValueError, CodecError):
        return None


def _task(text: str) -> Component | None:
    """The only VTODO in `text` with the properties that `scan` finds, without what stands around and below it.

    None where that is not what `_surrounds` has seen, or where lines are folded or ended in another way than programs do.
    """
    at = text.find(_BEGIN)
    if at < 0 or not text.endswith(_END) or len(text) > _LONGEST or not _is_frame(text[:at]):
        return None
    part = text[at + len(_BEGIN) - 2 : -len(_END)]
    lines = part.replace("\r\n ", "").split("\r\n")
    glued = "".join(lines)
    if lines[0] or "\r" in glued or "\n" in glued or ("\t" in part and "\n\t" in part):  # folded or ended otherwise
        return None
    if not (text.isascii() or is_unicode(text)):
        return None
    task = Component("VTODO", 0)
    keep, seen, rest = task.props.append, HEADS.get, iter(lines)
    for line in rest:
        head, colon, value = line.partition(":")
        known = seen(head)
        if known is not None and colon:
            name, params = known
            keep((name, params, value))
        elif colon and head == "BEGIN":
            if not _pass_over(rest, value):
                return None
        elif line:
            prop = learn(line)
            if prop[0] in NESTING:
                return None
            keep(prop)
    return task


def _pass_over(rest: Iterator[str], name: str) -> bool:
    """Go on behind a component in which there is no other. False where that cannot be told."""
    for line in rest:
        if line[:3].upper() in _NESTED:
            return line == f"END:{name}"
    return False


def _is_frame(head: str) -> bool:
    """Whether `head` is what stands before a lone task. Many tasks have the same: their program and a time zone."""
    known = _FRAMES.get(head)
    if known is None:
        if len(_FRAMES) >= _MOST_FRAMES:
            _FRAMES.clear()
        known = _FRAMES[head] = _surrounds(head)
    return known


def _surrounds(head: str) -> bool:
    try:
        root = scan(head + _BEGIN + _END[2:])
    except CodecError:
        return False
    return [child.name for child in root.children if child.name in KINDS] == ["VTODO"] and root.first("METHOD") is None


def _glance(of: Properties) -> Glance:
    found = of.found
    if of.problems or not _ELSEWHERE.isdisjoint(found):
        raise _Remarkable
    uid = of.text("UID").strip()
    due, start, rrule = _time(found.get("DUE")), _time(found.get("DTSTART")), of.raw("RRULE")
    if not uid or (rrule and start is NO_TIME) or not _in_order(start, due):
        raise _Remarkable
    if (modified := found.get("LAST-MODIFIED")) is not None:
        _utc(modified[2])
    if (sequence := found.get("SEQUENCE")) is not None and _SEQUENCE(sequence[2]) is None:
        raise _Remarkable
    completed_at = _instant(found.get("COMPLETED"))
    categories, parent, after = of.relations()
    return Glance(
        uid,
        of.text("SUMMARY"),
        of.text("DESCRIPTION"),
        _word(found.get("STATUS"), _STATUS_WORDS, "needs-action" if completed_at is None else "completed"),
        _word(found.get("PRIORITY"), _PRIORITIES, 0),
        _word(found.get("PERCENT-COMPLETE"), _SMALL, 0),
        categories,
        due,
        start,
        completed_at,
        _length(found.get("ESTIMATED-DURATION")),
        _length(found.get(WARN_BEFORE)),
        rrule,
        parent,
        after,
    )


def _word(prop: Prop | None, words: Mapping[str, _T], missing: _T) -> _T:
    if prop is None:
        return missing
    found = words.get(prop[2])
    if found is None:
        raise _Remarkable
    return found


def _time(prop: Prop | None) -> Time:
    if prop is None:
        return NO_TIME
    _, params, value = prop
    if params == "VALUE=DATE":
        if _DATE(value) is None or not _FIRST_YEAR <= value < _LAST_YEAR:
            raise _Remarkable
        return Time("all-day", date.fromisoformat(value).isoformat(), "", None)
    if value[-1:] == "Z":
        if params:
            raise _Remarkable
        local = _wall_time(value[:-1])
        return Time("zoned", local.isoformat(), "UTC", _seconds(local - _EPOCH))
    local = _wall_time(value)
    if not params:
        return Time("floating", local.isoformat(), "", None)
    tzid, zone = _clock(params)
    offset = None if zone is None else zone.utcoffset(local)
    if offset is None:
        raise _Remarkable
    return Time("zoned", local.isoformat(), tzid, _seconds(local - _EPOCH - offset))


@lru_cache(maxsize=256)
def _clock(params: str) -> tuple[str, tzinfo | None]:
    """The TZID that parameters name, and its clock."""
    tzid = tzid_of(params)
    return tzid, find(tzid) if tzid else None


def _in_order(start: Time, due: Time) -> bool:
    """Whether `due` surely does not come before `start`."""
    if start is NO_TIME or due is NO_TIME:
        return True
    if start.kind != due.kind:
        return False
    if start.at is None or due.at is None or start.tzid == due.tzid:
        return start.value <= due.value
    return start.at <= due.at


def _instant(prop: Prop | None) -> int | None:
    if prop is None:
        return None
    return _seconds(_utc(prop[2]) - _EPOCH)


def _utc(value: str) -> datetime:
    if value[-1:] != "Z":
        raise _Remarkable
    return _wall_time(value[:-1])


def _wall_time(value: str) -> datetime:
    if _LOCAL(value) is None or not _FIRST_YEAR <= value < _LAST_YEAR:
        raise _Remarkable
    return datetime.fromisoformat(value)


def _length(prop: Prop | None) -> int | None:
    return None if prop is None else int(duration(prop[2]).total_seconds())


def _seconds(length: timedelta) -> int:
    return length.days * _DAY_SECONDS + length.seconds
