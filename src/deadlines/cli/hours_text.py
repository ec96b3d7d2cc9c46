"""Working hours as a picture: my day from left to right, one row a party, the overlap below.

On a terminal the hours are blocks, and as many cells as it is wide for: an hour, half an hour or a quarter each. Otherwise they
are letters, half an hour each. A cell is what holds for the greater part of it.

    w ▒   works         O █   works when you do         h ░   would work, but is off         . ·   does not work

Over a week a day is a row, and a cell says who works: `m` ▒ only you, `c` ░ only others, `O` █ everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deadlines.cli.table import Role, Screen
from deadlines.core.clocks import city, format_date
from deadlines.core.display import clean, cut, width
from deadlines.core.span import Span
from deadlines.core.when import Kink, kink, to_utc
from deadlines.usecases.hours import ME, Day, PartyDay

_HOUR = timedelta(hours=1)
_DAY = 24
_LABEL, _SHORT, _SHORTEST = 12, 8, 5
"""As much of a name as is worth quarters of an hour; half hours and what stands after a row; and as much as is always shown."""


class _Style(NamedTuple):
    """The characters of a picture."""

    works: str
    together: str
    off: str
    free: str
    mine: str
    theirs: str
    now: str


_BLOCKS = _Style("▒", "█", "░", "·", "▒", "░", "▲")
_LETTERS = _Style("w", "O", "h", ".", "m", "c", "^")


class _Cell(NamedTuple):
    text: str
    role: Role | None = None


class _Picture:
    """How a day is drawn on one screen."""

    def __init__(self, screen: Screen, names: Iterable[str], tails: Iterable[str], ahead: int = 1) -> None:
        self.screen = screen
        self._ahead = ahead
        longest = max(width(clean(name)) for name in (*names, "together"))
        tail = 1 + max(map(width, tails))
        self.style = _BLOCKS if screen.columns is not None and screen.ellipsis == "…" else _LETTERS
        self.per_hour, self._label, self.has_tails = 2, longest, True
        if screen.columns is not None:
            self.has_tails = screen.columns - ahead - tail >= _DAY + _SHORT
            room = screen.columns - ahead - (tail if self.has_tails else 0)
            self.per_hour = 4 if room >= 4 * _DAY + _LABEL else 2 if room >= 2 * _DAY + _SHORT else 1
            self._label = max(min(longest, room - self.per_hour * _DAY), _SHORTEST)
        self.cell = _HOUR / self.per_hour

    def label(self, name: str, more: str = "") -> str:
        """What stands before the cells of a row."""
        name = cut(clean(name), self._label, self.screen.ellipsis)
        return f"{name}{' ' * (self._label - width(name))}{more:>{self._ahead - 1}} "

    @property
    def margin(self) -> str:
        """As much room as a label takes."""
        return self.label("")

    def wrapped(self, text: str) -> Sequence[str]:
        """Lines of text below the cells."""
        return self.screen.wrapped(text, self.margin, self.margin)

    def tailed(self, row: str, tail: str) -> str:
        """A row with what is said of it after it, where there is room for that on this screen."""
        return f"{row} {tail}" if self.has_tails else row

    def axis(self, day: Day, label: str) -> str:
        """The hours on my clock, as they come: also where one is skipped or repeated."""
        every = {1: 3, 2: 2, 4: 1}[self.per_hour]
        line = ""
        for number, (start, _) in enumerate(self.cells(day.span)):
            local = start.astimezone(day.zone)
            if number % self.per_hour == 0 and local.hour % every == 0 and len(line) <= number:
                line = f"{line:<{number}}{local:%H}"
        return self.screen.paint(f"{label}{line}", Role.DIM)

    def cells(self, span: Span) -> Iterator[tuple[datetime, datetime]]:
        """Start and middle of each cell."""
        start = span.start
        while start < span.end:
            yield start, start + self.cell / 2
            start += self.cell

    def row(self, span: Span, of: Callable[[datetime], _Cell]) -> str:
        """The cells of a day, each as its middle is."""
        return self._drawn([of(middle) for _, middle in self.cells(span)])

    def wall_row(self, day: Day, of: Callable[[datetime], _Cell]) -> str:
        """The same by the hours on the clock, below those of another day: a skipped hour is blank, a repeated one comes once."""
        cells = []
        for number in range(24 * self.per_hour):
            local = datetime.combine(day.date, time()) + self.cell * number + self.cell / 2
            skipped = kink(local, day.zone) is Kink.SKIPPED
            cells.append(_Cell(" ") if skipped else of(to_utc(local, day.zone)))
        return self._drawn(cells)

    def _drawn(self, cells: Sequence[_Cell]) -> str:
        parts = []
        for role, run in groupby(cells, key=lambda cell: cell.role):
            text = "".join(cell.text for cell in run)
            parts.append(self.screen.paint(text, role) if role else text)
        return "".join(parts)

    def now(self, span: Span, zone: ZoneInfo, now: datetime) -> str:
        """A mark below the cell that now is in; empty where that is another day."""
        if now not in span:
            return ""
        place = (now - span.start) // self.cell
        text = f"now {now.astimezone(zone):%H:%M}"
        line = " " * place + self.style.now
        cells = -(-(span.end - span.start) // self.cell)
        if place + len(text) + 2 > cells:
            line = f"{text:>{max(place - 1, 0)}} {self.style.now}"
            return self.margin + line
        return f"{self.margin}{line} {text}"


def day_text(day: Day, screen: Screen, *, now: datetime) -> str:
    """One day: a row for each party, what they have in common, and now."""
    ahead = 2 + max(len(_signed(party.ahead)) for party in day.parties)
    picture = _Picture(screen, [party.name for party in day.parties], map(_place, day.parties), ahead)
    year = now.astimezone(day.zone).year
    title = f"{format_date(day.date, year=year)}, on your clock in {city(day.zone.key)}"
    lines = [screen.paint(title, Role.HEADING), picture.axis(day, picture.label(""))]
    lines += [_party_row(party, day, picture) for party in day.parties]
    is_alone = len(day.parties) == 1
    if not is_alone:
        lines.append(picture.label("together") + picture.row(day.span, partial(_together, day, picture)))
    lines += filter(None, [picture.now(day.span, day.zone, now)])
    words = [*_in_words(day), *_change_texts(day)]
    lines += ["", *words, ""] if words else [""]
    legend = _day_legend(picture, is_alone=is_alone)
    return "\n".join([*lines, screen.paint(legend, Role.DIM)]) + "\n"


def week_text(days: Sequence[Day], screen: Screen, *, now: datetime) -> str:
    """A week, a row for each day; what the overlap is, and which clocks change."""
    picture = _Picture(screen, ["Mon 30 Sep"], [_shared_on(day) for day in days])
    first = days[0]
    year = now.astimezone(first.zone).year
    names = ", ".join(clean(party.name) for party in first.parties)
    lines = [
        screen.paint(f"The week from {format_date(first.date, year=year)}: {names}", Role.HEADING),
        picture.axis(first, picture.label("")),
    ]
    for day in days:
        lines += [screen.paint(line, Role.SOON) for said in _change_texts(day) for line in picture.wrapped(said)]
        cells = picture.wall_row(day, partial(_who, day, picture))
        lines.append(picture.tailed(f"{picture.label(format_date(day.date, year=day.date.year))}{cells}", _shared_on(day)))
        if not picture.has_tails:
            lines += picture.wrapped(_shared_on(day))
        lines += filter(None, [picture.now(day.span, day.zone, now)])
    legend = (
        f"{picture.style.mine} only you  {picture.style.theirs} only others  {picture.style.together} everybody, on your clock"
    )
    return "\n".join([*lines, "", screen.paint(legend, Role.DIM)]) + "\n"


def _party_row(party: PartyDay, day: Day, picture: _Picture) -> str:
    ahead = "" if party.zone is day.zone and not party.ahead else _signed(party.ahead)
    cells = picture.row(day.span, partial(_works, party, day, picture))
    return picture.tailed(f"{picture.label(party.name, ahead)}{cells}", _place(party))


def _place(party: PartyDay) -> str:
    return city(party.zone.key) + (", off" if party.off and not party.windows else "")


def _shared_on(day: Day) -> str:
    times = " ".join(_times(one, day.zone) for one in day.overlap) or "-"
    off = ", ".join(clean("you" if party.key == ME else party.key) for party in day.parties if party.off and not party.windows)
    return times + (f" off: {off}" if off else "")


def _works(party: PartyDay, day: Day, picture: _Picture, at: datetime) -> _Cell:
    style = picture.style
    if _in(at, party.windows):
        common = day.overlap if party.key == ME else party.shared
        return _Cell(style.together, Role.GOOD) if len(day.parties) > 1 and _in(at, common) else _Cell(style.works)
    return _Cell(style.off, Role.SOON) if _in(at, party.off) else _Cell(style.free, Role.DIM)


def _together(day: Day, picture: _Picture, at: datetime) -> _Cell:
    style = picture.style
    return _Cell(style.together, Role.GOOD) if _in(at, day.overlap) else _Cell(style.free, Role.DIM)


def _who(day: Day, picture: _Picture, at: datetime) -> _Cell:
    style = picture.style
    me, *others = day.parties
    if _in(at, day.overlap):
        return _Cell(style.together, Role.GOOD)
    if _in(at, me.windows):
        return _Cell(style.mine)
    return _Cell(style.theirs) if any(_in(at, party.windows) for party in others) else _Cell(style.free, Role.DIM)


def _in(at: datetime, spans: Sequence[Span]) -> bool:
    return any(at in span for span in spans)


def _in_words(day: Day) -> Iterator[str]:
    me, *others = day.parties
    if len(others) > 1:
        yield from (f"with {clean(party.name)}: {_shared(party.shared, (me, party))}" for party in others)
        yield f"everybody: {_shared(day.overlap, day.parties)}"
    elif others:
        yield f"with {clean(others[0].name)}: {_shared(day.overlap, day.parties)}"


def _shared(spans: Sequence[Span], parties: Sequence[PartyDay]) -> str:
    """`15:00-17:00 Oslo = 09:00-11:00 New York`."""
    zones = dict.fromkeys(party.zone for party in parties)
    return (
        ", ".join(" = ".join(f"{_times(span, zone)} {city(zone.key)}" for zone in zones) for span in spans)
        or "no hours in common"
    )


def _change_texts(day: Day) -> Iterator[str]:
    """Whose clock changes, and how far others are from me before and after."""
    mine = next((change for change in day.changes if change.key == ME), None)
    moved = [f"{city(one.zone.key)} is {_away(one.before)}, then {_away(one.after)}" for one in day.changes
             if one.before != one.after]  # fmt: skip
    changing = [city(change.zone.key) for change in day.changes if change.itself]
    if changing:
        whose = "your clock" if mine and len(changing) == 1 else f"the clock in {' and '.join(changing)}"
        yield "; ".join([f"{whose[0].upper()}{whose[1:]} changes", *moved])


def _times(span: Span, zone: ZoneInfo) -> str:
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    closing = "24:00" if end.date() > start.date() and not (end.hour or end.minute) else f"{end:%H:%M}"
    return f"{start:%H:%M}-{closing}"


def _signed(ahead: timedelta) -> str:
    minutes = abs(ahead) // timedelta(minutes=1)
    sign = "-" if ahead < timedelta() else "+"
    return f"{sign}{minutes // 60} h" if minutes % 60 == 0 else f"{sign}{minutes // 60}:{minutes % 60:02} h"


def _away(ahead: timedelta) -> str:
    """`6 h behind you`."""
    if not ahead:
        return "level with you"
    return f"{_signed(ahead)[1:]} {'behind' if ahead < timedelta() else 'ahead of'} you"


def _day_legend(picture: _Picture, *, is_alone: bool) -> str:
    style = picture.style
    cell = {1: "an hour", 2: "half an hour", 4: "a quarter of an hour"}[picture.per_hour]
    together = "" if is_alone else f"  {style.together} with you"
    return f"{style.works} works{together}  {style.off} off  {style.free} does not work; {cell} each"
