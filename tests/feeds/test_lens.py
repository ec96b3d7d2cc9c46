from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feeds.places import KEY, feed, settings

from deadlines.core.settings import Details
from deadlines.feeds.lens import Clock, Lens, text_line
from deadlines.ical.scan import scan
from deadlines.ical.text import clean, unescape

DUE = int(datetime(2026, 11, 27, 22, 0, tzinfo=UTC).timestamp())

FIVE = Clock(";TZID=America/New_York:20261127T170000", "America/New_York")


def lens(**changes: object) -> Lens:
    return Lens(feed(**changes), settings(), KEY)


@given(st.text(st.characters()))
def test_no_text_can_end_its_line(value: str) -> None:
    line = text_line("SUMMARY", value)

    read = scan(f"BEGIN:VCALENDAR\r\n{line}END:VCALENDAR\r\n")
    assert [(name, unescape(text)) for name, _, text in read.props] == [
        ("SUMMARY", clean("".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in value)))
    ]
    assert all(len(part) <= 75 for part in line.encode().split(b"\r\n"))


@given(st.text(), st.binary())
def test_a_uid_stays_and_says_nothing(calendar: str, uid: bytes) -> None:
    derived = lens().uid("task", calendar, uid)

    assert derived == lens().uid("task", calendar, uid)
    assert len(derived) == 32
    assert derived != lens().uid("deadline", calendar, uid)
    assert derived != Lens(feed(), settings(), b"k" * 32).uid("task", calendar, uid)


@pytest.mark.parametrize(
    ("spelt", "client", "expected"),
    [
        (("zoned", "2026-11-27T17:00:00", "America/New_York"), "acme", FIVE),
        (("zoned", "2026-11-27T17:00:00", "/vendor.example/America/New_York"), "acme", FIVE),
        (("zoned", "2026-11-27T22:00:00", "UTC"), "acme", Clock(":20261127T220000Z")),
        (("zoned", "2026-11-27T22:00:00", "Secret Room"), "acme", FIVE),
        (("floating", "2026-11-27T17:00:00", ""), "acme", FIVE),
        (("floating", "2026-11-27T23:00:00", ""), "", Clock(";TZID=Europe/Oslo:20261127T230000", "Europe/Oslo")),
        (("all-day", "2026-11-27", ""), "acme", Clock(";VALUE=DATE:20261127")),
    ],
)  # fmt: skip
def test_times_are_on_clocks_with_iana_names(spelt: tuple[str, str, str], client: str, expected: Clock) -> None:
    assert lens().clock(*spelt, DUE, client) == expected


def test_a_busy_feed_shows_no_clock() -> None:
    busy = lens(details=Details.BUSY)

    assert busy.clock("zoned", "2026-11-27T17:00:00", "America/New_York", DUE, "acme") == Clock(":20261127T220000Z")
    assert busy.clock("floating", "2026-11-27T17:00:00", "", DUE, "acme") == Clock(":20261127T220000Z")


def test_a_date_is_marked_at_the_hour_at_which_it_falls_due() -> None:
    at_five, at_midnight = DUE, int(datetime(2026, 11, 28, 5, 0, tzinfo=UTC).timestamp())

    assert lens().deadline("all-day", "2026-11-27", "", at_five, "acme").value == ";TZID=America/New_York:20261127T170000"
    assert lens().deadline("all-day", "2026-11-27", "", at_midnight, "acme").value == ";VALUE=DATE:20261127"


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({}, "Logo (Acme Inc.)"),
        ({"client": "acme"}, "Logo"),
        ({"details": Details.REDACTED}, "Deadline"),
        ({"details": Details.BUSY}, "Busy"),
    ],
)
def test_titles_tell_as_much_as_the_details_say(changes: dict[str, object], title: str) -> None:
    assert lens(**changes).title("Deadline", "Logo", "acme") == title


def test_categories_lack_the_clients_own() -> None:
    assert lens().categories(("ACME", "web, print", "acme inc."), "acme") == "CATEGORIES:web\\, print\r\n"
    assert lens().categories(("acme",), "acme") == ""


def test_an_alarm_is_so_long_before() -> None:
    assert "TRIGGER:-P1D\r\n" in lens(alarm=timedelta(days=1)).alarm("Logo")
    assert "TRIGGER;RELATED=END:PT0S\r\n" in lens(alarm=timedelta()).alarm("Logo", ";RELATED=END")
    assert lens().alarm("Logo") == ""
