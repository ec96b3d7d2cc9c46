"""The agenda as text: one line an item; on a terminal below the name of its day, in a pipe with the day in a column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from deadlines.cli.table import Column, Painted, Role, Screen, table
from deadlines.core.client import zone_at
from deadlines.core.clocks import city, format_date, time_left
from deadlines.core.overlap import Verdict
from deadlines.core.settings import Settings
from deadlines.core.weekdays import SHORT_DAYS, SHORT_MONTHS
from deadlines.core.when import AllDay
from deadlines.usecases.agenda import Agenda, Due, Takes
from deadlines.usecases.verdicts import ME

_COLUMNS = (
    Column("DAY"),
    Column("HERE"),
    Column("THERE", flexible=True, spared=2),
    Column("CLIENT", spared=1),
    Column("ID"),
    Column("WHAT", flexible=True),
    Column("NOTE", flexible=True),
)
_BY_RANK = (Verdict.OUTSIDE, Verdict.HOLIDAY, Verdict.EDGE)
_ROLES = {Verdict.OUTSIDE: Role.OVERDUE, Verdict.HOLIDAY: Role.OVERDUE, Verdict.EDGE: Role.SOON}
_NAMES = {Verdict.OUTSIDE: "outside", Verdict.HOLIDAY: "day off", Verdict.EDGE: "edge"}


def agenda_text(agenda: Agenda, settings: Settings, screen: Screen, *, now: datetime) -> str:
    """The whole agenda; empty where nothing is on."""
    today = now.astimezone(zone_at(settings.me, now)).date()
    blocks: list[tuple[str, Sequence[Due | Takes]]] = [("Late", agenda.late)] if agenda.late else []
    blocks += [(_title(day.date, today), day.items) for day in agenda.days]
    shown_day = None if screen.columns is None else today
    rows = [_cells(item, settings, now, shown_day) for _, items in blocks for item in items]
    if not rows:
        return ""
    if screen.columns is None:
        return table(_COLUMNS, rows, screen)
    lines = table(_COLUMNS[1:], [row[1:] for row in rows], Screen(
        columns=screen.columns - 2, colored=screen.colored, headings=False, ellipsis=screen.ellipsis
    )).splitlines()  # fmt: skip
    shown, at = list[str](), 0
    for title, items in blocks:
        shown += ["", screen.paint(title, Role.HEADING)] if shown else [screen.paint(title, Role.HEADING)]
        shown += [f"  {line}" for line in lines[at : at + len(items)]]
        at += len(items)
    return "\n".join(shown) + "\n"


def _title(day: date, today: date) -> str:
    text = format_date(day, year=today.year)
    return {0: f"{text}, today", 1: f"{text}, tomorrow"}.get((day - today).days, text)


def _cells(item: Due | Takes, settings: Settings, now: datetime, today: date | None) -> Sequence[str]:
    return _due(item, settings, now, today) if isinstance(item, Due) else _takes(item, settings)


def _due(item: Due, settings: Settings, now: datetime, today: date | None) -> Sequence[str]:
    """One task. Where the day is in no column, what is late has it in the place of the time; `today` is then given."""
    index = item.row.index
    here = item.at.astimezone(zone_at(settings.me, item.at))
    client = settings.clients.get(index.client)
    date_due = date.fromisoformat(index.due_value) if index.due_kind == "all-day" else None
    there = "" if client is None else _clock(item.at, zone_at(client, item.at), here, day=item.day, ends=date_due)
    face = "24:00" if here.date() != item.day else f"{here:%H:%M}"
    if today is not None and item.day < today:
        face = f"{item.day.day} {SHORT_MONTHS[item.day.month - 1]}"
    is_late = item.at < now
    note = ", ".join((time_left(item.at, now).replace("overdue", "late"), *item.codes))
    role = Role.OVERDUE if is_late else Role.SOON
    urgent = is_late or (client is not None and item.at - now <= client.warn_before)
    return (
        item.day.isoformat(),
        Painted(face, role) if urgent else face,
        there,
        index.client,
        str(item.row.id),
        f"[ ] {index.summary}",
        Painted(note, role) if urgent else note,
    )


def _takes(item: Takes, settings: Settings) -> Sequence[str]:
    meeting = item.meeting
    here = item.part.start.astimezone(zone_at(settings.me, item.part.start))
    clients = [settings.clients[key] for key in meeting.clients if key in settings.clients]
    if isinstance(meeting.start, AllDay):
        face, there = "all day", ""
    else:
        face = _face(item, here, settings)
        clocks = dict.fromkeys(_clock(item.part.start, zone_at(client, item.part.start), here) for client in clients)
        there = ", ".join(filter(None, clocks))
    dim = not meeting.busy and not meeting.clients
    what = meeting.summary or "(no title)"
    return (
        here.date().isoformat(),
        face,
        there,
        ",".join(meeting.clients),
        str(meeting.id),
        Painted(what, Role.DIM) if dim else what,
        _marks(item),
    )


def _face(item: Takes, here: datetime, settings: Settings) -> str:
    end = item.part.end.astimezone(zone_at(settings.me, item.part.end))
    if item.part.length.total_seconds() <= 1:
        return f"{here:%H:%M}"
    last = "24:00" if end.date() > here.date() else f"{end:%H:%M}"
    return f"{here:%H:%M}-{last}"


def _clock(instant: datetime, zone: ZoneInfo, here: datetime, *, day: date | None = None, ends: date | None = None) -> str:
    """`09:00 New York`, with the day of the week where it is another one than here; empty where the clocks show the same.

    What stands on another `day` than that of `here` ended it, and a midnight after the date `ends` is 24:00 of that date.
    """
    there = instant.astimezone(zone)
    if there.replace(tzinfo=None) == here.replace(tzinfo=None):
        return ""
    shown, face = there.date(), f"{there:%H:%M}"
    if ends is not None and ends < shown and face == "00:00":
        shown, face = ends, "24:00"
    name = "" if shown == (day or here.date()) else f"{SHORT_DAYS[shown.weekday()]} "
    return f"{name}{face} {city(zone.key)}"


def _marks(item: Takes) -> str:
    """The verdict where it is not that everybody is inside, with whose hours; and what else is wrong."""
    marks: list[str] = []
    role = Role.SOON
    for verdict in _BY_RANK:
        parties = [("you" if key == ME else key) for key, found in item.verdicts.items() if found is verdict]
        if parties:
            role = _ROLES[verdict] if not marks else role
            marks.append(f"{_NAMES[verdict]}: {', '.join(parties)}")
    if item.doubled:
        marks.append("clash")
    if item.meeting.problem:
        marks.append("doubtful")
    if not marks:
        return Painted("ok", Role.GOOD) if item.verdicts else ""
    return Painted("; ".join(marks), role)
