"""Time zones by the names that people type: `Europe/Oslo`, `europe/oslo`, `Tokyo`, `new york`.

An abbreviation such as IST is the name of an offset in several countries at once, so it is never taken for one of them; nor is
`UTC+2`, whose IANA name says the opposite (`Etc/GMT-2`). Listing the database costs tens of milliseconds and happens only where
the name is not one that can be opened as it stands.
"""

from __future__ import annotations

import re
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from deadlines.errors import AmbiguousInput, UnknownName

_LONGEST = 64
_CANONICAL = re.compile(r"[A-Z][A-Za-z0-9_+-]*(?:/[A-Z][A-Za-z0-9_+-]*){0,2}", re.ASCII)
_OFFSET = r"(?ai:(?:utc|gmt)? ?([+-])0?(\d{1,2})(?::?00)?)"  # not compiled, for hardly anybody types one
_NOT_FOR_PEOPLE = re.compile(r"posix/|right/|localtime$|posixrules$|Factory$", re.IGNORECASE)

_ABBREVIATIONS = {
    "ADT": ("America/Halifax", "Atlantic/Bermuda"),
    "AEDT": ("Australia/Sydney", "Australia/Melbourne"),
    "AEST": ("Australia/Sydney", "Australia/Brisbane"),
    "AMT": ("America/Manaus", "Asia/Yerevan"),
    "AST": ("America/Halifax", "America/Puerto_Rico", "Asia/Riyadh"),
    "BST": ("Europe/London", "Asia/Dhaka"),
    "CDT": ("America/Chicago", "America/Havana"),
    "CEST": ("Europe/Berlin", "Europe/Paris"),
    "CST": ("America/Chicago", "Asia/Shanghai", "America/Havana"),
    "EDT": ("America/New_York", "America/Toronto"),
    "EEST": ("Europe/Athens", "Europe/Kyiv"),
    "EST": ("America/New_York", "America/Panama", "Australia/Sydney"),
    "GST": ("Asia/Dubai", "Atlantic/South_Georgia"),
    "HKT": ("Asia/Hong_Kong",),
    "HST": ("Pacific/Honolulu", "America/Adak"),
    "IST": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "JST": ("Asia/Tokyo",),
    "KST": ("Asia/Seoul",),
    "MDT": ("America/Denver", "America/Edmonton"),
    "MSK": ("Europe/Moscow",),
    "MST": ("America/Denver", "America/Phoenix"),
    "NZDT": ("Pacific/Auckland",),
    "NZST": ("Pacific/Auckland",),
    "PDT": ("America/Los_Angeles", "America/Vancouver"),
    "PST": ("America/Los_Angeles", "Asia/Manila"),
    "SGT": ("Asia/Singapore",),
    "SST": ("Asia/Singapore", "Pacific/Pago_Pago"),
    "WST": ("Australia/Perth", "Pacific/Apia"),
}


def open_zone(key: str) -> ZoneInfo | None:
    """The zone whose IANA name is exactly `key`; None for anything else, whatever it contains."""
    if len(key) > _LONGEST or not _CANONICAL.fullmatch(key) or _NOT_FOR_PEOPLE.match(key):
        return None
    try:
        return ZoneInfo(key)
    except (KeyError, OSError, ValueError):  # not there, a folder such as Europe, a file of another kind
        return None


def find_zone(text: str) -> ZoneInfo:
    """The zone that `text` names: an IANA name in any case, or a city that only one zone is named for.

    Raises `AmbiguousInput` with IANA names as readings, or `UnknownName` with the nearest ones.
    """
    name = " ".join(text.split())
    readings = _ABBREVIATIONS.get(name.upper(), ())
    if len(readings) > 1:
        raise AmbiguousInput("zone", name, readings)
    if readings:
        raise UnknownName("zone", name, readings)
    if zone := open_zone(name.replace(" ", "_")):
        return zone
    if len(name) > _LONGEST:
        raise UnknownName("zone", f"{name[:_LONGEST]}…")
    if offset := re.fullmatch(_OFFSET, name):
        raise UnknownName("zone", name, _fixed(offset[1], int(offset[2])))
    plain = _plain(name)
    known, cities = _database()
    keys = (known[plain],) if plain in known else cities.get(plain, ())
    if len(keys) > 1:
        raise AmbiguousInput("zone", name, keys)
    zone = open_zone(keys[0]) if keys else None
    if zone is None:
        raise UnknownName("zone", name, _nearest(plain))
    return zone


def _plain(name: str) -> str:
    import unicodedata  # noqa: PLC0415 # only names that are not IANA's pay for it

    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[ _]+", "_", letters).strip("_").casefold()


def _fixed(sign: str, hours: int) -> tuple[str, ...]:
    # The signs of Etc/ are those of POSIX: west of Greenwich is positive.
    if hours == 0:
        return ("UTC",)
    key = f"Etc/GMT{'-' if sign == '+' else '+'}{hours}"
    return (key,) if open_zone(key) else ()


@lru_cache(maxsize=1)
def _database() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Every IANA name by its plain form, and the names by city."""
    names = sorted(name for name in available_timezones() if not _NOT_FOR_PEOPLE.match(name))
    cities: dict[str, tuple[str, ...]] = {}
    for name in names:
        area, slash, place = name.partition("/")
        if slash and area != "Etc":
            city = _plain(place.rpartition("/")[2])
            cities[city] = (*cities.get(city, ()), name)
    return {_plain(name): name for name in names}, {city: _without_shorthand(keys) for city, keys in cities.items()}


def _without_shorthand(keys: tuple[str, ...]) -> tuple[str, ...]:
    # America/Louisville is short for America/Kentucky/Louisville.
    longer = {f"{key.partition('/')[0]}/{key.rpartition('/')[2]}" for key in keys if key.count("/") > 1}
    return tuple(key for key in keys if key not in longer)


def _nearest(plain: str) -> tuple[str, ...]:
    from difflib import get_close_matches  # noqa: PLC0415 # only a mistake pays for it

    known, cities = _database()
    by_city = [key for city in get_close_matches(plain, cities, n=2) for key in cities[city]]
    by_name = [known[name] for name in get_close_matches(plain, known, n=2)]
    return tuple(dict.fromkeys(by_city + by_name))[:3]
