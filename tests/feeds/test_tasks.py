from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feeds.places import KEY, feed, row, settings
from tests.feeds.readers import by_icalendar, by_vobject, check_lines

from deadlines.core.settings import Details
from deadlines.feeds.lens import Lens, Piece
from deadlines.feeds.stream import settled, stream
from deadlines.feeds.tasks import marker, todo
from deadlines.store.feeds import FeedRow

STAMP = "20261123T120000Z"
SECRET = "s3cret"
TEXTS = st.text(st.characters(), max_size=90)


def lens(**changes: object) -> Lens:
    return Lens(feed(**changes), settings(), KEY)


def body(piece: Piece | None) -> list[str]:
    assert piece is not None
    return [line for line in piece.text.split("\r\n") if line]


def written(through: Lens, *rows: FeedRow) -> bytes:
    """A feed of the rows, as markers and as tasks."""
    pieces = [("deadlines", one, piece) for one in rows if (piece := marker(one, through)) is not None]
    pieces += [("tasks", one, todo(one, through)) for one in rows]
    items = [settled((kind, one.id), piece, None, stamp=STAMP) for kind, one, piece in pieces]
    zones = {zone for item in items for zone in item.zones.split()}
    return b"".join(stream(through.feed, through.settings, zones, [[item.text for item in items]]))


def test_a_marker_is_at_the_due_instant_and_takes_no_time() -> None:
    uid = lens().uid("deadline", "work", b"logo@example")

    assert body(marker(row(), lens())) == [
        "BEGIN:VEVENT", f"UID:{uid}", "\0SUMMARY:Logo (Acme Inc.)", "DTSTART;TZID=America/New_York:20261127T170000",
        "TRANSP:TRANSPARENT", "END:VEVENT",
    ]  # fmt: skip


def test_a_task_is_a_task() -> None:
    full = row(
        note="Three drafts", priority=2, percent_complete=40, estimate=5400, categories=("acme", "web"),
        start_kind="zoned", start_value="2026-11-25T09:00:00", start_tzid="Europe/Oslo", start_at=1795593600,
    )  # fmt: skip

    piece = todo(full, lens(client="acme", alarm=timedelta(hours=4)))

    assert body(piece)[2:] == [
        "\0SUMMARY:Logo", "DTSTART;TZID=Europe/Oslo:20261125T090000", "DUE;TZID=America/New_York:20261127T170000",
        "STATUS:NEEDS-ACTION", "DESCRIPTION:Three drafts", "CATEGORIES:web", "PRIORITY:2", "PERCENT-COMPLETE:40",
        "ESTIMATED-DURATION:PT1H30M", "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Logo", "TRIGGER;RELATED=END:-PT4H",
        "END:VALARM", "END:VTODO",
    ]  # fmt: skip
    assert set(piece.zones) == {"Europe/Oslo", "America/New_York"}


@pytest.mark.parametrize(
    "start",
    [
        {"start_kind": "all-day", "start_value": "2026-11-25", "start_at": 1795561200},
        {"start_kind": "zoned", "start_value": "2026-11-27T17:00:00", "start_tzid": "America/New_York", "start_at": 1795816800},
    ],
    ids=["another kind", "not before"],
)
def test_a_start_that_does_not_go_with_the_due_is_left_out(start: dict[str, object]) -> None:
    assert not [line for line in body(todo(row(**start), lens())) if line.startswith("DTSTART")]


def test_what_is_done_is_marked_so_and_reminds_nobody() -> None:
    done = row(status="completed", completed_at=1795700000)
    reminding = lens(alarm=timedelta(days=1))

    assert "\0SUMMARY:✓ Logo (Acme Inc.)" in body(marker(done, reminding))
    assert "COMPLETED:20261126T133320Z" in body(todo(done, reminding))
    assert "BEGIN:VALARM" not in body(marker(done, reminding)) + body(todo(done, reminding))


def test_what_is_cancelled_or_never_due_has_no_marker() -> None:
    assert marker(row(status="cancelled"), lens()) is None
    assert marker(row(due_kind="", due_value="", due_tzid="", due_at=None), lens()) is None


@pytest.mark.parametrize("details", [Details.REDACTED, Details.BUSY])
@given(data=st.data())
def test_redacted_and_busy_feeds_leak_nothing(details: Details, data: st.DataObject) -> None:
    """Whatever stands in any field that somebody wrote, the feed is the same as without it."""
    hidden = SECRET + data.draw(TEXTS)
    spelt = data.draw(st.sampled_from(["zoned", "floating"]))
    kept = row(
        due_kind=spelt,
        due_tzid="" if spelt == "floating" else hidden,
        status=data.draw(st.sampled_from(["completed", "needs-action"])),
    )
    marked = kept._replace(
        uid=hidden.encode("utf-8", "replace"), calendar=hidden, summary=hidden, note=hidden,
        categories=(hidden,), start_tzid=hidden, start_kind="zoned",
        start_value="2026-11-26T09:00:00", start_at=1795680000, priority=3, percent_complete=7, estimate=4711,
    )  # fmt: skip
    through = lens(details=details, alarm=timedelta(days=1))

    text = written(through, marked)

    bare = written(through, kept)
    assert SECRET.encode() not in text
    assert [line for line in text.split(b"\r\n") if not line.startswith(b"UID:")] == [
        line for line in bare.split(b"\r\n") if not line.startswith(b"UID:")
    ]


@given(st.lists(st.builds(row, summary=TEXTS, note=TEXTS, categories=st.lists(TEXTS, max_size=3).map(tuple)), max_size=3))
def test_hostile_texts_are_read_as_texts_by_icalendar(rows: list[FeedRow]) -> None:
    data = written(lens(alarm=timedelta(days=1)), *rows)

    check_lines(data)
    assert len(by_icalendar(data)) == 2 * len(rows)


def test_two_readers_see_the_same() -> None:
    rows = [
        row(id=1, summary="Logo; final, 2 \\ draft", note="one\ntwo"),
        row(id=2, uid=b"2", summary="Æ" * 60, due_kind="all-day", due_value="2026-12-01", due_tzid="", due_at=1796162400),
        row(id=3, uid=b"3", client="", due_kind="all-day", due_value="2026-12-10", due_tzid="", due_at=1796943600),
        row(id=4, uid=b"4", client="edo", due_kind="zoned", due_value="2026-11-27T22:00:00", due_tzid="UTC"),
        row(id=5, uid=b"5", client="edo", due_kind="floating", due_value="2026-11-28T07:00:00", due_tzid=""),
    ]

    data = written(lens(), *rows)

    check_lines(data)
    seen = by_icalendar(data)
    assert seen == by_vobject(data)
    assert len(seen) == 10
    assert [when for kind, _, _, when in seen if kind == "VEVENT"][:2] == [1795816800.0, 1796162400.0]
    assert {when for _, _, summary, when in seen if "Edo" in summary} == {1795816800.0}


def test_each_instance_of_what_repeats_has_a_uid_of_its_own() -> None:
    now, then = row(repeat="FREQ=WEEKLY"), row(repeat="FREQ=WEEKLY", due_value="2026-12-04T17:00:00")

    uids = [body(marker(one, lens()))[1] for one in (now, then, row(), row(due_value="2026-12-04T17:00:00"))]

    assert len(set(uids)) == 3
    assert uids[2] == uids[3]  # what does not repeat may be moved
    assert body(todo(now, lens()))[1] == body(todo(then, lens()))[1]
