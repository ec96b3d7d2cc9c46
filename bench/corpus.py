"""The tasks that everything here is measured with: a third each as Nextcloud, Tasks.org and a plain client write them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

ZONES = ("America/New_York", "Asia/Tokyo", "Europe/Oslo", "Pacific/Auckland")
FIRST_DUE = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


_VTIMEZONE = """\
BEGIN:VTIMEZONE
TZID:{tzid}
BEGIN:DAYLIGHT
TZOFFSETFROM:{standard}
TZOFFSETTO:{daylight}
TZNAME:DST
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:{daylight}
TZOFFSETTO:{standard}
TZNAME:STD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
END:STANDARD
END:VTIMEZONE
"""
_OFFSETS = {"America/New_York": ("-0500", "-0400"), "Asia/Tokyo": ("+0900", "+0900"), "Europe/Oslo": ("+0100", "+0200"),
            "Pacific/Auckland": ("+1200", "+1300")}  # fmt: skip


def uid(number: int) -> str:
    """The UID of a task."""
    return f"bench-{number:06d}-4c1f-8f0e@example.com"


def due(number: int) -> datetime:
    """When a task falls due: two years of deadlines, spread evenly whatever their order."""
    return FIRST_DUE + timedelta(hours=number * 7919 % 17520)


def summary(number: int) -> str:
    """What a task is called."""
    return f"Deliver part {number} of the landing page"


def is_done(number: int) -> bool:
    """Every fourth one."""
    return number % 4 == 3


def resource(number: int, *, revision: int = 0) -> str:
    """The calendar object of a task, 400 to 1,000 octets."""
    return (_nextcloud, _tasks_org, _plain)[number % 3](number, revision)


def resources(count: int) -> Iterator[str]:
    """The first `count` tasks."""
    return map(resource, range(count))


def _nextcloud(number: int, revision: int) -> str:
    tzid = ZONES[number % len(ZONES)]
    standard, daylight = _OFFSETS[tzid]
    zone = _VTIMEZONE.format(tzid=tzid, standard=standard, daylight=daylight)
    lines = (f"DUE;TZID={tzid}:{due(number):%Y%m%dT%H%M%S}", "X-OC-HIDESUBTASKS:0", "CATEGORIES:acme,web")
    return _calendar("-//Nextcloud Tasks v0.16.1", zone + _todo(number, revision, *lines))


def _tasks_org(number: int, revision: int) -> str:
    alarm = (
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:Default Tasks.org description",
        "TRIGGER;RELATED=END:PT0S",
        "END:VALARM",
    )
    lines = (f"DUE;VALUE=DATE:{due(number):%Y%m%d}", "CATEGORIES:globex", f"X-APPLE-SORT-ORDER:{number}")
    return _calendar(
        "+//IDN tasks.org//android-140402//EN", _todo(number, revision, *lines, f"RELATED-TO:{uid(number // 9)}", *alarm)
    )


def _plain(number: int, revision: int) -> str:
    start = due(number) - timedelta(days=3)
    lines = (f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DUE:{due(number):%Y%m%dT%H%M%SZ}", "CLASS:PUBLIC", "SEQUENCE:2")
    return _calendar("-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN", _todo(number, revision, *lines))


def _todo(number: int, revision: int, *lines: str) -> str:
    stamp = f"{FIRST_DUE - timedelta(seconds=number * 3571):%Y%m%dT%H%M%SZ}"
    name = summary(number) + (f"\\, version {revision}" if revision else "")
    done = is_done(number)
    body = [
        "BEGIN:VTODO", f"UID:{uid(number)}", f"DTSTAMP:{stamp}", f"CREATED:{stamp}", f"LAST-MODIFIED:{stamp}", f"SUMMARY:{name}",
        "DESCRIPTION:What was agreed on the phone:\\n- three drafts\\n- two rounds of corr", " ections\\, at most",
        f"PRIORITY:{number % 10}", *(("STATUS:COMPLETED", f"COMPLETED:{stamp}") if done else ("STATUS:NEEDS-ACTION",)),
        f"PERCENT-COMPLETE:{100 if done else 0}", *lines, "END:VTODO",
    ]  # fmt: skip
    return "".join(line + "\n" for line in body)


def _calendar(product: str, inside: str) -> str:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:{product}\n{inside}END:VCALENDAR\n".replace("\n", "\r\n")
