"""Times of day as people type them: `9`, `17:00`, `5pm`, `9:30 am`, `24:00`."""

from __future__ import annotations

import re
from datetime import timedelta

DAY = timedelta(hours=24)

_TIME = re.compile(r"(\d{1,2})(?::(\d\d)(?::(\d\d))?)? ?(?:([ap])\.?m\.?)?", re.ASCII | re.IGNORECASE)
_HALF_DAY = 12


def parse_time(text: str) -> timedelta | None:
    """The wall time after midnight, up to 24:00; None where `text` is no time of day."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = (int(digits or 0) for digits in match.group(1, 2, 3))
    if half := match[4]:
        if not 1 <= hour <= _HALF_DAY:
            return None
        hour = hour % _HALF_DAY + (_HALF_DAY if half in "pP" else 0)
    time = timedelta(hours=hour, minutes=minute, seconds=second)
    return time if minute < 60 and second < 60 and time <= DAY else None  # noqa: PLR2004 - minutes and seconds of a clock


def format_time(time: timedelta) -> str:
    """`17:00`, with seconds only where there are any."""
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text
