"""One run without anybody there: sync, feeds, notifications, digest.

Cron mails whatever it hears, so this says what is new and nothing twice. What is wrong and stays so (a password refused, a
conflict, a feed that cannot be written) is said once, and again when it comes back: each run remembers what held. What passes by
itself (no network, a busy server) is not said; that a calendar was not synced for long is a finding (S501). Findings are told by
the digest and by notifications; where there are no mails, new ones are printed here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from deadlines.cli.errors import explain
from deadlines.cli.exits import Exit
from deadlines.cli.output import detail, show_json
from deadlines.cli.shop import workshop
from deadlines.core.display import clean
from deadlines.errors import DeadlinesError, StoreBusy

if TYPE_CHECKING:
    from deadlines.cli.feed_text import FeedsAfter
    from deadlines.cli.options import Options
    from deadlines.usecases.desk import Desk
    from deadlines.usecases.sync import SyncReport
    from deadlines.wiring import Workshop

READER = "cron"
BREAKFAST = "08:00"
"""When the digest is due where nobody says: without a time it would be mailed by every run."""
_ORDER = (Exit.FINE, Exit.LOOK, Exit.LATER, Exit.USAGE, Exit.CONFIG, Exit.PARTIAL, Exit.GUARD, Exit.BUG)
"""What matters more comes later."""


class _Done(NamedTuple):
    """What one part of a run came to: how it ended, what is wrong and stays so, and what is to be said this once."""

    code: Exit = Exit.FINE
    problems: tuple[str, ...] = ()
    news: tuple[str, ...] = ()


def run_once(options: Options, at: str) -> Exit:
    """Do it all, and say what is new. While another run is at work: nothing."""
    shop = workshop(options)
    try:
        with shop.cron_lock():
            return _run(options, shop, at)
    except StoreBusy as error:
        detail(options, f"{error}: nothing is done")
        return Exit.LATER


def _run(options: Options, shop: Workshop, at: str) -> Exit:
    parts = list(_parts(options, shop, at))
    problems = [line for part in parts for line in part.problems]
    news = [line for part in parts for line in part.news]
    before = shop.told.lines()
    fresh = [line for line in problems if line not in before]
    if frozenset(problems) != before:
        shop.told.remember(problems)
    code = max((part.code for part in parts), key=_ORDER.index, default=Exit.FINE)
    if options.json:
        show_json({"problems": problems, "fresh": fresh, "news": news, "exit": int(code)})
    else:
        sys.stderr.write("".join(f"{line}\n" for line in fresh))
        sys.stdout.write("".join(f"{line}\n" for line in news))
    return code


def _parts(options: Options, shop: Workshop, at: str) -> Iterator[_Done]:
    """One part after the other; where the database or the configuration cannot be used, that is all there is to say."""
    try:
        with shop.desk() as desk:
            yield _synced(options, shop, desk)
            yield _notified(shop, desk)
            if desk.settings.mail is None:
                yield _findings(desk)
        if shop.settings.mail is not None:
            yield _digest(options, at or ("" if shop.settings.digest.at else BREAKFAST))
    except DeadlinesError as error:
        failure = explain(error)
        transient = failure.exit is Exit.LATER
        yield _Done(failure.exit, () if transient else (*_error("deadlines", error), *map(clean, failure.lines)))


def _synced(options: Options, shop: Workshop, desk: Desk) -> _Done:
    from deadlines.cli.feed_text import after_sync  # noqa: PLC0415 # not every run gets here
    from deadlines.cli.sync_text import exit_code  # noqa: PLC0415 # likewise
    from deadlines.usecases.sync import Request, sync  # noqa: PLC0415 # likewise

    report = None
    if desk.settings.calendars:
        try:
            with shop.sync_lock():
                report = sync(desk, shop.accounts.connect, Request(timer=shop.timer))
        except StoreBusy as error:  # somebody syncs by hand
            detail(options, str(error))
            return _Done(Exit.LATER)
    feeds = after_sync(shop, desk) if desk.settings.feeds else None
    if report is None:
        return _Done(Exit.PARTIAL if feeds is not None and feeds.failed else Exit.FINE, tuple(_of_feeds(feeds)))
    return _Done(exit_code(report, feeds), (*_of_sync(report), *_of_feeds(feeds)))


def _of_sync(report: SyncReport) -> Iterator[str]:
    """What stays wrong until somebody does something."""
    for calendar in report.calendars:
        if calendar.error is not None and explain(calendar.error).exit is not Exit.LATER:
            yield from _error(calendar.name, calendar.error)
        for conflict in calendar.conflicts:
            kept = f"{conflict.kept} kept" if conflict.kept else "waits for your answer: run deadlines sync on a terminal"
            yield clean(f"{calendar.name}: conflict: {conflict.summary}: {', '.join(conflict.properties)}: {kept}")
        for item in calendar.skipped:
            yield clean(f"{calendar.name}: skipped: {item.summary or item.uid}: {item.detail}")


def _of_feeds(feeds: FeedsAfter | None) -> Iterator[str]:
    if feeds is None:
        return
    if feeds.error is not None and explain(feeds.error).exit is not Exit.LATER:
        yield from _error("feeds", feeds.error)
    for feed in feeds.publication.feeds if feeds.publication else ():
        if feed.error is not None and explain(feed.error).exit is not Exit.LATER:
            yield from _error(f"feed {feed.name}", feed.error)


def _error(whose: str, error: DeadlinesError) -> Iterator[str]:
    failure = explain(error)
    yield clean(f"{whose}: error: {failure.message}")
    if failure.hint:
        yield clean(f"{whose}: hint: {failure.hint}")


def _notified(shop: Workshop, desk: Desk) -> _Done:
    if not desk.settings.notify.is_on:
        return _Done()
    from deadlines.usecases.notify import notify  # noqa: PLC0415 # only where it is wanted

    done = notify(desk, shop.notifiers())
    problems = tuple(line for error in done.errors for line in _error("notify", error))
    return _Done(Exit.PARTIAL if problems else Exit.FINE, problems)


def _findings(desk: Desk) -> _Done:
    """New findings of severity warning or worse, but for those that notifications tell."""
    from deadlines.core.findings import Severity  # noqa: PLC0415 # only without mails
    from deadlines.usecases.check import State, check, remember  # noqa: PLC0415 # likewise
    from deadlines.usecases.notify import CODES, lines  # noqa: PLC0415 # likewise

    elsewhere = CODES if desk.settings.notify.is_on else frozenset()
    checked = check(desk, reader=READER)
    worth = [
        one for one in checked.holding
        if one.finding.severity.rank >= Severity.WARNING.rank and one.finding.code not in elsewhere
    ]  # fmt: skip
    new = [one for one in worth if one.state is State.NEW]
    remember(desk, replace(checked, holding=worth))
    return _Done(Exit.LOOK if new else Exit.FINE, (), tuple(lines(new, desk)))


def _digest(options: Options, at: str) -> _Done:
    """Mail it if it is due. What failed is tried again by the next run, and said by this one only if it is new."""
    from contextlib import redirect_stderr  # noqa: PLC0415 # only with mails
    from io import StringIO  # noqa: PLC0415 # likewise

    from deadlines.cli.digest_text import Wanted, digest_now  # noqa: PLC0415 # likewise

    with redirect_stderr(StringIO()) as said:
        code = digest_now(options._replace(json=False), Wanted(mail=True, at=at or None))
    return _Done(code, tuple(said.getvalue().splitlines()))
