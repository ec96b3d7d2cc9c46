"""Findings about what clients are owed (Q301 to Q303) and about the relation to them (C401, C402).

A quota is behind when less was done than the part of the period that is over asks for, counted in the client's working time; by
less than one deliverable, or a tenth of the hours, it is not. Contact is a meeting with the client that has taken place, or a
completed task of theirs in the category `check-in`; a meeting that is agreed on counts as soon as it is in the calendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from math import floor
from typing import TYPE_CHECKING

from deadlines.core.availability import close_of_business, next_working_day
from deadlines.core.client import Client, QuotaUnit
from deadlines.core.findings import Code, Finding, Severity
from deadlines.core.message import Clocks, Day, Length, Message
from deadlines.core.span import Span
from deadlines.core.when import end_of_day, to_local
from deadlines.usecases.context import Context, Look

if TYPE_CHECKING:
    from deadlines.planning.quota import Line
    from deadlines.usecases.quotas import Standing

CHECK_IN = "check-in"
"""The category of a task that says: we talked."""
_TOLERATED = 0.1
_DAY = timedelta(days=1)


def _quotas(context: Context) -> Iterator[Finding]:
    if not any(client.quota for client in context.settings.clients.values()):
        return
    from deadlines.usecases.quotas import standings  # noqa: PLC0415 # a check without quotas is spared it

    for standing in standings(context.desk):
        now = standing.now
        if now is None:
            continue
        yield from _behind(context, standing, now)
        yield from _beyond(context, standing, now)
        if len(standing.lines) > 1:
            yield from _missed(context, standing, standing.lines[-2])


def _behind(context: Context, standing: Standing, line: Line) -> Iterator[Finding]:
    from deadlines.planning.record import working_time  # noqa: PLC0415 # a check without quotas is spared it

    span, client, unit = line.period.span, standing.client, standing.quota.unit
    asked = line.owed + line.carried
    whole = working_time(client.availability, span.start, span.end)
    over = working_time(client.availability, span.start, context.now) / whole if whole else 0
    expected = floor(asked * over) if unit is QuotaUnit.DELIVERABLES else asked * (over - _TOLERATED)
    if line.done >= expected:
        return
    until = Clocks(span.end, client, context.settings.me, context.now)
    facts = {**_facts(line), "expected": expected, "planned": standing.planned, "until": span.end}
    if unit is QuotaUnit.DELIVERABLES:
        message = Message(
            "{done} of {asked} delivered, by now it should be {expected}; the rest is owed until {until}",
            done=float(line.done), asked=float(asked), expected=float(expected), until=until,
        )  # fmt: skip
    else:
        message = Message(
            "{done} h of {asked} h done, by now it should be {expected} h; the rest is owed until {until}",
            done=round(line.done, 1), asked=round(asked, 1), expected=round(asked * over, 1), until=until,
        )  # fmt: skip
    add = Message("deadlines add SUMMARY --client {key} plans what is in no task yet", key=client.key)
    remedy = add if standing.unplanned else Message("deadlines list --client {key} shows what is planned", key=client.key)
    yield _finding(Code.QUOTA_BEHIND, client, message, facts, remedy, key=str(line.period.first), at=span.end)


def _beyond(context: Context, standing: Standing, line: Line) -> Iterator[Finding]:
    beyond = -line.left - line.carry_over
    if standing.quota.unit is QuotaUnit.DELIVERABLES or beyond <= 0:
        return
    yield _finding(
        Code.QUOTA_EXCEEDED,
        standing.client,
        Message(
            "{beyond} h more than is agreed and can be carried over: {done} h of {asked} h",
            beyond=round(beyond, 1), done=round(line.done, 1), asked=round(line.owed + line.carried, 1),
        ),
        {**_facts(line), "beyond": beyond},
        Message("agree on more hours, or leave the rest for {day}", day=_day(line.period.last + _DAY, context)),
        key=str(line.period.first),
        at=line.period.span.end,
    )  # fmt: skip


def _missed(context: Context, standing: Standing, line: Line) -> Iterator[Finding]:
    if line.left <= 0:
        return
    parts = {
        "done": round(float(line.done), 1),
        "asked": round(float(line.owed + line.carried), 1),
        "first": _day(line.period.first, context),
        "last": _day(line.period.last, context),
        "moves": round(float(line.moves_on), 1),
        "lapsed": round(float(line.lapsed), 1),
    }
    if standing.quota.unit is QuotaUnit.HOURS:
        message = Message("{done} h of {asked} h from {first} to {last}: {moves} h moved on, {lapsed} h lapsed", **parts)
    else:
        message = Message("{done} of {asked} from {first} to {last}: {moves} moved on, {lapsed} lapsed", **parts)
    remedy = Message("talk to {name}; deadlines quota {key} shows the ledger", name=standing.client.name, key=standing.client.key)
    yield _finding(Code.QUOTA_MISSED, standing.client, message, _facts(line), remedy, key=str(line.period.first))


def _relations(context: Context) -> Iterator[Finding]:
    for client in context.settings.clients.values():
        if context.client in {"", client.key}:
            yield from _check_in(context, client)
            yield from _notice(context, client)


def _check_in(context: Context, client: Client) -> Iterator[Finding]:
    if client.check_in is None:
        return
    last = _last_contact(context, client, client.check_in)
    today = to_local(context.now, client.zone).date()
    day = today if last is None else to_local(last, client.zone).date() + client.check_in
    due = _close(client, day)
    if due - context.now > client.warn_before or _is_agreed(context, client):
        return
    me = context.settings.me
    if last is None:
        message = Message("no meeting and no check-in in the last {length}", length=Length(2 * client.check_in))
    else:
        message = Message(
            "you last talked on {last}; the next time was to be by {due}",
            last=_day(to_local(last, client.zone).date(), context), due=Clocks(due, client, me, context.now),
        )  # fmt: skip
    yield _finding(
        Code.CHECK_IN_OVERDUE,
        client,
        message,
        {"last": last, "due": due},
        Message(
            'deadlines meet {key} "Check-in" --at WHEN, or a completed task of theirs in the category {category}',
            key=client.key, category=CHECK_IN,
        ),
        key="" if last is None else str(day),
        at=due,
        graver=None if due < context.now or last is None else Severity.INFO,
    )  # fmt: skip


def _last_contact(context: Context, client: Client, every: timedelta) -> datetime | None:
    from deadlines.usecases.deliveries import deliveries  # noqa: PLC0415 # a check without check-ins is spared it
    from deadlines.usecases.meetings import meetings  # noqa: PLC0415 # likewise

    past = Span(context.now - 2 * every, context.now)
    met = [one.span.end for one in meetings(context.store, context.settings, past) if client.key in one.clients]
    told = [
        one.completed
        for one in deliveries(context.desk, client=client.key)
        if CHECK_IN in map(str.casefold, one.categories) and one.completed in past
    ]
    return max((at for at in (*met, *told) if at <= context.now), default=None)


def _is_agreed(context: Context, client: Client) -> bool:
    """Whether a meeting is in the calendar within the lead time, so that there is nothing to remind of."""
    from deadlines.usecases.meetings import meetings  # noqa: PLC0415 # a check without check-ins is spared it

    ahead = Span(context.now, context.now + max(client.warn_before, _DAY))
    return any(client.key in one.clients for one in meetings(context.store, context.settings, ahead))


def _notice(context: Context, client: Client) -> Iterator[Finding]:
    rate = client.rate
    if rate is None or rate.told is not None:
        return
    due = _close(client, rate.since - rate.notice)
    start = end_of_day(rate.since - _DAY, client.zone)
    if start <= context.now or due - context.now > max(client.warn_before, rate.notice / 2):
        return
    clocks = Clocks(due, client, context.settings.me, context.now)
    parts = {"new": rate.new, "since": _day(rate.since, context), "clocks": clocks}
    late = due < context.now
    message = (
        Message("{new} from {since} had to be announced by {clocks}", **parts)
        if late
        else Message("{new} from {since} is to be announced by {clocks}", **parts)
    )
    yield _finding(
        Code.NOTICE_PERIOD,
        client,
        message,
        {"new": rate.new, "since": rate.since, "due": due},
        Message("tell them, then set told under [clients.{key}.rate], or acknowledge this", key=client.key),
        key=str(rate.since),
        at=due,
        graver=Severity.ERROR if late else None,
    )


def _close(client: Client, day: date) -> datetime:
    """Their close of business on that day, or on the working day before or, if there is none in a week, the end of the day."""
    for back in range(7):
        closes = close_of_business(client.availability, day - back * _DAY)
        if closes is not None:
            return closes
    return end_of_day(next_working_day(client.availability, day) or day, client.zone)


def _day(day: date, context: Context) -> Day:
    return Day(day, context.now.year)


def _facts(line: Line) -> dict[str, object]:
    return {
        "first": line.period.first,
        "last": line.period.last,
        "owed": line.owed,
        "carried": line.carried,
        "done": line.done,
        "left": line.left,
    }


def _finding(
    code: Code,
    client: Client,
    message: Message,
    facts: dict[str, object],
    remedy: Message,
    *,
    key: str,
    at: datetime | None = None,
    graver: Severity | None = None,
) -> Finding:
    return Finding(code, "", client.name, client.key, message, facts, remedy, key=f"{client.key}\0{key}", at=at, graver=graver)


LOOKS = (
    Look(frozenset({Code.QUOTA_BEHIND, Code.QUOTA_MISSED, Code.QUOTA_EXCEEDED}), _quotas, ahead=None),
    Look(frozenset({Code.CHECK_IN_OVERDUE, Code.NOTICE_PERIOD}), _relations, ahead=None),
)
