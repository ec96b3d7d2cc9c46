from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from deadlines.core.when import AllDay, Zoned
from deadlines.errors import CodecError
from deadlines.ical.event import Revision, revise

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")
STAMPS = ("DTSTAMP:20261123T120000Z", "LAST-MODIFIED:20261123T120000Z")


def event(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in ("BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:e", *lines, "END:VEVENT", "END:VCALENDAR"))


CALL = event(
    "DTSTAMP:20261101T000000Z", "LAST-MODIFIED:20261101T000000Z", 'summary;LANGUAGE=en;ALTREP="x:y":Call\\, weekly',
    "DTSTART;TZID=Europe/Oslo;X-A=b:20261201T150000", "DTEND;TZID=Europe/Oslo:20261201T160000", "X-ODD:kept ;",
    "BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM",
)  # fmt: skip


def zoned(*wall: int) -> Zoned:
    return Zoned(datetime(*wall), "Europe/Oslo", OSLO)  # type: ignore[arg-type]  # noqa: DTZ001 - wall time


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went and those that came, without the stamps."""
    old, new = before.split("\r\n"), after.split("\r\n")
    gone = [line for line in old if line not in new and not line.startswith(("DTSTAMP", "LAST-MODIFIED"))]
    return gone, [line for line in new if line not in old and line not in STAMPS]


def test_only_the_lines_of_what_changes_change() -> None:
    found = revise(CALL, Revision(summary="Call; monthly", location="Room 1"), now=NOW)

    assert changed(CALL, found) == (
        ['summary;LANGUAGE=en;ALTREP="x:y":Call\\, weekly'],
        ["SUMMARY;LANGUAGE=en:Call\\; monthly", "LOCATION:Room 1"],
    )
    assert all(f"{stamp}\r\n" in found for stamp in STAMPS)


def test_other_times_are_a_new_revision() -> None:
    found = revise(CALL, Revision(start=zoned(2026, 12, 2, 15), end=zoned(2026, 12, 2, 16)), now=NOW)

    _, came = changed(CALL, found)
    assert [line for line in came if line.startswith(("DTSTART;", "DTEND", "SEQ"))] == [
        "DTSTART;TZID=Europe/Oslo;X-A=b:20261202T150000",
        "DTEND;TZID=Europe/Oslo:20261202T160000",
        "SEQUENCE:1",
    ]
    assert "TZID:Europe/Oslo" in came


def test_an_end_takes_the_place_of_a_duration() -> None:
    text = event("DTSTART;VALUE=DATE:20261201", "DURATION:P1D", "SEQUENCE:7")

    found = revise(text, Revision(end=AllDay(datetime(2026, 12, 3, tzinfo=UTC).date())), now=NOW)

    assert changed(text, found) == (["DURATION:P1D", "SEQUENCE:7"], ["SEQUENCE:8", "DTEND;VALUE=DATE:20261203"])


def test_an_empty_text_takes_the_property_away() -> None:
    text = event("LOCATION:Room 1", "DESCRIPTION:x")

    assert changed(text, revise(text, Revision(location="", description=""), now=NOW)) == (
        ["LOCATION:Room 1", "DESCRIPTION:x"],
        [],
    )


@pytest.mark.parametrize("revision", [Revision(), Revision(summary="Call, weekly", location="", description="")])
def test_what_is_so_already_stays_to_the_byte(revision: Revision) -> None:
    assert revise(CALL, revision, now=NOW) is CALL


def test_overrides_stay() -> None:
    override = "BEGIN:VEVENT\r\nUID:e\r\nRECURRENCE-ID:20261201T140000Z\r\nSUMMARY:Odd\r\nEND:VEVENT\r\n"
    text = event("SUMMARY:x").replace("BEGIN:VEVENT", override + "BEGIN:VEVENT", 1)

    assert override in revise(text, Revision(summary="y"), now=NOW)
    with pytest.raises(CodecError, match="no event"):
        revise(f"BEGIN:VCALENDAR\r\n{override}END:VCALENDAR\r\n", Revision(summary="y"), now=NOW)
