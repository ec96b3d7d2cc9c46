"""What will be missed because the hours are not there (D103), each with its proof and with the least that must give.

One finding for each due date at which something is late: so much is needed before it, so much there is. It is about the task
due then that falls first, the least urgent of them, so that it stays the same matter while time passes and more of them fall.
Where only the client's buffer is used up it is a warning, not an error. What is overdue already is D101's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from deadlines.core.availability import windows
from deadlines.core.client import Client, Owner, zone_at
from deadlines.core.findings import Code, Finding, Severity
from deadlines.core.message import Clocks, Counted, Message, Work
from deadlines.core.span import Span
from deadlines.core.when import to_local
from deadlines.planning.job import MOST_NAMED, Deficit, Job
from deadlines.planning.remedy import Move, least_move
from deadlines.usecases.context import Context, Look
from deadlines.usecases.desk import Desk
from deadlines.usecases.plan import Planned, plan
from deadlines.usecases.spelling import when_of

_AHEAD = timedelta(weeks=8)
_MOST_DAYS = 366
_ROUND = timedelta(minutes=15)
_MINUTE = timedelta(minutes=1)
_WITHIN_REACH = timedelta(days=31)


def shortfalls(desk: Desk, planned: Planned, *, until: datetime | None = None) -> Iterator[Finding]:
    """A finding for each task with a deficit that is not overdue yet, by due date; of those due `until` then, if it is given."""
    dues = ((one, planned.jobs[one.first].due) for one in planned.plan.deficits)
    missed = [one for one, due in dues if due is not None and due >= desk.now and (until is None or due <= until)]
    if not missed:
        return
    move = least_move(tuple(planned.jobs.values()), planned.free, planned.plan, now=desk.now)
    told: set[str] = set()
    for deficit in missed:
        row = planned.rows.get(deficit.first)
        uid = deficit.first if row is None else row.uid
        if uid not in told:  # of a task that repeats, the first instance stands for those that follow
            yield _Shortfall(desk, planned, deficit).finding(move, in_full=not told)
            told.add(uid)


class _Shortfall:
    """One deficit, told."""

    def __init__(self, desk: Desk, planned: Planned, deficit: Deficit) -> None:
        self._desk = desk
        self._planned = planned
        self._deficit = deficit
        self._job = planned.jobs[deficit.first]

    def finding(self, move: Move | None, *, in_full: bool) -> Finding:
        job, deficit = self._job, self._deficit
        row = self._planned.rows.get(job.uid)
        end = self._planned.plan.ends.get(job.uid)
        in_time = end is not None and job.due is not None and end <= job.due
        return Finding(
            code=Code.WILL_BE_MISSED,
            uid=job.uid if row is None else row.uid,
            summary=job.summary,
            client=job.client,
            message=Message("{proof}; {outcome}", proof=self._proof(), outcome=self._outcome(end)),
            facts={
                "due": job.due,
                "before": deficit.target,
                "since": deficit.since,
                "need": deficit.need,
                "have": deficit.have,
                "tasks": list(deficit.among[: min(deficit.size, MOST_NAMED)]),
                "count": deficit.size,
                "end": end,
                "move": None if move is None else {"uid": move.uid, "due": move.due, "by": move.by},
            },
            remedy=self._remedy(move, in_full=in_full),
            key=str(0 if job.due is None else int(job.due.timestamp())),
            at=job.due,
            graver=Severity.WARNING if in_time else None,
        )

    def _proof(self) -> Message:
        """`need 14 h for 3 tasks before Thu ..., have 11 h`."""
        deficit, now = self._deficit, self._desk.now
        row = self._planned.rows.get(self._job.uid)
        when = None
        if row is not None and self._job.uid == row.uid and self._job.due == deficit.target:
            when = when_of(row.index.due_kind, row.index.due_value, row.index.due_tzid)
        before: str = Message("before {clocks}", clocks=Clocks(deficit.target, self._client(self._job), self._me, now, when))
        if self._job.buffer:
            before = Message("{before} ({buffer} before it is due)", before=before, buffer=Work(self._job.buffer))
        if deficit.since - now >= _MINUTE and deficit.since < deficit.target:  # it begins with the next whole second
            before = Message("after {since} and {before}", since=Clocks(deficit.since, None, self._me, now), before=before)
        return Counted(
            "need {need} {before}, have {have}",
            "need {need} for {n} tasks {before}, have {have}",
            deficit.size,
            need=Work(deficit.need),
            before=before,
            have=Work(deficit.have),
        )

    def _outcome(self, end: datetime | None) -> Message:
        job = self._job
        if end is None or job.due is None:
            return Message("it does not fit at all")
        if end <= job.due:
            return Message("it will be done {clocks}, still in time", clocks=self._clocks(end, None))
        return Message("it will be done {clocks} at the earliest", clocks=self._clocks(end, None))

    def _remedy(self, move: Move | None, *, in_full: bool) -> str:
        subject = self._job if move is None else self._planned.jobs[move.uid]
        if not in_full:
            return Message("deadlines plan shows the whole") if move is None else self._moving(move, subject)
        said = Message("no single date that is moved makes it all fit") if move is None else self._moving(move, subject)
        daily = self._daily()
        if daily is not None:
            said = Message("{one}, or {other}", one=said, other=daily)
        client = self._client(subject)
        return said if client is None else Message("{ways}. {talk}", ways=said, talk=self._talk(client))

    def _moving(self, move: Move, job: Job) -> Message:
        client = self._client(job)
        zone = zone_at(self._me if client is None else client, self._desk.now)  # on that clock it will be read
        row = self._planned.rows.get(job.uid)
        phrase = f"{to_local(move.due, zone):%Y-%m-%d %H:%M}"
        command = "" if row is None else f' (deadlines edit {row.id} --due "{phrase}")'
        clocks = self._clocks(move.due, client)
        return Message("move {name} to {clocks}{command}", name=job.summary or job.uid, clocks=clocks, command=command)

    def _daily(self) -> Message | None:
        """So much more on each of the days there are."""
        deficit = self._deficit
        days = {
            to_local(span.start, zone_at(self._me, span.start)).date()
            for span in self._planned.free
            if span.start < deficit.target and span.end > max(deficit.since, self._desk.now)
        }
        if not days:
            return None
        more = Work(-(-deficit.missing // (len(days) * _ROUND)) * _ROUND)
        return Counted("work {more} more that day", "work {more} more on each of {n} days", len(days), more=more)

    def _talk(self, client: Client) -> Message:
        """Who to talk to, and when they are at work next."""
        now = self._desk.now
        there = next(windows(client.availability, Span(now, now + _WITHIN_REACH)), None)
        if there is None:
            return Message("Talk to {name} first", name=client.name)
        if there.start <= now:
            return Message("Talk to {name} first, who are at work now", name=client.name)
        clocks = self._clocks(there.start, client)
        return Message("Talk to {name} first, who are at work {clocks}", name=client.name, clocks=clocks)

    def _clocks(self, instant: datetime, client: Client | None) -> Clocks:
        return Clocks(instant.astimezone(UTC), client, self._me, self._desk.now)

    def _client(self, job: Job) -> Client | None:
        return self._desk.settings.clients.get(job.client)

    @property
    def _me(self) -> Owner:
        return self._desk.settings.me


def _will_be_missed(context: Context) -> Iterator[Finding]:
    days = min((context.horizon - context.now) // timedelta(days=1), _MOST_DAYS)
    planned = plan(context.desk, days=days, rows=context.open_tasks())
    yield from shortfalls(context.desk, planned, until=context.horizon)


LOOKS = (Look(frozenset({Code.WILL_BE_MISSED}), _will_be_missed, ahead=_AHEAD),)
