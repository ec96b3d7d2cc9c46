from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from tests.feeds.readers import by_icalendar, by_vobject, check_lines

from deadlines.core.settings import Content, Details, Feed
from deadlines.core.span import Span
from deadlines.ical.scan import scan
from deadlines.ical.series import read_free_busy
from deadlines.store.base import Record, RunKind
from deadlines.store.publishing import Files
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.feeds import Press, Published, publish
from deadlines.usecases.index import Indexer
from deadlines.usecases.meetings import busy, meetings
from deadlines.usecases.tasks import add, remove

SECRET = "s3cret"
EVENT = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//s3cret//EN
X-WR-CALNAME:s3cret
BEGIN:VTIMEZONE
TZID:s3cret zone
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:-0500
TZOFFSETTO:-0500
TZNAME:s3cret
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:{uid}-s3cret
DTSTAMP:20261101T000000Z
SUMMARY:{uid} s3cret
DESCRIPTION:s3cret
LOCATION:s3cret
URL:https://s3cret.example/
CATEGORIES:{category},s3cret
ORGANIZER;CN=s3cret:mailto:s3cret.{attendee}
ATTENDEE;CN="s3cret, too":mailto:{attendee}
ATTACH:https://s3cret.example/s3cret
COMMENT:s3cret
CONTACT:s3cret
X-SECRET;X-P=s3cret:s3cret
{times}
BEGIN:VALARM
ACTION:EMAIL
SUMMARY:s3cret
DESCRIPTION:s3cret
ATTENDEE:mailto:s3cret@example.org
TRIGGER:-PT5M
END:VALARM
END:VEVENT
{more}END:VCALENDAR
"""
TIMES = {
    "single": "DTSTART;X-S=s3cret;TZID=America/New_York:20261127T100000\nDTEND;TZID=America/New_York:20261127T110000",
    "series": "DTSTART;TZID=America/New_York:20261102T100000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=9\n"
    "EXDATE;X-S=s3cret;TZID=America/New_York:20261130T100000",
    "odd zone": "DTSTART;TZID=s3cret zone:20261125T100000\nDTEND;TZID=s3cret zone:20261125T110000",
    "odd series": "DTSTART;TZID=s3cret zone:20261124T100000\nDTEND;TZID=s3cret zone:20261124T110000\nRRULE:FREQ=WEEKLY;COUNT=3",
    "odd rule": "DTSTART:20261124T120000Z\nDTEND:20261124T130000Z\nRRULE:FREQ=WEEKLY;X-S3CRET=s3cret",
    "whole day": "DTSTART;VALUE=DATE:20261201\nTRANSP:TRANSPARENT",
    "tentative": "DTSTART:20261202T120000Z\nDTEND:20261202T130000Z\nSTATUS:TENTATIVE",
    "odd status": "DTSTART:20261203T120000Z\nDTEND:20261203T130000Z\nSTATUS:S3CRET\nTRANSP:s3cret",
}
OVERRIDE = """\
BEGIN:VEVENT
UID:moved-s3cret
DTSTAMP:20261101T000000Z
RECURRENCE-ID;TZID=America/New_York:20261109T100000
SUMMARY:other s3cret
ATTENDEE:mailto:{attendee}
DTSTART;TZID=America/New_York:20261110T120000
DTEND;TZID=America/New_York:20261110T130000
END:VEVENT
"""

Put = Callable[..., int]
Write = Callable[..., Published]


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Acme has addresses, Edo too."""
    clients = {key: replace(client, emails=(f"*@{key}.example",)) for key, client in desk.settings.clients.items()}
    me = replace(desk.settings.me, email="kari@example.org")
    settings = replace(desk.settings, me=me, clients=MappingProxyType(clients))
    return replace(desk, settings=settings, index=Indexer(settings))


@pytest.fixture
def put(desk: Desk) -> Put:
    """Keep an event."""

    def keep(
        name: str,
        *,
        times: str = "",
        category: str = "web",
        attendee: str = "bob@acme.example",
        more: str = "",
        calendar: str = "work",
    ) -> int:
        filled = EVENT.format(uid=name, times=times or TIMES[name], category=category, attendee=attendee, more=more)
        text = filled.replace("\n", "\r\n")
        uid, index = desk.index(text, calendar)
        with desk.store.write(RunKind.COMMAND, "put", now=desk.now) as writer:
            return writer.put(Record(uid=uid, calendar=calendar, ical=text, index=index)).id

    return keep


@pytest.fixture
def write(desk: Desk, tmp_path: Path) -> Write:
    def write(at: Desk = desk, **keys: Any) -> Published:  # noqa: ANN401 # as the fields of a feed are
        feed = Feed(name="mine", path=str(tmp_path / "mine.ics"), content=(Content.MEETINGS,))._replace(**keys)
        settings = replace(at.settings, feeds=MappingProxyType({"mine": feed}))
        press = Press(desk=replace(at, settings=settings), publisher=Files(), new_secret=lambda: bytes(32))
        (published,) = publish(press).feeds
        assert published.error is None
        return published

    return write


def data_of(published: Published) -> bytes:
    data = Path(published.file).read_bytes()
    check_lines(data)
    assert by_icalendar(data) == by_vobject(data)
    return data


@pytest.mark.parametrize("details", [Details.REDACTED, Details.BUSY])
def test_redacted_and_busy_feeds_leak_nothing(details: Details, put: Put, write: Write) -> None:
    for name in TIMES:
        put(name)
    put("moved", times=TIMES["series"], more=OVERRIDE.format(attendee="bob@acme.example"))

    data = data_of(write(details=details, content=tuple(Content)))

    assert SECRET.encode() not in data.lower()
    assert b"acme" not in data.lower()
    assert data.count(b"BEGIN:VEVENT") >= len(TIMES)


def test_a_full_feed_shows_titles_and_places_and_no_address(put: Put, write: Write) -> None:
    put("single")

    data = data_of(write())

    assert b"SUMMARY:single s3cret (Acme Inc.)\r\n" in data
    assert b"LOCATION:s3cret\r\n" in data
    assert b"@acme" not in data
    assert b"single-s3cret" not in data
    assert b"ATT" not in data


def test_a_clients_feed_shows_only_the_clients(put: Put, write: Write) -> None:
    put("single")
    put("series", attendee="ken@edo.example")
    put("whole day", attendee="mum@home.example", category="home")
    put("tentative", category="acme", attendee="ken@edo.example")

    assert [seen[2] for seen in by_icalendar(data_of(write(client="acme")))] == ["single s3cret", "tentative s3cret"]
    assert len(by_icalendar(data_of(write(client="edo")))) == 2
    assert len(by_icalendar(data_of(write()))) == 4


def test_an_instance_with_somebody_else_is_not_shown_to_the_client(put: Put, write: Write) -> None:
    """Edo joins one instance of Acme's series: Acme sees it all one by one, Edo only that instance."""
    put("moved", times=TIMES["series"], more=OVERRIDE.format(attendee="ken@edo.example"))

    acme, edo = (by_icalendar(data_of(write(client=client))) for client in ("acme", "edo"))

    moved = datetime(2026, 11, 10, 17, tzinfo=UTC).timestamp()
    assert [when for *_, when in edo] == [moved]
    assert moved not in [when for *_, when in acme]
    assert len(acme) == 7


def test_a_series_stays_one_where_it_can(put: Put, write: Write) -> None:
    put("series")
    put("moved", times=TIMES["series"], more=OVERRIDE.format(attendee="bob@acme.example"))
    put("odd series")

    data = data_of(write(days_back=30))

    assert data.count(b"RRULE:FREQ=WEEKLY;COUNT=9\r\n") == 2
    assert data.count(b"RECURRENCE-ID;TZID=America/New_York:20261109T100000\r\n") == 1
    assert data.count(b"SUMMARY:odd series") == 3


def test_what_changes_in_an_event_changes_its_item_alone(put: Put, write: Write, desk: Desk) -> None:
    put("single")
    number = put("tentative")
    before = data_of(write())
    record = desk.store.get(number)
    assert record is not None
    assert record.ical is not None
    text = record.ical.replace("SUMMARY:tentative s3cret", "SUMMARY:sure")
    with desk.store.write(RunKind.COMMAND, "edit", now=desk.now) as writer:
        writer.put(replace(record, ical=text, index=desk.index(text, "work")[1]))

    published = write()

    assert published.delta == (0, 1, 0)
    old, new = (data.split(b"BEGIN:VEVENT") for data in (before, data_of(published)))
    assert [one == other for one, other in zip(old, new, strict=True)] == [True, True, False]
    with desk.store.write(RunKind.COMMAND, "remove", now=desk.now) as writer:
        writer.forget(record)
    assert write().delta == (0, 0, 1)


def test_busy_time_is_everybodys(put: Put, write: Write, desk: Desk) -> None:
    for name in TIMES:
        put(name, attendee="ken@edo.example")
    published = write(client="acme", content=(Content.BUSY,), days_back=7, days_ahead=14)

    window = Span(datetime(2026, 11, 15, 23, tzinfo=UTC), datetime(2026, 12, 7, 23, tzinfo=UTC))
    assert read_free_busy(scan(data_of(published).decode())) == tuple(busy(desk.store, desk.settings, window))
    assert published.items == 1


def test_busy_time_follows_events_and_not_tasks(put: Put, write: Write, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (Content.DEADLINES, Content.BUSY, Content.HOURS)
    number = put("single")
    first = write(content=content)
    record = desk.store.get(number)
    assert record is not None

    with monkeypatch.context() as patched:
        patched.setattr("deadlines.usecases.feed_meetings.busy", None)  # it would be an error to ask
        task = add(desk, Draft(summary="Logo", due="fri 17:00")).tasks[0].id
        assert (write(content=content).delta, first.items) == ((1, 0, 0), 2)
    remove(desk, [str(task)])
    with desk.store.write(RunKind.COMMAND, "remove", now=desk.now) as writer:
        writer.forget(record)

    gone = write(content=content)

    assert (gone.delta, gone.items) == ((0, 1, 1), 2)
    assert b"FREEBUSY:" not in data_of(gone)


def test_a_busy_feed_of_meetings_shows_those_that_take_time(put: Put, write: Write, desk: Desk) -> None:
    for name in TIMES:
        put(name)
    window = Span(datetime(2026, 11, 22, 23, tzinfo=UTC), datetime(2026, 12, 7, 23, tzinfo=UTC))

    seen = by_icalendar(data_of(write(details=Details.BUSY, days_back=0, days_ahead=14)))

    taken = {one.uid for one in meetings(desk.store, desk.settings, window) if one.busy}
    assert {summary for _, _, summary, _ in seen} == {"Busy"}
    assert len({uid for _, uid, _, _ in seen}) >= len(taken) == len(TIMES) - 1


def test_a_busy_feed_tells_no_clock(put: Put, write: Write, desk: Desk) -> None:
    """Weekly at ten in New York, whose clock changes within the window: an event in UTC for each."""
    put("series")
    put("moved", times=TIMES["series"], more=OVERRIDE.format(attendee="bob@acme.example"))
    content = (Content.DEADLINES, Content.TASKS, Content.MEETINGS, Content.BUSY)

    data = data_of(write(details=Details.BUSY, content=content, days_back=30))

    assert b"TZID" not in data
    window = Span(desk.now - timedelta(days=31), desk.now + timedelta(days=200))
    expected = sorted(one.span.start.timestamp() for one in meetings(desk.store, desk.settings, window))
    assert sorted(when for *_, when in by_icalendar(data) if isinstance(when, float)) == expected


def test_hours_change_with_the_month_alone(write: Write, desk: Desk) -> None:
    first = write(content=(Content.HOURS,), days_back=0, days_ahead=30)
    data = data_of(first)
    assert b"BEGIN:VAVAILABILITY\r\n" in data
    assert b"DTSTAMP:19700101" not in data
    assert b"RRULE:FREQ=WEEKLY" in data

    later = [
        write(replace(desk, now=desk.now + timedelta(days=days)), content=(Content.HOURS,), days_back=0, days_ahead=30)
        for days in (1, 7, 8)
    ]

    assert [one.written for one in later] == [False, False, True]  # on the first of December


def test_time_spent_is_no_meeting(put: Put, write: Write) -> None:
    put("single", calendar="time")

    assert write().items == 0
