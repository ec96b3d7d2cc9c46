"""New calendar objects as text (RFC 5545 §3.6), without the cost of importing a library on every `add`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from deadlines.core.task import Task
from deadlines.core.when import When, Zoned
from deadlines.ical.read import WARN_BEFORE
from deadlines.ical.text import content_line, escape, format_duration, format_instant, format_when, join_list
from deadlines.ical.vtimezone import vtimezone_text

PRODID = "-//deadlines//deadlines//EN"

_Params = Mapping[str, Iterable[str]]


def new_task(task: Task, *, now: datetime) -> str:
    """A VCALENDAR with `task`, created `now`; its own `last_modified` is not used."""
    lines = [
        *_head(task.uid, now),
        *_texts(("SUMMARY", task.summary), ("DESCRIPTION", task.description)),
        _line("STATUS", task.status.value.upper()),
    ]
    if task.sequence:
        lines.append(_line("SEQUENCE", str(task.sequence)))
    if task.priority:
        lines.append(_line("PRIORITY", str(task.priority)))
    if task.percent_complete:
        lines.append(_line("PERCENT-COMPLETE", str(task.percent_complete)))
    if task.categories:
        lines.append(_line("CATEGORIES", join_list(task.categories)))
    lines += _times(("DTSTART", task.start), ("DUE", task.due))
    if task.completed is not None:
        lines.append(_line("COMPLETED", format_instant(task.completed)))
    if task.estimate is not None:
        lines.append(_line("ESTIMATED-DURATION", format_duration(task.estimate)))
    if task.warn_before is not None:
        lines.append(_line(WARN_BEFORE, format_duration(task.warn_before)))
    if task.rrule:
        lines.append(_line("RRULE", task.rrule))
    if task.parent:
        lines.append(_line("RELATED-TO", escape(task.parent)))
    lines += [_line("RELATED-TO", escape(uid), {"RELTYPE": ("DEPENDS-ON",)}) for uid in task.after]
    return _calendar("VTODO", lines, task.start, task.due)


def new_event(
    *,
    uid: str,
    summary: str,
    start: When,
    end: When,
    description: str = "",
    location: str = "",
    url: str = "",
    categories: Iterable[str] = (),
    rrule: str = "",
    now: datetime,
) -> str:
    """A VCALENDAR with one VEVENT from `start` to `end`, both of the same kind, created `now`; nobody is invited (`people`)."""
    lines = [
        *_head(uid, now),
        *_texts(("SUMMARY", summary), ("DESCRIPTION", description), ("LOCATION", location)),
        *_times(("DTSTART", start), ("DTEND", end)),
    ]
    if url:
        lines.append(_line("URL", url))
    if labels := join_list(categories):
        lines.append(_line("CATEGORIES", labels))
    if rrule:
        lines.append(_line("RRULE", rrule))
    return _calendar("VEVENT", lines, start, end)


def _calendar(kind: str, lines: list[str], *times: When | None) -> str:
    clocks = {when.tzid: when.zone for when in times if isinstance(when, Zoned) and when.tzid != "UTC"}
    definitions = [vtimezone_text(tzid, zone) for tzid, zone in clocks.items()]
    head = [_line("BEGIN", "VCALENDAR"), _line("VERSION", "2.0"), _line("PRODID", PRODID)]
    body = [_line("BEGIN", kind), *lines, _line("END", kind)]
    return "".join([*head, *definitions, *body, _line("END", "VCALENDAR")])


def _head(uid: str, now: datetime) -> list[str]:
    stamp = format_instant(now)
    return [_line("UID", escape(uid)), *(_line(name, stamp) for name in ("DTSTAMP", "CREATED", "LAST-MODIFIED"))]


def _texts(*pairs: tuple[str, str]) -> list[str]:
    return [_line(name, escape(text)) for name, text in pairs if text]


def _times(*pairs: tuple[str, When | None]) -> list[str]:
    lines = []
    for name, when in pairs:
        if when is not None:
            params, value = format_when(when)
            lines.append(_line(name, value, params))
    return lines


def _line(name: str, value: str, params: _Params | None = None) -> str:
    return content_line(name, value, params)
