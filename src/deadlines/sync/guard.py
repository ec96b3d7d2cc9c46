"""The guards: a sync that would delete suspiciously much stops before it deletes anything."""

from __future__ import annotations

from dataclasses import dataclass

from deadlines.errors import GuardTripped

MANY = 10
SHARE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletions:
    """What a run is about to delete `of` so many. `here`: because the server lost them; `there`: the reverse."""

    here: int
    there: int
    of: int


def check(calendar: str, deletions: Deletions, *, allowed: int) -> None:
    """Raise `GuardTripped` when it is too much; `allowed` deletions on a side are always fine.

    An emptied collection trips it from the second item on: the one that is left of a nearly empty calendar may well have been
    deleted on the phone.
    """
    here, there, of = deletions.here, deletions.there, deletions.of
    if here > max(allowed, 1) and here >= of:
        raise GuardTripped(calendar, f"all {here} items are gone from the server", deletes=here, of=of)
    for count, where in ((here, "here"), (there, "on the server")):
        if count > max(allowed, MANY) and count > SHARE * of:
            raise GuardTripped(calendar, f"{count} of {of} items would be deleted {where}", deletes=count, of=of)
