"""Quotas as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from deadlines.cli.table import Column, Painted, Role, Screen, table
from deadlines.core.client import QuotaUnit
from deadlines.core.clocks import format_date
from deadlines.planning.quota import Line
from deadlines.usecases.quotas import Standing

_COLUMNS = (
    Column("CLIENT"),
    Column("PERIOD"),
    Column("OWED", right=True, spared=2),
    Column("CARRIED", right=True, spared=4),
    Column("DONE", right=True, spared=1),
    Column("LEFT", right=True),
    Column("PLANNED", right=True, spared=3),
    Column("MOVES ON", right=True, spared=5),
    Column("LAPSED", right=True, spared=6),
)


def quota_text(standings: Sequence[Standing], periods: int, screen: Screen, *, now: datetime) -> str:
    """One line a period. The present one is still open: nothing has moved on or lapsed, but something may be planned."""
    rows = [_row(standing, line, now) for standing in standings for line in standing.lines[-periods:]]
    return table(_COLUMNS, rows, screen)


def _row(standing: Standing, line: Line, now: datetime) -> Sequence[str]:
    unit = " h" if standing.quota.unit is QuotaUnit.HOURS else ""
    present = line is standing.now
    period = f"{format_date(line.period.first, year=now.year)} - {format_date(line.period.last, year=now.year)}"
    left = amount(line.left) + unit
    return (
        standing.client.key,
        period,
        amount(line.owed) + unit,
        amount(line.carried) + unit if line.carried else "",
        amount(line.done) + unit,
        Painted(left, Role.SOON) if line.left > 0 else left,
        amount(standing.planned) + unit if present else "",
        "" if present or not line.moves_on else amount(line.moves_on) + unit,
        "" if present or not line.lapsed else amount(line.lapsed) + unit,
    )


def quota_json(standing: Standing, periods: int) -> Mapping[str, object]:
    """The documented shape."""
    return {
        "client": standing.client.key,
        "unit": standing.quota.unit,
        "per": standing.quota.per,
        "periods": [
            {
                "first": line.period.first,
                "last": line.period.last,
                "owed": round(float(line.owed), 4),
                "carried": round(float(line.carried), 4),
                "done": round(float(line.done), 4),
                "left": round(float(line.left), 4),
                "moves_on": round(float(line.moves_on), 4),
                "lapsed": round(float(line.lapsed), 4),
                "open": line is standing.now,
            }
            for line in standing.lines[-periods:]
        ],
        "planned": round(standing.planned, 4),
    }


def amount(value: float) -> str:
    """`4`, `1.5`, `-0.25`: at most two decimals, no more than it takes."""
    return f"{round(value, 2) + 0:g}"  # + 0: a rounded trifle below zero is zero
