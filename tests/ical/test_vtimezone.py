import io
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import tzdata
from dateutil.tz import tzical
from tests.ical.vtimezones import blocks

from deadlines.errors import CodecError
from deadlines.ical import sent_zone, tzif, vtimezone
from deadlines.ical.tzif import History, Onset, Period, Yearly
from deadlines.ical.vtimezone import vtimezone_text

NAMES = Path(tzdata.__file__).with_name("zones").read_text(encoding="ascii").split()
BEGIN, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
UNLIKE = list(
    {(history.onsets, history.rules, history.first): name for name in NAMES for history in [tzif.history(name)]}.values()
)
HURTING = (
    "America/New_York",
    "Europe/London",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Africa/Casablanca",
    "Pacific/Kiritimati",
    "Pacific/Apia",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/Nuuk",
    "Asia/Jerusalem",
    "Europe/Volgograd",
)


def probes(name: str) -> list[datetime]:
    """One second before, at and after every onset of 2020 to 2037, and every January and July."""
    history = tzif.history(name)
    ruled = (rule.onset(year) for rule in history.rules for year in range(2020, 2038))
    onsets = {onset.at.replace(tzinfo=UTC) for onset in (*history.onsets, *ruled)}
    quiet = {datetime(year, month, 15, tzinfo=UTC) for year in range(2020, 2038) for month in (1, 7)}
    near = {onset + timedelta(seconds=shift) for onset in onsets for shift in (-1, 0, 1)}
    return sorted(at for at in near | quiet if BEGIN <= at < END)


def clock(at: datetime, zone: tzinfo) -> tuple[datetime, timedelta | None]:
    local = at.astimezone(zone)
    return local.replace(tzinfo=None), local.utcoffset()


def contradicts_itself(zone: ZoneInfo, at: datetime) -> bool:
    """Whether `zoneinfo` says for walls what it does not say for instants.

    Greenland's file ends with an onset to standard time in March 2023, and the rule that follows begins in summer time.
    """
    return zone.key in {"America/Godthab", "America/Nuuk"} and (at.year, at.month) == (2023, 10)


@pytest.mark.parametrize("name", UNLIKE)
def test_what_we_write_reads_back_as_the_zone(name: str) -> None:
    zone = ZoneInfo(name)
    back = sent_zone.read(blocks(vtimezone_text(name, zone)).children[0])

    for at in probes(name):
        if contradicts_itself(zone, at):
            continue
        theirs, ours = at.astimezone(zone), at.astimezone(back)
        assert (theirs.replace(tzinfo=None), theirs.fold) == (ours.replace(tzinfo=None), ours.fold)
        walls = [theirs.replace(tzinfo=None, fold=fold) + timedelta(minutes=shift) for fold in (0, 1) for shift in (-20, 0, 20)]
        assert [zone.utcoffset(wall) for wall in walls] == [back.utcoffset(wall) for wall in walls]


@pytest.mark.parametrize("name", HURTING)
def test_icalendar_reads_the_zone(name: str) -> None:
    component = icalendar.Timezone.from_ical(vtimezone_text(name, ZoneInfo(name)))
    assert isinstance(component, icalendar.Timezone)
    theirs = component.to_tz(lookup_tzid=False)

    at = [datetime(year, month, 15, 12, tzinfo=UTC) for year in range(2020, 2030) for month in range(1, 13)]
    assert [clock(moment, ZoneInfo(name)) for moment in at] == [clock(moment, theirs) for moment in at]


@pytest.mark.parametrize("name", HURTING)
def test_dateutil_reads_the_zone(name: str) -> None:
    theirs = tzical(io.StringIO(vtimezone_text(name, ZoneInfo(name)))).get()
    assert theirs is not None

    at = [datetime(year, month, 15, 12, tzinfo=UTC) for year in range(2020, 2030) for month in range(1, 13)]
    assert [clock(moment, ZoneInfo(name)) for moment in at] == [clock(moment, theirs) for moment in at]


def test_rule_is_an_rrule_from_when_it_came_into_force() -> None:
    lines = vtimezone_text("America/New_York", ZoneInfo("America/New_York")).split("\r\n")

    assert lines[:7] == [
        "BEGIN:VTIMEZONE",
        "TZID:America/New_York",
        "BEGIN:DAYLIGHT",
        "DTSTART:20070311T020000",
        "TZOFFSETFROM:-0500",
        "TZOFFSETTO:-0400",
        "TZNAME:EDT",
    ]
    assert "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU" in lines
    assert lines[-2:] == ["END:VTIMEZONE", ""]


def test_lines_are_short() -> None:
    text = "".join(vtimezone_text(name, ZoneInfo(name)) for name in NAMES)

    assert max(map(len, text.split("\r\n"))) <= 75


def test_summer_is_daylight_also_where_the_law_calls_winter_the_exception() -> None:
    dublin = blocks(vtimezone_text("Europe/Dublin", ZoneInfo("Europe/Dublin"))).children[0]

    assert {block.name: {name: value for name, _, value in block.props}["TZNAME"] for block in dublin.children} == {
        "DAYLIGHT": "IST",
        "STANDARD": "GMT",
    }


@pytest.mark.parametrize("tzid", ["", "a\r\nb", "x" * 65, "Europe/Oslo;X"])
def test_name_that_would_break_the_line_is_refused(tzid: str) -> None:
    with pytest.raises(CodecError, match="cannot name a time zone"):
        vtimezone_text(tzid, ZoneInfo("Europe/Oslo"))


def test_zone_without_a_name_is_refused() -> None:
    data = Path(tzdata.__file__).parent / "zoneinfo" / "Europe" / "Oslo"
    with data.open("rb") as file:
        zone = ZoneInfo.from_file(file)

    with pytest.raises(CodecError, match="no time zone data"):
        vtimezone_text("Europe/Oslo", zone)


ONE, TWO = Period(timedelta(hours=1), is_dst=False, name="A"), Period(timedelta(hours=2), is_dst=True, name="B")


def test_rule_that_starts_after_the_last_onset_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slim data files end with the last irregular onset."""
    odd = Onset(datetime.fromisoformat("2024-01-10T00:00"), Period(timedelta(hours=3), is_dst=False, name="C"), ONE)
    rules = (Yearly(3, 5, 6, timedelta(hours=2), ONE, TWO), Yearly(10, 5, 6, timedelta(hours=3), TWO, ONE))
    monkeypatch.setattr(tzif, "history", lambda _: History(odd.old, (odd,), rules))

    text = vtimezone_text.__wrapped__("X/Slim", ZoneInfo("UTC"))

    assert [line for line in text.split("\r\n") if line.startswith("DTSTART")] == [
        "DTSTART:19700101T000000",
        "DTSTART:20240110T030000",
        "DTSTART:20240331T020000",
        "DTSTART:20241027T030000",
    ]


def test_rule_that_no_rrule_can_say_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = (Yearly(2, 5, 6, timedelta(hours=26), ONE, TWO), Yearly(10, 5, 6, timedelta(hours=3), TWO, ONE))
    monkeypatch.setattr(tzif, "history", lambda _: History(ONE, (), rules))

    assert "RRULE" not in vtimezone_text.__wrapped__("X/February", ZoneInfo("UTC"))


def test_offsets_may_have_seconds() -> None:
    assert (vtimezone._offset(-timedelta(hours=1, seconds=5)), vtimezone._offset(timedelta(hours=5, minutes=45))) == (
        "-010005",
        "+0545",
    )
