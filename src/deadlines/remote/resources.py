"""A row of a multistatus as a resource."""

from __future__ import annotations

from deadlines.remote.base import Listed
from deadlines.remote.multistatus import CALDAV, DAV, Row, calendar_text


def exists(row: Row) -> bool:
    """Whether the row speaks of a resource that is there."""
    return row.ok and row.status in {0, 200}


def listed_row(href: str, row: Row) -> Listed:
    """The resource at `href`, as the row has it."""
    etag = row.props.get(DAV + "getetag", "").strip()
    return Listed(href=href, etag=etag, schedule_tag=row.props.get(CALDAV + "schedule-tag", "").strip(), text=calendar_text(row))
