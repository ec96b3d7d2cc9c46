"""What one client may be told about their own work: see `digest.status`.

What is marked private or confidential (CLASS, RFC 5545 §3.8.1.3) is left out, whoever marked it so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from deadlines.core.client import Client, zone_at
from deadlines.core.span import Span
from deadlines.core.when import to_local
from deadlines.digest.status import Piece, Status
from deadlines.store.base import OPEN, Query
from deadlines.usecases.deliveries import deliveries
from deadlines.usecases.desk import Desk
from deadlines.usecases.meetings import meetings
from deadlines.usecases.spelling import when_of

AHEAD = timedelta(days=14)
"""How far ahead a client is told of what comes up."""
BACK = timedelta(days=7)
"""For how long what was done is told."""
_FOLD = re.compile(r"\r?\n[ \t]")
_CLASS = re.compile(r"^CLASS(?:;[^:\r\n]*)?:[ \t]*+(?!PUBLIC[ \t]*\r?$)", re.IGNORECASE | re.MULTILINE)


def status(desk: Desk, client: Client) -> Status:
    """Where their work stands."""
    tasks = tuple(_open(desk, client))
    return Status(
        client=client,
        owner=desk.settings.me,
        day=to_local(desk.now, zone_at(client, desk.now)).date(),
        now=desk.now,
        late=tuple(piece for piece in tasks if piece.at < desk.now),
        coming=tuple(piece for piece in tasks if piece.at >= desk.now),
        meetings=tuple(_meetings(desk, client)),
        done=tuple(_done(desk, client)),
    )


def _open(desk: Desk, client: Client) -> Iterator[Piece]:
    until = int((desk.now + AHEAD).timestamp())
    for row in desk.store.rows(Query(client=client.key, statuses=OPEN, due_before=until)):
        index = row.index
        if index.due_at is not None and _is_public(desk, row.id):
            when = when_of(index.due_kind, index.due_value, index.due_tzid)
            yield Piece(index.summary, datetime.fromtimestamp(index.due_at, UTC), when)


def _meetings(desk: Desk, client: Client) -> Iterator[Piece]:
    """Those with nobody but them."""
    for meeting in meetings(desk.store, desk.settings, Span(desk.now, desk.now + AHEAD)):
        if meeting.clients == (client.key,) and meeting.span.start >= desk.now and _is_public(desk, meeting.id):
            yield Piece(meeting.summary, meeting.span.start, meeting.start)


def _done(desk: Desk, client: Client) -> Iterator[Piece]:
    for delivery in deliveries(desk, client=client.key):
        if desk.now - BACK <= delivery.completed <= desk.now and _all_public(desk, delivery.uid):
            yield Piece(delivery.summary, delivery.completed)


def _all_public(desk: Desk, uid: str) -> bool:
    return all(_is_public(desk, row.id) for row in desk.store.find(uid))


def _is_public(desk: Desk, number: int) -> bool:
    """Whether nothing in the text says otherwise; a class that nobody knows counts as private."""
    record = desk.store.get(number)
    return record is not None and record.ical is not None and not _CLASS.search(_FOLD.sub("", record.ical))
