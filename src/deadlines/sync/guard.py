"""The guards: a sync that would delete suspiciously much stops before it deletes anything."""

from __future__ import annotations

from dataclasses import dataclass

from deadlines.errors import GuardTripped

MANY = 10
SHARE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletions:
    """What a run is about to delete `of` so many. `here`: because the server lost them; `there`: the reverse.

    `forgot`: the server does not know the token any more that it gave, and has nothing of all that came since a moment, as when
    its backup was restored, or the calendar was deleted and made again.
    """

    here: int
    there: int
    of: int
    forgot: bool = False


def check(calendar: str, deletions: Deletions, *, allowed: int) -> None:
    """Raise `GuardTripped` when it is too much; `allowed` deletions on a side are always fine.

    An emptied collection trips it from the second item on: the one that is left of a nearly empty calendar may well have been
    deleted on the phone. Not where the server forgot it: there nobody deleted it. The same goes for the newest few; for the very
    newest alone it does not, since that may well have been deleted, too, and servers forget tokens for other reasons.
    """
    here, there, of = deletions.here, deletions.there, deletions.of
    if here > max(allowed, 0 if deletions.forgot else 1) and here >= of:
        gone = f"all {here} items are" if here > 1 else "the only item is"
        raise GuardTripped(calendar, f"{gone} gone from the server", deletes=here, of=of)
    if deletions.forgot and here > max(allowed, 1):
        raise GuardTripped(calendar, f"the newest {here} of {of} items are gone from the server", deletes=here, of=of)
    for count, where in ((here, "here"), (there, "on the server")):
        if count > max(allowed, MANY) and count > SHARE * of:
            raise GuardTripped(calendar, f"{count} of {of} items would be deleted {where}", deletes=count, of=of)
