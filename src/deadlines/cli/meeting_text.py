"""Meetings as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deadlines.cli.table import Role, Screen
from deadlines.core.display import clean
from deadlines.core.repeat import human
from deadlines.usecases.meet import Met
from deadlines.usecases.meeting_view import MeetingView


def met_text(met: Met, clashes: Sequence[MeetingView], rule: str, screen: Screen) -> str:
    """What `meet` says: what, when on every clock, whom it told, and what is wrong with it."""
    view = met.meeting
    lines = [f"added {view.meeting.id}: {clean(view.meeting.summary)} ({', '.join(view.meeting.clients)})"]
    lines.append(f"  {view.clocks}" + (f" ({view.left})" if view.left else ""))
    if rule:
        lines.append(f"  repeats {human(rule)}")
    if met.invited:
        lines.append(f"  invited {', '.join(map(clean, met.invited))}")
    lines += [screen.paint(f"  warning: {warning}", Role.SOON) for warning in _warnings(met, clashes)]
    return "\n".join(lines) + "\n"


def _warnings(met: Met, clashes: Sequence[MeetingView]) -> Iterator[str]:
    if not met.meeting.left:
        yield "it lies in the past"
    yield from (clash_text(clash) for clash in clashes[:3])
    if len(clashes) > 3:  # noqa: PLR2004 # as above
        yield f"and {len(clashes) - 3} more at the same time"
    yield from (f"{clean(address)} was not reached: {clean(why)}" for address, why in met.unreached)
    if met.doubt:
        yield clean(met.doubt)


def clash_text(clash: MeetingView) -> str:
    """One thing that I do at that time already."""
    return f"you are busy then: {clean(clash.meeting.summary)}, {clash.clocks}"
