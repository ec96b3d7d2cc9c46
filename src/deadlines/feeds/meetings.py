"""Meetings in a feed: a series as it repeats where every reader understands it alike, else each time that it takes place.

A series is written with its rule where that is exact: clocks with IANA names, a rule that RFC 5545 leaves no doubt about,
changed instances one by one, and all of it to be shown. In a busy feed a rule on a clock would tell where somebody is, so only
what is on none, or in UTC, keeps it. Instances that do not take place are EXDATEs, so that why is not told.
Nothing is copied from a text: rule, times and statuses are read and written anew, so that nothing else can stand in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from deadlines.core.meeting import Meeting
from deadlines.core.recurrence import doubt
from deadlines.core.rrule import Rule, parse
from deadlines.core.series import Part, Series
from deadlines.core.span import Span
from deadlines.core.weekdays import ICAL_DAYS
from deadlines.core.when import AllDay, When, Zoned, to_utc
from deadlines.errors import InputError
from deadlines.feeds.lens import STAMP, STAMP_ALONE, Clock, Lens, Piece, text_line
from deadlines.ical.text import CRLF, fold, format_duration, format_instant, format_when

MEETING = "Meeting"
_STATUSES = frozenset({"tentative", "confirmed"})
_SETS = (
    ("BYMONTH", "by_month"),
    ("BYWEEKNO", "by_week_no"),
    ("BYYEARDAY", "by_year_day"),
    ("BYMONTHDAY", "by_month_day"),
    ("BYHOUR", "by_hour"),
    ("BYMINUTE", "by_minute"),
    ("BYSECOND", "by_second"),
    ("BYSETPOS", "by_set_pos"),
)


class Owned(NamedTuple):
    """Whose an event is: where it is kept, its UID, the keys of its clients, and the clock of times on nobody's clock."""

    calendar: str
    uid: bytes
    clients: tuple[str, ...]
    zone: tzinfo


def whole(series: Series, owned: Owned, lens: Lens, is_busy: Callable[[Part], bool]) -> Piece | None:
    """The series as it repeats; None where that would not be exact."""
    master = series.master
    if master is None or master.is_cancelled or any(part.and_future for part in series.overrides):
        return None
    try:
        return _whole(series, master, owned, lens, is_busy)
    except _Inexact:
        return None


def each(meetings: Sequence[Meeting], owned: Owned, lens: Lens) -> Piece:
    """Every time by itself: an event of its own, with its own UID."""
    zones: set[str] = set()
    texts = [_single(meeting, owned, lens, zones) for meeting in meetings]
    return Piece("".join(texts), tuple(zones))


def free_busy(spans: Sequence[Span], window: Span, lens: Lens) -> Piece:
    """One VFREEBUSY (RFC 5545 §3.6.4) with what is busy within `window`."""
    lines = [
        f"BEGIN:VFREEBUSY{CRLF}UID:{lens.uid('busy', '', b'')}{CRLF}{STAMP_ALONE}",
        f"DTSTART:{format_instant(window.start)}{CRLF}DTEND:{format_instant(window.end)}{CRLF}",
    ]
    for span in spans:
        start, end = max(span.start, window.start), min(span.end, window.end)
        if start < end:
            lines.append(f"FREEBUSY:{format_instant(start)}/{format_instant(end)}{CRLF}")
    return Piece("".join([*lines, f"END:VFREEBUSY{CRLF}"]))


class _Inexact(Exception):
    """Some reader might find other instances than we do."""


def _whole(series: Series, master: Part, owned: Owned, lens: Lens, is_busy: Callable[[Part], bool]) -> Piece:
    zones: set[str] = set()

    def named(when: When) -> str:
        clock = _clock(when, owned.zone, lens)
        if clock is None:
            raise _Inexact
        zones.update((clock.zone,) if clock.zone else ())
        return clock.value

    uid = lens.uid("meeting", owned.calendar, owned.uid)
    taken = [part.recurrence_id for part in series.overrides if part.is_cancelled and part.recurrence_id is not None]
    lines = [f"RRULE:{_rule(series.rrule, master.start, owned.zone)}{CRLF}"] if series.rrule else []
    for extra in series.extras:
        if extra.end is not None:
            raise _Inexact
        lines.append(f"RDATE{named(extra.start)}{CRLF}")
    lines += [f"EXDATE{named(when)}{CRLF}" for when in (*series.exdates, *taken)]
    parts = [_event(uid, master, owned, lens, named, busy=is_busy(master), lines=lines)]
    for part in series.overrides:
        if not part.is_cancelled and part.recurrence_id is not None:
            which = [f"RECURRENCE-ID{named(part.recurrence_id)}{CRLF}"]
            parts.append(_event(uid, part, owned, lens, named, busy=is_busy(part), lines=which))
    return Piece("".join(parts), tuple(zones))


def _event(
    uid: str, part: Part, owned: Owned, lens: Lens, named: Callable[[When], str], *, busy: bool, lines: Sequence[str]
) -> str:
    if isinstance(part.start, AllDay) is not isinstance(part.end, AllDay):
        raise _Inexact
    if part.nominal is not None:
        length = f"DURATION:{format_duration(part.nominal)}{CRLF}" if part.nominal > timedelta() else ""
    else:
        length = f"DTEND{named(part.end)}{CRLF}" if _is_after(part.end, part.start, owned.zone) else ""
    times = f"DTSTART{named(part.start)}{CRLF}{length}{''.join(lines)}"
    return _component(uid, times, _Words(part.summary, part.status, part.location, busy), owned, lens)


class _Words(NamedTuple):
    """What there is to say about a meeting but for when it is."""

    summary: str
    status: str
    location: str
    busy: bool


def _single(meeting: Meeting, owned: Owned, lens: Lens, zones: set[str]) -> str:
    which = f"\0{meeting.recurrence_id}".encode("utf-8", "replace") if meeting.recurrence_id else b""
    uid = lens.uid("meeting", owned.calendar, owned.uid + which)
    clocks = [_clock(when, owned.zone, lens, alone=True) for when in (meeting.start, meeting.end)]
    odd = isinstance(meeting.start, AllDay) is not isinstance(meeting.end, AllDay)
    if odd or None in clocks:
        clocks = [lens.instant(int(at.timestamp()), "") for at in (meeting.span.start, meeting.span.end)]
    start, end = clocks
    assert start is not None
    assert end is not None
    length = f"DTEND{end.value}{CRLF}" if odd or _is_after(meeting.end, meeting.start, owned.zone) else ""
    shown = (start, end) if length else (start,)
    zones.update(clock.zone for clock in shown if clock.zone)
    words = _Words(meeting.summary, meeting.status, meeting.location, meeting.busy)
    return _component(uid, f"DTSTART{start.value}{CRLF}{length}", words, owned, lens)


def _component(uid: str, times: str, words: _Words, owned: Owned, lens: Lens) -> str:
    title = lens.title(MEETING, words.summary, *owned.clients)
    parts = [f"BEGIN:VEVENT{CRLF}UID:{uid}{CRLF}{STAMP}{text_line('SUMMARY', title)}{times}"]
    parts.append(f"TRANSP:{'OPAQUE' if words.busy else 'TRANSPARENT'}{CRLF}")
    if words.status in _STATUSES and not lens.is_busy:
        parts.append(f"STATUS:{words.status.upper()}{CRLF}")
    if words.location and lens.is_full:
        parts.append(text_line("LOCATION", words.location))
    return "".join([*parts, f"END:VEVENT{CRLF}"])


def _clock(when: When, zone: tzinfo, lens: Lens, *, alone: bool = False) -> Clock | None:
    """A time as a property says it; None where its clock has no IANA name, or must not be shown with a rule."""
    if isinstance(when, AllDay):
        return Clock(f";VALUE=DATE:{format_when(when)[1]}")
    tzid = when.tzid if isinstance(when, Zoned) else str(zone)
    name = lens.named_clock(tzid)
    if lens.is_busy and name != "UTC":
        return lens.instant(int(_instant(when, zone).timestamp()), "") if alone else None
    if not name:
        return None
    value = when.local.isoformat(timespec="seconds").replace("-", "").replace(":", "")
    return Clock(f":{value}Z") if name == "UTC" else Clock(f";TZID={name}:{value}", name)


def _instant(when: When, zone: tzinfo) -> datetime:
    if isinstance(when, AllDay):
        return to_utc(datetime.combine(when.date, datetime.min.time()), zone)
    return when.instant if isinstance(when, Zoned) else to_utc(when.local, zone)


def _is_after(end: When, start: When, zone: tzinfo) -> bool:
    return _instant(end, zone) > _instant(start, zone)


def _rule(text: str, start: When, zone: tzinfo) -> str:
    """The rule written anew, folded as the value of RRULE."""
    try:
        if doubt(text, start):
            raise _Inexact
        rule = parse(text)
    except InputError as error:
        raise _Inexact from error
    return fold("RRULE:" + ";".join(_parts(rule, start, zone))).removeprefix("RRULE:")


def _parts(rule: Rule, start: When, zone: tzinfo) -> Iterator[str]:
    yield f"FREQ={rule.freq.name}"
    if rule.interval != 1:
        yield f"INTERVAL={rule.interval}"
    if rule.count is not None:
        yield f"COUNT={rule.count}"
    if rule.until is not None:
        yield f"UNTIL={_until(rule.until, start, zone)}"
    if rule.week_start:
        yield f"WKST={ICAL_DAYS[rule.week_start]}"
    if rule.by_day:
        yield "BYDAY=" + ",".join(f"{nth or ''}{ICAL_DAYS[day]}" for nth, day in sorted(rule.by_day))
    for name, field in _SETS:
        if values := getattr(rule, field):
            yield f"{name}=" + ",".join(map(str, sorted(values)))


def _until(until: When, start: When, zone: tzinfo) -> str:
    """UNTIL in the form that RFC 5545 §3.3.10 asks for: a date for dates, else UTC."""
    if isinstance(until, AllDay) is not isinstance(start, AllDay):
        raise _Inexact
    if isinstance(until, AllDay):
        return format_when(until)[1]
    if isinstance(until, Zoned):
        return format_instant(until.instant)
    return format_instant(to_utc(until.local, start.zone if isinstance(start, Zoned) else zone))
