"""The index of an event: whose meeting it is, when it may take place, and whether its text is needed to say when exactly."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from deadlines.core.meeting import shared
from deadlines.core.series import Series, bounds, instant_of
from deadlines.core.when import AllDay, When, Zoned
from deadlines.ical.read import Resource
from deadlines.ical.scan import Component
from deadlines.ical.series import read_free_busy, read_series
from deadlines.ical.zones import find
from deadlines.store.base import Index
from deadlines.store.events import EventIndex
from deadlines.usecases.parties import Parties
from deadlines.usecases.spelling import spelt, spelt_dates

if TYPE_CHECKING:
    from deadlines.usecases.index import Indexer


def event_index(root: Component, resource: Resource, indexer: Indexer, calendar: str) -> Index:
    """The index of a calendar object of VEVENTs or VFREEBUSYs. Without a master it is about the first instance that it has."""
    if resource.component == "VFREEBUSY":
        return _free_busy(root, resource)
    read = read_series(root)
    series = read.series
    part = series.master or next(iter(series.overrides), None)
    problems = dict.fromkeys((*resource.problems, *read.problems))
    if part is None:
        return _nowhere(resource, "; ".join(problems))
    parties = Parties(indexer, calendar)
    if said := shared((*part.attendees, part.organizer), indexer.settings.clients):
        problems[said] = None
    clients = parties.of(part)
    zone = parties.zone(clients)
    first, last = bounds(series, zone)
    start_kind, start_value, start_tzid = spelt(part.start)
    end_kind, end_value, end_tzid = spelt(part.end)
    return Index(
        component="VEVENT",
        summary=part.summary,
        note="" if resource.event is None else resource.event.description,
        client=clients[0] if clients else "",
        status=part.status,
        categories=part.categories,
        start_kind=start_kind,
        start_value=start_value,
        start_tzid=start_tzid,
        start_at=_seconds(instant_of(part.start, zone)),
        end_at=_seconds(instant_of(part.end, zone)),
        repeat=series.rrule,
        parent="" if resource.event is None else resource.event.parent,
        problem="; ".join(problems),
        event=EventIndex(
            clients=clients,
            attendees=part.attendees,
            organizer=part.organizer,
            location=part.location,
            end_kind=end_kind,
            end_value=end_value,
            end_tzid=end_tzid,
            first_at=_seconds(first),
            last_at=None if last is None else _seconds(last) + 1,
            busy=parties.is_busy(part),
            needs_text=_needs_text(series),
            exdates=spelt_dates(series.exdates) if series.rrule else (),
        ),
    )


def _nowhere(resource: Resource, problem: str) -> Index:
    """The index of an event that takes place at no time."""
    event = resource.event
    if event is None:
        return Index(component="VEVENT", problem=problem)
    return Index(
        component="VEVENT",
        summary=event.summary,
        status=event.status,
        categories=event.categories,
        parent=event.parent,
        problem=problem,
    )


def _free_busy(root: Component, resource: Resource) -> Index:
    spans = read_free_busy(root)
    if not spans:
        return Index(component="VFREEBUSY", problem="; ".join(resource.problems))
    first, last = _seconds(spans[0].start), _seconds(max(span.end for span in spans)) + 1
    event = EventIndex(first_at=first, last_at=last, busy=True, needs_text=True)
    return Index(component="VFREEBUSY", start_at=first, end_at=last, problem="; ".join(resource.problems), event=event)


def _needs_text(series: Series) -> bool:
    """Whether the columns do not tell all."""
    master = series.master
    if master is None or series.extras or series.overrides or (series.exdates and not series.rrule):
        return True
    if isinstance(master.start, AllDay) is not isinstance(master.end, AllDay):
        return True
    nominal = master.nominal is not None and master.nominal.days != 0 and not isinstance(master.start, AllDay)
    return (bool(series.rrule) and nominal) or not all(map(_is_known, (master.start, master.end, *series.exdates)))


def _is_known(when: When) -> bool:
    return not isinstance(when, Zoned) or find(when.tzid) is not None


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
