"""What must hold for any bytes that pretend to be a calendar object; each law is a line of `check`.

`python -m tests.fuzz` looks for bytes that break one (docs/reliability.md); what it found lies in `tests/data/hostile`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from deadlines.core.availability import Availability
from deadlines.core.client import Owner
from deadlines.core.display import clean
from deadlines.core.recurrence import doubt, expand, following
from deadlines.core.settings import Settings
from deadlines.core.task import Task
from deadlines.errors import CodecError, DeadlinesError, InputError
from deadlines.ical import recurring
from deadlines.ical.content import content
from deadlines.ical.edit import apply, with_uid
from deadlines.ical.read import read
from deadlines.ical.scan import Component, decode, encode, scan
from deadlines.ical.sent_zone import read as read_zone
from deadlines.ical.series import read_free_busy, read_series
from deadlines.ical.split import split
from deadlines.ical.tree import parse
from deadlines.sync.merge import Prefer, merge, same_meaning
from deadlines.usecases.index import Indexer

CONTROLS = {"Cc", "Cs", "Zl", "Zp"}
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
YEAR = timedelta(days=366)
_OSLO = ZoneInfo("Europe/Oslo")
INDEX = Indexer(Settings(me=Owner(zone=_OSLO, availability=Availability(zone=_OSLO, weekly=()))))
_MOMENTS = tuple(map(datetime.fromisoformat, ["0001-01-01", "1969-07-20", "2026-03-29T02:30", "2300-01-01", "9999-12-31T23:00"]))


def check(data: bytes) -> bool:
    """Hold the laws against `data`. Whether it can be read; what cannot is refused with `CodecError`, by everything."""
    text = decode(data)
    assert encode(text) == data
    _publication(text)
    try:
        root = scan(text)
    except CodecError:
        return False
    for vtimezone in root.children:
        if vtimezone.name == "VTIMEZONE":
            _zone(vtimezone)
    read_free_busy(root)
    assert parse(text).render() == text
    assert content(text) == content(text)
    try:
        uid, index = INDEX(text, "work")
        resource = read(text)
    except CodecError:
        return False
    assert resource.uid == uid
    assert not CONTROLS & {unicodedata.category(character) for character in clean(index.summary)}
    assert same_meaning(text, text)
    read_series(root)
    if resource.task is not None:
        _task(text, resource.task)
    return True


def _publication(text: str) -> None:
    try:
        publication = split(text)
    except CodecError:
        return
    for piece in publication.pieces:
        scan(piece.text)


def _zone(vtimezone: Component) -> None:
    try:
        zone = read_zone(vtimezone)
    except CodecError:
        return
    for wall in _MOMENTS:
        assert abs(wall.replace(tzinfo=zone).utcoffset() or timedelta()) < timedelta(days=1)
    zone.fromutc(datetime(2026, 7, 1, tzinfo=zone))


def _task(text: str, task: Task) -> None:
    if task.rrule:
        _series(task)
    try:
        edited = apply(text, replace(task, summary="edited\r\nBEGIN:VALARM", priority=5), now=NOW)
    except (CodecError, InputError):
        return
    again = read(edited).task
    assert again is not None
    assert (again.uid, again.summary, again.priority) == (task.uid, "edited\nBEGIN:VALARM", 5)
    assert same_meaning(merge(text, edited, text, Prefer.THEIRS).text, edited)
    assert same_meaning(merge(text, text, edited, Prefer.MINE).text, edited)
    assert read(with_uid(edited, "another")).uid == "another"
    for act in (recurring.complete, recurring.reopen):
        try:
            read(act(edited, now=NOW))
        except (CodecError, InputError):
            continue


def _series(task: Task) -> None:
    start = task.start or task.due
    if start is None:
        return
    try:
        doubt(task.rrule, start)
        found = expand(task.rrule, start, after=NOW, before=NOW + YEAR, limit=500)
        following(task.rrule, start)
    except DeadlinesError:
        return
    assert len(found.instances) <= 500
    assert len(set(found.instances)) == len(found.instances)
    assert all(one != other for one, other in pairwise(found.instances))
