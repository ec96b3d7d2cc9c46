from __future__ import annotations

from datetime import timedelta

import pytest
from tests.feeds.places import feed, settings
from tests.feeds.readers import check_lines

from deadlines.core.settings import Details
from deadlines.feeds.lens import Piece
from deadlines.feeds.stream import settled, stream, title

STAMP = "20261123T120000Z"
PIECE = Piece("BEGIN:VEVENT\r\nUID:1\r\n\0SUMMARY:Logo\r\nEND:VEVENT\r\n", ("Europe/Oslo", "Asia/Tokyo"))


def test_an_item_is_stamped_once() -> None:
    first = settled(("deadlines", 7), PIECE, None, stamp=STAMP)

    assert first.text == b"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261123T120000Z\r\nSEQUENCE:0\r\nSUMMARY:Logo\r\nEND:VEVENT\r\n"
    assert first.zones == "Asia/Tokyo Europe/Oslo"
    assert settled(("deadlines", 7), PIECE, first, stamp="20261124T120000Z") is first


def test_a_change_is_a_new_version() -> None:
    first = settled(("deadlines", 7), PIECE, None, stamp=STAMP)

    second = settled(("deadlines", 7), Piece(PIECE.text.replace("Logo", "Page")), first, stamp="20261124T120000Z")

    assert (second.stamp, second.sequence) == ("20261124T120000Z", 1)
    assert b"DTSTAMP:20261124T120000Z\r\nSEQUENCE:1\r\nSUMMARY:Page" in second.text


def test_a_stream_defines_the_zones_it_uses_and_no_other() -> None:
    data = b"".join(
        stream(feed(color="tomato"), settings(), {"Europe/Oslo", "Asia/Tokyo"}, [[b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"]])
    )

    check_lines(data)
    lines = data.decode().split("\r\n")
    assert lines[:8] == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//deadlines//deadlines//EN", "NAME:Deadlines", "X-WR-CALNAME:Deadlines",
        "COLOR:tomato", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
    ]  # fmt: skip
    assert [line for line in lines if line.startswith("TZID:")] == ["TZID:Asia/Tokyo", "TZID:Europe/Oslo"]


def test_nothing_is_said_where_nothing_is_wanted() -> None:
    data = b"".join(stream(feed(refresh=timedelta()), settings(), (), []))

    assert b"REFRESH" not in data
    assert b"COLOR" not in data


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Deadlines"),
        ({"client": "acme"}, "Deadlines: Acme Inc."),
        ({"client": "acme", "details": Details.REDACTED}, "Deadlines"),
        ({"client": "acme", "details": Details.BUSY}, "Busy"),
        ({"client": "acme", "details": Details.BUSY, "title": "Kari"}, "Kari"),
    ],
)
def test_only_a_full_feed_names_the_client_unasked(changes: dict[str, object], expected: str) -> None:
    assert title(feed(**changes), settings()) == expected
