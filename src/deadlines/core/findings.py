"""Warnings as data: what is wrong with somebody's deadlines or with our own data (DESIGN §10). The CLI prints "warning:".

A code is never used for anything else than what it was first used for.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from deadlines.core.availability import close_of_business, windows
from deadlines.core.client import AllDayDue, Client, Owner
from deadlines.core.clocks import both_clocks, format_date, time_left
from deadlines.core.span import Span
from deadlines.core.when import AllDay, When, to_local


class Severity(enum.Enum):
    """How bad it is."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Code(enum.Enum):
    """What is wrong."""

    MISSED = "D101"
    DUE_SOON = "D102"
    DUE_ON_DAY_OFF = "D105"
    UNREADABLE = "S503"
    DOUBTFUL = "S504"


_SEVERITY = {
    Code.MISSED: Severity.ERROR,
    Code.DUE_SOON: Severity.WARNING,
    Code.DUE_ON_DAY_OFF: Severity.INFO,
    Code.UNREADABLE: Severity.WARNING,
    Code.DOUBTFUL: Severity.WARNING,
}


_MOMENT = timedelta(seconds=1)


class Finding(NamedTuple):
    """One warning. `id` stays the same as long as it is about the same thing; `facts` are what the message was made of."""

    code: Code
    uid: str
    summary: str
    client: str
    message: str
    facts: dict[str, object]

    @property
    def id(self) -> str:
        """The identity by which it is acknowledged."""
        return f"{self.code.value}:{self.uid}"

    @property
    def severity(self) -> Severity:
        """How bad it is, which the code says."""
        return _SEVERITY[self.code]

    def as_json(self) -> dict[str, object]:
        """The documented shape."""
        return {
            "id": self.id,
            "code": self.code.value,
            "severity": self.severity.value,
            "uid": self.uid,
            "summary": self.summary,
            "client": self.client,
            "message": self.message,
            "facts": self.facts,
        }


def of_task(
    *,
    uid: str,
    summary: str,
    is_open: bool,
    when: When | None,
    due: datetime | None,
    client: Client | None,
    owner: Owner,
    problem: str,
    now: datetime,
) -> tuple[Finding, ...]:
    """What there is to say about one task. `due` is the instant derived from `when`, `problem` what was read with doubt."""
    key = "" if client is None else client.key

    def finding(code: Code, message: str, **facts: object) -> Finding:
        return Finding(code=code, uid=uid, summary=summary, client=key, message=message, facts=facts)

    def all_of() -> Iterator[Finding]:
        if problem:
            yield finding(Code.DOUBTFUL, f"read with doubt: {problem}", problem=problem)
        if due is None or not is_open:
            return
        clocks = both_clocks(due, client=client, owner=owner, when=when, now=now)
        if due < now:
            yield finding(Code.MISSED, f"was due {clocks} ({time_left(due, now)})", due=due)
        elif client is not None and due - now <= client.warn_before:
            yield finding(Code.DUE_SOON, f"is due {clocks} ({time_left(due, now)})", due=due)
        day = None if client is None else _day_off(client, when, due)
        if client is not None and day is not None:
            ends = isinstance(when, AllDay) and client.all_day_due is AllDayDue.CLOSE_OF_BUSINESS
            so = ", so it is due when that day ends there" if ends else ""
            said = format_date(day, year=to_local(now, client.zone).year)
            yield finding(Code.DUE_ON_DAY_OFF, f"{client.name} does not work on {said}{so}", date=day)

    return tuple(all_of())


def _day_off(client: Client, when: When | None, due: datetime) -> date | None:
    """The date of the client on which it is due, if they do not work on it; a night shift belongs to the day it began on."""
    day = when.date if isinstance(when, AllDay) else to_local(due, client.zone).date()
    if close_of_business(client.availability, day) is not None:
        return None
    at_work = not isinstance(when, AllDay) and any(windows(client.availability, Span(due - _MOMENT, due)))
    return None if at_work else day
