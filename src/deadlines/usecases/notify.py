"""Telling the owner at once of each deadline that is missed, due soon or will be missed: once each.

What was told is remembered as of any reader of findings. What could not be told is not, so the next run tries again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from deadlines.core.display import clean
from deadlines.core.findings import Code
from deadlines.errors import DeadlinesError
from deadlines.system.base import Notifier
from deadlines.usecases.check import Noticed, State, check, remember
from deadlines.usecases.desk import Desk

READER = "notify"
CODES = frozenset({Code.MISSED, Code.DUE_SOON, Code.WILL_BE_MISSED})
_WORDS = {Code.MISSED: "Missed", Code.DUE_SOON: "Due soon", Code.WILL_BE_MISSED: "Will be missed"}
_ALONE = 3
"""More than so many at once are told as one."""
_LISTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified:
    """What was told, and what could not be."""

    told: tuple[Noticed, ...]
    errors: tuple[DeadlinesError, ...]


def notify(desk: Desk, notifiers: Sequence[Notifier]) -> Notified:
    """Tell what is new to each of them; what none of them could tell is new the next time."""
    checked = check(desk, codes=CODES, reader=READER)
    new = [one for one in checked.holding if one.state is State.NEW]
    told: list[Noticed] = []
    errors: dict[str, DeadlinesError] = {}
    for some in [[one] for one in new] if len(new) <= _ALONE else [new]:
        reached = [_reach(notifier, *message(some, desk), errors) for notifier in notifiers]
        if any(reached):
            told += some
    known = [one for one in checked.holding if one.state is not State.NEW]
    remember(desk, replace(checked, holding=[*known, *told]))
    return Notified(told=tuple(told), errors=tuple(errors.values()))


def message(some: Sequence[Noticed], desk: Desk) -> tuple[str, str]:
    """Title and body; both begin with a word of ours, and hold no control characters but line ends in the body."""
    if len(some) == 1:
        (one,) = some
        return _line(one, desk), clean(str(one.finding.message))
    counts = [(word, sum(one.finding.code is code for one in some)) for code, word in _WORDS.items()]
    title = "Deadlines: " + ", ".join(f"{count} {word.lower()}" for word, count in counts if count)
    more = [f"and {len(some) - _LISTED} more"] if len(some) > _LISTED else []
    return title, "\n".join([*(_line(one, desk) for one in some[:_LISTED]), *more])


def _line(one: Noticed, desk: Desk) -> str:
    finding = one.finding
    client = desk.settings.clients.get(finding.client)
    whose = "" if client is None else f" ({client.name})"
    return clean(f"{_WORDS[finding.code]}: {finding.summary}{whose}")


def _reach(notifier: Notifier, title: str, body: str, errors: dict[str, DeadlinesError]) -> bool:
    try:
        notifier.notify(title, body)
    except DeadlinesError as error:
        errors[str(error)] = error
        return False
    return True


def lines(findings: Iterable[Noticed], desk: Desk) -> list[str]:
    """New findings as a run from cron prints them, where nothing else tells them."""
    found = []
    for one in findings:
        client = desk.settings.clients.get(one.finding.client)
        whose = "" if client is None else f" ({client.name})"
        found.append(clean(f"{one.id}  {one.finding.summary}{whose}: {one.finding.message}"))
    return found
