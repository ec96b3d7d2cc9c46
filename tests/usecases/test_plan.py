from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.usecases.conftest import NOW
from tests.usecases.test_jobs import HOUR, said, save

from deadlines.core.availability import Availability
from deadlines.core.away import parse_travel
from deadlines.core.findings import Code, Finding, Severity
from deadlines.core.settings import Planning
from deadlines.core.when import utc
from deadlines.ical.build import new_event
from deadlines.planning.job import Job
from deadlines.store.base import Record, RunKind
from deadlines.usecases.check import check
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.index import Indexer
from deadlines.usecases.plan import Planned, plan
from deadlines.usecases.plan_findings import shortfalls
from deadlines.usecases.tasks import add, edit

DAY = timedelta(days=1)


def told(planned: Planned) -> list[str]:
    """Slots in my wall time, which is an hour ahead of UTC."""
    return [f"{planned.jobs[one.uid].summary} {one.start + HOUR:%a %H:%M}-{one.end + HOUR:%H:%M}" for one in planned.plan.slots]


def ruled(desk: Desk, **rules: timedelta) -> Desk:
    return replace(desk, settings=replace(desk.settings, plan=Planning(**rules)))


def buffered(desk: Desk, buffer: timedelta) -> Desk:
    acme = replace(desk.settings.clients["acme"], buffer=buffer)
    return replace(desk, settings=replace(desk.settings, clients={**desk.settings.clients, "acme": acme}))


def meet(desk: Desk, start: datetime, end: datetime) -> None:
    text = new_event(uid="meeting", summary="Call", start=utc(start), end=utc(end), now=NOW)
    uid, index = desk.index(text, "work")
    with desk.store.write(RunKind.SYNC, "sync", now=NOW) as writer:
        writer.put(Record(uid=uid, calendar="work", ical=text, index=index))


def finding(desk: Desk) -> Finding:
    (found,) = shortfalls(desk, plan(desk))
    return found


def test_work_goes_into_my_hours_around_meetings_what_is_due_first_first(desk: Desk) -> None:
    """It is Monday 13:00 in Oslo."""
    add(desk, Draft(summary="later", due="fri 17:00", estimate="3h"))
    add(desk, Draft(summary="first", client="edo", due="wed 17:00", estimate="5h"))
    meet(desk, datetime(2026, 11, 23, 13, tzinfo=UTC), datetime(2026, 11, 23, 14, 30, tzinfo=UTC))

    assert told(plan(desk)) == [
        "first Mon 13:00-14:00",
        "first Mon 15:30-17:00",
        "first Tue 09:00-11:30",
        "later Tue 11:30-14:30",
    ]


def test_a_day_has_no_more_work_than_its_hours_which_count_from_its_beginning(desk: Desk) -> None:
    add(desk, Draft(summary="a", due="fri 17:00", estimate="6h"))

    assert told(plan(ruled(desk, day_hours=5 * HOUR))) == ["a Mon 13:00-14:00", "a Tue 09:00-14:00"]


def test_the_days_that_are_shown_decide_nothing(desk: Desk) -> None:
    add(desk, Draft(summary="a", due="2027-03-05 17:00", estimate="60h"))
    add(desk, Draft(summary="b", due="2027-03-01 17:00", estimate="900h"))
    one, other = plan(desk, days=1), plan(desk, days=100)

    assert one.plan == other.plan
    assert [planned.until - NOW for planned in (one, other)] == [DAY, 100 * DAY]
    assert not one.plan.feasible


def test_everything_gets_its_end_if_it_fits_into_two_years(desk: Desk) -> None:
    add(desk, Draft(summary="a", due="fri 17:00", estimate="1000h"))
    add(desk, Draft(summary="b", estimate="10000h"))

    assert list(plan(desk).plan.ends) == ["uid-1"]


def test_what_is_due_beyond_all_planning_comes_last(desk: Desk) -> None:
    add(desk, Draft(summary="a", due="2099-01-01", estimate="1h"))
    add(desk, Draft(summary="b", due="2028-01-01", estimate="1h"))

    assert told(plan(desk)) == ["b Mon 13:00-14:00", "a Mon 14:00-15:00"]


def test_demand_that_is_in_no_task_counts(desk: Desk) -> None:
    add(desk, Draft(summary="a", due="mon 17:00", estimate="3h"))
    extra = Job(uid="quota acme", work=2 * HOUR, due=NOW + 4 * HOUR, order=-1, summary="Acme this week", client="acme")
    planned = plan(desk, extra=[extra])

    assert told(planned) == ["Acme this week Mon 13:00-15:00", "a Mon 15:00-17:00", "a Tue 09:00-10:00"]
    assert [one.summary for one in shortfalls(desk, planned)] == ["a"]


def test_without_any_hours_everything_due_will_be_missed(desk: Desk) -> None:
    me = replace(desk.settings.me, availability=Availability(zone=desk.settings.me.zone, weekly=()))
    desk = replace(desk, settings=replace(desk.settings, me=me))
    add(desk, Draft(summary="a", due="fri 17:00", estimate="3h"))
    found = finding(desk)

    assert (found.facts["have"], str(found.message).rpartition("; ")[2]) == (timedelta(), "it does not fit at all")
    assert found.remedy == "no single date that is moved makes it all fit"


# --- findings


def test_what_will_be_missed_comes_with_its_proof_and_the_least_that_must_give(desk: Desk) -> None:
    """Monday afternoon has four hours, Tuesday eight; Edo is due on Wednesday at nine in Oslo."""
    add(desk, Draft(summary="Logo", client="edo", due="wed 17:00", estimate="6h"))
    add(desk, Draft(summary="Page", client="edo", due="wed 17:00", estimate="8h"))
    found = finding(desk)

    assert (found.code, found.summary, found.client, found.severity) == (Code.WILL_BE_MISSED, "Page", "edo", Severity.ERROR)
    assert found.message == (
        "need 14 h for 2 tasks before Wed 25 Nov 17:00 Tokyo = Wed 25 Nov 09:00 Oslo, have 12 h; "
        "it will be done Wed 25 Nov 11:00 Oslo at the earliest"
    )
    assert found.remedy == (
        'move Page to Wed 25 Nov 19:00 Tokyo = Wed 25 Nov 11:00 Oslo (deadlines edit 2 --due "2026-11-25 19:00"), '
        "or work 1 h more on each of 2 days. Talk to Edo KK first, who are at work Tue 24 Nov 09:00 Tokyo = Tue 24 Nov 01:00 Oslo"
    )
    assert found.facts["tasks"] == ["uid-1", "uid-2"]
    assert found.facts["move"] == {"uid": "uid-2", "due": datetime(2026, 11, 25, 10, tzinfo=UTC), "by": 2 * HOUR}


def test_a_proof_that_begins_now_does_not_say_so(desk: Desk) -> None:
    """A real clock is between two seconds, and planning begins with the next."""
    desk = replace(desk, now=NOW + timedelta(microseconds=300_000))
    add(desk, Draft(summary="Logo", due="tue 17:00", estimate="14h"))

    assert finding(desk).message.startswith("need 14 h before Tue 24 Nov 17:00 Oslo, have ")


def test_doing_what_the_remedy_says_makes_it_fit(desk: Desk) -> None:
    add(desk, Draft(summary="Logo", client="edo", due="wed 17:00", estimate="6h"))
    add(desk, Draft(summary="Page", client="edo", due="wed 17:00", estimate="8h"))
    edit(desk, "2", Draft(due="2026-11-25 19:00"))

    assert plan(desk).plan.feasible


def test_what_the_remedy_says_to_type_is_on_the_clock_on_which_it_is_read(desk: Desk) -> None:
    """Edo is in New York this week, and what is typed for Edo is read there."""
    edo = desk.settings.clients["edo"]
    away = replace(edo, availability=replace(edo.availability, travel=(parse_travel("2026-11-20..2026-11-30 New York"),)))
    settings = replace(desk.settings, clients={**desk.settings.clients, "edo": away})
    desk = replace(desk, settings=settings, index=Indexer(settings))
    add(desk, Draft(summary="Logo", client="edo", due="2026-11-25 09:00 Oslo", estimate="6h"))
    add(desk, Draft(summary="Page", client="edo", due="2026-11-25 09:00 Oslo", estimate="8h"))

    remedy = str(finding(desk).remedy)
    assert '(deadlines edit 2 --due "2026-11-25 05:00")' in remedy
    edit(desk, "2", Draft(due="2026-11-25 05:00"))

    assert plan(desk).plan.feasible


def test_the_days_of_who_travels_are_counted_where_they_are(desk: Desk) -> None:
    """It is Monday 13:00 in Oslo and 01:00 on Tuesday in Auckland, where five hours a day are to be worked from nine."""
    me = desk.settings.me
    away = replace(me, availability=replace(me.availability, travel=(parse_travel("2026-11-23..2026-11-30 Auckland"),)))
    desk = ruled(desk, day_hours=5 * HOUR)
    desk = replace(desk, settings=replace(desk.settings, me=away))
    add(desk, Draft(summary="a", due="fri 17:00", estimate="9h"))

    assert told(plan(desk)) == ["a Mon 21:00-02:00", "a Tue 21:00-01:00"]


def test_each_due_date_that_is_missed_is_a_finding_of_its_own(desk: Desk) -> None:
    add(desk, Draft(summary="a", due="mon 17:00", estimate="5h"))
    add(desk, Draft(summary="b", due="tue 17:00", estimate="8h"))
    first, second = shortfalls(desk, plan(desk))

    assert [one.summary for one in (first, second)] == ["a", "b"]
    assert str(first.message).startswith("need 5 h before Mon 23 Nov 17:00 Oslo, have 4 h")
    assert str(second.message).startswith("need 13 h for 2 tasks before Tue 24 Nov 17:00 Oslo, have 12 h")
    assert (first.id, second.id) != (second.id, first.id)


def test_a_buffer_that_is_used_up_is_a_warning(desk: Desk) -> None:
    desk = buffered(desk, 6 * HOUR)
    add(desk, Draft(summary="a", client="acme", due="tue 12:00", estimate="11h"))
    found = finding(desk)

    assert found.severity is Severity.WARNING
    assert found.message == (
        "need 11 h before Tue 24 Nov 06:00 New York = Tue 24 Nov 12:00 Oslo (6 h before it is due), have 7 h; "
        "it will be done Tue 24 Nov 16:00 Oslo, still in time"
    )


def test_work_that_cannot_begin_earlier_is_proven_from_there(desk: Desk) -> None:
    add(desk, Draft(summary="a", start="thu 13:00", due="fri 11:00", estimate="9h"))

    assert str(finding(desk).message).startswith(
        "need 9 h after Thu 26 Nov 13:00 Oslo and before Fri 27 Nov 11:00 Oslo, have 6 h; it will be done Fri 27 Nov 14:00 Oslo"
    )


def test_a_task_that_repeats_too_often_is_found_once(desk: Desk) -> None:
    add(desk, Draft(summary="a", due="2026-11-24", estimate="9h", repeat="daily"))
    found = finding(desk)

    assert str(found.message).startswith("need 9 h after Wed 25 Nov 09:00 Oslo and before Thu 26 Nov 00:00 Oslo, have 8 h")
    assert len(plan(desk).plan.deficits) > 7


def test_work_that_begins_and_ends_at_night_has_no_time(desk: Desk) -> None:
    add(desk, Draft(summary="a", start="tue 20:00", due="wed 05:00", estimate="1h"))

    assert str(finding(desk).message).startswith(
        "need 1 h before Wed 25 Nov 05:00 Oslo, have 0 min; it will be done Wed 25 Nov 10:00"
    )


def test_what_is_overdue_is_missed_already(desk: Desk) -> None:
    add(desk, Draft(summary="a", due="2026-11-20 17:00", estimate="9h"))
    planned = plan(desk)

    assert (planned.plan.feasible, list(shortfalls(desk, planned))) == (False, [])


def test_check_finds_it_once_with_what_is_doubtful(desk: Desk) -> None:
    add(desk, Draft(summary="a", due="mon 17:00", estimate="5h"))
    save(desk, "UID:x", "SUMMARY:b", "RELATED-TO;RELTYPE=DEPENDS-ON:y")
    save(desk, "UID:y", "SUMMARY:c", "RELATED-TO;RELTYPE=DEPENDS-ON:x")
    found = [one.finding for one in check(desk, codes=[Code.WILL_BE_MISSED, Code.DOUBTFUL]).holding]

    assert [(one.code.value, one.summary) for one in found] == [("D103", "a"), ("S504", "b")]
    assert said(found[1:]) == [
        ("b", "waits for itself, so the last step is left out: b -> c -> b", "deadlines edit 3 --after none")
    ]


def test_a_part_that_waits_for_the_whole_is_a_circle(desk: Desk) -> None:
    add(desk, Draft(summary="whole"))
    add(desk, Draft(summary="part", parent="1", after=("1",)))

    assert said(plan(desk).doubts) == [
        ("whole", "waits for itself, so the last step is left out: whole -> part -> whole", "deadlines edit 2 --after none")
    ]
