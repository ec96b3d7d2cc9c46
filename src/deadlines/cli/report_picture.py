"""The record as a picture: bars of what came on time and late, period by period, a panel a client.

matplotlib draws it, off screen. Names are foreign text: they are drawn as they are, never read as formulas (`parse_math`).
The same record gives the same bytes, so that a picture in a folder changes only when there is something to see.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deadlines.core.display import clean
from deadlines.errors import InputError, Refused
from deadlines.usecases.report import Record

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_KINDS = ("svg", "png")
_ON_TIME, _LATE, _UNDATED = "#2a7f62", "#c8553d", "#b8b8b8"
_WIDTH, _HEIGHT = 8.0, 2.2
_UPRIGHT = 6
"""So many dates find room beside each other."""


def draw(records: Sequence[Record], file: Path) -> None:
    """Write the picture. `InputError` for another kind of file, `Refused` without the library or where it cannot be written."""
    kind = file.suffix.removeprefix(".").lower()
    if kind not in _KINDS:
        raise InputError(
            f"picture {file}: it can be {' or '.join(_KINDS)}", hint=f"for example --picture {file.stem or 'report'}.svg"
        )
    try:
        from matplotlib import rc_context  # an extra, and a second of import
        from matplotlib.figure import Figure
    except ImportError as error:
        raise Refused("pictures are drawn by matplotlib, which is not here", hint='pip install "deadlines[pictures]"') from error
    with warnings.catch_warnings(), rc_context({"svg.hashsalt": "deadlines", "svg.fonttype": "none", "font.size": 9}):
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # an .svg holds the text, whose reader has the font
        figure = Figure(figsize=(_WIDTH, _HEIGHT * max(len(records), 1)), layout="constrained")
        for number, record in enumerate(records, 1):
            _panel(figure.add_subplot(len(records), 1, number), record)
        if not records:
            figure.text(0.5, 0.5, "Nothing was delivered.", ha="center")
        try:
            figure.savefig(file, format=kind, metadata={"Date": None} if kind == "svg" else None)
        except OSError as error:
            raise Refused(f"picture {file} cannot be written: {(error.strerror or str(error)).lower()}") from error


def _panel(axes: Axes, record: Record) -> None:
    from matplotlib.ticker import MaxNLocator

    places = range(len(record.lines))
    on_time = [line.on_time for line in record.lines]
    late = [line.late for line in record.lines]
    undated = [line.delivered - line.on_time - line.late for line in record.lines]
    axes.bar(places, on_time, color=_ON_TIME, label="on time")
    axes.bar(places, late, bottom=on_time, color=_LATE, label="late")
    axes.bar(places, undated, bottom=[a + b for a, b in zip(on_time, late, strict=True)], color=_UNDATED, label="no due date")
    axes.set_title(clean(record.name or "Your own"), loc="left", parse_math=False)
    axes.set_xticks(places, [str(line.first) for line in record.lines], rotation=0 if len(record.lines) <= _UPRIGHT else 60)
    axes.set_ylim(0, max(1, *(line.delivered for line in record.lines)) * 1.1)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
