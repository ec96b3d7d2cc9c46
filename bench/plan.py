"""Planning a year, against sorting the same tasks and pouring them into the same hours; and odds, against planning every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from bench.measure import Cost, in_turns, of_call
from bench.table import Row
from deadlines.core.availability import Availability, parse_hours, windows
from deadlines.core.span import Span, total
from deadlines.planning.free import free
from deadlines.planning.job import Job
from deadlines.planning.odds import RUNS, odds
from deadlines.planning.plan import plan

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
YEAR = timedelta(days=365)
PIECE = timedelta(minutes=30)
TURNS = 7
ZONE = ZoneInfo("Europe/Oslo")
CLIENTS = ("acme", "edo", "kiwi", "north")
_NONE = timedelta()


def measure(_: Path) -> Iterator[Row]:
    """A year that is full but can be done, and one that cannot: then every due date that is missed has its proof as well."""
    few, many, crowded = tasks(1_000, load=0.7), tasks(10_000, load=0.7), tasks(10_000, load=1.1)
    hours = working_hours()
    bare, ours, thousand, too_much = in_turns(
        TURNS,
        lambda: of_call(lambda: sweep(many, hours)),
        lambda: of_call(planner(many, hours)),
        lambda: of_call(planner(few, hours)),
        lambda: of_call(planner(crowded, hours)),
    )
    yield _row("10,000 tasks over a year", ours, bare, "sort and sweep", 10)
    yield _row("10,000 tasks over a year", ours, thousand, "1,000 tasks", 12)
    yield _row("10,000 tasks for which there is no time", too_much, bare, "sort and sweep", 0)
    for late, budget in ((0.1, 1 / 20), (0.3, 0)):
        jobs = tasks(1_000, load=0.8, late=late)
        once, drawn = in_turns(
            3,
            lambda jobs=jobs: of_call(planner(jobs, hours)),  # type: ignore[misc]
            lambda jobs=jobs: of_call(lambda: odds(jobs, hours, now=NOW, ratios=history())),  # type: ignore[misc]
        )
        planned = Cost(once.wall * RUNS, once.cpu * RUNS)
        yield _row(f"odds of 1,000 tasks, {late:.0%} of which begin later", drawn, planned, "2,000 plans", budget)


def tasks(count: int, *, load: float, late: float = 0.3) -> list[Job]:
    """So many tasks that fill a part of the year; some begin later, and every tenth waits for another one."""
    chance = Random(count)  # noqa: S311 # no secret
    work = total(working_hours()) * load / count
    jobs: list[Job] = []
    for number in range(count):
        due = NOW + timedelta(minutes=chance.randrange(3 * 24 * 60, YEAR // timedelta(minutes=1)))
        begins = due - timedelta(days=chance.randrange(2, 30)) if chance.random() < late else None
        jobs.append(
            Job(
                uid=f"task-{number}",
                work=work * chance.uniform(0.5, 1.5),
                due=due,
                release=begins,
                priority=number % 10,
                order=number,
                client=CLIENTS[number % len(CLIENTS)],
                after=(f"task-{number - 7}",) if number % 10 == 9 else (),
            )
        )
    return jobs


def working_hours() -> Sequence[Span]:
    """A year of them, with lunch, and a meeting of an hour each day."""
    me = Availability(zone=ZONE, weekly=parse_hours("Mon-Fri 09:00-12:00 13:00-17:00"))
    meetings = (Span(NOW + timedelta(days=day, hours=2), NOW + timedelta(days=day, hours=3)) for day in range(365))
    return list(free(windows(me, Span(NOW, NOW + YEAR)), meetings, zone=ZONE, smallest_piece=PIECE))


def planner(jobs: Sequence[Job], hours: Sequence[Span]) -> Callable[[], object]:
    """Our side."""
    return lambda: plan(jobs, hours, now=NOW, smallest_piece=PIECE)


def sweep(jobs: Sequence[Job], hours: Sequence[Span]) -> list[tuple[str, datetime, datetime]]:
    """The least that can be done: sorted by due, one after the other, whatever they wait for and whenever they begin."""
    slots: list[tuple[str, datetime, datetime]] = []
    spans = iter(hours)
    span = next(spans)
    clock = span.start
    for job in sorted(jobs, key=lambda job: (job.due, job.priority, job.order)):
        left = job.work
        while left:
            end = min(clock + left, span.end)
            slots.append((job.uid, clock, end))
            left -= end - clock
            clock = end
            if clock == span.end:
                following = next(spans, None)
                if following is None:
                    return slots
                span = following
                clock = span.start
    return slots


def history() -> dict[str, list[float]]:
    """Thirty finished tasks of each client, which took somewhat longer than was thought."""
    chance = Random(1)  # noqa: S311 # no secret
    return {client: [chance.lognormvariate(0.1, 0.4) for _ in range(30)] for client in CLIENTS}


def _row(what: str, ours: Cost, reference: Cost, against: str, budget: float) -> Row:
    return Row(part="plan", what=f"{what}, CPU", ours=ours.cpu, reference=reference.cpu, against=against, budget=budget)
