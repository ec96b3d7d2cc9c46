"""What is said about slots: how one lies in everybody's hours, why there is none inside them, and what to type instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from deadlines.core.availability import is_working_day
from deadlines.core.client import Client, Owner, Party, zone_at
from deadlines.core.clocks import amount
from deadlines.core.overlap import Fit, Side, Verdict
from deadlines.core.slots import Cause, Relax, Relaxation, Request, Slot
from deadlines.core.span import Span
from deadlines.core.when import to_local

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


class SlotWords:
    """Says things about slots of the owner with clients."""

    def __init__(self, owner: Owner, clients: Mapping[str, Client], now: datetime) -> None:
        self._parties: dict[str, Party] = {"me": owner, **clients}
        self._now = now

    def why(self, slot: Slot) -> str:
        """`inside everybody's hours`, `1 h 45 min late for Kea, 15 min early for you`."""
        edges = [self._name(key) for key, fit in slot.fits.items() if fit.verdict is Verdict.EDGE]
        parts = [self._beyond(key, fit, slot.span) for key, fit in slot.fits.items() if not fit.verdict.fits]
        if edges and not parts:
            return f"inside, at the edge of the day for {_and(edges)}"
        return ", ".join(parts) or "inside everybody's hours"

    def cause(self, cause: Cause, strangers: Sequence[tuple[str, str]], request: Request) -> str:
        """Why there is no slot inside everybody's hours."""
        everybody = _and([self._name(key) for key in request.parties])
        match cause:
            case Cause.BUSY:
                return f"whenever {everybody} work at the same time, something is planned"
            case Cause.DAYS_OFF:
                return f"somebody of {everybody} has a day off whenever the others could"
            case Cause.SHORT:
                return f"{everybody} work at the same time for less than {amount(request.duration // _MINUTE)}"
            case Cause.APART if strangers:
                first, *others = [_and([self._name(key) for key in pair]) for pair in strangers]
                return "; nor do ".join([f"{first} never work at the same time then", *others])
            case Cause.APART:
                return f"{everybody} never work at the same time then"

    def option(self, relaxation: Relaxation, request: Request) -> str:
        """What to type to get the slot: `--within 3w`."""
        match relaxation.relax:
            case Relax.WITHIN:
                days = -((request.span.start - relaxation.span.end) // _DAY)
                return f"--within {-(-days // 7)}w" if days > 7 else f"--within {days}d"  # noqa: PLR2004 # a week
            case Relax.DURATION:
                return f"--duration {relaxation.span.length // _MINUTE}m"
            case Relax.WITHOUT:
                return f"without {relaxation.without}"

    def _beyond(self, key: str, fit: Fit, span: Span) -> str:
        name, party = self._name(key), self._parties[key]
        if fit.verdict is Verdict.HOLIDAY:
            return f"a day off for {name}"
        day = to_local(span.start, zone_at(party, span.start)).date()
        if not is_working_day(party.availability, day) and fit.beyond > _DAY / 2:
            return f"no working day of {_whose(name)}"
        if fit.side is Side.BREAK:
            return "in your break" if name == "you" else f"in the break of {name}"
        return f"{amount(fit.beyond // _MINUTE)} {'early' if fit.side is Side.BEFORE else 'late'} for {name}"

    def _name(self, key: str) -> str:
        party = self._parties[key]
        return "you" if isinstance(party, Owner) else party.name


def _whose(name: str) -> str:
    return "yours" if name == "you" else name


def _and(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
