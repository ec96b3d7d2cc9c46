from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.errors import CodecError
from deadlines.ical.read import read
from deadlines.ical.split import split


def feed(*lines: str, eol: str = "\r\n") -> str:
    return eol.join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Feed//EN", *lines, "END:VCALENDAR", ""])


def event(uid: str, *lines: str) -> list[str]:
    return ["BEGIN:VEVENT", *([f"UID:{uid}"] if uid else []), *lines, "END:VEVENT"]


def zone(name: str) -> list[str]:
    return ["BEGIN:VTIMEZONE", f"TZID:{name}", "BEGIN:STANDARD", "END:STANDARD", "END:VTIMEZONE"]


def test_an_item_is_a_master_its_overrides_and_the_zones_they_name() -> None:
    text = feed(
        "METHOD:PUBLISH",
        *zone("Europe/Oslo"),
        *zone("Asia/Tokyo"),
        *event("a", 'DTSTART;TZID="Europe/Oslo":20261123T090000'),
        *event("b", "DTSTART:20261123T090000Z"),
        *event("a", "RECURRENCE-ID:20261124T080000Z"),
    )
    a, b = split(text).pieces

    assert a.text == feed(
        *zone("Europe/Oslo"),
        *event("a", 'DTSTART;TZID="Europe/Oslo":20261123T090000'),
        *event("a", "RECURRENCE-ID:20261124T080000Z"),
    )
    assert b.text == feed(*event("b", "DTSTART:20261123T090000Z"))


def test_a_zone_of_an_alarm_counts() -> None:
    (piece,) = split(feed(*zone("X"), *event("a", "BEGIN:VALARM", "TRIGGER;TZID=X:20261123T090000", "END:VALARM"))).pieces

    assert "TZID:X" in piece.text


def test_lines_stay_as_they_came_whatever_ends_them() -> None:
    lines = ["BEGIN:VEVENT", "UID:a", "X-ODD", "SUMMARY:Bl\udce5b", "  folded", "", "END:VEVENT"]
    (piece,) = split("\ufeff" + feed("X-WR-CALNAME:Norway", *lines, "X-STRAY:1", eol="\n")).pieces

    assert "\n".join(lines) + "\n" in piece.text
    assert "X-STRAY" not in piece.text


def test_a_task_and_an_event_with_one_uid_are_two() -> None:
    found = split(feed(*event("a"), "BEGIN:VTODO", "UID:a", "END:VTODO")).pieces

    assert [(piece.kind, piece.uid) for piece in found] == [("VEVENT", "a"), ("VTODO", "a")]


def test_without_a_uid_each_is_by_itself() -> None:
    found = split(feed(*event("", "SUMMARY:1"), *event("", "SUMMARY:2"))).pieces

    assert [piece.text.count("BEGIN:VEVENT") for piece in found] == [1, 1]


def test_when_it_was_made_is_not_what_it_says() -> None:
    one, two = (
        split(feed(*event("a", f"DTSTAMP:{stamp}", "SUMMARY:x"))).pieces[0] for stamp in ("20261123T000000Z", "20261124T000000Z")
    )

    assert one.said == two.said
    assert one.text != two.text


@pytest.mark.parametrize(
    ("lines", "name", "refresh"),
    [
        ([], "", None),
        (["X-WR-CALNAME:Old", "NAME:New\\, with comma"], "New, with comma", None),
        (["REFRESH-INTERVAL;VALUE=DURATION:PT12H", "X-PUBLISHED-TTL:P1D"], "", timedelta(hours=12)),
        (["REFRESH-INTERVAL:soon", "X-PUBLISHED-TTL:P1W"], "", timedelta(weeks=1)),
        (["X-PUBLISHED-TTL:never"], "", None),
    ],
)
def test_what_a_feed_says_of_itself(lines: list[str], name: str, refresh: timedelta | None) -> None:
    found = split(feed(*lines, *event("a")))

    assert (found.name, found.refresh) == (name, refresh)


def test_an_empty_calendar_has_no_items() -> None:
    assert split(feed("NAME:Empty")).pieces == ()


@pytest.mark.parametrize("text", ["", "<html>", feed(*event("a"))[:-20], feed(*event("a")) + feed(*event("b"))])
def test_what_is_no_calendar_or_cut_short_is_refused(text: str) -> None:
    with pytest.raises(CodecError):
        split(text)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["X", "Y", ""])), max_size=8))
def test_nothing_is_lost_or_doubled(parts: list[tuple[str, str]]) -> None:
    lines = [line for uid, tzid in parts for line in event(uid, f"DTSTART;TZID={tzid}:20261123T090000" if tzid else "X-A:1")]
    found = split(feed(*zone("X"), *zone("Y"), *lines)).pieces

    assert sum(piece.text.count("BEGIN:VEVENT") for piece in found) == len(parts)
    assert {piece.uid for piece in found} == {uid for uid, _ in parts}
    for piece in found:
        assert read(piece.text).uid == piece.uid
        for name in "XY":
            assert (f"TZID:{name}\r" in piece.text) == ((piece.uid, name) in parts)
