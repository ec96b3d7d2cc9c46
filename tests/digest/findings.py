"""Findings, clients and days for the tests of digests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.client import Client, Owner
from deadlines.core.findings import Code, Finding
from deadlines.core.meeting import Meeting
from deadlines.core.message import Clocks, Left, Message
from deadlines.core.span import Span
from deadlines.core.when import Zoned
from deadlines.digest.compose import ON_TIME, Delay, Digest, Entry, State, Synced, compose

NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)
DAY = date(2026, 11, 24)


def _at(zone: str) -> Availability:
    return Availability(zone=ZoneInfo(zone), weekly=parse_hours("Mon-Fri 09:00-17:00"))


ME = Owner(name="Kari Nordmann", email="kari@example.org", zone=ZoneInfo("Europe/Oslo"), availability=_at("Europe/Oslo"))
ACME = Client(key="acme", name="Acme Inc.", zone=ZoneInfo("America/New_York"), availability=_at("America/New_York"))
EDO = Client(key="edo", name="Edo KK", zone=ZoneInfo("Asia/Tokyo"), availability=_at("Asia/Tokyo"))
CLIENTS = {"acme": ACME, "edo": EDO}


def finding(code: Code, summary: str, client: str = "acme", *, hours: float = 30, remedy: str = "deadlines done 1") -> Finding:
    """One that is due so many hours from now."""
    due = NOW + timedelta(hours=hours)
    party = CLIENTS.get(client)
    message = Message("is due {clocks} ({left})", clocks=Clocks(due, party, ME, NOW), left=Left(due, NOW))
    return Finding(code, f"uid-{summary}", summary, client, message, {"due": due}, remedy, key=str(hours), at=due)


def meeting(summary: str, *, hours: float = 4, location: str = "") -> Meeting:
    start = NOW + timedelta(hours=hours)
    when = Zoned(start.replace(tzinfo=None), "UTC", UTC)
    span = Span(start, start + timedelta(minutes=45))
    return Meeting(
        uid="m", id=9, calendar="work", summary=summary, clients=("acme",), span=span, start=when, end=when, location=location
    )


SYNCED = (Synced("work", NOW - timedelta(minutes=5)), Synced("edo", None))


def example(*, delay: Delay = ON_TIME) -> Digest:
    """A bad day with everything in it."""
    entries = [
        Entry(finding(Code.MISSED, "Landing page", hours=-82), State.STILL),
        Entry(finding(Code.WILL_BE_MISSED, "Logo", hours=34, remedy="deadlines plan"), State.NEW),
        Entry(finding(Code.DUE_SOON, "Copy for the newsletter", hours=58), State.STILL),
        Entry(finding(Code.MEETING_SLIDES_OUT, "Weekly call", hours=200, remedy="deadlines slots acme"), State.NEW),
        Entry(finding(Code.DUE_MOVED, "Banner", hours=400, remedy="deadlines show 4"), State.NEW),
        Entry(finding(Code.DUE_SOON, "ロゴの修正", "edo", hours=50), State.STILL),
        Entry(finding(Code.NOT_SYNCED, "work", "", remedy="deadlines sync"), State.NEW),
        Entry(finding(Code.UNREADABLE, "/kari/tasks/broken.ics", "", remedy=""), State.STILL),
        Entry(finding(Code.DUE_SOON, "Tax return", ""), State.STILL),
        Entry(finding(Code.MISSED, "Invoice"), State.RESOLVED),
    ]
    return composed(entries, delay=delay, meetings=(meeting("Design review", location="https://meet.example/x"),))


def composed(entries: list[Entry], *, delay: Delay = ON_TIME, meetings: tuple[Meeting, ...] = ()) -> Digest:
    return compose(
        entries,
        owner=ME,
        clients=CLIENTS,
        day=DAY,
        now=NOW,
        delay=delay,
        meetings=meetings,
        synced=SYNCED,
        open_tasks=12,
    )


def renamed(entry: Entry, summary: str) -> Entry:
    return entry._replace(finding=entry.finding._replace(summary=summary, message=f"about {summary}"))


def hostile(digest: Digest, text: str) -> Digest:
    """The same with a text from somebody who means no good in every place where foreign text can be."""
    client = replace(ACME, name=text)
    entries = [renamed(entry, text) for entry in (*digest.holding, *digest.resolved)]
    return compose(
        entries,
        owner=replace(ME, name=text),
        clients={"acme": client, "edo": EDO},
        day=DAY,
        now=NOW,
        meetings=(meeting(text, location=text),),
        synced=(Synced(text, NOW),),
        open_tasks=1,
    )


HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J title",
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x9b31m\x85next line\u2028and another",
    "\u202egnp.exe\u202c \u2066\u2069",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><style>*{display:none}</style>",
    "<a href='javascript:alert(1)'>x</a>",
    "Subject: x\r\nBcc: victim@example.org\r\n\r\n<b>",
    "kari@example.org, victim@example.org",
    "=cmd|' /C calc'!A0",
    "a" * 500,
    "日本語" * 60,
    "lone \udc80 surrogate",
    "{now} %s {0} ${x}",
    "--=_boundary\r\nContent-Type: text/html",
    "nul \0 byte",
)
"""What ROBUSTNESS §3 names, as titles of somebody's tasks."""
