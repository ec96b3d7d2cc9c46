"""Feeds as two independent readers see them."""

from __future__ import annotations

import warnings
from datetime import date, datetime
from typing import Any

import icalendar
import vobject

Seen = tuple[str, str, str, object]
"""Component, UID, SUMMARY, and when: the instant in UTC, or the date."""


def check_lines(data: bytes) -> None:
    """RFC 5545 §3.1: UTF-8, every line ended by CRLF and at most 75 octets long."""
    assert data.endswith(b"\r\n")
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    for line in lines:
        line.decode("utf-8")


def by_icalendar(data: bytes) -> list[Seen]:
    calendar = icalendar.Calendar.from_ical(data)
    found = []
    for part in calendar.subcomponents:
        if part.name in {"VEVENT", "VTODO"}:
            assert not part.errors
            when = part.get("DUE") or part.get("DTSTART")
            found.append((part.name, str(part["UID"]), str(part["SUMMARY"]), None if when is None else _instant(when.dt)))
    return found


def by_vobject(data: bytes) -> list[Seen]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own use of deprecated calls
        calendar: Any = vobject.readOne(data.decode("utf-8"))
        found = []
        for part in calendar.components():
            if part.name in {"VEVENT", "VTODO"}:
                when = getattr(part, "due", None) or getattr(part, "dtstart", None)
                found.append((part.name, part.uid.value, part.summary.value, None if when is None else _instant(when.value)))
    return found


def _instant(when: date | datetime) -> object:
    return when.timestamp() if isinstance(when, datetime) else when
