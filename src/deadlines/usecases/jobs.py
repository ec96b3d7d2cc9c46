"""From the open tasks to the jobs of a plan, and what is doubtful about them. Only of what repeats the text is read.

- Work is the estimate less the part that is done: PERCENT-COMPLETE where it says something, else the time spent. A task that is
  not done takes at least the smallest piece. Without an estimate the default one is taken, and the job is guessed.
- A task with parts waits for them, and leaves them its due. If a part has an estimate, those of the parts count and its own does
  not; if none has, its own is for the whole and the parts take no time; if nobody has one, each part is guessed.
- Of a task that repeats, the instance to do now counts, and those that fall due within the days that are looked at: each can be
  begun when the one before is due. What was taken out of the series (EXDATE) or is done already does not count.
- A start is when it can be begun, unless it says no more than the due does (RFC 5545 §3.8.5.3 wants one for a rule).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from deadlines.core.duration import format_duration
from deadlines.core.findings import Code, Finding
from deadlines.core.message import Message
from deadlines.planning.job import Job
from deadlines.planning.order import circles
from deadlines.store.base import Row
from deadlines.usecases.desk import Desk
from deadlines.usecases.find import related
from deadlines.usecases.timing import entries, spent_by_task

_NONE = timedelta()
_WHOLE = 100
_MOST_WORK = 100 * 366 * 86_400
"""Seconds; whoever estimates a century means that it never fits."""
_LONG_PAST = 0
"""Before 1970 a buffer is neither here nor there, and in the year 1 there is no time before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """All that is to be done. `rows` are the tasks by the UIDs of the jobs, of which a task that repeats has several."""

    jobs: tuple[Job, ...]
    rows: Mapping[str, Row]
    doubts: tuple[Finding, ...]


def backlog(desk: Desk, rows: Iterable[Row], *, until: datetime) -> Backlog:
    """The jobs of open tasks. `until` is how far instances of repeating ones count."""
    maker = _Maker(desk, _chosen(rows), until)
    jobs = [job for row in maker.rows.values() for job in maker.jobs(row)]
    return Backlog(jobs=tuple(jobs), rows=maker.by_job, doubts=tuple(maker.doubts))


def inconsistencies(desk: Desk, rows: Iterable[Row]) -> Iterator[Finding]:
    """What does not add up between tasks, or in what a task says of its work: the doubts of `backlog` and its circles.

    Only who waits for others can be in a circle, so the jobs of the others are not made.
    """
    maker = _Maker(desk, _chosen(rows), desk.now)
    waiting = [job for row in maker.rows.values() if (job := maker.looked_at(row)) is not None]
    yield from maker.doubts
    yield from (circle_doubt(path, maker.rows) for path in circles(waiting))


def _chosen(rows: Iterable[Row]) -> Mapping[str, Row]:
    """By UID; of one in two calendars, the one that is due first."""
    chosen = {row.uid: row for row in reversed(list(rows))}
    return dict(reversed(chosen.items()))


def circle_doubt(path: Sequence[str], rows: Mapping[str, Row]) -> Finding:
    """That tasks wait for each other; `path` ends where it begins."""
    waits, for_this = rows[path[-2]], rows[path[-1]]
    part = for_this.index.parent == waits.uid
    remedy = f"deadlines edit {for_this.id} --parent none" if part else f"deadlines edit {waits.id} --after none"
    names = " -> ".join(rows[uid].index.summary for uid in path)
    return _doubt(rows[path[0]], Message("waits for itself, so the last step is left out: {path}", path=names), remedy)


class _Maker:
    def __init__(self, desk: Desk, rows: Mapping[str, Row], until: datetime) -> None:
        self.rows = rows
        self.by_job: dict[str, Row] = {}
        self.doubts: list[Finding] = []
        self._desk = desk
        self._rules = desk.settings.plan
        self._until = until
        self._spent = spent_by_task(entries(desk.store), now=desk.now)
        self._parts: dict[str, list[str]] = {}
        for row in rows.values():
            if row.index.parent in rows and row.index.parent != row.uid:
                self._parts.setdefault(row.index.parent, []).append(row.uid)
        self._divided = self._with_estimates_below()
        self._included = self._within_an_estimate()

    def looked_at(self, row: Row) -> Job | None:
        """The job of a task that waits for others; of any other no more than the doubts."""
        index = row.index
        if index.after or row.uid in self._parts:
            return next(self.jobs(row))
        if index.estimate is not None:
            self._work(row)
        if index.start_at is not None:
            self._release(row)
        return None

    def jobs(self, row: Row) -> Iterator[Job]:
        """The task itself, and the instances of it to come."""
        index = row.index
        client = self._desk.settings.clients.get(index.client)
        work, guessed = self._work(row)
        ahead = index.due_at is not None and index.due_at > _LONG_PAST
        job = Job(
            uid=row.uid,
            work=work,
            due=None if index.due_at is None else datetime.fromtimestamp(index.due_at, UTC),
            buffer=_NONE if client is None or not ahead else client.buffer,
            release=self._release(row),
            priority=index.priority,
            order=row.id,
            summary=index.summary,
            client=index.client,
            guessed=guessed,
            after=(*self._awaited(row), *self._parts.get(row.uid, ())),
        )
        self.by_job[job.uid] = row
        yield job
        if not index.repeat or job.due is None:
            return
        whole, _ = self._estimate(row)
        for due in _later(row, self._desk, self._until):
            key = f"{row.uid} {due:%Y%m%dT%H%M%SZ}"
            job = job._replace(uid=key, work=whole, due=due, release=job.due, after=())  # the earlier due is done first anyway
            self.by_job[job.uid] = row
            yield job

    def _work(self, row: Row) -> tuple[timedelta, bool]:
        """What is left to be done of it, apart from its parts, and whether that is a guess."""
        if row.uid in self._divided or row.uid in self._included:
            return _NONE, False
        estimate, guessed = self._estimate(row)
        if guessed and row.uid in self._parts:
            return _NONE, False
        percent = row.index.percent_complete
        spent = self._spent.get(row.uid)
        if percent or spent is None:
            return estimate * max(_WHOLE - percent, 0) / _WHOLE, guessed
        return max(estimate - spent, min(estimate, self._rules.smallest_piece)), guessed

    def _estimate(self, row: Row) -> tuple[timedelta, bool]:
        seconds = row.index.estimate
        if seconds is None:
            return self._rules.default_estimate, True
        if seconds <= 0:
            estimate = format_duration(timedelta(seconds=seconds))
            taken = format_duration(self._rules.default_estimate)
            message = Message("the estimate is {estimate}, so {taken} is taken", estimate=estimate, taken=taken)
            self._say(row, message, f"deadlines edit {row.id} --estimate 3h")
            return self._rules.default_estimate, True
        return timedelta(seconds=min(seconds, _MOST_WORK)), False

    def _release(self, row: Row) -> datetime | None:
        index = row.index
        same = (index.start_kind, index.start_value, index.start_tzid) == (index.due_kind, index.due_value, index.due_tzid)
        if index.start_at is None or same:
            return None
        if index.due_at is not None and index.start_at >= index.due_at:
            self._say(
                row, Message("it starts after it is due, so the start is left out"), f"deadlines edit {row.id} --start none"
            )
            return None
        return datetime.fromtimestamp(index.start_at, UTC)

    def _awaited(self, row: Row) -> Iterator[str]:
        """The open ones of those it waits for; whoever is not open is done, or doubtful."""
        for uid in row.index.after:
            if uid in self.rows:
                yield uid
                continue
            other = related(self._desk, uid)
            remedy = f"deadlines edit {row.id} --after none"
            if other is None:
                self._say(row, Message("waits for a task that is not here, as if that were done: {uid}", uid=uid), remedy)
            elif other.index.status == "cancelled":
                name = other.index.summary
                self._say(row, Message("waits for {name}, which was cancelled, as if that were done", name=name), remedy)

    def _with_estimates_below(self) -> set[str]:
        """The tasks of which some part, or a part of a part, has an estimate."""
        divided: set[str] = set()
        for row in self.rows.values():
            if row.index.estimate is None or row.index.estimate <= 0:
                continue
            above = row.index.parent
            while above in self.rows and above not in divided:
                divided.add(above)
                above = self.rows[above].index.parent
        return divided

    def _within_an_estimate(self) -> set[str]:
        """The parts of tasks whose own estimate is for the whole."""
        included: set[str] = set()
        for uid in self._parts:
            if uid not in self._divided and (self.rows[uid].index.estimate or 0) > 0:
                waiting = list(self._parts[uid])
                while waiting:
                    part = waiting.pop()
                    if part not in included and part != uid:
                        included.add(part)
                        waiting += self._parts.get(part, ())
        return included

    def _say(self, row: Row, message: str, remedy: str) -> None:
        doubt = _doubt(row, message, remedy)
        if doubt not in self.doubts[-2:]:  # an estimate is looked at more than once
            self.doubts.append(doubt)


def _doubt(row: Row, message: str, remedy: str) -> Finding:
    index = row.index
    return Finding(Code.DOUBTFUL, row.uid, index.summary, index.client, message, {"problem": str(message)}, remedy, key=message)


def _later(row: Row, desk: Desk, until: datetime) -> Iterator[datetime]:
    """When the instances after the present one fall due: those that are not overdue already, until then."""
    if until <= desk.now or not row.index.due_kind:
        return
    from deadlines.usecases.later import later  # noqa: PLC0415 # only what repeats pays for it

    record = desk.store.get(row.id)
    text = "" if record is None else record.ical or ""
    for one in later(row.index, text, desk.settings, after=desk.now, until=until):
        yield one.at
