from __future__ import annotations

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deadlines.core.when import utc
from deadlines.errors import CodecError
from deadlines.ical.build import new_event
from deadlines.ical.people import Organizer, cancellation, invite, invited, request

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KARI = Organizer("kari@example.org", "Kari Nordmann")
START = utc(datetime(2026, 12, 1, 9, tzinfo=UTC))
END = utc(datetime(2026, 12, 1, 10, tzinfo=UTC))
PLAIN = new_event(
    uid="e", summary="Kick-off", start=START, end=END, location="Room; 1", url="https://x.example/", categories=["acme"], now=NOW
)


def lines(text: str, *names: str) -> list[str]:
    return [line for line in text.replace("\r\n ", "").split("\r\n") if line.startswith(names)]


def test_nobody_is_in_a_new_event() -> None:
    assert lines(PLAIN, "ORGANIZER", "ATTENDEE", "METHOD") == []
    assert invited(PLAIN) == []


def test_our_copy_keeps_servers_from_mailing_too() -> None:
    text = invite(PLAIN, KARI, ["ann@acme.example", "o%k@acme.example"])

    assert lines(text, "ORGANIZER", "ATTENDEE") == [
        "ORGANIZER;CN=Kari Nordmann;SCHEDULE-AGENT=CLIENT:mailto:kari@example.org",
        "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;SCHEDULE-AGENT=CLIENT:mailto:ann@acme.example",
        "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;SCHEDULE-AGENT=CLIENT:mailto:o%25k@acme.example",
    ]
    assert invited(text) == ["ann@acme.example", "o%k@acme.example"]
    assert lines(text, "SUMMARY", "CATEGORIES", "UID") == lines(PLAIN, "SUMMARY", "CATEGORIES", "UID")


def test_what_is_sent_has_a_method_and_nothing_that_is_our_own_business() -> None:
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT"
    stored = invite(PLAIN, KARI, ["ann@acme.example"]).replace("END:VEVENT", f"X-SECRET:1\r\n{alarm}")
    text = request(stored)

    assert lines(text, "METHOD") == ["METHOD:REQUEST"]
    assert lines(text, "CATEGORIES", "X-SECRET", "BEGIN:VALARM", "CREATED") == []
    assert "SCHEDULE-AGENT" not in text
    assert lines(text, "ORGANIZER") == ["ORGANIZER;CN=Kari Nordmann:mailto:kari@example.org"]
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert (event["UID"], event["LOCATION"], event["ATTENDEE"]) == ("e", "Room; 1", "mailto:ann@acme.example")


def test_a_cancellation_is_a_later_revision_of_the_same_event() -> None:
    stored = invite(PLAIN, KARI, ["ann@acme.example"])
    text = cancellation(stored, now=NOW + timedelta(days=1))

    assert lines(text, "METHOD", "STATUS", "SEQUENCE", "UID", "DTSTAMP") == [
        "METHOD:CANCEL",
        "UID:e",
        "DTSTAMP:20261124T120000Z",
        "SEQUENCE:1",
        "STATUS:CANCELLED",
    ]


@example("\\")
@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_no_name_makes_another_line(name: str) -> None:
    text = request(invite(PLAIN, Organizer("kari@example.org", name), ["ann@acme.example"]))

    found = icalendar.Calendar.from_ical(text)
    assert [str(event["ORGANIZER"]) for event in found.walk("VEVENT")] == ["mailto:kari@example.org"]
    assert len(lines(text, "ORGANIZER")) == len(lines(text, "ATTENDEE")) == 1


@pytest.mark.parametrize("address", ["a@b\r\nX:1", "a@b\x00", "a@b\u2028"])
def test_an_address_with_a_control_character_is_refused(address: str) -> None:
    with pytest.raises(CodecError, match="ATTENDEE holds a control character"):
        invite(PLAIN, KARI, [address])


def test_only_events_have_people() -> None:
    todo = PLAIN.replace("VEVENT", "VTODO")

    with pytest.raises(CodecError, match="no event"):
        invite(todo, KARI, [])
    with pytest.raises(CodecError, match="no event"):
        request(todo)
