"""Findings about the health of our own data: calendars that are not synced, items that cannot be read (S501 to S505)."""

from __future__ import annotations

from collections.abc import Iterator

from deadlines.core.findings import Code, Finding
from deadlines.usecases.context import Context, Look


def _unreadable(context: Context) -> Iterator[Finding]:
    for item in context.store.unreadable():
        yield Finding(
            Code.UNREADABLE,
            "",
            item.href,
            "",
            f"{item.calendar}: {item.reason}",
            {"calendar": item.calendar, "href": item.href, "reason": item.reason},
            "mend or remove it with the program that made it; until then it is left as it is",
            key=f"{item.calendar}\0{item.href}\0{item.reason}",
        )


LOOKS = (Look(frozenset({Code.UNREADABLE}), _unreadable, ahead=None),)
