"""What a `Message` is in the language of its reader: English as it is, any other by the catalogue in `deadlines/locale`.

A language is a folder there with one text file, `LC_MESSAGES/deadlines.po`, and nothing else: it is read as it is, so that
a translator sees the change with the next digest. Dates, numbers and plurals are Babel's (CLDR); only who reads another language
than English pays for it. What a catalogue lacks is said in English.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from deadlines.core.client import zone_at
from deadlines.core.clocks import Face, faces
from deadlines.core.message import Clock, Clocks, Counted, Day, Left, Length, Message, Work

if TYPE_CHECKING:
    from gettext import NullTranslations

    from babel import Locale

ENGLISH = "en"
FOLDER = Path(__file__).parent.parent / "locale"
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Language(Protocol):
    """Says messages."""

    code: str
    """As in the name of its folder: `en`, `nb`, `pt_BR`."""

    def text(self, message: str) -> str:
        """What it is in this language; a text that is no `Message` is somebody's own and stays as it is."""
        ...


class English:
    """Every message is English already."""

    code = ENGLISH

    def text(self, message: str) -> str:
        """The message."""
        return str(message)


@cache
def language(code: str) -> Language:
    """The language of that code; English where there is no catalogue for it."""
    path = FOLDER / code / "LC_MESSAGES" / "deadlines.po"
    if code == ENGLISH or not path.is_file():
        return English()
    return Translated(code, path)


def codes(folder: Path = FOLDER) -> tuple[str, ...]:
    """Every language there is."""
    return (ENGLISH, *sorted(path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/deadlines.po")))


class Translated:
    """A language with a catalogue."""

    def __init__(self, code: str, catalogue: Path) -> None:
        from babel import Locale  # English readers are spared it

        self.code = code
        self._locale: Locale = Locale.parse(code)
        self._catalogue = _translations(catalogue, code)

    def text(self, message: str) -> str:
        """The message by the catalogue, its parameters by the language."""
        match message:
            case Counted():
                template = self._catalogue.ngettext(message.one, message.template, message.n)
            case Message():
                template = self._catalogue.gettext(message.template) if message.template else ""
            case _:
                return str(message)
        return template.format_map({name: self._said(value) for name, value in message.parameters.items()})

    def _said(self, value: object) -> str:
        from babel.numbers import format_decimal  # as in __init__

        match value:
            case str():
                said = self.text(value)
            case Clocks():
                shown = faces(value.instant, client=value.client, owner=value.owner, when=value.when, now=value.now)
                said = " = ".join(f"{self._face(face)} {face.city}" for face in shown)
            case Clock():
                zone = zone_at(value.party, value.instant)
                there = value.instant.astimezone(zone)
                said = self._face(Face(there.date(), f"{there:%H:%M}", value.now.astimezone(zone).year, ""))
            case Left():
                said = self._left(value)
            case Length():
                said = self._amount(value.length)
            case Work():
                said = self._work(value.length)
            case Day():
                said = self._day(value.date, value.year)
            case int() | float():
                said = format_decimal(value, locale=self._locale)
            case tuple():
                said = ", ".join(map(self._said, value))
            case _:
                said = str(value)
        return said

    def _face(self, face: Face) -> str:
        return f"{self._day(face.date, face.year)} {face.time}"

    def _day(self, day: date, year: int) -> str:
        from babel.dates import format_skeleton  # as in __init__

        return format_skeleton("MMMEd" if day.year == year else "yMMMEd", day, locale=self._locale)

    def _left(self, left: Left) -> str:
        """As `core.clocks.time_left` says it."""
        length = left.instant - left.now
        if abs(length) < _MINUTE:
            return self.text(Message("now"))
        if length > timedelta():
            return self.text(Message("in {time}", time=Length(length)))
        return self.text(Message("{time} overdue", time=Length(-length)))

    def _work(self, length: timedelta) -> str:
        """As `core.clocks.hours` says it."""
        hours, minutes = divmod(-(-length // _MINUTE), _HOUR // _MINUTE)
        if hours and minutes:
            return self.text(Message("{hours} h {minutes} min", hours=hours, minutes=minutes))
        return self.text(Message("{hours} h", hours=hours) if hours else Message("{minutes} min", minutes=minutes))

    def _amount(self, length: timedelta) -> str:
        """The two largest units, cut off, as `core.clocks.amount` says them."""
        days, rest = divmod(length, _DAY)
        hours, rest = divmod(rest, _HOUR)
        minutes = rest // _MINUTE
        if days:
            said = Message("{days} d {hours} h", days=days, hours=hours) if hours else Message("{days} d", days=days)
        elif hours:
            said = (
                Message("{hours} h {minutes} min", hours=hours, minutes=minutes) if minutes else Message("{hours} h", hours=hours)
            )
        else:
            said = Message("{minutes} min", minutes=minutes)
        return self.text(said)


def _translations(path: Path, code: str) -> NullTranslations:
    """A catalogue as `gettext` has it, which knows plurals (PO files: GNU gettext manual, "The Format of PO Files")."""
    from gettext import GNUTranslations  # noqa: PLC0415 # English readers are spared it
    from io import BytesIO  # noqa: PLC0415 # likewise

    from babel.messages.mofile import write_mo  # likewise
    from babel.messages.pofile import read_po  # likewise

    compiled = BytesIO()
    with path.open("rb") as text:
        write_mo(compiled, read_po(text, locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)
