r"""JSON of an answer: instants are RFC 3339 in UTC, durations ISO 8601, every string exact (`\udcXX` for odd bytes)."""

from __future__ import annotations

import datetime as dt
import enum
import json
from collections.abc import Mapping


def dumps(answer: Mapping[str, object]) -> str:
    """One line of ASCII."""
    return json.dumps(answer, ensure_ascii=True, allow_nan=False, default=_plain)


def instant(moment: dt.datetime) -> str:
    """`2026-11-27T22:00:00Z`; ValueError for a naive time, which is no instant."""
    if moment.tzinfo is None:
        raise ValueError(f"a naive time is no instant: {moment}")
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def duration(length: dt.timedelta) -> str:
    """`PT3H30M`, `-P1DT2H`: days, hours, minutes and seconds, of which those that are zero are left out."""
    seconds = abs(length) // dt.timedelta(seconds=1)
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    date = f"{days}D" if days else ""
    time = "".join(f"{value}{unit}" for value, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if value)
    if not date + time:
        return "PT0S"
    return ("-" if length < dt.timedelta() else "") + "P" + date + ("T" + time if time else "")


def _plain(value: object) -> object:
    match value:
        case dt.datetime():
            return instant(value)
        case dt.date():
            return value.isoformat()
        case dt.timedelta():
            return duration(value)
        case enum.Enum():
            return value.value
        case frozenset() | set():
            return sorted(value)
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")
