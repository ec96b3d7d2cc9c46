"""The three-way merge, property by property; and its laws."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sync.rig import PATH, LockedDav, Replica, task, with_line

from deadlines.ical.read import read
from deadlines.sync.merge import Prefer, confirmed, merge, same_meaning

NEW_YORK = (
    "BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\n"
    "BEGIN:STANDARD\r\nDTSTART:20071104T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\nEND:STANDARD\r\n"
    "BEGIN:DAYLIGHT\r\nDTSTART:20070311T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\n"
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
)


def zoned(text: str) -> str:
    return text.replace("BEGIN:VTODO", NEW_YORK + "BEGIN:VTODO", 1)


def alarm(uid: str, trigger: str = "-PT1H") -> str:
    name = f"UID:{uid}\r\n" if uid else ""
    return f"BEGIN:VALARM\r\n{name}ACTION:DISPLAY\r\nTRIGGER:{trigger}\r\nEND:VALARM"


def override(summary: str, at: str = "RECURRENCE-ID:20261201T090000Z") -> str:
    return f"END:VTODO\r\nBEGIN:VTODO\r\nUID:u\r\n{at}\r\nSUMMARY:{summary}"


def lines(*properties: str) -> str:
    return task("u", "Landing page", *properties)


def merged(base: str, local: str, remote: str, prefer: Prefer = Prefer.THEIRS) -> str:
    result = merge(base, local, remote, prefer)
    assert result.conflicts == ()
    return result.text


CLEAN = {
    "a property each": (("A:1", "B:1"), ("A:2", "B:1"), ("A:1", "B:2"), ("A:2", "B:2")),
    "both the same": (("PRIORITY:1",), ("PRIORITY:2",), ("PRIORITY:2",), ("PRIORITY:2",)),
    "added by both": ((), ("PRIORITY:2",), ("LOCATION:Here",), ("PRIORITY:2", "LOCATION:Here")),
    "removed here": (("LOCATION:Here",), (), ("LOCATION:Here", "PRIORITY:1"), ("PRIORITY:1",)),
    "removed there": (("LOCATION:Here",), ("LOCATION:Here", "PRIORITY:1"), (), ("PRIORITY:1",)),
    "removed by both": (("LOCATION:Here",), (), (), ()),
    "labels": (("CATEGORIES:a,b",), ("CATEGORIES:a,b,c",), ("CATEGORIES:b,d",), ("CATEGORIES:b,d,c",)),
    "labels on two lines": (("CATEGORIES:a",), ("CATEGORIES:a", "CATEGORIES:c"), ("CATEGORIES:a,d",), ("CATEGORIES:a,d,c",)),
    "last label": (("CATEGORIES:a,b",), ("CATEGORIES:b",), ("CATEGORIES:a",), ()),
    "a comma in a label": (("CATEGORIES:a",), (r"CATEGORIES:a,x\, y",), ("CATEGORIES:a,d",), (r"CATEGORIES:a,d,x\, y",)),
    "exceptions": (
        ("EXDATE:20261201T090000Z,20261202T090000Z",),
        ("EXDATE:20261202T090000Z",),
        ("EXDATE:20261201T090000Z,20261202T090000Z,20261203T090000Z",),
        ("EXDATE:20261202T090000Z,20261203T090000Z",),
    ),
    "exceptions added by both": (
        (),
        ("EXDATE:20261201T090000Z", "EXDATE:20261202T090000Z"),
        ("EXDATE:20261202T090000Z,20261203T090000Z",),
        ("EXDATE:20261202T090000Z,20261203T090000Z", "EXDATE:20261201T090000Z"),
    ),
    "relations": (("RELATED-TO:p",), ("RELATED-TO:p", "RELATED-TO;RELTYPE=CHILD:c"), (), ("RELATED-TO;RELTYPE=CHILD:c",)),
    "an attendee answers": (
        ("ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:a@x.example",),
        ("ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:a@x.example", "ATTENDEE:mailto:b@x.example"),
        ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@x.example",),
        ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@x.example", "ATTENDEE:mailto:b@x.example"),
    ),
    "done by both": (
        ("STATUS:NEEDS-ACTION",),
        ("STATUS:COMPLETED", "COMPLETED:20261101T100000Z", "PERCENT-COMPLETE:100"),
        ("STATUS:COMPLETED", "COMPLETED:20261102T100000Z"),
        ("STATUS:COMPLETED", "COMPLETED:20261101T100000Z", "PERCENT-COMPLETE:100"),
    ),
    "done there, renoted here": (
        ("STATUS:NEEDS-ACTION", "PRIORITY:1"),
        ("STATUS:NEEDS-ACTION", "PRIORITY:2"),
        ("STATUS:COMPLETED", "COMPLETED:20261102T100000Z", "PERCENT-COMPLETE:100", "PRIORITY:1"),
        ("STATUS:COMPLETED", "COMPLETED:20261102T100000Z", "PERCENT-COMPLETE:100", "PRIORITY:2"),
    ),
    "what says nothing": (("PRIORITY:0",), ("PRIORITY:0", "A:1"), (), ("PRIORITY:0", "A:1")),
    "another spelling": ((r"LOCATION:a\, b",), ("LOCATION:Here",), ("LOCATION:a, b",), ("LOCATION:Here",)),
    "a rule in another order": (
        ("DTSTART:20261201T090000Z", "RRULE:FREQ=WEEKLY;BYDAY=MO"),
        ("DTSTART:20261201T090000Z", "RRULE:FREQ=WEEKLY;BYDAY=TU"),
        ("DTSTART:20261201T090000Z", "RRULE:BYDAY=MO;FREQ=WEEKLY"),
        ("DTSTART:20261201T090000Z", "RRULE:FREQ=WEEKLY;BYDAY=TU"),
    ),
    "times that cannot be read": (("DUE:soon", "A:1"), ("DUE:soon", "A:2"), ("DUE:later", "A:1"), ("DUE:later", "A:2")),
    "floating and dates": (
        ("DUE:20261201T090000", "DTSTART;VALUE=DATE:20261201"),
        ("DUE:20261201T090000", "DTSTART;VALUE=DATE:20261130"),
        ("DUE:20261202T090000", "DTSTART;VALUE=DATE:20261201"),
        ("DUE:20261202T090000", "DTSTART;VALUE=DATE:20261130"),
    ),
    "an alarm each": ((), (alarm("a"),), (alarm("b"),), (alarm("a"), alarm("b"))),
    "the parts of an alarm": (
        (alarm("a"),),
        (alarm("a", "-PT2H"),),
        (alarm("a").replace("END:", "DESCRIPTION:x\r\nEND:"),),
        (alarm("a", "-PT2H").replace("END:", "DESCRIPTION:x\r\nEND:"),),
    ),
    "an alarm removed here": ((alarm("a"),), (), (alarm("a"), "A:1"), ("A:1",)),
    "an alarm removed there": ((alarm("a"),), (alarm("a"), "A:1"), (), ("A:1",)),
    "an alarm removed here, edited there": ((alarm("a"),), (), (alarm("a", "-PT2H"),), (alarm("a", "-PT2H"),)),
    "an alarm edited here, removed there": ((alarm("a"),), (alarm("a", "-PT2H"),), (), (alarm("a", "-PT2H"),)),
    "an alarm without a name": ((alarm(""),), (alarm(""), "A:1"), (alarm("", "-PT2H"),), (alarm("", "-PT2H"), "A:1")),
    "two alarms alike": ((alarm(""), alarm("")), (alarm(""), alarm(""), "A:1"), (alarm(""),), (alarm(""), "A:1")),
    "an override each": (
        ("RRULE:FREQ=DAILY", "DTSTART:20261201T090000Z"),
        ("RRULE:FREQ=DAILY", "DTSTART:20261201T090000Z", override("Ours")),
        ("RRULE:FREQ=DAILY", "DTSTART:20261201T090000Z", override("Theirs", "RECURRENCE-ID:20261202T090000Z")),
        (
            "RRULE:FREQ=DAILY",
            "DTSTART:20261201T090000Z",
            override("Theirs", "RECURRENCE-ID:20261202T090000Z"),
            override("Ours"),
        ),
    ),
    "the properties of an override": (
        (override("Base"),),
        (override("Ours"),),
        (override("Base"), "PRIORITY:1"),
        (override("Ours"), "PRIORITY:1"),
    ),
}


@pytest.mark.parametrize(("base", "local", "remote", "expected"), CLEAN.values(), ids=CLEAN)
def test_what_only_one_side_changed_is_taken_over(
    base: tuple[str, ...], local: tuple[str, ...], remote: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    for prefer in Prefer:
        text = merged(lines(*base), lines(*local), lines(*remote), prefer)
        assert same_meaning(text, lines(*expected)), text


@pytest.mark.parametrize(
    ("base", "local", "remote", "name"),
    [
        ((), ("PRIORITY:1",), ("PRIORITY:2",), "PRIORITY"),
        (("LOCATION:a",), ("LOCATION:b",), (), "LOCATION"),
        (("DUE:20261201T090000Z",), ("DUE:20261202T090000Z",), ("DUE:20261203T090000Z",), "DUE"),
        (("DUE;VALUE=DATE:20261201",), ("DUE;VALUE=DATE:20261202",), ("DUE:20261202T090000Z",), "DUE"),
        (("STATUS:NEEDS-ACTION",), ("STATUS:COMPLETED",), ("STATUS:CANCELLED",), "STATUS"),
        ((alarm("a"),), (alarm("a", "-PT2H"),), (alarm("a", "-PT3H"),), "TRIGGER"),
    ],
)
@pytest.mark.parametrize("prefer", Prefer)
def test_what_both_changed_differently_is_a_conflict(
    base: tuple[str, ...], local: tuple[str, ...], remote: tuple[str, ...], name: str, prefer: Prefer
) -> None:
    result = merge(lines(*base), lines(*local), lines(*remote), prefer)

    assert result.conflicts == (name,)
    assert same_meaning(result.text, lines(*(local if prefer is Prefer.MINE else remote)))


def test_a_due_rewritten_to_utc_keeps_our_clock() -> None:
    base = zoned(lines("DUE;TZID=America/New_York:20261127T170000"))
    local = base.replace("Landing page", "Edited")
    remote = lines("DUE:20261127T220000Z", "PRIORITY:1")

    result = merge(base, local, remote, Prefer.THEIRS)

    assert result.kept_clock
    assert not result.conflicts
    assert "DUE;TZID=America/New_York:20261127T170000\r\n" in result.text
    assert "TZID:America/New_York\r\n" in result.text
    assert "SUMMARY:Edited\r\n" in result.text
    assert "PRIORITY:1\r\n" in result.text


def test_a_due_moved_in_utc_is_said_on_our_clock() -> None:
    """todoman can say no other clock: the week after, across the end of summer time."""
    base = zoned(lines("DTSTART;TZID=America/New_York:20261027T090000", "DUE;TZID=America/New_York:20261027T170000"))
    remote = lines("DTSTART:20261027T130000Z", "DUE:20261103T220000Z")

    result = merge(base, base, remote, Prefer.THEIRS)

    assert result.kept_clock
    assert "DUE;TZID=America/New_York:20261103T170000\r\n" in result.text
    assert "DTSTART;TZID=America/New_York:20261027T090000\r\n" in result.text
    assert same_meaning(result.text, remote)


@pytest.mark.parametrize(
    "due", ["DUE:20261101T063000Z", "DUE;VALUE=DATE:20261103", "DUE:20261103T220000", "DUE;TZID=Asia/Tokyo:20261103T220000"]
)
def test_a_due_that_our_clock_cannot_say_or_that_has_its_own_stays(due: str) -> None:
    """06:30 UTC on 1 November is the second 01:30 of that day in New York."""
    base = zoned(lines("DUE;TZID=America/New_York:20261027T170000"))

    assert f"{due}\r\n" in merged(base, base, lines(due))


def test_a_due_rewritten_to_utc_starts_no_ping_pong(dav: LockedDav, replica: Replica) -> None:
    """todoman saves every time in UTC: we keep our clock and write nothing, now or later."""
    ours = zoned(lines("DUE;TZID=America/New_York:20261127T170000"))
    replica.put_text(ours)
    replica.sync()
    dav.put(f"{PATH}u.ics", lines("DUE:20261127T220000Z"))
    dav.requests.clear()

    for full in (False, True, False):
        assert replica.sync(full=full).ok
        assert replica.text("u") == ours
    assert not dav.writes()

    dav.put(f"{PATH}u.ics", lines("DUE:20261127T220000Z", "PRIORITY:1"))
    replica.sync()
    assert "DUE;TZID=America/New_York:20261127T170000" in replica.text("u")
    assert "PRIORITY:1" in replica.text("u")
    assert not dav.writes()

    dav.put(f"{PATH}u.ics", lines("DUE:20261128T220000Z", "PRIORITY:1"))
    replica.sync()
    assert "DUE;TZID=America/New_York:20261128T170000" in replica.text("u")
    assert not dav.writes()


def test_an_override_named_in_utc_is_the_same_override() -> None:
    base = zoned(lines(override("Base", "RECURRENCE-ID;TZID=America/New_York:20261201T090000")))
    local = base.replace("SUMMARY:Base", "SUMMARY:Ours")
    remote = lines(override("Base", "RECURRENCE-ID:20261201T140000Z"))

    text = merged(base, local, remote)

    assert text.count("BEGIN:VTODO") == 2
    assert "SUMMARY:Ours" in text


def test_a_clock_defined_by_both_is_taken_whole() -> None:
    mine = zoned(lines("DUE;TZID=America/New_York:20261127T170000"))
    theirs = mine.replace("RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "TZNAME:EST\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU")

    text = merged(lines(), mine.replace("Landing page", "Landing page"), theirs)

    assert text.count("BEGIN:STANDARD") == 1
    assert text.count("BEGIN:DAYLIGHT") == 1
    assert merged(theirs, mine, theirs).count("TZNAME") == 0


def test_times_that_fit_only_together_come_from_one_side() -> None:
    """Ours starts later, theirs is due earlier: each alone is fine, both together are not."""
    base = lines("DTSTART:20261201T090000Z", "DUE:20261210T090000Z")
    local = lines("DTSTART:20261208T090000Z", "DUE:20261210T090000Z")
    remote = lines("DTSTART:20261201T090000Z", "DUE:20261205T090000Z")

    result = merge(base, local, remote, Prefer.THEIRS)

    assert set(result.conflicts) == {"DTSTART", "DUE"}
    assert same_meaning(result.text, remote)
    assert same_meaning(merge(base, local, remote, Prefer.MINE).text, local)


def test_a_task_that_was_due_before_its_start_stays_so() -> None:
    base = lines("DTSTART:20261201T090000Z", "DUE:20261101T090000Z")

    assert merged(base, with_line(base, "A", "1"), with_line(base, "B", "1")).count("DUE:20261101T090000Z") == 1


def test_what_the_other_side_dropped_is_named() -> None:
    """Errands drops rules, alarms and clocks."""
    base = lines("RRULE:FREQ=DAILY", "DTSTART:20261201T090000Z", "LOCATION:Here", alarm("a"))

    result = merge(base, base, lines("DTSTART:20261201T090000Z"), Prefer.THEIRS)

    assert result.dropped == ("RRULE", "LOCATION", "VALARM")


def test_what_was_dropped_is_in_the_report(dav: LockedDav, replica: Replica) -> None:
    dav.put(f"{PATH}u.ics", lines("RRULE:FREQ=DAILY", "DTSTART:20261201T090000Z"))
    replica.sync()
    dav.put(f"{PATH}u.ics", lines("DTSTART:20261201T090000Z"))

    assert [item.detail for item in replica.sync().pulled.updated] == ["they removed RRULE"]


def test_stamps_take_the_later_value_and_programs_the_last() -> None:
    base = lines("SEQUENCE:1")
    local = with_line(with_line(base, "SEQUENCE", "10"), "LAST-MODIFIED", "20261103T090000Z").replace("Phone", "Ours")
    remote = with_line(with_line(base, "SEQUENCE", "9"), "LAST-MODIFIED", "20261102T090000Z").replace("Phone", "Tablet")

    text = merged(base, local, remote)

    assert "SEQUENCE:10\r\n" in text
    assert "LAST-MODIFIED:20261103T090000Z\r\n" in text
    assert "PRODID:-//Tablet//EN\r\n" in text


def test_untouched_lines_keep_their_bytes() -> None:
    odd = ['x-odd;Param="a;b":va\\\\lue', "DESCRIPTION:folded\r\n  here and\r\n\t there", "X-EMPTY:", "Location:Café"]
    base = lines(*odd, "PRIORITY:1")
    local = base.replace("Landing page", "Edited")
    remote = base.replace("PRIORITY:1", "PRIORITY:2")

    text = merged(base, local, remote)

    assert text == base.replace("Landing page", "Edited").replace("PRIORITY:1", "PRIORITY:2")


def test_the_result_ends_its_lines_as_the_server_does() -> None:
    base = lines("PRIORITY:1")
    local = lines("PRIORITY:1", "LOCATION:Here", alarm("a"))
    remote = lines("PRIORITY:2").replace("\r\n", "\n")

    text = merged(base, local, remote)

    assert "\r" not in text
    assert "LOCATION:Here\n" in text
    assert "BEGIN:VALARM\nUID:a\n" in text


# Laws

LAW = settings(deadline=None)  # a law is no less true on a busy machine

_NAMES = ("SUMMARY", "DESCRIPTION", "PRIORITY", "LOCATION", "STATUS", "CATEGORIES", "DUE", "X-A", "EXDATE")
_VALUES = {
    "SUMMARY": ["a", "b", r"c\, d"],
    "DESCRIPTION": ["a", "b"],
    "PRIORITY": ["0", "1", "2"],
    "LOCATION": ["here", "there"],
    "STATUS": ["NEEDS-ACTION", "COMPLETED", "IN-PROCESS"],
    "CATEGORIES": ["a", "a,b", "b,c", "c"],
    "DUE": ["20261201T090000Z", "20261202T090000Z"],
    "X-A": ["1", "2"],
    "EXDATE": ["20261201T090000Z", "20261201T090000Z,20261202T090000Z", "20261202T090000Z"],
}


@st.composite
def versions(draw: st.DrawFn) -> str:
    chosen = draw(st.lists(st.sampled_from(_NAMES), unique=True))
    properties = [f"{name}:{draw(st.sampled_from(_VALUES[name]))}" for name in chosen]
    alarms = [alarm(uid, draw(st.sampled_from(["-PT1H", "-PT2H"]))) for uid in draw(st.sets(st.sampled_from("abc")))]
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:u\r\n"
    return head + "".join(f"{line}\r\n" for line in [*properties, *sorted(alarms)]) + "END:VTODO\r\nEND:VCALENDAR\r\n"


@LAW
@given(base=versions(), other=versions(), prefer=st.sampled_from(Prefer))
def test_what_one_side_left_alone_is_the_other(base: str, other: str, prefer: Prefer) -> None:
    assert same_meaning(merged(base, other, base, prefer), other)
    assert same_meaning(merged(base, base, other, prefer), other)
    assert same_meaning(merged(base, other, other, prefer), other)


@LAW
@given(base=versions(), one=versions(), other=versions())
def test_a_merge_without_conflict_does_not_depend_on_the_side(base: str, one: str, other: str) -> None:
    here = merge(base, one, other, Prefer.THEIRS)
    there = merge(base, other, one, Prefer.THEIRS)

    assert set(here.conflicts) == set(there.conflicts)
    if not here.conflicts:
        assert same_meaning(here.text, there.text)
    mirrored = merge(base, other, one, Prefer.MINE)
    assert same_meaning(here.text, mirrored.text)


@LAW
@given(base=versions(), local=versions(), remote=versions(), prefer=st.sampled_from(Prefer))
def test_merging_again_changes_nothing(base: str, local: str, remote: str, prefer: Prefer) -> None:
    once = merge(base, local, remote, prefer).text

    assert read(once).uid == "u"
    assert same_meaning(merged(remote, once, remote), once)
    assert same_meaning(merged(local, local, once), once)


CONFIRMED = {
    "what arrived": (("A:1", "B:1"), ("A:2", "B:2"), ("A:2", "B:3"), ("A:2", "B:1")),
    "what did not": (("A:1",), ("A:2", "B:2"), ("A:1",), ("A:1",)),
    "removed by us": (("A:1", "B:1"), ("B:2",), ("B:3",), ("B:1",)),
    "removed by them": (("A:1", "B:1"), ("A:2", "B:1"), ("B:1",), ("A:1", "B:1")),
    "an alarm of ours": ((), ("A:1", alarm("a")), ("A:2", alarm("a")), (alarm("a"),)),
    "an alarm of ours, changed": (
        (),
        ("A:1", alarm("a")),
        ("A:1", alarm("a", "-PT2H")),
        ("A:1", alarm("a").replace("TRIGGER:-PT1H\r\n", "")),
    ),
    "an alarm that we changed": ((alarm("a"),), (alarm("a", "-PT2H"),), (alarm("a", "-PT2H"), "A:1"), (alarm("a", "-PT2H"),)),
    "an alarm that we removed": ((alarm("a"),), ("A:1",), ("A:2",), ()),
    "an alarm that they removed": ((alarm("a"),), (alarm("a", "-PT2H"),), ("A:2",), (alarm("a"),)),
    "an alarm that they gave back": ((alarm("a"),), ("A:1",), ("A:1", alarm("a")), ("A:1", alarm("a"))),
}


@pytest.mark.parametrize(("base", "sent", "remote", "expected"), CONFIRMED.values(), ids=CONFIRMED)
def test_what_the_server_has_as_we_sent_it_is_agreed_on(
    base: tuple[str, ...], sent: tuple[str, ...], remote: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert same_meaning(confirmed(lines(*base), lines(*sent), lines(*remote)), lines(*expected))


def test_the_zone_of_what_we_sent_is_known() -> None:
    sent = zoned(lines("DUE;TZID=America/New_York:20261127T170000"))
    remote = sent.replace("Landing page", "Theirs")

    assert "TZID:America/New_York" in confirmed(lines(), sent, remote)


@LAW
@given(base=versions(), sent=versions(), remote=versions())
def test_what_arrived_whole_or_not_at_all_is_agreed_on_so(base: str, sent: str, remote: str) -> None:
    assert same_meaning(confirmed(base, sent, sent), sent)
    assert same_meaning(confirmed(base, base, remote), base)
    once = confirmed(base, sent, remote)
    assert same_meaning(confirmed(once, sent, remote), once)
