from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.settings import Content
from deadlines.feeds.patch import Edit, splices
from deadlines.feeds.stream import END
from deadlines.store.feeds import Place, Splice

Items = dict[Place, bytes]
ORDER = [content.value for content in Content]
places = st.tuples(st.sampled_from(ORDER), st.integers(0, 12))
texts = st.binary(min_size=1, max_size=6)
HEAD = b"BEGIN:VCALENDAR\r\n"


def whole(items: Items) -> bytes:
    return HEAD + b"".join(items[place] for place in sorted(items, key=lambda one: (ORDER.index(one[0]), one[1]))) + END


def patch(items: Items, edits: list[Edit]) -> list[Splice]:
    """The shelf has the new items already when it is asked for sizes."""

    def size(kind: str, first: int, last: int) -> int:
        return sum(len(text) for place, text in items.items() if place[0] == kind and first <= place[1] < last)

    return list(splices(len(HEAD), edits, size))


def edited(old: Items, new: Items) -> list[Edit]:
    different = [place for place in {**old, **new} if old.get(place) != new.get(place)]
    return [Edit(place, len(old.get(place, b"")), new.get(place, b"")) for place in different]


@given(st.dictionaries(places, texts, max_size=20), st.dictionaries(places, st.none() | texts, max_size=20))
def test_a_patched_file_is_the_whole_one(old: Items, changes: dict[Place, bytes | None]) -> None:
    new = {place: text for place, text in {**old, **changes}.items() if text is not None}
    data, made, at = whole(old), b"", 0
    for splice in patch(new, edited(old, new)):
        made += data[at : at + splice.keep] + splice.put
        at += splice.keep + splice.drop

    assert made == whole(new)
    assert at == len(data)


def test_what_is_between_two_changes_is_kept_in_one_piece() -> None:
    old = {("deadlines", number): b"item" for number in range(1, 10)}
    new = {**old, ("deadlines", 3): b"other", ("tasks", 1): b"new"}
    del new["deadlines", 8]

    found = patch(new, edited(old, new))

    size = len(HEAD)
    assert found == [Splice(size + 8, 4, b"other"), Splice(16, 4, b""), Splice(4, 0, b"new"), Splice(len(END))]
