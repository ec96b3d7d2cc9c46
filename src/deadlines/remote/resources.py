"""A row of a multistatus as a resource."""

from __future__ import annotations

from typing import Final

from deadlines.remote.base import Listed
from deadlines.remote.multistatus import CALDAV, DAV, Row, calendar_text

_ETAG: Final = DAV + "getetag"
_SCHEDULE_TAG: Final = CALDAV + "schedule-tag"


def exists(row: Row) -> bool:
    """Whether the row speaks of a resource that is there."""
    return row.ok and row.status in {0, 200}


def listed_row(href: str, row: Row) -> Listed:
    """The resource at `href`, as the row has it."""
    props = row.props
    return Listed(href, props.get(_ETAG, "").strip(), props.get(_SCHEDULE_TAG, "").strip(), calendar_text(row))
