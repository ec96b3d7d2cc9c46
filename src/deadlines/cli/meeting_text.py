"""Meetings as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deadlines.cli.table import Role, Screen
from deadlines.cli.task_text import labelled
from deadlines.core.display import clean
from deadlines.core.overlap import Verdict
from deadlines.core.repeat import human
from deadlines.usecases.alter import Altered
from deadlines.usecases.meet import Met
from deadlines.usecases.meeting_view import MeetingView
from deadlines.usecases.showing import ShownMeeting
from deadlines.usecases.verdicts import ME

_WORDS = {
    Verdict.OUTSIDE: "outside {} hours",
    Verdict.HOLIDAY: "on {} day off",
    Verdict.EDGE: "at the edge of {} hours",
}


def met_text(met: Met, clashes: Sequence[MeetingView], rule: str, screen: Screen) -> str:
    """What `meet` says: what, when on every clock, whom it told, and what is wrong with it."""
    view = met.meeting
    lines = [f"added {view.meeting.id}: {clean(view.meeting.summary)} ({', '.join(view.meeting.clients)})"]
    lines.append(f"  {view.clocks}" + (f" ({view.left})" if view.left else ""))
    if rule:
        lines.append(f"  repeats {human(rule)}")
    if view.verdicts and all(verdict is Verdict.INSIDE for verdict in view.verdicts.values()):
        lines.append("  inside everybody's hours")
    if met.invited:
        lines.append(f"  invited {', '.join(map(clean, met.invited))}")
    lines += [screen.paint(f"  warning: {warning}", Role.SOON) for warning in _warnings(met, clashes)]
    return "\n".join(lines) + "\n"


def _warnings(met: Met, clashes: Sequence[MeetingView]) -> Iterator[str]:
    if not met.meeting.left:
        yield "it lies in the past"
    yield from hours_texts(met.meeting)
    yield from (clash_text(clash) for clash in clashes[:3])
    if len(clashes) > 3:  # noqa: PLR2004 # as above
        yield f"and {len(clashes) - 3} more at the same time"
    yield from (f"{clean(address)} was not reached: {clean(why)}" for address, why in met.unreached)
    if met.doubt:
        yield clean(met.doubt)


def altered_text(altered: Altered, screen: Screen) -> str:
    """What `edit` says of a meeting: what, when on every clock, and what is to be known about it."""
    warnings = [f"nobody was told: {', '.join(map(clean, altered.untold))}"] if altered.untold else []
    return meeting_answer(altered.shown, "changed" if altered.run else "nothing new in", screen, warnings)


def meeting_answer(shown: ShownMeeting, verb: str, screen: Screen, more: Sequence[str] = ()) -> str:
    """What a command says about one event that it changed: what, when on every clock, and the warnings, with some `more`."""
    view, row = shown.view, shown.row
    clients = f" ({', '.join(view.meeting.clients)})" if view and view.meeting.clients else ""
    lines = [f"{verb} {row.id}: {clean(row.index.summary)}{clients}"]
    if view is not None:
        lines.append(f"  {view.clocks}" + (f" ({view.left})" if view.left else ""))
    if row.index.repeat:
        lines.append(f"  repeats {human(row.index.repeat)}")
    warnings = [*([] if view is None else hours_texts(view)), *more]
    lines += [screen.paint(f"  warning: {warning}", Role.SOON) for warning in warnings]
    return "\n".join(lines) + "\n"


def meeting_details(shown: ShownMeeting, screen: Screen) -> str:
    """Everything about an event that is not empty, with its next instance."""
    index, view = shown.row.index, shown.view
    meeting = None if view is None else view.meeting
    pairs = (
        ("clients", ", ".join(meeting.clients) if meeting else ""),
        ("calendar", shown.row.calendar),
        ("status", meeting.status if meeting else index.status),
        ("next" if index.repeat else "when", "" if view is None else view.clocks + (f" ({view.left})" if view.left else "")),
        ("repeats", human(index.repeat) if index.repeat else ""),
        ("where", meeting.location if meeting else ""),
        ("organizer", meeting.organizer if meeting else ""),
        ("invited", ", ".join(meeting.attendees) if meeting else ""),
        ("categories", ", ".join(index.categories)),
        ("note", index.note),
        ("uid", shown.row.uid),
    )
    warnings = [*([] if view is None else hours_texts(view)), *([index.problem] if index.problem else [])]
    lines = [f"{shown.row.id}: {clean(index.summary)}"]
    lines += labelled(pairs, screen)
    lines += [screen.paint(f"  warning: {clean(warning)}", Role.SOON) for warning in warnings]
    return "\n".join(lines) + "\n"


def hours_texts(view: MeetingView) -> Iterator[str]:
    """How a meeting lies outside the hours of those who take part, or at the edge of them."""
    for verdict, words in _WORDS.items():
        parties = ["your" if key == ME else f"{key}'s" for key, found in view.verdicts.items() if found is verdict]
        if parties:
            yield words.format(" and ".join(parties))


def clash_text(clash: MeetingView) -> str:
    """One thing that I do at that time already."""
    first, last = clash.local[ME]
    return f"you are busy then: {clean(clash.meeting.summary)} ({first:%H:%M}-{last:%H:%M})"
