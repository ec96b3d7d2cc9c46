from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from tests.remote.replica import NOW, Replica, changed
from tests.remote.web import Web
from tests.servers.fake import Reply

from deadlines.core.settings import Mode
from deadlines.errors import CollectionMissing, GuardTripped, NotCalDAV, ReadOnlyCollection, RemoteError
from deadlines.remote.base import Collection, Listed, Mark
from deadlines.remote.download import Downloader
from deadlines.remote.subscription import Local, Remote, Subscription

URL = "https://feeds.example/team.ics"
HOUR = timedelta(hours=1)


def event(uid: str, summary: str = "Stand-up", *, stamp: str = "20261101T000000Z") -> str:
    lines = [
        "BEGIN:VEVENT",
        *([f"UID:{uid}"] if uid else []),
        f"DTSTAMP:{stamp}",
        "DTSTART:20261123T090000Z",
        f"SUMMARY:{summary}",
    ]
    return "\r\n".join([*lines, "END:VEVENT", ""])


def feed(*events: str, head: str = "") -> bytes:
    text = "".join(
        ["BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Feed//EN\r\nX-WR-CALNAME:Team\r\n", head, *events, "END:VCALENDAR\r\n"]
    )
    return text.encode()


class Feed:
    """A web with one feed that knows what clients have."""

    def __init__(self, body: bytes, **headers: str) -> None:
        self.body = body
        self.headers = headers
        self.web = Web({URL: self.page})

    def page(self, asked: Mapping[str, str]) -> Reply:
        etag, modified = self.headers.get("ETag"), self.headers.get("Last-Modified")
        if (etag and asked.get("if-none-match") == etag) or (modified and asked.get("if-modified-since") == modified):
            return Reply(status=304)
        return Reply(status=200, headers={"Content-Type": "text/calendar", **self.headers}, body=self.body)

    def open(self, passed: timedelta = timedelta(), url: str = URL) -> Subscription:
        return Subscription(Remote(url, Downloader(None, self.web.connect, insecure=False)), now=NOW + passed)


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    replica = Replica(tmp_path, mode=Mode.READ_ONLY)
    yield replica
    replica.close()


def listing(collection: Collection, mark: Mark = Mark(), *, full: bool = False) -> tuple[bool, dict[str, Listed], Mark]:  # noqa: B008 - it is frozen
    changes = collection.changes(mark, full=full)
    pages = list(changes.pages)
    return changes.full, {listed.href: listed for page in pages for listed in page.present}, pages[-1].mark


def test_it_is_called_what_it_says_and_cannot_be_written() -> None:
    capabilities = Feed(feed(event("a"))).open().capabilities()

    assert (capabilities.display_name, capabilities.writable) == ("Team", False)
    (found,) = Feed(feed(event("a"))).open().discover()
    assert (found.path, found.display_name, found.components, found.writable) == ("", "Team", frozenset({"VEVENT"}), False)


def test_writes_are_refused() -> None:
    collection = Feed(feed(event("a"))).open()
    href = collection.href_for("b")

    for write in (
        lambda: collection.create(href, "x"),
        lambda: collection.update(Listed(href=href), "x"),
        lambda: collection.delete(Listed(href=href)),
    ):
        with pytest.raises(ReadOnlyCollection):
            write()


def test_items_have_hrefs_that_stay_and_can_be_fetched() -> None:
    source = Feed(feed(event("a"), event("../b"), event("")))
    full, present, _ = listing(source.open())
    source.body = feed(event(""), event("../b"), event("a"))
    again = source.open()

    assert full
    assert listing(again)[1].keys() == present.keys()
    assert {found.href if isinstance(found, Listed) else "" for found in again.fetch([*present, "/vevent/gone.ics"])} == {
        *present,
        "",
    }
    assert "/vevent/a.ics" in present
    assert all(href.count("/") == 2 for href in present)


def test_an_item_can_be_found_and_fetched_without_a_listing() -> None:
    source = Feed(feed(event("a")))
    found = source.open().find("a")

    assert found is not None
    assert "UID:a" in (found.text or "")
    assert source.open().find("b") is None
    assert list(source.open().clone().fetch(["/vevent/b.ics"])) == ["/vevent/b.ics"]


def test_a_new_stamp_is_no_change_of_an_item_but_a_word_is() -> None:
    source = Feed(feed(event("a"), event("b")))
    _, before, mark = listing(source.open())
    source.body = feed(event("a", stamp="20261102T000000Z"), event("b", "Moved", stamp="20261102T000000Z"))
    full, after, _ = listing(source.open(), mark)

    assert full
    assert [after[f"/vevent/{uid}.ics"].etag == before[f"/vevent/{uid}.ics"].etag for uid in "ab"] == [True, False]


@pytest.mark.parametrize("headers", [{"ETag": '"1"'}, {"ETag": 'W/"1"'}, {"Last-Modified": "Mon, 23 Nov 2026 09:00:00 GMT"}, {}])
def test_nothing_changed_is_one_request(headers: dict[str, str]) -> None:
    source = Feed(feed(event("a")), **headers)
    _, _, mark = listing(source.open())
    again = source.open()

    assert listing(again, mark) == (False, {}, mark)
    assert again.requests == 1
    assert source.web.headers[0].keys().isdisjoint({"if-none-match", "if-modified-since"})


def test_everything_is_asked_for_without_a_condition() -> None:
    source = Feed(feed(event("a"), head="REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n"), ETag='"1"')
    _, _, mark = listing(source.open())
    full, present, _ = listing(source.open(), mark, full=True)

    assert (full, list(present)) == (True, ["/vevent/a.ics"])


def test_a_feed_is_left_alone_as_long_as_it_asks() -> None:
    source = Feed(feed(event("a"), head="X-PUBLISHED-TTL:PT2H\r\n"), ETag='"1"')
    _, _, mark = listing(source.open())
    second = timedelta(seconds=1)

    assert listing(source.open(2 * HOUR - second), mark) == (False, {}, mark)
    assert len(source.web.asked) == 1
    _, _, newer = listing(source.open(2 * HOUR), mark)
    assert len(source.web.asked) == 2
    assert listing(source.open(4 * HOUR - second), newer) == (False, {}, newer)
    assert len(source.web.asked) == 2


@pytest.mark.parametrize(("wish", "rest"), [("P30D", 24 * HOUR), ("-PT1H", 0 * HOUR), ("soon", 0 * HOUR)])
def test_a_wish_has_bounds(wish: str, rest: timedelta) -> None:
    source = Feed(feed(event("a"), head=f"REFRESH-INTERVAL:{wish}\r\n"))
    _, _, mark = listing(source.open())
    listing(source.open(rest), mark)

    assert len(source.web.asked) == 2


def test_a_clock_that_was_wrong_does_not_silence_a_feed() -> None:
    source = Feed(feed(event("a"), head="REFRESH-INTERVAL:PT1H\r\n"))
    _, _, mark = listing(source.open(timedelta(days=400)))
    listing(source.open(), mark)

    assert len(source.web.asked) == 2


@pytest.mark.parametrize("ctag", ["", "7", "{}", '{"other": 1}', "[1]"])
def test_a_mark_of_something_else_is_none(ctag: str) -> None:
    assert listing(Feed(feed(event("a")), ETag='"1"').open(), Mark(ctag=ctag))[0]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(status=404), CollectionMissing),
        (Reply(status=200, body=b"oops"), NotCalDAV),
        (Reply(status=200, body=feed(event("a"))[:-20]), NotCalDAV),
        (Reply(status=200, headers={"Content-Type": "text/html"}, body=feed(event("a"))), NotCalDAV),
        (Reply(status=304), NotCalDAV),
    ],
)
def test_what_is_no_calendar_is_refused_as_a_whole(reply: Reply, error: type[RemoteError]) -> None:
    collection = Subscription(Remote(URL, Downloader(None, Web({URL: reply}).connect, insecure=False)), now=NOW)

    with pytest.raises(error):
        collection.capabilities()
    if reply.status != 304:
        with pytest.raises(error):
            collection.changes(Mark(), full=False)


def test_webcal_means_https() -> None:
    assert Feed(feed(event("a"))).open(url="webcal://feeds.example/team.ics").capabilities().display_name == "Team"


def test_a_query_is_another_calendar_but_is_not_told() -> None:
    one, two, none = (Feed(b"").open(url=URL + query).url for query in ("?token=s3cret", "?token=other", ""))

    assert len({one, two, none}) == 3
    assert "s3cret" not in one
    assert none == URL


def test_a_file_is_read_when_it_looks_different(tmp_path: Path) -> None:
    path = tmp_path / "team.ics"
    path.write_bytes(feed(event("a"), head="REFRESH-INTERVAL:PT1H\r\n"))
    collection = Subscription(Local(path), now=NOW)
    _, _, mark = listing(collection)

    assert listing(Subscription(Local(path), now=NOW), mark) == (False, {}, mark)
    path.write_bytes(feed(event("a"), event("b")))
    assert set(listing(Subscription(Local(path), now=NOW), mark)[1]) == {"/vevent/a.ics", "/vevent/b.ics"}
    path.unlink()
    with pytest.raises(CollectionMissing):
        listing(collection, mark)
    path.mkdir()
    with pytest.raises(NotCalDAV):
        listing(collection, mark)


def test_pages_are_of_bearable_size() -> None:
    changes = Feed(feed(*(event(f"{number}") for number in range(501)))).open().changes(Mark(), full=False)

    assert [len(page.present) for page in changes.pages] == [500, 1, 0]


# Through the engine


def test_what_changes_in_the_feed_changes_here(replica: Replica) -> None:
    source = Feed(feed(event("a"), event("b"), event("c")))
    assert changed(replica.sync(source.open())) == {"pulled created": ["a", "b", "c"]}
    source.body = feed(event("b", "Moved"), event("c", stamp="20261102T000000Z"), event("d"))

    assert changed(replica.sync(source.open())) == {"pulled created": ["d"], "pulled updated": ["b"], "pulled deleted": ["a"]}
    assert changed(replica.sync(source.open())) == {}
    assert "SUMMARY:Moved" in replica.text("b")


def test_a_feed_that_rests_costs_the_engine_nothing_until_all_is_asked_for(replica: Replica) -> None:
    source = Feed(feed(event("a"), head="REFRESH-INTERVAL:P1W\r\n"), ETag='"1"')
    replica.sync(source.open())
    asked = [len(source.web.asked)]
    for passed, full in ((HOUR, False), (23 * HOUR, False), (HOUR, True)):
        replica.now = NOW + passed
        assert changed(replica.sync(source.open(passed), full=full)) == {}
        asked.append(len(source.web.asked))

    assert asked == [1, 1, 1, 2]


def test_an_item_without_a_uid_stops_no_other(replica: Replica) -> None:
    report = replica.sync(Feed(feed(event(""), event("a"))).open())

    assert changed(report) == {"pulled created": ["a"]}
    assert len(report.skipped) == 1


@pytest.mark.parametrize("lost", [feed(), None, feed(event("0"))[:-9]])
def test_a_feed_that_lost_its_items_deletes_nothing(replica: Replica, lost: bytes | None) -> None:
    source = Feed(feed(*(event(f"{number}") for number in range(12))))
    replica.sync(source.open())
    if lost is None:
        source.web.pages.clear()
    else:
        source.body = lost
    report = replica.sync(source.open())

    assert isinstance(report.error, GuardTripped | NotCalDAV)
    assert replica.text("0")


def test_an_edit_here_is_told_and_never_sent(replica: Replica) -> None:
    source = Feed(feed(event("a")))
    replica.sync(source.open())
    replica.remove("a")
    report = replica.sync(source.open())

    assert changed(report) == {}
    assert [item.uid for item in report.skipped] == ["a"]
