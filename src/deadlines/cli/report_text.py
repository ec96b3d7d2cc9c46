"""The record as text, CSV and JSON."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from deadlines.cli.quota_text import amount
from deadlines.cli.table import Column, Painted, Role, Screen, table
from deadlines.core.client import QuotaUnit
from deadlines.core.clocks import format_date
from deadlines.core.duration import format_work
from deadlines.planning.record import Line
from deadlines.usecases.report import Owed, Record

_COLUMNS = (
    Column("CLIENT"),
    Column("FROM"),
    Column("DONE", right=True),
    Column("ON TIME", right=True),
    Column("LATE", right=True),
    Column("BY (MEDIAN)", spared=3),
    Column("BY (WORST)", spared=4),
    Column("WORKED", right=True, spared=2),
    Column("QUOTA", right=True, spared=1),
    Column("MOVED", right=True, spared=5),
    Column("ANSWERED IN", spared=6),
)
_HOUR = timedelta(hours=1)
_FORMULA = re.compile(r"[=+\-@\t\r]")
"""What makes a spreadsheet take a text for a formula."""


def report_text(records: Sequence[Record], screen: Screen, *, now: datetime) -> str:
    """One line a period; what is late at this moment stands below."""
    rows = [_row(record, line, now) for record in records for line in record.lines]
    overdue = [
        screen.paint(f"{record.name or 'Your own'}: {record.overdue} open and overdue now\n", Role.OVERDUE)
        for record in records
        if record.overdue
    ]
    return "".join([table(_COLUMNS, rows, screen), *overdue])


def _row(record: Record, line: Line, now: datetime) -> Sequence[str]:
    late = str(line.late) if line.late else ""
    moved = f"{line.earlier} earlier, {line.later} later" if line.earlier or line.later else ""
    return (
        record.client or "me",
        format_date(line.first, year=now.year),
        str(line.delivered),
        str(line.on_time),
        Painted(late, Role.OVERDUE) if late else "",
        _length(line.median_late),
        _length(line.worst_late),
        _length(line.worked or None),
        _quota(record.quota.get(line.first)),
        moved,
        _length(line.response),
    )


def _length(length: timedelta | None) -> str:
    return "" if length is None else format_work(length)


def _quota(owed: Owed | None) -> str:
    if owed is None:
        return ""
    return f"{amount(owed.done)} of {amount(owed.owed)}" + (" h" if owed.unit is QuotaUnit.HOURS else "")


def report_csv(records: Sequence[Record]) -> str:
    """For a spreadsheet: dates and hours as it reads them, no text that it could take for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ("client", "first", "last", "delivered", "on_time", "late", "median_late_hours", "worst_late_hours", "worked_hours",
         "moved_earlier", "moved_later", "response_hours", "quota_done", "quota_owed")
    )  # fmt: skip
    for record in records:
        for line in record.lines:
            late, worst, worked, response = map(_hours, (line.median_late, line.worst_late, line.worked, line.response))
            owed = record.quota.get(line.first)
            quota = ("", "") if owed is None else (amount(owed.done), amount(owed.owed))
            counted = (line.delivered, line.on_time, line.late, late, worst, worked, line.earlier, line.later, response)
            writer.writerow((_harmless(record.client), line.first, line.last, *counted, *quota))
    return out.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _hours(length: timedelta | None) -> str:
    return "" if length is None else f"{round(length / _HOUR, 2):g}"


def report_json(record: Record) -> Mapping[str, object]:
    """The documented shape."""
    return {
        "client": record.client,
        "name": record.name,
        "overdue": record.overdue,
        "periods": [
            {
                "first": line.first,
                "last": line.last,
                "delivered": line.delivered,
                "on_time": line.on_time,
                "late": line.late,
                "median_late": line.median_late,
                "worst_late": line.worst_late,
                "worked": line.worked,
                "moved_earlier": line.earlier,
                "moved_later": line.later,
                "response": line.response,
                "quota": _quota_json(record.quota.get(line.first)),
            }
            for line in record.lines
        ],
    }


def _quota_json(owed: Owed | None) -> Mapping[str, object] | None:
    return None if owed is None else {"done": round(float(owed.done), 4), "owed": round(float(owed.owed), 4), "unit": owed.unit}
