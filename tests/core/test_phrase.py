import contextlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.away import parse_travel
from deadlines.core.client import Client, Owner
from deadlines.core.clocks import both_clocks
from deadlines.core.phrase import parse_when
from deadlines.core.when import AllDay, Kink, When, Zoned, kink
from deadlines.core.zone_names import find_zone
from deadlines.errors import AmbiguousInput, InputError, Refused, UnknownName

THANKSGIVING = date(2026, 11, 26)
NOW = datetime(2026, 11, 23, 12, 43, 49, tzinfo=UTC)  # Monday 07:43 in New York, 13:43 in Oslo, 21:43 in Tokyo


def hours(zone: str, text: str = "Mon-Fri 09:00-17:00") -> Availability:
    return Availability(zone=ZoneInfo(zone), weekly=parse_hours(text), closed=frozenset({THANKSGIVING}))


OSLO = Owner(zone=ZoneInfo("Europe/Oslo"), availability=hours("Europe/Oslo", "Mon-Fri 08:00-16:00"))
ACME = Client(key="acme", name="Acme Inc.", zone=ZoneInfo("America/New_York"), availability=hours("America/New_York"))
KIRITIMATI = Client(key="kiri", name="", zone=ZoneInfo("Pacific/Kiritimati"), availability=hours("Pacific/Kiritimati"))


def parse(text: str, now: datetime = NOW, client: Client | None = ACME, owner: Owner = OSLO) -> When:
    return parse_when(text, now=now, client=client, owner=owner, find_zone=find_zone)


def shown(when: When) -> str:
    assert isinstance(when, AllDay | Zoned)
    return str(when.date) if isinstance(when, AllDay) else f"{when.local.isoformat(' ', 'minutes')} {when.tzid}"


NY = "America/New_York"
CLEAR = [
    ("fri 17:00", f"2026-11-27 17:00 {NY}"),
    ("  FRIDAY   5pm ", f"2026-11-27 17:00 {NY}"),
    ("by fri at 17:00", f"2026-11-27 17:00 {NY}"),
    ("17:00 fri", f"2026-11-27 17:00 {NY}"),
    ("5 pm, friday", f"2026-11-27 17:00 {NY}"),
    ("tues 9:00", f"2026-11-24 09:00 {NY}"),
    ("sun noon", f"2026-11-29 12:00 {NY}"),
    ("mon 9:00", f"2026-11-23 09:00 {NY}"),
    ("mon 07:00", f"2026-11-30 07:00 {NY}"),
    ("mon 07:43", f"2026-11-30 07:43 {NY}"),
    ("mon cob", f"2026-11-23 17:00 {NY}"),
    ("mon eod", f"2026-11-23 23:59 {NY}"),
    ("mon aoe", "2026-11-23 23:59 Etc/GMT+12"),
    ("fri", "2026-11-27"),
    ("sun.", "2026-11-29"),
    ("this fri", "2026-11-27"),
    ("this mon", "2026-11-23"),
    ("next mon", "2026-11-30"),
    ("next week", "2026-11-30"),
    ("today", "2026-11-23"),
    ("tomorrow", "2026-11-24"),
    ("yesterday", "2026-11-22"),
    ("tomorrow cob", f"2026-11-24 17:00 {NY}"),
    ("tomorrow close of business", f"2026-11-24 17:00 {NY}"),
    ("tomorrow end of day", f"2026-11-24 23:59 {NY}"),
    ("cob", f"2026-11-23 17:00 {NY}"),
    ("eod", f"2026-11-23 23:59 {NY}"),
    ("aoe", "2026-11-23 23:59 Etc/GMT+12"),
    ("cob me", "2026-11-23 16:00 Europe/Oslo"),
    ("eod me", "2026-11-23 23:59 Europe/Oslo"),
    ("fri cob Europe/Oslo", "2026-11-27 16:00 Europe/Oslo"),
    ("fri cob New York", f"2026-11-27 17:00 {NY}"),
    ("fri eod", f"2026-11-27 23:59 {NY}"),
    ("fri aoe", "2026-11-27 23:59 Etc/GMT+12"),
    ("fri 17:00 aoe", "2026-11-27 17:00 Etc/GMT+12"),
    ("2026-12-01 AoE", "2026-12-01 23:59 Etc/GMT+12"),
    ("noon", f"2026-11-23 12:00 {NY}"),
    ("12pm", f"2026-11-23 12:00 {NY}"),
    ("17:00", f"2026-11-23 17:00 {NY}"),
    ("7:00", f"2026-11-24 07:00 {NY}"),
    ("5pm America/New_York", f"2026-11-23 17:00 {NY}"),
    ("tomorrow 8:00 Tokyo", "2026-11-24 08:00 Asia/Tokyo"),
    ("fri 24:00", f"2026-11-28 00:00 {NY}"),
    ("fri 00:00", f"2026-11-27 00:00 {NY}"),
    ("fri 17:00:30", f"2026-11-27 17:00 {NY}"),
    ("in 3 days", "2026-11-26"),
    ("in 1 day 9:00", f"2026-11-24 09:00 {NY}"),
    ("in 2 weeks", "2026-12-07"),
    ("in 2 weeks cob", f"2026-12-07 17:00 {NY}"),
    ("in 3 months", "2027-02-23"),
    ("+2w", "2026-12-07"),
    ("+3d", "2026-11-26"),
    ("+1mo", "2026-12-23"),
    ("in 4 hours", f"2026-11-23 11:43 {NY}"),
    ("in 4 hours Tokyo", "2026-11-24 01:43 Asia/Tokyo"),
    ("in 90 minutes", f"2026-11-23 09:13 {NY}"),
    ("+4h", f"2026-11-23 11:43 {NY}"),
    ("+90m", f"2026-11-23 09:13 {NY}"),
    ("+1h30 me", "2026-11-23 15:13 Europe/Oslo"),
    ("now", f"2026-11-23 07:43 {NY}"),
    ("2026-12-01", "2026-12-01"),
    ("2026/12/1", "2026-12-01"),
    ("2026-12-01 New York", "2026-12-01"),
    ("2026-12-01 17:00", f"2026-12-01 17:00 {NY}"),
    ("2026-12-01T17:00", f"2026-12-01 17:00 {NY}"),
    ("2026-12-01t17:00:00", f"2026-12-01 17:00 {NY}"),
    ("2026-12-01T17:00:00Z", "2026-12-01 17:00 UTC"),
    ("2026-12-01T17:00Z me", "2026-12-01 18:00 Europe/Oslo"),
    ("2026-12-01 17:00 UTC", "2026-12-01 17:00 UTC"),
    ("2026-12-01T17:00-05:00", f"2026-12-01 17:00 {NY}"),
    ("2026-12-01T17:00-0500", f"2026-12-01 17:00 {NY}"),
    ("2026-12-01T17:00+05:30", "2026-12-01 11:30 UTC"),
    ("2026-12-01T17:00+05:30 Kolkata", "2026-12-01 17:00 Asia/Kolkata"),
    ("27 nov", "2026-11-27"),
    ("25th of december", "2026-12-25"),
    ("1 of march 2027", "2027-03-01"),
    ("23 nov", "2026-11-23"),
    ("2 jan", "2027-01-02"),
    ("27 nov 2026 17:00", f"2026-11-27 17:00 {NY}"),
    ("nov 27", "2026-11-27"),
    ("Nov 27, 2027", "2027-11-27"),
    ("nov 27 17:00", f"2026-11-27 17:00 {NY}"),
    ("27. Nov. 9am Tokyo", "2026-11-27 09:00 Asia/Tokyo"),
    ("2nd sept", "2027-09-02"),
    ("29 feb 2028", "2028-02-29"),
    ("Fri 27 Nov 17:00 New York", f"2026-11-27 17:00 {NY}"),
    ("fri, 27 november 2026", "2026-11-27"),
    ("fri 2026-11-27", "2026-11-27"),
    ("3.12.2026", "2026-12-03"),
    ("3.12.26 12:00", f"2026-12-03 12:00 {NY}"),
    ("3.4.", "2027-04-03"),
    ("12/25/2026", "2026-12-25"),
    ("25/12", "2026-12-25"),
    ("05/05", "2027-05-05"),
    ("fri 17:00 me", "2026-11-27 17:00 Europe/Oslo"),
    ("fri 17:00 (Tokyo)", "2026-11-27 17:00 Asia/Tokyo"),
    ("fri 17:00 asia/tokyo", "2026-11-27 17:00 Asia/Tokyo"),
    ("2027-03-14 02:30 me", "2027-03-14 02:30 Europe/Oslo"),
]


@pytest.mark.parametrize(("text", "expected"), CLEAR, ids=[text for text, _ in CLEAR])
def test_phrases_mean_one_time_on_the_clients_clock(text: str, expected: str) -> None:
    assert shown(parse(text)) == expected


UNCLEAR = [
    ("fri me", ("2026-11-27", "2026-11-27 eod me")),
    ("2026-12-01 Tokyo", ("2026-12-01", "2026-12-01 eod Asia/Tokyo")),
    ("mon", ("2026-11-23", "2026-11-30")),
    ("next fri", ("2026-11-27", "2026-12-04")),
    ("next fri 17:00 Tokyo", ("2026-11-27 17:00 Tokyo", "2026-12-04 17:00 Tokyo")),
    ("next month", ("2026-12-01", "2026-12-23")),
    ("midnight", ("2026-11-23 00:00", "2026-11-24 00:00")),
    ("fri midnight me", ("2026-11-27 00:00 me", "2026-11-28 00:00 me")),
    ("fri 12am", ("2026-11-27 00:00", "2026-11-28 00:00")),
    ("03/04", ("2027-03-04", "2027-04-03")),
    ("03-04 17:00", ("2027-03-04 17:00", "2027-04-03 17:00")),
    ("11/12", ("2027-11-12", "2026-12-11")),
    ("3/4/2027 eod", ("2027-03-04 eod", "2027-04-03 eod")),
    ("03/04/27", ("2027-03-04", "2027-04-03", "2003-04-27")),
    ("26-12-01", ("2001-12-26", "2026-12-01")),
    ("20 nov", ("2026-11-20", "2027-11-20")),
    ("fri 17:00 EST", ("America/New_York", "America/Panama", "Australia/Sydney")),
    ("fri 17:00 ist", ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem")),
    ("2027-11-07 01:30", ("2027-11-07T01:30-04:00", "2027-11-07T01:30-05:00")),
    ("2027-03-14 02:30", ("2027-03-14T01:30-05:00", "2027-03-14T03:30-04:00")),
    ("2027-03-28 02:30 me", ("2027-03-28T01:30+01:00 me", "2027-03-28T03:30+02:00 me")),
    (
        "2026-10-04 02:15 Lord Howe",
        ("2026-10-04T01:45+10:30 Australia/Lord_Howe", "2026-10-04T02:45+11:00 Australia/Lord_Howe"),
    ),
    ("2011-12-30 17:00 Apia", ("2011-12-29T17:00-10:00 Pacific/Apia", "2011-12-31T17:00+14:00 Pacific/Apia")),
]


@pytest.mark.parametrize(("text", "readings"), UNCLEAR, ids=[text for text, _ in UNCLEAR])
def test_what_can_be_read_in_two_ways_is_refused_with_readings_that_can_be_typed(text: str, readings: tuple[str, ...]) -> None:
    with pytest.raises(AmbiguousInput) as caught:
        parse(text)

    assert caught.value.readings == readings
    for reading in readings:
        parse(reading if reading[0].isdigit() else f"fri 17:00 {reading}")


def test_both_passes_of_a_repeated_hour_can_be_typed() -> None:
    first, second = parse("2027-11-07T01:30-04:00"), parse("2027-11-07T01:30-05:00")

    assert (shown(first), shown(second)) == (f"2027-11-07 01:30 {NY}", "2027-11-07 06:30 UTC")


def test_a_weekday_that_passed_this_week_is_refused_with_both() -> None:
    with pytest.raises(AmbiguousInput) as caught:
        parse("this mon", now=datetime(2026, 11, 25, 12, tzinfo=UTC))

    assert caught.value.readings == ("2026-11-23", "2026-11-30")


WRONG = [
    *("", "   ", "foo", "17", "fri 17", "3.4", "fri 17:00 18:00", "in", "in 3", "+", "fri 2026-11-27 sat", "aoe fri", "x" * 500),
    *("fri 25:00", "fri 17:60", "13pm", "2026-02-30", "2026-13-01", "29 feb", "31 nov 2026", "31.11.2026", "13/13", "32/13/2026"),
    *("2026-12-01T25:00Z", "2026-12-01T17:00+99:00", "9999-12-31 24:00", "in 99999 months", "+99999 weeks 17:00 x/y"),
    *("0001-01-01 00:00 Tokyo", "thu 27 nov", "fri cob Tokyo", "fri 1700"),
]


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_read_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)

    assert caught.value.hint or isinstance(caught.value, UnknownName)


def test_the_part_that_is_wrong_is_named() -> None:
    with pytest.raises(InputError, match="'18:00' is no day, time or zone"):
        parse("fri 17:00 18:00")
    with pytest.raises(InputError, match="2026-11-27 is a Friday, not a Thursday"):
        parse("thu 27 nov")


@pytest.mark.parametrize(("text", "nearest"), [("fri 17:00 Tokio", "Asia/Tokyo"), ("fri 17:00 UTC+2", "Etc/GMT-2")])
def test_an_unknown_zone_comes_with_the_nearest(text: str, nearest: str) -> None:
    with pytest.raises(UnknownName) as caught:
        parse(text)

    assert nearest in caught.value.nearest


@pytest.mark.parametrize(
    ("text", "client", "hint"),
    [
        ("thu cob", ACME, "2026-11-27 cob"),
        ("sat cob", ACME, "2026-11-30 cob"),
        ("sun cob me", ACME, "2026-11-30 cob me"),
        ("sat cob", None, "2026-11-30 cob"),
        ("sat cob", KIRITIMATI, "2026-11-30 cob"),
        ("9999-12-31 cob", ACME, "give a time"),
    ],
)
def test_no_close_of_business_on_a_day_off(text: str, client: Client | None, hint: str) -> None:
    with pytest.raises(Refused, match="is not a working day of") as caught:
        parse(text, client=client)

    assert hint in caught.value.hint


def test_close_of_business_alone_is_refused_when_it_is_past() -> None:
    late = datetime(2026, 11, 23, 23, tzinfo=UTC)

    with pytest.raises(Refused, match="was over") as caught:
        parse("cob", now=late)
    assert "2026-11-24 cob" in caught.value.hint
    assert shown(parse("today cob", now=late)) == f"2026-11-23 17:00 {NY}"


@pytest.mark.parametrize(
    ("client", "today"),
    [(None, "2026-11-23"), (ACME, "2026-11-22"), (KIRITIMATI, "2026-11-23")],
)
def test_days_are_counted_on_the_clock_that_counts(client: Client | None, today: str) -> None:
    just_after_midnight_here = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)

    assert shown(parse("today", now=just_after_midnight_here, client=client)) == today


def test_me_without_a_client_is_no_news() -> None:
    assert shown(parse("fri me", client=None)) == "2026-11-27"
    assert shown(parse("tomorrow cob", client=None)) == "2026-11-24 16:00 Europe/Oslo"


def test_months_end_where_they_end() -> None:
    assert shown(parse("in 1 month", now=datetime(2027, 1, 31, 12, tzinfo=UTC))) == "2027-02-28"
    assert shown(parse("next month", now=datetime(2027, 2, 1, 12, tzinfo=UTC))) == "2027-03-01"


def test_hours_are_counted_through_a_change_of_the_clock() -> None:
    before = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)

    assert [shown(parse(f"+{hours}h", now=before)) for hours in (1, 2, 3)] == [
        f"2026-11-01 01:30 {NY}",
        "2026-11-01 06:30 UTC",
        f"2026-11-01 02:30 {NY}",
    ]


def test_the_day_ends_where_the_hour_before_midnight_comes_twice() -> None:
    assert shown(parse("2026-10-24 eod Beirut")) == "2026-10-24 21:59 UTC"


@pytest.mark.parametrize("client", [None, ACME, KIRITIMATI])
def test_what_we_print_can_be_typed(client: Client | None) -> None:
    instant = datetime(2027, 1, 4, 9, 30, tzinfo=UTC)
    for text in both_clocks(instant, client=client, owner=OSLO, now=NOW).split(" = "):
        when = parse(text, client=client)

        assert isinstance(when, Zoned)
        assert when.instant == instant


WORDS = (
    *(
        "fri",
        "mon",
        "next",
        "this",
        "in",
        "+",
        "3",
        "days",
        "weeks",
        "h",
        "m",
        "17:00",
        "5pm",
        "24:00",
        "cob",
        "eod",
        "aoe",
        "me",
    ),
    *("noon", "midnight", "2026-12-01", "T", "Z", "27", "nov", "03/04", "9999-12-31", "0001-01-01", "Tokyo", "EST", ",", "."),
)
phrases = st.lists(st.sampled_from(WORDS), max_size=5)


@given(st.text(max_size=40) | phrases.map(" ".join) | phrases.map("".join))
def test_no_text_raises_anything_but_input_errors(text: str) -> None:
    with contextlib.suppress(InputError):
        parse(text)


@given(
    st.datetimes(datetime.fromisoformat("2026-11-24"), datetime.fromisoformat("2035-01-01")),
    st.sampled_from([None, ACME, KIRITIMATI]),
)
def test_wall_times_are_taken_as_typed_unless_skipped_or_repeated(local: datetime, client: Client | None) -> None:
    text = local.isoformat(" ", "minutes")
    zone = (client or OSLO).zone
    if kink(local.replace(second=0, microsecond=0), zone) is Kink.NONE:
        assert shown(parse(text, client=client)) == f"{text} {zone.key}"
    else:
        with pytest.raises(AmbiguousInput):
            parse(text, client=client)


def test_phrases_are_read_where_their_owner_is_now() -> None:
    """On the journey; what is typed before it for a time during it is read at home, and shown on both clocks."""
    away = replace(ACME, availability=replace(ACME.availability, travel=(parse_travel("2026-11-23..2026-11-25 Tokyo"),)))

    assert shown(parse("fri 17:00", client=away)) == "2026-11-27 17:00 Asia/Tokyo"
    assert shown(parse("wed 17:00", client=away, now=NOW - timedelta(days=2))) == "2026-11-25 17:00 America/New_York"
