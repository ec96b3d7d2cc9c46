"""What of a feed's file is different after some of its items are: where they lie in it, and what comes there instead.

A file is the head, the items by content and number, and the end. So an item lies behind the head and everything that comes before
it; and the stretch between two changed ones is as long as the items between them are, which did not change:

    head + items before the first     first      items in between     second     the rest + end
    |------------ keep ------------|-- drop --|------- keep -------|-- drop --|------ keep ------|

What is added drops nothing, what is removed puts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from deadlines.core.settings import Content
from deadlines.feeds.stream import END
from deadlines.store.feeds import Place, Splice

_LAST = 2**63 - 1
"""No record has this number."""


class Edit(NamedTuple):
    """An item that changed: how many octets its text took, 0 where it is new, and its text now, empty where it is gone."""

    place: Place
    drop: int
    put: bytes


def splices(head: int, edits: Collection[Edit], size: Callable[[str, int, int], int]) -> Iterator[Splice]:
    """The splices that edit a file with `head` octets before its items. `size(content, first, last)` is of `FeedShelf`."""
    keep = head
    for content in Content:
        first = 0
        for edit in sorted(edit for edit in edits if edit.place[0] == content.value):
            number = edit.place[1]
            yield Splice(keep + size(content.value, first, number), edit.drop, edit.put)
            keep, first = 0, number + 1
        keep += size(content.value, first, _LAST)
    yield Splice(keep + len(END))
