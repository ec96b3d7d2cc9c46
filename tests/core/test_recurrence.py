import itertools
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.core.test_rule_days import plain_rules

from deadlines.core import recurrence
from deadlines.core.periods import Work, walls
from deadlines.core.recurrence import Step, doubt, expand, following, validate
from deadlines.core.rrule import parse
from deadlines.core.when import AllDay, Floating, When, Zoned, utc
from deadlines.errors import InputError

NEW_YORK = "America/New_York"


def zoned(local: str, tzid: str = NEW_YORK) -> Zoned:
    return Zoned(datetime.fromisoformat(local), tzid, ZoneInfo(tzid))


def floating(local: str) -> Floating:
    return Floating(datetime.fromisoformat(local))


def day(text: str) -> AllDay:
    return AllDay(date.fromisoformat(text))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shown(instances: tuple[When, ...]) -> list[str]:
    return [str(when.date) if isinstance(when, AllDay) else f"{when.local:%Y-%m-%d %H:%M}" for when in instances]


def days_of(instances: tuple[When, ...]) -> str:
    """`1997: 9/2 3 4 10/1`: the dates, without what the one before says."""
    words: list[str] = []
    year = month = 0
    for when in instances:
        at = when.date if isinstance(when, AllDay) else when.local
        words += [f"{at.year}:"] if at.year != year else []
        words.append(f"{at.month}/{at.day}" if (at.year, at.month) != (year, month) else f"{at.day}")
        year, month = at.year, at.month
    return " ".join(words)


RFC_DAYS = [  # the examples of RFC 5545 §3.8.5.3: start, rule, first dates
    ("1997-09-02", "FREQ=DAILY;COUNT=10", "1997: 9/2 3 4 5 6 7 8 9 10 11"),
    ("1997-09-02", "FREQ=DAILY;INTERVAL=2", "1997: 9/2 4 6 8 10 12"),
    ("1997-09-02", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997: 9/2 12 22 10/2 12"),
    ("1998-01-01", "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", "1998: 1/1 2 3 4 5 6"),
    ("1998-01-01", "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1", "1998: 1/1 2 3 4 5 6"),
    ("1997-09-02", "FREQ=WEEKLY;COUNT=10", "1997: 9/2 9 16 23 30 10/7 14 21 28 11/4"),
    ("1997-09-02", "FREQ=WEEKLY;UNTIL=19971224T000000Z", "1997: 9/2 9 16 23 30 10/7 14 21 28 11/4 11 18 25 12/2 9 16 23"),
    ("1997-09-02", "FREQ=WEEKLY;INTERVAL=2;WKST=SU", "1997: 9/2 16 30 10/14 28 11/11 25 12/9 23 1998: 1/6 20 2/3"),
    ("1997-09-02", "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", "1997: 9/2 4 9 11 16 18 23 25 30 10/2"),
    ("1997-09-01", "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", "1997: 9/1 3 5 15 17 19 29 10/1 3 13"),
    ("1997-09-02", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "1997: 9/2 4 16 18 30 10/2 14 16"),
    ("1997-09-05", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "1997: 9/5 10/3 11/7 12/5 1998: 1/2 2/6 3/6 4/3 5/1 6/5"),
    ("1997-09-05", "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "1997: 9/5 10/3 11/7 12/5"),
    ("1997-09-07", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", "1997: 9/7 28 11/2 30 1998: 1/4 25 3/1 29 5/3 31"),
    ("1997-09-22", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997: 9/22 10/20 11/17 12/22 1998: 1/19 2/16"),
    ("1997-09-28", "FREQ=MONTHLY;BYMONTHDAY=-3", "1997: 9/28 10/29 11/28 12/29 1998: 1/29 2/26"),
    ("1997-09-02", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "1997: 9/2 15 10/2 15 11/2 15 12/2 15 1998: 1/2 15"),
    ("1997-09-30", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "1997: 9/30 10/1 31 11/1 30 12/1 31 1998: 1/1 31 2/1"),
    (
        "1997-09-10",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997: 9/10 11 12 13 14 15 1999: 3/10 11 12 13",
    ),
    ("1997-09-02", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "1997: 9/2 9 16 23 30 11/4 11 18 25 1998: 1/6 13 20 27 3/3"),
    (
        "1997-06-10",
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "1997: 6/10 7/10 1998: 6/10 7/10 1999: 6/10 7/10 2000: 6/10 7/10 2001: 6/10 7/10",
    ),
    ("1997-03-10", "FREQ=YEARLY;INTERVAL=2;COUNT=7;BYMONTH=1,2,3", "1997: 3/10 1999: 1/10 2/10 3/10 2001: 1/10 2/10 3/10"),
    (
        "1997-01-01",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "1997: 1/1 4/10 7/19 2000: 1/1 4/9 7/18 2003: 1/1 4/10 7/19 2006: 1/1",
    ),
    ("1997-05-19", "FREQ=YEARLY;BYDAY=20MO", "1997: 5/19 1998: 5/18 1999: 5/17"),
    ("1997-05-12", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997: 5/12 1998: 5/11 1999: 5/17"),
    ("1997-03-13", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997: 3/13 20 27 1998: 3/5 12 19 26 1999: 3/4 11 18 25"),
    ("1997-06-05", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", "1997: 6/5 12 19 26 7/3 10 17 24 31 8/7 14 21 28 1998: 6/4"),
    ("1998-02-13", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998: 2/13 3/13 11/13 1999: 8/13 2000: 10/13"),
    ("1997-09-13", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "1997: 9/13 10/11 11/8 12/13 1998: 1/10 2/7 3/7"),
    (
        "1996-11-05",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "1996: 11/5 2000: 11/7 2004: 11/2",
    ),
    ("1997-09-04", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997: 9/4 10/7 11/6"),
    ("1997-09-29", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997: 9/29 10/30 11/27 12/30 1998: 1/29 2/26 3/30"),
    ("1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997: 8/5 10 19 24"),
    ("1997-08-05", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997: 8/5 17 19 31"),
    ("2007-01-15", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007: 1/15 30 2/15 3/15 30"),
]
HURTING_DAYS = [  # what other programs get wrong, and dates that are not in every period
    ("2026-01-31", "FREQ=MONTHLY;COUNT=4", "2026: 1/31 3/31 5/31 7/31"),
    ("2024-02-29", "FREQ=YEARLY;COUNT=3", "2024: 2/29 2028: 2/29 2032: 2/29"),
    ("2026-12-31", "FREQ=DAILY;COUNT=2", "2026: 12/31 2027: 1/1"),
    ("2026-09-21", "FREQ=MONTHLY;COUNT=4;BYDAY=3MO,WE,FR", "2026: 9/21 23 25 30"),
    ("2026-05-13", "FREQ=YEARLY;BYWEEKNO=20;COUNT=3", "2026: 5/13 2027: 5/19 2028: 5/17"),
    ("2025-12-29", "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1;BYDAY=MO;COUNT=3", "2025: 12/29 2028: 1/3 2029: 12/31"),
    ("2021-01-01", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR;COUNT=3", "2021: 1/1 2027: 1/1 2032: 12/31"),  # of 2020, 2026 and 2032
    ("2026-12-21", "FREQ=YEARLY;BYWEEKNO=-1;BYMONTHDAY=31;COUNT=3", "2026: 12/21 31 2027: 12/31"),
    ("2026-06-01", "FREQ=YEARLY;BYWEEKNO=20;BYYEARDAY=135,-1;COUNT=2", "2026: 6/1 2029: 5/15"),
    ("2026-01-07", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1;COUNT=3", "2026: 1/7 12 19"),
    ("2026-02-01", "FREQ=MONTHLY;BYMONTH=2,3;BYYEARDAY=32,-306;COUNT=4", "2026: 2/1 3/1 2027: 2/1 3/1"),
    ("2026-12-31", "FREQ=YEARLY;BYYEARDAY=366,-1;COUNT=3", "2026: 12/31 2027: 12/31 2028: 12/31"),
    ("2026-03-30", "FREQ=WEEKLY;BYMONTH=4;BYDAY=MO;COUNT=3", "2026: 3/30 4/6 13"),
    ("2026-01-05", "FREQ=DAILY;BYDAY=1MO;COUNT=3", "2026: 1/5 12 19"),
    ("2026-01-01", "FREQ=MONTHLY;BYMONTHDAY=1,2;BYSETPOS=9,2;COUNT=3", "2026: 1/1 2 2/2"),
]


@pytest.mark.parametrize("place", [AllDay, Floating, Zoned])
@pytest.mark.parametrize(("start", "rrule", "expected"), [*RFC_DAYS, *HURTING_DAYS])
def test_dates_of_rule(start: str, rrule: str, expected: str, place: type) -> None:
    origin: When = day(start) if place is AllDay else floating(f"{start}T09:00") if place is Floating else zoned(f"{start}T09:00")
    count = len([word for word in expected.split() if not word.endswith(":")])

    found = expand(rrule, origin, before=instant("2040-01-01"), limit=count)
    assert days_of(found.instances) == expected


@pytest.mark.parametrize(
    ("rrule", "expected"),
    [
        ("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z", ["09:00", "12:00"]),  # in UTC: 13:00 here
        ("FREQ=MINUTELY;INTERVAL=15;COUNT=6", ["09:00", "09:15", "09:30", "09:45", "10:00", "10:15"]),
        ("FREQ=MINUTELY;INTERVAL=90;COUNT=4", ["09:00", "10:30", "12:00", "13:30"]),
        ("FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,20,40;COUNT=5", ["09:00", "09:20", "09:40", "10:00", "10:20"]),
        ("FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10;COUNT=5", ["09:00", "09:20", "09:40", "10:00", "10:20"]),
        ("FREQ=HOURLY;BYMINUTE=0,30;COUNT=3", ["09:00", "09:30", "10:00"]),
        ("FREQ=HOURLY;BYMINUTE=0,20,40;BYSETPOS=-1;COUNT=3", ["09:00", "09:40", "10:40"]),
        ("FREQ=MINUTELY;BYSECOND=0,30;BYMINUTE=5;COUNT=3", ["09:00", "09:05", "09:05"]),
        ("FREQ=SECONDLY;INTERVAL=45;COUNT=4", ["09:00", "09:00", "09:01", "09:02"]),
        ("FREQ=SECONDLY;BYSECOND=10;INTERVAL=5;COUNT=3", ["09:00", "09:00", "09:01"]),
        ("FREQ=SECONDLY;BYHOUR=9;BYMINUTE=10;BYSECOND=60;COUNT=2", ["09:00", "09:10"]),
    ],
)
def test_times_of_rule(rrule: str, expected: list[str]) -> None:
    found = expand(rrule, zoned("1997-09-02T09:00"), before=instant("1997-09-04"))

    assert [text[-5:] for text in shown(found.instances)] == expected


@pytest.mark.parametrize(
    ("start", "rrule", "instants"),
    [
        (zoned("2026-10-25T09:00"), "FREQ=WEEKLY;COUNT=3", ["2026-10-25T13:00", "2026-11-01T14:00", "2026-11-08T14:00"]),
        (zoned("2026-03-07T02:30"), "FREQ=DAILY;COUNT=3", ["2026-03-07T07:30", "2026-03-08T07:30", "2026-03-09T06:30"]),
        (zoned("2026-10-31T01:30"), "FREQ=DAILY;COUNT=3", ["2026-10-31T05:30", "2026-11-01T05:30", "2026-11-02T06:30"]),
        (
            zoned("2026-03-28T01:30", "Europe/London"),
            "FREQ=DAILY;COUNT=3",
            ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"],
        ),
        (
            zoned("2026-09-05T00:00", "America/Santiago"),
            "FREQ=DAILY;COUNT=3",
            ["2026-09-05T04:00", "2026-09-06T04:00", "2026-09-07T03:00"],
        ),
        (
            zoned("2011-12-29T09:00", "Pacific/Apia"),  # had no 30 December: it is the 31st there
            "FREQ=DAILY;COUNT=3",
            ["2011-12-29T19:00", "2011-12-30T19:00", "2011-12-31T19:00"],
        ),
        (
            zoned("2026-03-08T01:00"),
            "FREQ=HOURLY;COUNT=4",
            ["2026-03-08T06:00", "2026-03-08T07:00", "2026-03-08T08:00", "2026-03-08T09:00"],
        ),
    ],
)
def test_wall_time_is_kept_across_changes_of_the_clock(start: Zoned, rrule: str, instants: list[str]) -> None:
    found = expand(rrule, start, before=instant("2027-01-01"))

    assert [when.instant for when in found.instances if isinstance(when, Zoned)] == [instant(text) for text in instants]


@pytest.mark.parametrize(
    ("start", "until", "count"),
    [
        (zoned("2026-01-05T20:00"), "20260107T010000Z", 2),  # 20:00 on the 6th
        (zoned("2026-01-05T20:00"), "20260107T005959Z", 1),
        (zoned("2026-01-05T20:00"), "20260107", 3),
        (zoned("2026-01-05T20:00"), "20260107T200000", 3),
        (zoned("2026-01-05T20:00"), "20260107T195959", 2),
        (floating("2026-01-05T20:00"), "20260107T200000Z", 3),
        (day("2026-01-05"), "20260107", 3),
        (day("2026-01-05"), "20260107T230000Z", 3),
        (day("2026-01-05"), "20260104", 0),
    ],
)
def test_until_in_every_form(start: When, until: str, count: int) -> None:
    assert len(expand(f"FREQ=DAILY;UNTIL={until}", start, before=instant("2027-01-01")).instances) == count


def test_window_is_half_open() -> None:
    start = zoned("2020-01-01T09:00")
    found = expand("FREQ=DAILY", start, after=instant("2026-06-01T13:00"), before=instant("2026-06-03T13:00"))

    assert shown(found.instances) == ["2026-06-01 09:00", "2026-06-02 09:00"]
    assert not found.cut


@pytest.mark.parametrize("after", [zoned("2026-06-01T09:00"), floating("2026-06-01T13:00"), day("2026-06-01")])
def test_window_begins_at_any_kind_of_time(after: When) -> None:
    found = expand("FREQ=DAILY", zoned("2020-01-01T09:00"), after=after, before=instant("2026-06-02"))

    assert shown(found.instances) == ["2026-06-01 09:00"]


def test_series_without_rule_is_its_start_and_its_dates() -> None:
    start, extra, late = day("2026-01-01"), day("2026-02-01"), day("2027-02-01")

    assert expand("", start, rdates=[extra, late, start], before=instant("2027-01-01")).instances == (start, extra)


@pytest.mark.parametrize(
    ("start", "excluded"),
    [
        (zoned("2026-01-01T09:00"), zoned("2026-01-02T09:00")),
        (zoned("2026-01-01T09:00"), utc(instant("2026-01-02T14:00"))),
        (zoned("2026-01-01T09:00"), floating("2026-01-02T09:00")),
        (zoned("2026-01-01T09:00"), day("2026-01-02")),
        (floating("2026-01-01T09:00"), zoned("2026-01-02T09:00")),
        (floating("2026-01-01T09:00"), day("2026-01-02")),
        (day("2026-01-01"), day("2026-01-02")),
        (day("2026-01-01"), floating("2026-01-02T00:00")),
    ],
)
def test_excluded_date_in_any_form_is_left_out_and_counts(start: When, excluded: When) -> None:
    found = expand("FREQ=DAILY;COUNT=3", start, exdates=[excluded], rdates=[], before=instant("2026-02-01"))

    assert [text[:10] for text in shown(found.instances)] == ["2026-01-01", "2026-01-03"]


def test_start_that_the_rule_leaves_out_is_the_first_instance() -> None:
    found = expand("FREQ=WEEKLY;BYDAY=MO;COUNT=2", day("2026-01-01"), before=instant("2027-01-01"))

    assert shown(found.instances) == ["2026-01-01", "2026-01-05"]


ENDLESS = [
    ("FREQ=SECONDLY", True),
    ("FREQ=MINUTELY", True),
    ("FREQ=DAILY;COUNT=1000000000", False),
    ("FREQ=HOURLY;COUNT=1000000000", True),
    ("FREQ=HOURLY;BYMINUTE=1,2,3,4,5,6,7,8,9,10;COUNT=1000000000", True),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", False),
    ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", False),
    ("FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30", False),
    ("FREQ=SECONDLY;INTERVAL=999999999999", False),
    ("FREQ=YEARLY;INTERVAL=100000000000", False),
    ("FREQ=YEARLY;BYDAY=MO,TU;BYHOUR=1,2,3,4;BYMINUTE=" + ",".join(map(str, range(60))) + ";BYSECOND=1,2,3,4,5,6,7,8,9", True),
]


@pytest.mark.timeout(20)  # takes about 0.5 s, ten times that under coverage
@pytest.mark.parametrize(("rrule", "cut"), ENDLESS)
def test_endless_rule_ends_quickly_and_says_so(rrule: str, cut: bool) -> None:
    found = expand(rrule, zoned("2000-01-01T09:00"), after=instant("2026-01-01"), before=instant("2026-03-01"))

    assert len(found.instances) <= 10_000
    assert found.cut is cut


@pytest.mark.timeout(20)
@pytest.mark.parametrize("rrule", [rrule for rrule, _ in ENDLESS] + ["FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"])
def test_next_of_an_endless_rule_ends_quickly(rrule: str) -> None:
    step = following(rrule, zoned("2000-01-01T09:00"))

    assert step is None or step.when != zoned("2000-01-01T09:00")


def test_limit_cuts() -> None:
    dates = [day(f"2026-02-{number:02}") for number in range(1, 11)]

    assert expand("FREQ=DAILY", day("2026-01-01"), before=instant("2026-02-01"), limit=31).cut is False
    assert expand("FREQ=DAILY", day("2026-01-01"), before=instant("2026-02-01"), limit=30).cut is True
    assert expand("", day("2026-01-01"), rdates=dates, before=instant("2027-01-01"), limit=5).cut is True


def test_window_far_from_the_start_costs_no_more() -> None:
    begun = time.process_time()
    for rrule in ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "FREQ=MONTHLY", "FREQ=WEEKLY", "FREQ=DAILY", "FREQ=HOURLY;INTERVAL=7"):
        found = expand(rrule, floating("0001-01-01T09:00"), after=instant("2026-01-01"), before=instant("2027-01-10"))
        assert found.instances

    assert time.process_time() - begun < 0.5


def test_start_at_the_end_of_time_is_an_input_error() -> None:
    with pytest.raises(InputError, match="out of the range"):
        expand("FREQ=DAILY", zoned("9999-12-31T23:00"), before=instant("2027-01-01"))


def test_start_at_the_beginning_of_time_has_instances() -> None:
    found = expand(
        "FREQ=DAILY", zoned("0001-01-01T00:00", "Asia/Tokyo"), after=instant("2026-01-01"), before=instant("2026-01-02")
    )

    assert shown(found.instances) == ["2026-01-02 00:00"]


def test_next_from_the_end_of_time_is_an_input_error() -> None:
    with pytest.raises(InputError, match="out of the range"):
        following("FREQ=DAILY", zoned("9999-12-31T23:00"))


def test_series_ends_before_the_last_year() -> None:
    assert following("FREQ=YEARLY", day("9998-06-01")) is None


@pytest.mark.parametrize("rrule", ["COUNT=3", "FREQ=DAILY;INTERVAL=0", "nonsense"])
def test_no_rule_is_an_input_error(rrule: str) -> None:
    assert validate(rrule)
    with pytest.raises(InputError, match="recurrence rule"):
        expand(rrule, day("2026-01-01"), before=instant("2027-01-01"))


@pytest.mark.parametrize(
    ("rrule", "start", "step"),
    [
        ("FREQ=WEEKLY", zoned("2026-10-25T09:00"), Step(when=zoned("2026-11-01T09:00"), rrule="FREQ=WEEKLY")),
        ("FREQ=MONTHLY;COUNT=3", day("2026-01-31"), Step(when=day("2026-03-31"), rrule="FREQ=MONTHLY;COUNT=2")),
        ("FREQ=DAILY;COUNT=1", day("2026-01-31"), None),
        ("FREQ=DAILY;UNTIL=20260131", day("2026-01-31"), None),
        ("FREQ=YEARLY", day("2024-02-29"), Step(when=day("2028-02-29"), rrule="FREQ=YEARLY")),
        ("", day("2024-02-29"), None),
    ],
)
def test_next_instance_and_the_rule_from_there(rrule: str, start: When, step: Step | None) -> None:
    assert following(rrule, start) == step


def test_excluded_instances_count_as_passed() -> None:
    step = following("FREQ=DAILY;COUNT=5", day("2026-01-01"), exdates=[day("2026-01-02"), day("2026-01-03")])

    assert step == Step(when=day("2026-01-04"), rrule="FREQ=DAILY;COUNT=2")


def test_extra_date_comes_first_where_it_is_first() -> None:
    early, late = day("2026-01-03"), day("2026-02-03")

    assert following("FREQ=WEEKLY;COUNT=4", day("2026-01-01"), rdates=[late, early]) == Step(
        when=early, rrule="FREQ=WEEKLY;COUNT=4"
    )
    assert following("FREQ=WEEKLY", day("2026-01-01"), rdates=[late]) == Step(when=day("2026-01-08"), rrule="FREQ=WEEKLY")
    assert following("", day("2026-01-01"), rdates=[late]) == Step(when=late, rrule="")


@pytest.mark.parametrize(
    ("rrule", "start", "word"),
    [
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", day("2026-01-01"), "no instance"),
        ("FREQ=WEEKLY;BYDAY=MO", day("2026-01-01"), "does not fall on its start"),
        ("FREQ=WEEKLY;BYDAY=1MO", None, "numbers"),
    ],
)
def test_doubtful_series(rrule: str, start: When | None, word: str) -> None:
    assert word in (doubt(rrule, start) or "")


@pytest.mark.parametrize("start", [floating("2026-01-05T09:00"), None])
def test_series_without_doubt(start: When | None) -> None:
    assert doubt("FREQ=WEEKLY;BYDAY=MO", start) is None


PARTS = {
    "INTERVAL": st.integers(1, 5).map(str),
    "BYMONTH": st.lists(st.integers(1, 12).map(str), min_size=1, max_size=3).map(",".join),
    "BYDAY": st.lists(st.sampled_from(["MO", "TU", "FR", "SU"]), min_size=1, max_size=3).map(",".join),
    "BYHOUR": st.just("9,17"),
    "WKST": st.sampled_from(["MO", "SU", "WE"]),
}
FREQUENCIES = st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"])


@given(FREQUENCIES, st.fixed_dictionaries({}, optional=PARTS), st.integers(0, 3000))
@settings(max_examples=60, deadline=None)
def test_agrees_with_dateutil_where_that_is_right(freq: str, parts: dict[str, str], shift: int) -> None:
    rrule = ";".join([f"FREQ={freq}", *(f"{name}={value}" for name, value in parts.items())])
    start = datetime.fromisoformat("2019-12-25T09:00") + timedelta(days=shift)
    theirs = list(itertools.islice(rrulestr(rrule, dtstart=start), 50))

    assert list(itertools.islice(walls(parse(rrule), start), 50)) == theirs


@given(FREQUENCIES, st.fixed_dictionaries({}, optional=PARTS), st.integers(0, 700))
@settings(max_examples=60, deadline=None)
def test_window_shows_what_the_whole_series_shows_there(freq: str, parts: dict[str, str], shift: int) -> None:
    rrule = ";".join([f"FREQ={freq}", *(f"{name}={value}" for name, value in parts.items())])
    start = zoned("2025-03-01T09:00")
    low = instant("2025-03-01") + timedelta(days=shift)
    high = low + timedelta(days=40)

    whole = expand(rrule, start, before=high, limit=100_000).instances
    assert list(expand(rrule, start, after=low, before=high).instances) == [
        when for when in whole if isinstance(when, Zoned) and low <= when.instant
    ]


@given(FREQUENCIES, st.fixed_dictionaries({}, optional=PARTS), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_stepping_visits_every_instance(freq: str, parts: dict[str, str], count: int) -> None:
    rrule = ";".join([f"FREQ={freq}", *(f"{name}={value}" for name, value in parts.items())])
    first = next(walls(parse(rrule), datetime.fromisoformat("2025-03-01T09:00")), None)
    assume(first is not None)  # every fourth month from March on is never January
    assert first is not None
    start = Floating(first)
    step: Step | None = Step(when=start, rrule=f"{rrule};COUNT={count}")
    visited: list[When] = []
    while step:
        visited.append(step.when)
        step = following(step.rrule, step.when)

    assert tuple(visited) == expand(f"{rrule};COUNT={count}", start, before=instant("2200-01-01")).instances


HURTING = [  # a gap, a fold, a gap at midnight, half an hour, a day that is skipped, a leap day, the end of a month
    zoned("2026-03-08T02:30"),
    zoned("2026-11-01T01:30"),
    zoned("2026-09-06T00:15", "America/Santiago"),
    zoned("2026-04-05T01:45", "Australia/Lord_Howe"),
    zoned("2011-12-30T09:00", "Pacific/Apia"),
    Floating(datetime(2024, 2, 29, 9)),  # noqa: DTZ001 - a floating time
    day("2026-01-31"),
]
UNTILS = {"date": "%Y%m%d", "wall time": "%Y%m%dT%H%M%S", "instant": "%Y%m%dT%H%M%SZ"}


def moved(start: When, days: int) -> When:
    by = timedelta(days=days)
    return AllDay(start.date + by) if isinstance(start, AllDay) else replace(start, local=start.local + by)


@given(plain_rules(), st.sampled_from(HURTING), st.data())
@settings(max_examples=200, deadline=None)
def test_a_plain_rule_has_the_instances_that_its_periods_have(rrule: str, near: When, data: st.DataObject) -> None:
    """With UNTIL in every form and EXDATE, across what clocks do."""
    start = moved(near, -data.draw(st.integers(0, 800)))
    at = near.date if isinstance(near, AllDay) else near.local
    form = data.draw(st.sampled_from([None, *UNTILS.values()]))
    until = "" if form is None or "COUNT" in rrule else f";UNTIL={at + timedelta(days=data.draw(st.integers(-30, 60))):{form}}"
    exdates = [moved(near, number) for number in data.draw(st.sets(st.integers(-9, 9), max_size=3))]
    low = datetime(at.year, at.month, at.day, tzinfo=UTC) + timedelta(days=data.draw(st.integers(-40, 9)))
    high = low + timedelta(days=data.draw(st.integers(1, 90)))

    found = expand(rrule + until, start, exdates=exdates, after=low, before=high)

    window = recurrence._bound(low), recurrence._bound(high)
    named = recurrence.Named(exdates)
    by_periods = {
        key: when
        for key, when in recurrence._instances(rrule + until, start, *window, Work())
        if window[0] <= key < window[1] and not named.has(when)
    }
    assert found == (tuple(by_periods.values()), False, tuple(by_periods))
