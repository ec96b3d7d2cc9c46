"""A plan as text for people, day by day, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from deadlines.cli.table import GAP, Role, Screen
from deadlines.core.client import zone_at
from deadlines.core.clocks import both_clocks, format_date, hours, own_clock
from deadlines.core.display import clean, cut, width
from deadlines.core.effort import ENOUGH
from deadlines.core.findings import Finding, Severity
from deadlines.core.settings import Settings
from deadlines.core.span import total
from deadlines.core.when import When, to_local
from deadlines.planning.job import MOST_NAMED, Job, Slot
from deadlines.usecases.plan import Planned
from deadlines.usecases.spelling import when_of

if TYPE_CHECKING:
    from deadlines.planning.odds import Odds
    from deadlines.usecases.publish import Published

_COLUMNS = 80
"""How wide the page is where there is no terminal: nothing is cut then, but right-aligned to it."""
_LEAST = 8
_NARROW = 15 + _LEAST
"""So much of a line is shown in any case: its times, and a beginning of what is to be done."""
_ROLES = {Severity.ERROR: Role.OVERDUE, Severity.WARNING: Role.SOON, Severity.INFO: Role.DIM}


def plan_text(
    planned: Planned, findings: Sequence[Finding], settings: Settings, screen: Screen, odds: Odds | None = None, *, now: datetime
) -> str:
    """What is wrong, the days with their work, and how it adds up."""
    page = _Page(planned, settings, screen, odds, now)
    blocks = [page.finding(finding) for finding in findings]
    blocks += [page.day(day, list(slots)) for day, slots in groupby(page.slots, key=lambda slot: page.date_of(slot.start))]
    if planned.jobs:
        blocks.append(page.sums())
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def odds_text(odds: Odds, settings: Settings) -> str:
    """What the odds are worth, in a sentence or two."""
    tasks = "1 finished task has" if odds.samples == 1 else f"{odds.samples} finished tasks have"
    if odds.samples < ENOUGH:
        how = "`deadlines start ID` or `deadlines spent ID 2h` records the time"
        return f"Too little is known for odds: {tasks} an estimate and time spent on them, {ENOUGH} are needed; {how}."
    said = f"Odds from {odds.runs} runs; {tasks} an estimate and time spent on them."
    names = ", ".join(settings.clients[key].name if key in settings.clients else "your own tasks" for key in odds.pooled)
    return f"{said} Fewer than {ENOUGH} are of {names}: everybody's count there." if names else said


def published_text(published: Published) -> str:
    """What became of the calendar, in a sentence."""
    changed = [(published.created, "created"), (published.updated, "changed"), (published.removed, "removed")]
    said = ", ".join(f"{count} {verb}" for count, verb in changed if count)
    if not said:
        return f"Calendar {published.calendar} has this plan already: {published.unchanged} events."
    kept = f", {published.unchanged} as before" if published.unchanged else ""
    return f"Calendar {published.calendar}: {said}{kept}. `deadlines sync` carries it to the server."


def plan_json(
    planned: Planned,
    findings: Sequence[Finding],
    settings: Settings,
    published: Published | None = None,
    odds: Odds | None = None,
) -> Mapping[str, object]:
    """The documented shape."""
    plan, jobs = planned.plan, planned.jobs

    def told(uid: str) -> dict[str, object]:
        job, row = jobs[uid], planned.rows.get(uid)
        return {"uid": uid if row is None else row.uid, "id": None if row is None else row.id, "summary": job.summary,
                "client": job.client}  # fmt: skip

    return {
        "feasible": plan.feasible,
        "slots": [
            {
                **told(slot.uid),
                "start": slot.start,
                "end": slot.end,
                "mine": slot.start.astimezone(zone_at(settings.me, slot.start)).isoformat(),
                "guessed": jobs[slot.uid].guessed,
            }
            for slot in plan.slots
            if slot.start < planned.until
        ],
        "late": [{**told(one.uid), "due": jobs[one.uid].due, "before": one.target, "end": one.end} for one in plan.late],
        "deficits": [
            {
                "due": jobs[one.first].due,
                "before": one.target,
                "since": one.since,
                "need": one.need,
                "have": one.have,
                "first": told(one.first)["uid"],
                "tasks": [told(uid)["uid"] for uid in one.among[: min(one.size, MOST_NAMED)]],
                "count": one.size,
            }
            for one in plan.deficits
        ],
        "findings": [finding.as_json() for finding in findings],
        "published": None if published is None else published._asdict(),
        "odds": None
        if odds is None
        else {
            "runs": odds.runs,
            "samples": odds.samples,
            "pooled": odds.pooled,
            "chances": [{**told(uid), "due": jobs[uid].due, "chance": chance} for uid, chance in odds.chances.items()],
        },
    }


class _Page:
    def __init__(self, planned: Planned, settings: Settings, screen: Screen, odds: Odds | None, now: datetime) -> None:
        self._planned = planned
        self._settings = settings
        self._screen = screen
        self._chances: Mapping[str, float] = {} if odds is None else odds.chances
        self._now = now
        self._me = settings.me
        self._columns = screen.columns or _COLUMNS
        self._year = to_local(now, zone_at(self._me, now)).year
        self._late = {one.uid for one in planned.plan.late}
        self.slots = [slot for slot in planned.plan.slots if slot.start < planned.until]
        self._lasts = {slot.uid: slot for slot in planned.plan.slots}

    def date_of(self, instant: datetime) -> date:
        return to_local(instant, zone_at(self._me, instant)).date()

    def day(self, day: date, slots: Sequence[Slot]) -> list[str]:
        """A heading with the hours of the day, and a line or two for each slot."""
        free = total(span for span in self._planned.free if self.date_of(span.start) == day)
        work = sum((slot.length for slot in slots), timedelta())
        left = f", {hours(free - work)} free" if free > work else ""
        head = self._aligned(format_date(day, year=self._year), f"{hours(work)}{left}")
        return [self._screen.paint(head, Role.HEADING), *(line for slot in slots for line in self._slot(slot))]

    def _slot(self, slot: Slot) -> Iterator[str]:
        job = self._planned.jobs[slot.uid]
        about = "~" if job.guessed else ""
        begin, end = (to_local(instant, zone_at(self._me, instant)) for instant in (slot.start, slot.end))
        yield self._aligned(
            f"  {begin:%H:%M}-{end:%H:%M}  {clean(job.summary)}",
            f"{about}{hours(slot.length)}",
            f" ({job.client})" if job.client else "",
        )
        if self._lasts[slot.uid] is slot and job.due is not None:
            yield from self._due(job, slot.end)

    def _due(self, job: Job, end: datetime) -> Iterator[str]:
        """When it is due on both clocks, below the last piece of it."""
        assert job.due is not None
        text, role = f"done, due {self._clocks(job.due, job, self._when(job))}", Role.DIM
        if job.uid in self._late and end > job.due:
            text, role = f"{text}: {hours(end - job.due)} late", Role.OVERDUE
        elif job.uid in self._late:
            text, role = f"{text}: into the buffer", Role.SOON
        if job.uid in self._chances:
            text += f"; in time in {_percent(self._chances[job.uid])} of the runs"
        margin = " " * 15
        yield from (self._screen.paint(line, role) for line in self._screen.wrapped(clean(text), margin, f"{margin}  "))

    def finding(self, finding: Finding) -> list[str]:
        """What it is about, the proof, and what to do."""
        word = self._screen.paint(f"{finding.severity.value:7}", _ROLES[finding.severity])
        head, tail = f"{word}  {finding.id}  ", f": {finding.code.title}"
        room = self._columns - 1 - len(f"{finding.severity.value:7}  {finding.id}  {tail}")
        name = clean(finding.summary)
        if self._screen.columns is None:
            lines = [head + name + tail]
        elif room > _LEAST:
            lines = [head + cut(name, room, self._screen.ellipsis) + tail]
        else:
            lines = [head.rstrip(), *self._screen.wrapped(name + tail, "  ", "    ")]
        lines += self._screen.wrapped(clean(finding.message), "  ", "    ")
        if finding.remedy:
            lines += self._screen.wrapped(f"-> {clean(finding.remedy)}", "  ", "     ")
        return lines

    def sums(self) -> list[str]:
        """How the work compares with the time."""
        planned, plan = self._planned, self._planned.plan
        work = sum((slot.length for slot in self.slots), timedelta())
        later = sum((job.work for job in planned.jobs.values()), timedelta()) - work
        time = total(span for span in planned.free if span.start < planned.until)
        until = own_clock(planned.until, self._me, now=self._now)
        after = f", {hours(later)} after that" if later else ""
        lines = [f"{hours(work)} of work until {until}{after}; {hours(time - work)} left free."]
        if not planned.free:
            lines = [f"{hours(later)} of work, and no time to do it in: see `hours` and `time_off` of [me], and [plan]."]
        elif outside := [job for job in planned.jobs.values() if job.uid not in plan.ends and job.uid not in self._late]:
            names = ", ".join(clean(job.summary) for job in outside[:3]) + (" ..." if outside[3:] else "")
            lines.append(f"Not in the next two years: {names}.")
        return [line for text in lines for line in self._screen.wrapped(text, rest="  ")]

    def _clocks(self, instant: datetime, job: Job, when: When | None = None) -> str:
        client = self._settings.clients.get(job.client)
        return both_clocks(instant, client=client, owner=self._settings.me, when=when, now=self._now)

    def _when(self, job: Job) -> When | None:
        row = self._planned.rows.get(job.uid)
        if row is None or job.uid != row.uid:
            return None
        return when_of(row.index.due_kind, row.index.due_value, row.index.due_tzid)

    def _aligned(self, left: str, right: str, tail: str = "") -> str:
        """`left`, of which only as much is shown as there is room for, with its `tail`; and `right` at the edge."""
        room = self._columns - 1 - len(right) - len(GAP)
        if self._screen.columns is not None:
            tail = tail if room - len(tail) >= _NARROW else ""
            left = cut(left, max(room - len(tail), _NARROW), self._screen.ellipsis)
        left += tail
        return left + " " * max(room - width(left), 0) + GAP + right


def _percent(chance: float) -> str:
    """In whole percent; only what held in every run, or in none, is called certain."""
    return f"{min(max(round(chance * 100), 1), 99) if 0 < chance < 1 else chance * 100:.0f} %"
