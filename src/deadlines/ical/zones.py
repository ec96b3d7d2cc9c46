"""From the names that calendars give to time zones to clocks, and to the IANA names that we write.

A TZID is any text. What programs write falls into four kinds, tried in this order (DESIGN §4):

1. an IANA name, perhaps in another case, quoted, with spaces, or behind a vendor's path
   (`/freeassociation.sourceforge.net/Europe/Oslo`, `/softwarestudio.org/Olson_20011030_5/America/New_York`);
2. UTC under another name, or a fixed offset that reads one way only: `GMT+0200`, `UTC+02:00`, never `GMT+2`, which POSIX
   reads west of Greenwich;
3. a Windows name or the text of Windows' selection list (`windows_zones`);
4. a private name, for which the VTIMEZONE that was sent along has the definition (`vtimezone`).

The text comes from strangers: no TZID makes any function here raise, or open a file that is no zone.
"""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import tzdata

from deadlines.errors import CodecError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deadlines.ical.sent_zone import Component

_LONGEST = 255
_UTC = frozenset({"utc", "z", "tzone://microsoft/utc", "etc/utc"})
# Not compiled, for most names are IANA's, and each text is looked up once.
_OFFSET = r"(?i:(?:utc|gmt)?([+-])(\d\d):?(\d\d)|utc([+-])(\d\d))"
_SELECTION = r"(?i:\((?:utc|gmt)[^)]*\)\s*|greenwich mean time\s*:\s*)"
_BETWEEN_PLACES = r",\s*|/"
_NUMBERED = r"\s+\d+$"  # Exchange numbers its copies: "W. Europe Standard Time 1"
_UNLISTED = r"(?!posix/|right/)[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z0-9_+-]+){1,2}"
_ESCAPED = r"\\([\\;,])"
_FARTHEST = timedelta(hours=15)


@lru_cache(maxsize=4096)
def find(tzid: str) -> tzinfo | None:
    """The clock that `tzid` names by itself, or None. Never raises."""
    name = iana(tzid)
    if name == "UTC":
        return UTC
    return _open(name) if name else _fixed(_plain(tzid))


@lru_cache(maxsize=4096)
def iana(tzid: str) -> str | None:
    """The IANA name for what `tzid` names, or None; a fixed offset of whole hours is an `Etc/GMT` name."""
    if len(tzid) > _LONGEST:
        return None
    plain = _plain(tzid)
    if plain.casefold() in _UTC:
        return "UTC"
    return _listed(plain) or _behind_a_vendor(plain) or _of_offset(plain) or _of_windows(plain) or _unlisted(plain)


def _plain(tzid: str) -> str:
    return tzid.strip().strip("\"'").strip()


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    lines = Path(tzdata.__file__).with_name("zones").read_text(encoding="utf-8").split()
    return {name.casefold(): name for name in lines if name != "Factory"}  # which means "nobody has set this clock"


def _listed(plain: str) -> str | None:
    return _names().get(plain.replace(" ", "_").casefold())


def _behind_a_vendor(plain: str) -> str | None:
    steps = plain.split("/")
    tails = ("/".join(steps[-count:]) for count in (3, 2, 1) if len(steps) > count)
    return next((name for tail in tails if (name := _listed(tail))), None)


def _fixed(plain: str) -> tzinfo | None:
    offset = _offset(plain)
    return None if offset is None else timezone(offset)


def _of_offset(plain: str) -> str | None:
    offset = _offset(plain)
    if offset is None or offset % timedelta(hours=1):
        return None
    hours = offset // timedelta(hours=1)
    return _listed(f"Etc/GMT{-hours:+d}") if hours else "UTC"


def _offset(plain: str) -> timedelta | None:
    match = re.fullmatch(_OFFSET, plain)
    if match is None:
        return None
    sign, hours, minutes = match[1] or match[4], match[2] or match[5], match[3] or 0
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return None if offset > _FARTHEST else offset if sign == "+" else -offset


def _of_windows(plain: str) -> str | None:
    from deadlines.ical import windows_zones  # noqa: PLC0415 - its tables are built only for names that are not IANA's

    text = re.sub(_SELECTION, "", plain, count=1).casefold()
    whole = windows_zones.NAMES.get(re.sub(_NUMBERED, "", text)) or windows_zones.TEXTS.get(text)
    if whole:
        return whole
    places = {windows_zones.PLACES[place] for place in re.split(_BETWEEN_PLACES, text) if place in windows_zones.PLACES}
    return places.pop() if len(places) == 1 and text != plain.casefold() else None


def _unlisted(plain: str) -> str | None:
    """A name that the system's zone files know and `tzdata` does not: they may be newer than it."""
    return plain if re.fullmatch(_UNLISTED, plain) and _open(plain) else None


def _open(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such zone, not a zone file, a folder or unreadable
        return None


class Zones:
    """The clocks of one calendar text: what its TZIDs name, and what the VTIMEZONEs in `root` define."""

    def __init__(self, root: Component) -> None:
        self._root = root
        self._known: dict[str, tzinfo | None] = {}
        self._reasons: dict[str, str] = {}

    def get(self, tzid: str) -> tzinfo | None:
        """The clock for `tzid`, or None where nobody can tell it; `reason` then says why. Never raises."""
        if tzid not in self._known:
            self._known[tzid] = find(tzid) or self._sent(tzid)
        return self._known[tzid]

    def reason(self, tzid: str) -> str:
        """Why `get` gave None, for a finding; empty if it did not."""
        return "" if self.get(tzid) else self._reasons.get(tzid, f"unknown time zone {tzid[:80]!r}, and no definition of it")

    def _sent(self, tzid: str) -> tzinfo | None:
        for component in self._root.children:
            if component.name == "VTIMEZONE" and _named(component) == _plain(tzid):
                return self._read(tzid, component)
        return None

    def _read(self, tzid: str, vtimezone: Component) -> tzinfo | None:
        from deadlines.ical import sent_zone  # noqa: PLC0415 - hardly any calendar needs it

        try:
            return sent_zone.read(vtimezone)
        except CodecError as error:
            self._reasons[tzid] = error.reason
            return None


def _named(vtimezone: Component) -> str:
    value = next((value for name, _, value in vtimezone.props if name == "TZID"), "")
    return _plain(re.sub(_ESCAPED, r"\1", value))
