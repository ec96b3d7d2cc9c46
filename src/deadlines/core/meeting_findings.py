"""What is wrong with the meetings to come (M201 to M205): outside hours, on a day off, sliding out of hours, double booked.

Judged are meetings with a client that take time: all-day events, and what is transparent, cancelled or declined by me, are not.
What lies outside the hours of a party by half an hour or more is M201, by less M205, and what is outside only because of a
day off M202 (`core.overlap`). Of a series that repeats at one time of day

    every instance is outside     one finding for the series, M201 or M205
    some are, and some are not    M203 with the dates: nearly always the weeks in which only one side has changed its clock
    an instance is on a day off   M202 for each of them: something has to be done about that one

An instance that was moved to another time of day is judged by itself. Two meetings at once, of which one at least is a client's,
are M204; each is said to collide with the one before it that lasts longest.

A finding for a series is one matter as long as it is in the same half of a year, for there are two changes of clocks in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple

from deadlines.core.client import Client, Owner, Party
from deadlines.core.findings import Code, Finding
from deadlines.core.meeting import Meeting
from deadlines.core.meeting_advice import Advice
from deadlines.core.meeting_words import Words
from deadlines.core.overlap import HALF_HOUR, Fit, Timetable, Verdict
from deadlines.core.span import Span
from deadlines.core.when import AllDay

ME = "me"
_FIRST_HALF = 6

Fits = Mapping[str, Fit]
"""How a meeting lies in the hours of those whom it does not fit, by key."""


class _Judged(NamedTuple):
    meeting: Meeting
    misfits: Fits

    @property
    def outside(self) -> bool:
        return any(fit.verdict is Verdict.OUTSIDE for fit in self.misfits.values())

    @property
    def on_holiday(self) -> bool:
        return any(fit.verdict is Verdict.HOLIDAY for fit in self.misfits.values())


def meeting_findings(
    meetings: Sequence[Meeting], *, owner: Owner, clients: Mapping[str, Client], span: Span, now: datetime
) -> Iterator[Finding]:
    """Everything that is wrong with the meetings in `span`, which are sorted by start."""
    taken = [meeting for meeting in meetings if meeting.busy and not isinstance(meeting.start, AllDay)]
    judge = _Judge(owner, clients, span)
    busy = [meeting.span for meeting in meetings if meeting.busy]
    reporter = _Reporter(Words(owner, clients, now), Advice(judge.tables, busy, Span(max(now, span.start), span.end)))
    for group in _by_series(judge(meeting) for meeting in taken if meeting.clients):
        yield from _of_group(group, reporter)
    for meeting, others in _collisions(taken):
        yield reporter.double_booked(meeting, others)


class _Judge:
    """The hours of everybody, at hand."""

    def __init__(self, owner: Owner, clients: Mapping[str, Client], span: Span) -> None:
        parties: dict[str, Party] = {ME: owner, **clients}
        self._parties = parties
        self._span = span
        self.tables: dict[str, Timetable] = {}

    def __call__(self, meeting: Meeting) -> _Judged:
        misfits = {}
        for key in (ME, *meeting.clients):
            table = self._table(key)
            if table is not None and not table.holds(meeting.span):
                misfits[key] = table.fit(meeting.span)
        return _Judged(meeting, misfits)

    def _table(self, key: str) -> Timetable | None:
        found = self.tables.get(key)
        if found is None and key in self._parties:
            found = self.tables[key] = Timetable(self._parties[key].availability, self._span)
        return found


def _by_series(judged: Iterable[_Judged]) -> Iterable[list[_Judged]]:
    """The instances of a series at one time of day together, everything else by itself; what is fine is left out."""
    groups: dict[object, list[_Judged]] = {}
    wrong: set[object] = set()
    for one in judged:
        meeting = one.meeting
        key: object = (meeting.uid, _time_of_day(meeting), meeting.span.length) if meeting.repeats else id(meeting)
        if one.misfits:
            wrong.add(key)
        elif not meeting.repeats:
            continue
        groups.setdefault(key, []).append(one)
    return [group for key, group in groups.items() if key in wrong]


def _time_of_day(meeting: Meeting) -> time:
    return time() if isinstance(meeting.start, AllDay) else meeting.start.local.time()


def _of_group(group: list[_Judged], reporter: _Reporter) -> Iterator[Finding]:
    outside = [one for one in group if one.outside]
    if len(group) == 1 or (len(outside) == 1 and not _others_fit(group)):
        yield from map(reporter.outside, outside)
    elif outside and _others_fit(group):
        yield reporter.slides(outside, group)
    elif outside:
        yield reporter.always_outside(outside)
    yield from (reporter.on_holiday(one) for one in group if one.on_holiday and not one.outside)


def _others_fit(group: list[_Judged]) -> bool:
    return any(not one.misfits for one in group)


def _collisions(taken: Iterable[Meeting]) -> Iterator[tuple[Meeting, list[Meeting]]]:
    """Each meeting that begins while another lasts, with that one; those of the same two series together, the first first."""
    found: dict[tuple[str, str], list[tuple[Meeting, Meeting]]] = {}
    longest: Meeting | None = None
    for meeting in taken:
        if (
            longest is not None
            and meeting.span.start < longest.span.end
            and meeting.uid != longest.uid
            and _ours(meeting, longest)
        ):
            found.setdefault((meeting.uid, longest.uid), []).append((meeting, longest))
        if longest is None or meeting.span.end > longest.span.end:
            longest = meeting
    for pairs in found.values():
        yield pairs[0][0], [pairs[0][1], *(later for later, _ in pairs[1:])]


def _ours(one: Meeting, other: Meeting) -> bool:
    return bool(one.clients or other.clients)


class _Reporter:
    """Puts what is wrong into findings."""

    def __init__(self, words: Words, advice: Advice) -> None:
        self._words = words
        self._advice = advice

    def outside(self, one: _Judged) -> Finding:
        """One meeting outside hours."""
        words, meeting = self._words, one.meeting
        misfits = _of(one.misfits, Verdict.OUTSIDE)
        message = words.at(meeting, words.why(misfits, meeting.span))
        key = meeting.recurrence_id or _stamp(meeting)
        return self._finding(_code(misfits), one, message, misfits, remedy=self._move(meeting), key=key)

    def always_outside(self, series: list[_Judged]) -> Finding:
        """A series outside hours every time."""
        worst = max(series, key=lambda one: max(fit.beyond for fit in one.misfits.values()))
        misfits = _of(worst.misfits, Verdict.OUTSIDE)
        first = series[0].meeting
        message = self._words.every_time(first, self._words.why(misfits, worst.meeting.span))
        key = f"series {_time_of_day(first)}"
        return self._finding(_code(misfits), series[0], message, misfits, remedy=self._move(first), key=key)

    def slides(self, outside: list[_Judged], group: list[_Judged]) -> Finding:
        """A series that is outside hours on some dates and not on others."""
        words, first = self._words, outside[0].meeting
        misfits = _of(outside[0].misfits, Verdict.OUTSIDE)
        spans = [one.meeting.span for one in outside]
        fitting = [one.meeting.span for one in group if not one.misfits]
        message = words.slides(first, spans, words.why(misfits, first.span), words.changes(first, fitting, spans))
        half = f"{first.span.start.year}-{1 + (first.span.start.month > _FIRST_HALF)} {_time_of_day(first)}"
        dates = [words.on_day(one.start) for one in spans]
        remedy = words.on_these(first, self._advice.near(first))
        return self._finding(Code.MEETING_SLIDES_OUT, outside[0], message, misfits, remedy=remedy, key=half, dates=dates)

    def on_holiday(self, one: _Judged) -> Finding:
        """One meeting on a day off."""
        words, meeting = self._words, one.meeting
        misfits = _of(one.misfits, Verdict.HOLIDAY)
        message = words.at(meeting, words.day_off(misfits, meeting.span))
        key = meeting.recurrence_id or _stamp(meeting)
        return self._finding(Code.MEETING_ON_HOLIDAY, one, message, misfits, remedy=self._move(meeting), key=key)

    def double_booked(self, meeting: Meeting, others: list[Meeting]) -> Finding:
        """Two meetings at once; `others` are the one that it meets, then later instances that meet another."""
        other = others[0]
        theirs = meeting if meeting.clients else other
        message = self._words.collides(meeting, other, [one.span for one in others[1:]])
        key = f"{other.uid} " + (str(_time_of_day(meeting)) if others[1:] else _stamp(meeting))
        facts: dict[str, object] = {"other": other.uid, "other_summary": other.summary, "other_start": other.span.start}
        remedy = self._words.move_one(theirs, self._advice.near(theirs))
        client = theirs.clients[0]
        facts = {"start": meeting.span.start, "end": meeting.span.end, **facts}
        return Finding(
            Code.DOUBLE_BOOKED,
            meeting.uid,
            meeting.summary,
            client,
            message,
            facts,
            remedy,
            key,
            max(meeting.span.start, other.span.start),
        )

    def _move(self, meeting: Meeting) -> str:
        return self._words.move(meeting, self._advice.near(meeting))

    def _finding(
        self, code: Code, one: _Judged, message: str, misfits: Fits, *, remedy: str, key: str, **more: object
    ) -> Finding:
        meeting = one.meeting
        client = next((name for name in misfits if name != ME), meeting.clients[0])
        facts: dict[str, object] = {
            "start": meeting.span.start,
            "end": meeting.span.end,
            "outside": {name: fit.beyond for name, fit in misfits.items()},
            **more,
        }
        return Finding(code, meeting.uid, meeting.summary, client, message, facts, remedy, key, meeting.span.start)


def _of(misfits: Fits, verdict: Verdict) -> Fits:
    return {key: fit for key, fit in misfits.items() if fit.verdict is verdict}


def _code(misfits: Fits) -> Code:
    far: timedelta = max(fit.beyond for fit in misfits.values())
    return Code.MEETING_OUTSIDE_HOURS if far >= HALF_HOUR else Code.MEETING_AT_EDGE


def _stamp(meeting: Meeting) -> str:
    return str(int(meeting.span.start.timestamp()))
