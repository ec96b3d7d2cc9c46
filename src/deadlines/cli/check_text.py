"""Findings as text for people: by client, the worst first, each with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from deadlines.cli.table import Role, Screen
from deadlines.core.clocks import own_clock
from deadlines.core.display import clean, cut, width
from deadlines.core.findings import Severity
from deadlines.core.settings import Settings
from deadlines.usecases.check import Checked, Noticed, State, group_of

_ROLES = {Severity.ERROR: Role.OVERDUE, Severity.WARNING: Role.SOON, Severity.INFO: Role.DIM}
_BEFORE = len("  warning  D101-q3vfk2am  ")
_LEAST = 10


def check_text(checked: Checked, muted: Sequence[Noticed], settings: Settings, screen: Screen) -> str:
    """What holds, by client; what is resolved; what is muted, if that was asked for. Empty where there is nothing to tell."""
    blocks = [
        _block(_title(group, settings), [line for one in findings for line in _lines(one, screen)], screen)
        for group, findings in groupby(checked.holding, key=lambda one: group_of(one.finding))
    ]
    if checked.resolved:
        lines = [screen.paint(f"  {one.id}  {clean(_subject(one))}", Role.GOOD) for one in checked.resolved]
        blocks.append(_block("Resolved", lines, screen))
    if muted:
        lines = [f"  {one.id}  {clean(_subject(one))}: {_how(one, settings, checked.now)}" for one in muted]
        blocks.append(_block("Acknowledged or snoozed", lines, screen))
    return "\n".join(blocks)


def summary(checked: Checked, muted: Sequence[Noticed]) -> str:
    """One line: how much there is."""
    counts = [
        (sum(one.finding.severity is severity for one in checked.holding), severity.value)
        for severity in sorted(Severity, key=lambda severity: -severity.rank)
    ]
    parts = [f"{count} {word}{'s' if count > 1 and word != 'info' else ''}" for count, word in counts if count]
    hidden = len(checked.muted) - len(muted)
    rest = f" {hidden} acknowledged or snoozed: `--all` shows them." if hidden else ""
    return (", ".join(parts) or "Nothing to look at") + "." + rest


def muted_text(muted: Sequence[Noticed], verb: str, settings: Settings, *, now: datetime) -> str:
    """What became of each finding."""
    lines = []
    for one in muted:
        until = None if one.mute is None else one.mute.until
        then = "" if until is None else f" until {own_clock(until, settings.me, now=now)}"
        lines.append(f"{verb}{then} {one.id}: {clean(_subject(one))}\n")
    return "".join(lines)


def _block(title: str, lines: Sequence[str], screen: Screen) -> str:
    return "\n".join((screen.paint(title, Role.HEADING), *lines)) + "\n"


def _title(group: tuple[bool, bool, str], settings: Settings) -> str:
    is_data, is_nobodys, client = group
    if is_nobodys:
        return "Your data" if is_data else "Without a client"
    known = settings.clients.get(client)
    return client if known is None or known.name == client else clean(f"{known.name} ({client})")


def _lines(one: Noticed, screen: Screen) -> Iterator[str]:
    finding = one.finding
    new = " (new)" if one.state is State.NEW else ""
    word = screen.paint(f"{finding.severity.value:7}", _ROLES[finding.severity])
    title = f": {finding.code.title}{new}"
    head, summary = f"  {word}  {one.id}", clean(finding.summary)
    if screen.columns is None:
        yield f"{head}  {summary}{title}"
    elif (room := screen.columns - _BEFORE - width(title)) >= _LEAST:
        yield f"{head}  {cut(summary, room, screen.ellipsis)}{title}"
    else:
        yield head
        yield from screen.wrapped(f"{summary}{title}", "    ", "      ")
    yield from screen.wrapped(clean(finding.message), "    ", "      ")
    if finding.remedy:
        yield from screen.wrapped(f"-> {clean(finding.remedy)}", "    ", "       ")


def _subject(one: Noticed) -> str:
    return ": ".join(filter(None, (one.finding.summary, one.finding.code.title)))


def _how(one: Noticed, settings: Settings, now: datetime) -> str:
    assert one.mute is not None
    if one.mute.until is None:
        return f"acknowledged {own_clock(one.mute.made, settings.me, now=now)}"
    return f"snoozed until {own_clock(one.mute.until, settings.me, now=now)}"
