"""The report of a sync as text, as JSON and as an exit code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from deadlines.cli.errors import Failure, explain
from deadlines.cli.exits import Exit
from deadlines.cli.feed_text import FeedsAfter
from deadlines.cli.table import Role, Screen
from deadlines.core.clocks import own_clock
from deadlines.core.display import clean
from deadlines.core.settings import Settings
from deadlines.errors import CredentialsRefused, GuardTripped
from deadlines.sync.report import CalendarReport, Conflict, Item, Moved, Side
from deadlines.usecases.sync import SyncReport

_SHOWN = 20
"""So many items of a kind are named in text; JSON names all."""


_WORKED = frozenset({Exit.FINE, Exit.LOOK, Exit.PARTIAL})
"""Codes of a calendar that was synced, though perhaps not all of it."""

_GRAVEST_FIRST = (Exit.BUG, Exit.GUARD, Exit.PARTIAL, Exit.CONFIG, Exit.USAGE, Exit.LATER, Exit.LOOK)


def exit_code(report: SyncReport, feeds: FeedsAfter | None = None) -> Exit:
    """The gravest of what happened.

    Partial failure means that something was synced and something was not, a feed for example. Where no calendar was, their
    own codes tell a script what to do: change something, or try later. A feed that failed besides takes nothing from that.
    """
    codes = {_calendar_code(calendar) for calendar in report.calendars}
    feed_failed = feeds is not None and feeds.failed
    if codes & _WORKED and (codes - {Exit.FINE, Exit.LOOK} or feed_failed):
        codes.add(Exit.PARTIAL)
    return next((code for code in _GRAVEST_FIRST if code in codes), Exit.FINE)


def _calendar_code(calendar: CalendarReport) -> Exit:
    if calendar.error is not None:
        return explain(calendar.error).exit
    if calendar.skipped:
        return Exit.PARTIAL
    return Exit.LOOK if calendar.conflicts else Exit.FINE


def failures(report: SyncReport, settings: Settings, feeds: FeedsAfter | None = None) -> Sequence[Failure]:
    """What failed, the gravest first; what failed several calendars alike is told once."""
    whose: dict[tuple[str, str], list[str]] = {}
    told: dict[tuple[str, str], Failure] = {}
    for calendar in report.calendars:
        if calendar.error is not None:
            failure = explain(calendar.error)
            failure = replace(failure, hint=_hint(calendar, failure, settings))
            alike = failure.message, failure.hint
            told[alike] = failure
            whose.setdefault(alike, []).append("" if isinstance(calendar.error, GuardTripped) else calendar.name)
    found = [failure.of(", ".join(whose[alike])) for alike, failure in told.items()]
    found += [] if feeds is None else feeds.failures()
    return sorted(found, key=lambda failure: _GRAVEST_FIRST.index(failure.exit))


def report_json(report: SyncReport, settings: Settings, feeds: FeedsAfter | None = None) -> dict[str, object]:
    """The documented shape."""
    failed = failures(report, settings, feeds)
    return {
        "run": report.run,
        "dry_run": report.dry_run,
        "calendars": [_calendar_json(calendar, settings) for calendar in report.calendars],
        "feeds": [] if feeds is None else feeds.as_json(),
        **({"error": failed[0].as_json()} if failed else {}),
    }


def _calendar_json(calendar: CalendarReport, settings: Settings) -> dict[str, object]:
    error = None
    if calendar.error is not None:
        failure = explain(calendar.error)
        error = replace(failure, hint=_hint(calendar, failure, settings)).as_json()
    return {
        "name": calendar.name,
        "ok": calendar.ok,
        "requests": calendar.requests,
        "seconds": round(calendar.seconds, 3),
        "pulled": _side_json(calendar.pulled),
        "pushed": _side_json(calendar.pushed),
        "merged": [_item_json(item) for item in calendar.merged],
        "conflicts": [_conflict_json(conflict) for conflict in calendar.conflicts],
        "skipped": [_item_json(item) for item in calendar.skipped],
        "moved_due": [_moved_json(moved) for moved in calendar.moved_due],
        "error": error,
    }


def _side_json(side: Side) -> dict[str, object]:
    return {kind: [_item_json(item) for item in getattr(side, kind)] for kind in ("created", "updated", "deleted")}


def _item_json(item: Item) -> dict[str, object]:
    return {"uid": item.uid, "summary": item.summary, "detail": item.detail}


def _conflict_json(conflict: Conflict) -> dict[str, object]:
    return {
        "uid": conflict.uid,
        "summary": conflict.summary,
        "properties": conflict.properties,
        "kept": conflict.kept or None,
        "why": conflict.why,
    }


def _moved_json(moved: Moved) -> dict[str, object]:
    return {"uid": moved.uid, "summary": moved.summary, "client": moved.client, "before": moved.before, "after": moved.after}


def report_text(
    report: SyncReport, settings: Settings, screen: Screen, *, now: datetime, quiet: bool, feeds: FeedsAfter | None = None
) -> str:
    """One line for each calendar, and below it what happened to which item. Quiet: only what there is to look at."""
    lines: list[str] = []
    for calendar in report.calendars:
        if quiet and calendar.ok and not (calendar.conflicts or calendar.skipped or calendar.moved_due):
            continue
        lines.append(_headline(calendar, settings, screen, dry_run=report.dry_run))
        lines += _notable(calendar, settings, screen, now)
        if not quiet:
            lines += _changes(calendar)
    if feeds is not None:
        lines += feeds.as_lines(screen, quiet=quiet)
    if report.dry_run:
        lines.append("Dry run: nothing was changed, here or there.")
    elif report.run and not quiet:
        lines.append(f"`deadlines undo {report.run}` takes back what this sync changed here.")
    return "".join(f"{line}\n" for line in lines)


def _headline(calendar: CalendarReport, settings: Settings, screen: Screen, *, dry_run: bool) -> str:
    cost = f"({calendar.requests} request{'s' if calendar.requests != 1 else ''}, {calendar.seconds:.1f} s)"
    if calendar.error is not None:
        failure = explain(calendar.error)
        told = screen.paint(f"{clean(calendar.name)}: error: {clean(failure.message)}", Role.OVERDUE)
        hint = _hint(calendar, failure, settings)
        return told + (f"\n  hint: {clean(hint)}" if hint else "")
    received, sent = ("to receive", "to send") if dry_run else ("received", "sent")
    counts = [text for text in (_counts(received, calendar.pulled), _counts(sent, calendar.pushed)) if text]
    if calendar.merged:
        counts.append(f"{len(calendar.merged)} merged")
    return f"{clean(calendar.name)}: {'; '.join(counts) or _nothing(calendar)} {screen.paint(cost, Role.DIM)}"


def _hint(calendar: CalendarReport, failure: Failure, settings: Settings) -> str:
    """What to do; a password is the account's, which only the calendar can name here."""
    if not isinstance(calendar.error, CredentialsRefused):
        return failure.hint
    account = settings.calendars[calendar.name].account
    return f"correct user name and password of account {account}, then run `deadlines doctor`"


def _nothing(calendar: CalendarReport) -> str:
    return "nothing else" if calendar.skipped or calendar.conflicts else "in step"


def _counts(verb: str, side: Side) -> str:
    parts = ((side.created, "new item"), (side.updated, "change"), (side.deleted, "deletion"))
    said = ", ".join(f"{len(items)} {what}{'' if len(items) == 1 else 's'}" for items, what in parts if items)
    return f"{verb} {said}" if said else ""


def _notable(calendar: CalendarReport, settings: Settings, screen: Screen, now: datetime) -> Iterator[str]:
    for moved in calendar.moved_due:
        yield screen.paint(f"  moved in the calendar: {clean(_moved_text(moved, settings, now))}", Role.SOON)
    for conflict in calendar.conflicts:
        kept = f"{conflict.kept} kept" if conflict.kept else "waits for your answer: run deadlines sync on a terminal"
        why = f" ({conflict.why})" if conflict.why else ""
        text = f"  conflict: {conflict.summary}: {', '.join(conflict.properties)}: {kept}{why}"
        yield screen.paint(clean(text), Role.SOON)
    for item in calendar.skipped:
        yield screen.paint(clean(f"  skipped: {item.summary or item.uid}: {item.detail}"), Role.SOON)


def _moved_text(moved: Moved, settings: Settings, now: datetime) -> str:
    client = settings.clients.get(moved.client)
    party = settings.me if client is None else client
    before, after = (
        "no due date" if instant is None else own_clock(instant, party, now=now) for instant in (moved.before, moved.after)
    )
    whose = "" if client is None else f" ({client.name})"
    return f"{moved.summary}{whose}: {before} -> {after}"


def _changes(calendar: CalendarReport) -> Iterator[str]:
    groups: Sequence[tuple[str, Sequence[Item]]] = (
        ("new here", calendar.pulled.created),
        ("changed here", calendar.pulled.updated),
        ("deleted here", calendar.pulled.deleted),
        ("new there", calendar.pushed.created),
        ("changed there", calendar.pushed.updated),
        ("deleted there", calendar.pushed.deleted),
        ("merged", calendar.merged),
    )
    merged = {item.uid for item in calendar.merged}
    for title, all_items in groups:
        items = [item for item in all_items if item.uid not in merged or all_items is calendar.merged]
        for item in items[:_SHOWN]:
            yield clean(f"  {title}: {item.summary or item.uid}" + (f" ({item.detail})" if item.detail else ""))
        if len(items) > _SHOWN:
            yield f"  {title}: {len(items) - _SHOWN} more"
