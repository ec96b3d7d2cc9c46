"""Acknowledging and snoozing findings by the identity that `check` prints, or a beginning of it that only one has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from deadlines.core.clocks import both_clocks
from deadlines.core.due import start_instant
from deadlines.core.phrase import parse_when
from deadlines.core.zone_names import find_zone
from deadlines.errors import AmbiguousInput, Refused, UnknownName
from deadlines.store.findings import Mute
from deadlines.usecases.check import Noticed, as_noticed, check
from deadlines.usecases.desk import Desk

_MOST_TOLD = 5


def acknowledge(desk: Desk, keys: Sequence[str]) -> Sequence[Noticed]:
    """Tell nobody of these findings any more, as long as they are about the same matter and do not get graver."""
    return _mute(desk, keys, until=None)


def snooze(desk: Desk, keys: Sequence[str], until: str) -> Sequence[Noticed]:
    """Tell nobody of these findings until then, on the owner's clock; a date alone is its beginning."""
    owner = desk.settings.me
    when = parse_when(until, now=desk.now, client=None, owner=owner, find_zone=find_zone)
    instant = start_instant(when, client=None, owner=owner)
    if instant <= desk.now:
        clocks = both_clocks(instant, client=None, owner=owner, now=desk.now)
        raise Refused(f"{until!r} is not to come: {clocks}", hint='for example: --until "mon 9:00", --until "in 3 days"')
    return _mute(desk, keys, until=instant)


def unmute(desk: Desk, keys: Sequence[str]) -> Sequence[Noticed]:
    """Tell these findings again."""
    known = _known(desk)
    found = [_find(known, key) for key in keys]
    for one in found:
        if one.mute is None:
            raise Refused(f"finding {one.id} is neither acknowledged nor snoozed")
    desk.store.findings.unmute(one.id for one in found)
    return [one._replace(mute=None) for one in found]


def _mute(desk: Desk, keys: Sequence[str], *, until: datetime | None) -> Sequence[Noticed]:
    known = _known(desk)
    found = {one.id: one for one in (_find(known, key) for key in keys)}
    mutes = {one.id: Mute(one.id, one.finding.severity.value, desk.now, until) for one in found.values()}
    desk.store.findings.mute(mutes.values())
    return [one._replace(mute=mutes[one.id]) for one in found.values()]


def _known(desk: Desk) -> dict[str, Noticed]:
    """What holds now, muted or not, and what some reader was told of that lies further ahead."""
    checked = check(desk)
    told = (as_noticed(seen) for seen in desk.store.findings.beginning("") if seen.finding not in checked.over)
    return {one.id: one for one in (*told, *checked.holding, *checked.muted)}


def _find(known: dict[str, Noticed], key: str) -> Noticed:
    code, dash, rest = key.strip().partition("-")
    typed = f"{code.upper()}{dash}{rest.lower()}"
    found = [one for one in known.values() if typed and one.id.startswith(typed)]
    if not found:
        raise UnknownName("finding", key, hint="deadlines check --all shows every finding with its identity")
    if len(found) > 1:
        told = [f"{one.id} ({one.finding.summary})" for one in found[:_MOST_TOLD]]
        raise AmbiguousInput("finding", key, [one.id for one in found[:_MOST_TOLD]], told=told)
    return found[0]
