"""Work that was planned and put into a calendar: how its events are told from everything else there.

The UID says it: which task, on which day, the how-manieth piece. So the same plan makes the same events, and whoever meets one
knows that it can be made again.
"""

from __future__ import annotations

import re
from datetime import date

_UID = re.compile(r"deadlines-plan-[0-9a-f]{32}")


def planned_uid(task: str, day: date, number: int) -> str:
    """The UID of the event for a piece of work on the task with that UID; `number` counts those of the day from 1 on."""
    from hashlib import blake2b  # noqa: PLC0415 # whoever only asks is spared it

    about = blake2b(f"{task}\0{day.isoformat()}\0{number}".encode("utf-8", "surrogatepass"), digest_size=16)
    return f"deadlines-plan-{about.hexdigest()}"


def is_planned(uid: str) -> bool:
    """Whether an event of that UID is planned work, made by us."""
    return _UID.fullmatch(uid) is not None
