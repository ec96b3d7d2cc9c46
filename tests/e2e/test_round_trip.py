"""What other programs put into a task is still there, byte for byte, after we edited it."""

from __future__ import annotations

from difflib import ndiff

from tests.e2e.person import Person, Place

TASK = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
METHOD:PUBLISH
X-WR-RELCALID:{00000037-E9A1}
BEGIN:VTIMEZONE
TZID:Eastern Standard Time
BEGIN:STANDARD
DTSTART:16011104T020000
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010311T020000
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VTODO
UID:040000008200E00074C5B7101A82E008
DTSTAMP:20261120T080000Z
LAST-MODIFIED:20261120T080000Z
SEQUENCE:3
SUMMARY;LANGUAGE=en-us:Review contract
DESCRIPTION;ALTREP="cid:part3.msg@example.org":Clauses 4\\, 7 and 9\\n
 and — a folded line with ümlauts — the annex.
DUE;TZID="Eastern Standard Time":20261127T170000
ORGANIZER;CN="Doe, Jane";SENT-BY="mailto:pa@acme.example":mailto:jane@acme.example
ATTENDEE;CN=Kari;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;X-NUM-GUESTS=0:mailto:kari@example.org
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
X-APPLE-SORT-ORDER;X-WHY="a:b;c":681223
X-MOZ-SNOOZE-TIME;VALUE=DATE-TIME:20261124T070000Z
CONFERENCE;VALUE=URI;FEATURE=AUDIO:tel:+1-555-0100
CATEGORIES:acme,legal
BEGIN:VALARM
UID:B1E5
ACTION:DISPLAY
TRIGGER;RELATED=END:-PT30M
DESCRIPTION:Reminder
X-WR-ALARMUID:B1E5
END:VALARM
BEGIN:X-HISTORY
X-ENTRY;X-BY=jane:drafted
END:X-HISTORY
END:VTODO
END:VCALENDAR
"""
NAME = "outlook.ics"
UID = "040000008200E00074C5B7101A82E008"
STAMPS = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE")


def differences(before: str, after: str) -> set[str]:
    """The lines that only one of two texts has, but for what programs stamp on every save."""
    marked = (line.rstrip("\r\n") for line in ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True)))
    return {line for line in marked if line[0] in "+-" and not line[2:].startswith(STAMPS)}


def test_only_the_edited_lines_differ_from_what_the_server_gave(kari: Person, place: Place) -> None:
    """Radicale and Xandikos store a text their own way, so what they give before the edit is what counts."""
    place.put(NAME, TASK)
    served = place.get(NAME)
    kari.sync()
    kari.run("edit", UID, "--summary", "Sign contract", "--priority", "1")
    report = kari.sync()

    assert [item["summary"] for item in report["pushed"]["updated"]] == ["Sign contract"]
    assert differences(served, place.get(NAME)) == {
        "- SUMMARY;LANGUAGE=en-us:Review contract",
        "+ SUMMARY;LANGUAGE=en-us:Sign contract",
        "+ PRIORITY:1",
    }


def test_what_nobody_edited_is_never_written(kari: Person, place: Place) -> None:
    place.put(NAME, TASK)
    before = place.etags()
    kari.sync()
    kari.sync("--full")

    assert place.etags() == before
    assert kari.task(UID)["due"]["instant"] == "2026-11-27T22:00:00Z"


def test_an_edit_here_and_one_there_leave_the_rest_alone(kari: Person, place: Place) -> None:
    place.put(NAME, TASK)
    kari.sync()
    place.edit(NAME, "PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
    served = place.get(NAME)
    kari.run("edit", UID, "--due", "mon 12:00")
    kari.sync()

    (gone,) = (line for line in differences(served, place.get(NAME)) if line.startswith("-"))
    assert gone.replace('"', "") == "- DUE;TZID=Eastern Standard Time:20261127T170000"
