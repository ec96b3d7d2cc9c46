from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from deadlines.cli.exits import Exit
from deadlines.cli.feed_text import FeedsAfter
from deadlines.cli.sync_text import exit_code, report_text
from deadlines.cli.table import PLAIN
from deadlines.core.availability import Availability
from deadlines.core.client import Owner
from deadlines.core.settings import Settings
from deadlines.errors import (
    CredentialsRefused,
    DeadlinesError,
    GuardTripped,
    PublishingFailed,
    StoreBroken,
    TryLater,
    Unreachable,
)
from deadlines.sync.report import CalendarReport, Conflict, Item, Side
from deadlines.usecases.feeds import Publication, Published
from deadlines.usecases.sync import SyncReport

IN_STEP = CalendarReport(name="work")
CONFLICT = CalendarReport(
    name="work", conflicts=[Conflict(uid="1", summary="Logo", properties=("SUMMARY",), kept="mine", why="newer")]
)
SKIPPED = CalendarReport(name="work", skipped=[Item(uid="1", summary="Logo", detail="too large")])


def failed(error: DeadlinesError) -> CalendarReport:
    return CalendarReport(name="work", error=error)


PASSWORD = failed(CredentialsRefused("https://a.example/", "refused", status=401))
NETWORK = failed(Unreachable("https://b.example/", "connection refused"))
BUSY = failed(TryLater("https://c.example/", status=503, retry_after=None))
GUARDED = failed(GuardTripped("work", "all 3 items are gone", deletes=3, of=3))
BUG = failed(DeadlinesError("a failure that nobody has a name for"))
FULL_DISK = failed(StoreBroken("/data/deadlines.db", "disk full"))

WRITTEN = FeedsAfter(Publication(feeds=(Published(name="acme", file="/feeds/acme.ics"),)))
FAILING = FeedsAfter(
    Publication(
        feeds=(
            Published(name="acme", file="/feeds/acme.ics"),
            Published(name="all", file="/no/all.ics", error=PublishingFailed("/no/all.ics", "there is no folder /no")),
        )
    )
)
NONE_WRITTEN = FeedsAfter(None, PublishingFailed("/feeds", "no space left"))
TABLE: list[tuple[str, list[CalendarReport], Exit, Exit]] = [
    # calendars, exit code alone, and with a feed that fails
    ("in step", [IN_STEP], Exit.FINE, Exit.PARTIAL),
    ("a conflict", [IN_STEP, CONFLICT], Exit.LOOK, Exit.PARTIAL),
    ("an item left", [IN_STEP, SKIPPED], Exit.PARTIAL, Exit.PARTIAL),
    ("a password", [PASSWORD], Exit.CONFIG, Exit.CONFIG),
    ("a password, two calendars", [PASSWORD, PASSWORD], Exit.CONFIG, Exit.CONFIG),
    ("the network", [NETWORK], Exit.LATER, Exit.LATER),
    ("the network and a busy server", [NETWORK, BUSY], Exit.LATER, Exit.LATER),
    ("a password here, the network there", [NETWORK, PASSWORD], Exit.CONFIG, Exit.CONFIG),
    ("a password here, all well there", [IN_STEP, PASSWORD], Exit.PARTIAL, Exit.PARTIAL),
    ("the network here, a conflict there", [NETWORK, CONFLICT], Exit.PARTIAL, Exit.PARTIAL),
    ("a password here, an item left there", [PASSWORD, SKIPPED], Exit.PARTIAL, Exit.PARTIAL),
    ("a guard", [GUARDED], Exit.GUARD, Exit.GUARD),
    ("a guard here, a password there", [PASSWORD, GUARDED, IN_STEP], Exit.GUARD, Exit.GUARD),
    ("the disk", [FULL_DISK, FULL_DISK], Exit.CONFIG, Exit.CONFIG),
    ("our bug", [BUG, IN_STEP], Exit.BUG, Exit.BUG),
]


@pytest.mark.parametrize(("calendars", "alone", "with_feed"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_exit_code(calendars: list[CalendarReport], alone: Exit, with_feed: Exit) -> None:
    """Whichever calendar comes first."""
    for order in (calendars, calendars[::-1]):
        report = SyncReport(run=0, dry_run=False, calendars=tuple(order))

        assert (exit_code(report), exit_code(report, WRITTEN)) == (alone, alone)
        assert (exit_code(report, FAILING), exit_code(report, NONE_WRITTEN)) == (with_feed, with_feed)


ITEMS = [Item(uid=str(number), summary="Logo", detail="") for number in range(2)]
BOTH_WAYS = CalendarReport(
    name="work",
    requests=1,
    pulled=Side(created=ITEMS[:1], updated=ITEMS, deleted=ITEMS[:1]),
    pushed=Side(created=ITEMS, updated=ITEMS[:1], deleted=ITEMS),
)


@pytest.mark.parametrize(("dry_run", "received", "sent"), [(False, "received", "sent"), (True, "to receive", "to send")])
def test_what_went_each_way_is_counted(dry_run: bool, received: str, sent: str) -> None:
    oslo = ZoneInfo("Europe/Oslo")
    settings = Settings(me=Owner(name="Kari", zone=oslo, availability=Availability(zone=oslo, weekly=())))
    report = SyncReport(run=0, dry_run=dry_run, calendars=(BOTH_WAYS,))

    headline, *_ = report_text(report, settings, PLAIN, now=datetime(2026, 11, 24, tzinfo=UTC), quiet=False).splitlines()

    assert headline == (
        f"work: {received} 1 new item, 2 changes, 1 deletion; {sent} 2 new items, 1 change, 2 deletions (1 request, 0.0 s)"
    )
