"""The kinds of values that the configuration knows: what each looks like, and how its TOML becomes a value of ours.

A kind refuses with `InputError`. What it refuses is shown in the message unless it could hold a secret.
"""

from __future__ import annotations

import enum
import os.path
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

from deadlines.core.availability import parse_hours
from deadlines.core.away import TIME_OFF_EXAMPLE, TRAVEL_EXAMPLE, parse_time_off, parse_travel
from deadlines.core.clock_time import parse_time
from deadlines.core.duration import parse_lead
from deadlines.core.zone_names import find_zone
from deadlines.errors import InputError

T = TypeVar("T")

_CATALOGUES = Path(__file__).parent.parent / "locale"
_SHOWN = 60
_ENORMOUS = 10**20
# Not compiled, for every command reads the configuration, and few configurations need them all.
_UNPRINTABLE = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
_ADDRESS = r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+"
_REGION = r"[A-Z]{2}(-[A-Z0-9]{1,4})?"
_HOST = r"\[[0-9A-Fa-f:.]+\]|[\w.-]+"
_URL = rf"(?i:(?:https?|webcals?)://(?P<host>{_HOST})(:\d{{1,5}})?(/[^\s#\\]*)?)"
_FILE_URL = r"(?i:file://(?:localhost)?(?=/))"
_VARIABLE = r"(?a:[A-Za-z_]\w*)"
_LOOPBACK = r"(?i:localhost|127(\.\d{1,3}){3}|\[?::1\]?)"


class Kind(NamedTuple):
    """How one kind of value is read. `read` gives None for what is not of this kind at all."""

    expected: str
    read: Callable[[object], object | None]
    secret: bool = False

    def value(self, raw: object) -> object:
        """Our value of what TOML gave; `InputError` says what was expected instead."""
        value = self.read(raw)
        if value is None:
            found = "something else" if self.secret and isinstance(raw, str) else shown(raw)
            raise InputError(f"expected {self.expected}, found {found}")
        return value


def shown(raw: object) -> str:
    """A value from the file as a message names it: short, in one line, safe for a terminal."""
    match raw:
        case bool():
            found = "true" if raw else "false"
        case str():
            text = raw if len(raw) <= _SHOWN else raw[:_SHOWN] + "..."
            found = repr(re.sub(_UNPRINTABLE, "\N{REPLACEMENT CHARACTER}", text))
        case int() | float():
            found = "an enormous number" if abs(raw) >= _ENORMOUS else str(raw)
        case list():
            found = "a list" if raw else "an empty list"
        case date() | time():
            found = "a date or time"
        case _:
            found = "a table"
    return found


def is_loopback(host: str) -> bool:
    """Whether `host` is this computer, so that nobody else can listen."""
    return re.fullmatch(_LOOPBACK, host) is not None


def host_of(url: str) -> str:
    """The host of a URL that the kind `URL` accepted."""
    found = re.fullmatch(_URL, url)
    return found["host"] if found else ""


def choice(*options: str | enum.Enum) -> Kind:
    """One of a few words; gives the member where the options are an enum."""
    values = {str(option.value) if isinstance(option, enum.Enum) else option: option for option in options}
    expected = " or ".join(f'"{word}"' for word in values)
    return Kind(expected, lambda raw: values.get(raw) if isinstance(raw, str) else None)


def integer(low: int, high: int) -> Kind:
    """A whole number in a range that includes both ends."""

    def read(raw: object) -> int | None:
        return raw if type(raw) is int and low <= raw <= high else None

    return Kind(f"a whole number from {low} to {high}", read)


def number(high: int) -> Kind:
    """A number from 0 on, fractions allowed."""

    def read(raw: object) -> int | float | None:
        return raw if type(raw) in {int, float} and isinstance(raw, int | float) and 0 <= raw <= high else None

    return Kind(f"a number from 0 to {high}", read)


def many(kind: Kind, example: str) -> Kind:
    """A list of at least one value of a kind, without repetition; gives a tuple."""

    def read(raw: object) -> tuple[object, ...] | None:
        if not isinstance(raw, list) or not raw:
            return None
        return tuple(dict.fromkeys(kind.value(item) for item in raw))

    return Kind(f"a list such as {example}", read, secret=kind.secret)


def _text(raw: object) -> str | None:
    """A line of text: not empty, and nothing in it that moves a cursor or turns the direction of writing."""
    if not isinstance(raw, str) or not raw.strip():
        return None
    if not _is_printable(raw):
        raise InputError(f"{shown(raw)} holds a character that cannot be printed")
    return raw


def _is_printable(text: str) -> bool:
    return text.isprintable() or not re.search(_UNPRINTABLE, text)


def _matching(pattern: str) -> Callable[[object], str | None]:
    return lambda raw: raw if isinstance(raw, str) and re.fullmatch(pattern, raw) and _text(raw) else None


def _by(parse: Callable[[str], T]) -> Callable[[object], T | None]:
    return lambda raw: parse(text) if (text := _text(raw)) is not None else None


def _url(raw: object) -> str | None:
    if not isinstance(raw, str):
        return None
    if raw.startswith(("/", "~")) or re.match(_FILE_URL, raw):
        return _file_url(raw)
    if "@" in raw.partition("://")[2].partition("/")[0]:
        raise InputError("a user name or password does not belong into the url; use username and password_command")
    return raw if re.fullmatch(_URL, raw) and _is_printable(raw) else None


def _file_url(raw: str) -> str | None:
    """The `file:` URL of a path or of such a URL; a slash at its end stays."""
    from urllib.parse import quote, unquote  # noqa: PLC0415 - only accounts on this computer pay for it

    if (text := _text(raw)) is None:
        return None
    path = _file(unquote(re.sub(_FILE_URL, "", text)) if re.match(_FILE_URL, text) else text)
    return None if path is None or path.startswith("//") else "file://" + quote(path if path[0] == "/" else f"/{path}")


def _address(raw: object) -> str | None:
    text = _matching(_ADDRESS)(raw)
    return None if text is None or "*" in text or "?" in text else text


def _pattern(raw: object) -> str | None:
    text = _matching(_ADDRESS)(raw)
    return None if text is None else text.lower()


def _collection_path(raw: object) -> str | None:
    text = _text(raw)
    if text is None or text.startswith("//") or ".." in text.split("/"):
        return None
    return text


def _file(raw: object) -> str | None:
    text = _text(raw)
    if text is None:
        return None
    path = os.path.expanduser(text)  # noqa: PTH111 - a text is wanted, as typed but for the home folder
    return path if os.path.isabs(path) else None  # noqa: PTH117 - likewise


def _command(raw: object) -> tuple[str, ...] | None:
    if not isinstance(raw, list) or not raw:
        return None
    words = tuple(word for word in raw if isinstance(word, str) and "\0" not in word)
    return words if len(words) == len(raw) and words[0] else None


def _duration(raw: object) -> timedelta | None:
    duration = _by(parse_lead)(raw)
    if duration is not None and not timedelta() <= duration <= timedelta(days=366):
        raise InputError(f"{shown(raw)} is not between 0 and 366 days")
    return duration


def _day(raw: object) -> date | None:
    """A date of TOML, or one in quotes as ISO 8601 writes it."""
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None


def _days(raw: object) -> timedelta | None:
    length = _duration(raw)
    if length is not None and (not length or length % timedelta(days=1)):
        raise InputError(f"{shown(raw)} is not a number of whole days or weeks")
    return length


_COLORS = frozenset(
    """
    aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood cadetblue
    chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey
    darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray
    darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen
    fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo ivory khaki
    lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen
    lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime
    limegreen linen magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue
    mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive
    olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum
    powderblue purple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue
    slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white whitesmoke yellow
    yellowgreen
    """.split()  # noqa: SIM905 # a list of 147 would be as many lines
)
"""The extended colour keywords of CSS3, which RFC 7986 §5.9 names."""


def _work(raw: object) -> timedelta | None:
    length = _duration(raw)
    if length is not None and not length:
        raise InputError(f"{shown(raw)} is no time to work in; leave it out, or say more than nothing")
    return length


def _clock(raw: object) -> time | None:
    text = _text(raw)
    after = None if text is None else parse_time(text)
    return None if after is None or after >= timedelta(days=1) else (datetime.min.replace(tzinfo=UTC) + after).time()


def _language(raw: object) -> str | None:
    """A language that there is a catalogue for; the folders are looked at only where a language is named."""
    text = _text(raw)
    if text is None or text == "en":
        return text
    known = ("en", *sorted(folder.name for folder in _CATALOGUES.iterdir() if folder.is_dir()))
    if text not in known:
        raise InputError(f"there is no language {shown(text)}; known: {', '.join(known)}")
    return text


TEXT = Kind("a text in quotes", _text)
COLOR = Kind(
    'a colour that CSS knows by name, such as "tomato"', lambda raw: raw if isinstance(raw, str) and raw in _COLORS else None
)
ZONE = Kind('a time zone such as "Europe/Oslo"', _by(find_zone))
TIME_OFF = Kind(f'days such as "{TIME_OFF_EXAMPLE}" or "2026-12-04 12:00-17:00"', _by(parse_time_off))
TRAVEL = Kind(f'dates with a zone or hours such as "{TRAVEL_EXAMPLE}"', _by(parse_travel))
HOURS = Kind('working hours such as "Mon-Fri 09:00-17:00"', _by(parse_hours))
REGION = Kind('a country or country-subdivision such as "NO" or "US-NY"', _matching(_REGION))
DURATION = Kind('a duration such as "3d", "4h" or "1h30"', _duration)
WORK = Kind('a length of work such as "6h" or "1h30"', _work)
DAYS = Kind('a number of days such as "3w" or "10d"', _days)
DAY = Kind("a date such as 2026-12-01", _day)
ADDRESS = Kind('an address such as "kari@example.org"', _address)
PATTERN = Kind('an address or a pattern such as "*@acme.example"', _pattern)
URL = Kind('an address such as "https://dav.example.org/"', _url, secret=True)
HOST = Kind('a host such as "smtp.example.org"', _matching(_HOST))
COLLECTION_PATH = Kind('a path on the server such as "/kari/tasks/", or in a folder such as "tasks"', _collection_path)
FILE = Kind('a file such as "~/public/acme.ics", absolute or below ~', _file)
COMMAND = Kind('a program and its arguments such as ["pass", "show", "caldav"]', _command, secret=True)
VARIABLE = Kind('the name of an environment variable such as "CALDAV_PASSWORD"', _matching(_VARIABLE), secret=True)
CLOCK = Kind('a time of day such as "08:00"', _clock)
LANGUAGE = Kind('a language such as "en" or "nb"', _language)
FLAG = Kind("true or false", lambda raw: raw if isinstance(raw, bool) else None, secret=True)
