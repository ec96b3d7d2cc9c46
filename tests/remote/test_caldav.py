"""The quirks of SYNC.md §2 and the faults of §3, one by one, against the fake server in memory."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest
from tests.remote.test_contract import fetched, pages, todo
from tests.servers import quirks
from tests.servers.fake import Behaviour, FakeDav, Reply, Request
from tests.servers.quirks import Answers, StoredBut, Times

from deadlines.errors import (
    CollectionMissing,
    CredentialsRefused,
    DeadlinesError,
    NotCalDAV,
    PreconditionFailed,
    ReadOnlyCollection,
    Rejected,
    TryLater,
    Unreachable,
)
from deadlines.remote.base import Account, Collection, Listed, Mark
from deadlines.remote.caldav import CalDavCollection
from deadlines.remote.discovery import CalDavAccount
from deadlines.remote.http import Client
from deadlines.remote.wire import Limits

HOME = "/kari/tasks/"


def connected(dav: FakeDav, limits: Limits | None = None) -> CalDavCollection:
    return CalDavCollection(Client(dav.url, connect=dav.connect, pause=lambda _: None, limits=limits), HOME)


def filled(*behaviours: Behaviour, count: int = 3) -> tuple[FakeDav, CalDavCollection]:
    dav = FakeDav(*behaviours)
    for number in range(count):
        dav.put(f"{HOME}n{number}.ics", todo(f"n{number}"))
    return dav, connected(dav)


def hrefs(count: int) -> set[str]:
    return {f"{HOME}n{number}.ics" for number in range(count)}


def here(dav: FakeDav) -> Mark:
    return Mark(sync_token=dav.token(HOME))


class Truncating(Behaviour):
    """Says of any report that it is cut short."""

    def after(self, _dav: FakeDav, _request: Request, reply: Reply) -> Reply:
        more = f"<D:response><D:href>{HOME}</D:href><D:status>HTTP/1.1 507 X</D:status></D:response></D:multistatus>"
        return replace(reply, body=reply.body.replace(b"</D:multistatus>", more.encode()))


class Spoils(Behaviour):
    """Another behaviour, of queries alone."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    def after(self, dav: FakeDav, request: Request, reply: Reply) -> Reply:
        return self._behaviour.after(dav, request, reply) if b"calendar-query" in request.body else reply


# Listing


@pytest.mark.parametrize(
    "behaviours",
    [
        [quirks.OwnRow()],
        [quirks.TokensUnsupported()],
        [quirks.TokensUnsupported(), quirks.NoCtag()],
        [quirks.DataMissing(in_sync=True)],
        [quirks.Truncated(2)],
        [quirks.Gzip()],
        [quirks.EtagMissing()],
        [quirks.EtagWeak()],
        [quirks.Spelt(lambda href: href.replace("n", "%6e").replace("/kari", "/k%61ri"))],
        [quirks.Spelt(lambda href: "http://127.0.0.1:1" + href)],
        [quirks.Spelt(lambda href: href.removeprefix(HOME) or href)],
        [quirks.QueryLeavesOut("")],
        [Answers(quirks.BROKEN, "GET")],
        [Times(2, quirks.CutBefore())],
        [Times(1, quirks.CutBody())],
        [Times(2, Answers(quirks.BROKEN))],
        [Times(2, Answers(quirks.BUSY))],
    ],
)
@pytest.mark.parametrize("full", [False, True])
def test_a_first_reading_names_everything(behaviours: list[Behaviour], full: bool) -> None:
    _, collection = filled(*deepcopy(behaviours), count=5)
    if any(isinstance(getattr(behaviour, "_behaviour", None), quirks.CutBody) for behaviour in behaviours):
        with pytest.raises(Unreachable):  # a body is not asked for again by itself; the next run does
            pages(collection.changes(Mark(), full=full))
    changes = collection.changes(Mark(), full=full)

    assert set(pages(changes)[0]) == hrefs(5)
    assert changes.full or not full


def test_a_first_download_is_one_query_after_a_look_at_the_token() -> None:
    """Of the collection it asks only what is cheap. The mark is older than the data, and not all that exists may be named."""
    dav, collection = filled(count=5)
    before = here(dav)
    dav.behaviours.append(quirks.Interloper("REPORT", lambda dav: dav.put(HOME + "n5.ics", todo("n5"))))
    changes = collection.changes(Mark(), full=False)
    present, removed, mark = pages(changes)

    assert (changes.full, mark, removed) == (False, before, set())
    assert set(present) == hrefs(6)
    assert all(listed.text and listed.etag for listed in present.values())
    assert [request.method for request in dav.requests] == ["PROPFIND", "REPORT"]
    assert not any(word in request.body for request in dav.requests for word in (b"schedule-tag", b"getctag"))


@pytest.mark.parametrize("behaviour", [quirks.QueryLeavesOut(""), Times(1, Answers(Reply(status=403)), "REPORT")])
def test_where_a_query_brings_nothing_everything_is_listed_at_once(behaviour: Behaviour) -> None:
    dav, collection = filled(behaviour, count=5)
    changes = collection.changes(Mark(), full=False)

    assert changes.full
    present, _, mark = pages(changes)
    assert (set(present), mark) == (hrefs(5), here(dav))


@pytest.mark.parametrize("spoilt", [quirks.CutXml(), Truncating()])
def test_a_query_that_is_cut_is_followed_by_a_listing(spoilt: Behaviour) -> None:
    dav, collection = filled(count=1200)
    dav.behaviours.append(Spoils(spoilt))
    present, _, mark = pages(collection.changes(Mark(), full=False))

    assert set(present) == hrefs(1200)
    assert mark == here(dav)


def test_a_listing_by_ctag_is_one_request_when_nothing_changed() -> None:
    dav, collection = filled(quirks.TokensUnsupported())
    mark = pages(collection.changes(Mark(), full=False))[2]
    before = collection.requests
    assert pages(collection.changes(mark, full=False)) == ({}, set(), mark)
    assert collection.requests == before + 1
    dav.put(HOME + "new.ics", todo("new"))
    changes = collection.changes(mark, full=False)

    assert changes.full
    assert len(pages(changes)[0]) == 4


@pytest.mark.parametrize("status", [400, 403, 409, 410, 412])
@pytest.mark.parametrize("says_why", [True, False])
def test_a_refused_token_leads_to_a_full_listing(status: int, says_why: bool) -> None:
    _, collection = filled(quirks.TokensInvalid(status, says_why=says_why))
    changes = collection.changes(Mark(sync_token="http://fake.example/life1/1"), full=False)

    assert changes.full
    assert set(pages(changes)[0]) == hrefs(3)


def test_a_cut_delta_goes_on_page_by_page() -> None:
    dav, collection = filled(count=1)
    mark = pages(collection.changes(Mark(), full=False))[2]
    for number in range(1, 8):
        dav.put(f"{HOME}n{number}.ics", todo(f"n{number}"))
    dav.behaviours.append(quirks.Truncated(3))
    read = list(collection.changes(mark, full=False).pages)
    marks = [page.mark.sync_token for page in read if page.mark != Mark()]

    assert {listed.href for page in read for listed in page.present} == hrefs(8) - hrefs(1)
    assert len(marks) == 3
    assert marks[-1] == dav.token(HOME)


def test_only_the_last_page_of_a_full_listing_has_a_mark() -> None:
    _, collection = filled(quirks.Truncated(3), count=8)
    read = list(collection.changes(Mark(), full=True).pages)

    assert [page.mark == Mark() for page in read] == [True] * (len(read) - 1) + [False]


def test_a_cut_report_without_a_token_ends_in_a_listing() -> None:
    dav, collection = filled(count=5)
    more = "<D:response><D:href>/kari/tasks/</D:href><D:status>HTTP/1.1 507 X</D:status></D:response></D:multistatus>"
    without = f'<D:multistatus xmlns:D="DAV:">{more}'.encode()
    dav.behaviours.append(Times(1, StoredBut(Reply(status=207, body=without), "REPORT"), "REPORT"))

    assert set(pages(collection.changes(Mark(), full=True))[0]) == hrefs(5)


def test_a_token_as_young_as_the_answer_is_not_remembered() -> None:
    date = "Mon, 23 Nov 2026 12:00:01 GMT"
    for seconds, remembered in ((1_795_435_201, False), (1_795_435_200, False), (1_795_435_100, True)):
        _, collection = filled(quirks.TokensInSeconds(seconds=seconds, date=date))

        assert (pages(collection.changes(Mark(), full=False))[2] != Mark()) is remembered


def test_a_counter_that_runs_backwards_is_not_remembered() -> None:
    _, collection = filled(quirks.TokensFullList())

    assert pages(collection.changes(Mark(sync_token="http://fake.example/life1/9"), full=False))[2] == Mark()


@pytest.mark.parametrize("inside", [True, False])
def test_a_row_that_fails_is_missing_and_comes_again(inside: bool) -> None:
    dav, collection = filled()
    mark = pages(collection.changes(Mark(), full=False))[2]
    for number in range(3):
        dav.put(f"{HOME}n{number}.ics", todo(f"n{number}", "new"))
    dav.behaviours.append(quirks.RowFails("n1.ics", inside=inside))
    read = list(collection.changes(mark, full=False).pages)

    assert [href for page in read for href in page.missing] == [HOME + "n1.ics"]
    assert {listed.href for page in read for listed in page.present} == hrefs(3) - {HOME + "n1.ics"}
    assert not any(page.removed for page in read)
    assert read[-1].mark == Mark()


def test_rows_from_elsewhere_are_ignored() -> None:
    _, collection = filled(quirks.Spelt(lambda href: href.replace("/kari/tasks/n1", "/kari/other/n1")))

    assert set(pages(collection.changes(Mark(), full=False))[0]) == {HOME + "n0.ics", HOME + "n2.ics"}


def test_an_item_that_xml_cannot_carry_does_not_hide_the_others() -> None:
    dav, collection = filled()
    dav.put(HOME + "odd.ics", todo("odd").replace("Ship", "\x08\udcff"))
    present = pages(collection.changes(Mark(), full=False))[0]

    assert set(present) == {*hrefs(3), HOME + "odd.ics"}
    assert present[HOME + "odd.ics"].text == dav.texts()["odd.ics"]


def test_an_answer_too_large_is_asked_for_in_parts() -> None:
    dav, _ = filled(count=330)
    collection = connected(dav, Limits(body=100_000))
    present = pages(collection.changes(Mark(), full=False))[0]

    assert set(present) == hrefs(330)
    assert fetched(collection.fetch(sorted(present))).keys() == hrefs(330)


def test_a_gzip_bomb_is_refused() -> None:
    bomb = Reply(status=207, headers={"Content-Type": "application/xml"}, body=b"<m>" + b" " * 20_000_000)
    dav = FakeDav(quirks.Gzip())
    dav.behaviours.insert(0, StoredBut(bomb, "PROPFIND"))

    with pytest.raises(NotCalDAV, match="larger"):
        connected(dav, Limits(body=1_000_000)).capabilities()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (quirks.REDIRECT_TO_LOGIN, NotCalDAV),
        (quirks.HTML_PAGE, NotCalDAV),
        (quirks.HTML_207, NotCalDAV),
        (quirks.EMPTY_207, NotCalDAV),
        (quirks.VANISHED, CollectionMissing),
        (Reply(status=410), CollectionMissing),
        (Reply(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'}), CredentialsRefused),
        (Reply(status=403), CredentialsRefused),
        (quirks.BROKEN, Unreachable),
        (quirks.BUSY, TryLater),
        (quirks.TOO_MANY, TryLater),
    ],
)
@pytest.mark.parametrize("mark", [Mark(), Mark(sync_token="http://fake.example/life1/1"), Mark(ctag="x")])
def test_a_fault_is_never_an_empty_listing(reply: Reply, error: type[DeadlinesError], mark: Mark) -> None:
    _, collection = filled(Answers(reply))

    with pytest.raises(error):
        pages(collection.changes(mark, full=False))


@pytest.mark.parametrize("mark", [Mark(), Mark(sync_token="http://fake.example/life1/1")])
def test_cut_xml_is_never_a_whole_listing(mark: Mark) -> None:
    _, collection = filled(quirks.CutXml())

    with pytest.raises(NotCalDAV):
        pages(collection.changes(mark, full=False))


def test_a_redirect_names_its_target_without_secrets() -> None:
    _, collection = filled(Answers(quirks.REDIRECT_TO_LOGIN))

    with pytest.raises(NotCalDAV, match=r"redirects to https://login.example.com/$"):
        collection.capabilities()


# Fetching


@pytest.mark.parametrize(
    "behaviours",
    [
        [],
        [quirks.MultigetLeavesOut()],
        [quirks.MultigetRefuses()],
        [quirks.DataMissing()],
        [quirks.OwnRow()],
        [quirks.CutXml()],
        [Answers(quirks.BROKEN, "REPORT")],
    ],
)
def test_fetch_tells_missing_from_present_on_every_server(behaviours: list[Behaviour]) -> None:
    _, collection = filled(*behaviours, count=6)
    if any(isinstance(behaviour, quirks.CutXml) for behaviour in behaviours):
        with pytest.raises(NotCalDAV):  # nothing of this server can be believed
            fetched(collection.fetch([*sorted(hrefs(6)), HOME + "gone.ics"]))
        return
    answer = fetched(collection.fetch([*sorted(hrefs(6)), HOME + "gone.ics"]))

    assert answer.keys() == {*hrefs(6), HOME + "gone.ics"}
    assert answer.pop(HOME + "gone.ics") is None
    assert None not in answer.values()


def test_a_resource_that_is_not_given_is_neither_here_nor_gone() -> None:
    _, collection = filled(quirks.RowFails("n1.ics"))

    assert fetched(collection.fetch(sorted(hrefs(3)))).keys() == hrefs(3) - {HOME + "n1.ics"}


def test_a_missing_collection_is_not_a_set_of_missing_resources() -> None:
    _, collection = filled(Answers(quirks.VANISHED))

    with pytest.raises(CollectionMissing):
        list(collection.fetch(sorted(hrefs(3))))


# Writing


def listed(collection: CalDavCollection, name: str = "n0.ics") -> Listed:
    return pages(collection.changes(Mark(), full=False))[0][HOME + name]


REFUSALS = [
    (quirks.CHANGED, PreconditionFailed),
    (quirks.LOCKED, PreconditionFailed),
    (Reply(status=409), PreconditionFailed),
    (quirks.UID_TAKEN, PreconditionFailed),
    (replace(quirks.UID_TAKEN_BY, body=quirks.UID_TAKEN_BY.body % b"/kari/tasks/other.ics"), PreconditionFailed),
    (replace(quirks.UID_TAKEN_BY, body=quirks.UID_TAKEN_BY.body % b"/kari/home/other.ics"), Rejected),
    (quirks.READ_ONLY, ReadOnlyCollection),
    (Reply(status=403), ReadOnlyCollection),
    (Reply(status=405), ReadOnlyCollection),
    (quirks.TOO_LARGE, Rejected),
    (quirks.OVER_QUOTA, Rejected),
    (Reply(status=400), Rejected),
    (Reply(status=413), Rejected),
    (Reply(status=415), Rejected),
    (Reply(status=422), Rejected),
    (quirks.BROKEN, Rejected),
    (Reply(status=502), Unreachable),
    (Reply(status=503), TryLater),
    (quirks.BUSY, TryLater),
    (quirks.TOO_MANY, TryLater),
    (quirks.REDIRECT_TO_LOGIN, NotCalDAV),
    (quirks.HTML_PAGE, NotCalDAV),
    (Reply(status=202), NotCalDAV),
    (quirks.EMPTY_207, NotCalDAV),
]


@pytest.mark.parametrize(("reply", "error"), REFUSALS)
@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_a_refused_write_says_why(reply: Reply, error: type[DeadlinesError], verb: str) -> None:
    dav, collection = filled()
    known = listed(collection)
    dav.behaviours.append(Answers(reply, "DELETE" if verb == "delete" else "PUT"))
    writes: dict[str, Callable[[], object]] = {
        "create": lambda: collection.create(collection.href_for("new"), todo("new")),
        "update": lambda: collection.update(known, todo("n0", "mine")),
        "delete": lambda: collection.delete(known),
    }

    with pytest.raises(error) as raised:
        writes[verb]()
    assert type(raised.value) is error


@pytest.mark.parametrize("reply", [replace(quirks.BUSY), Reply(status=429, headers={"Retry-After": "3"})])
def test_a_write_is_repeated_when_the_server_says_when(reply: Reply) -> None:
    dav, collection = filled(Times(1, Answers(reply), "PUT"))
    collection.create(collection.href_for("new"), todo("new"))

    assert "new.ics" in dav.texts()


@pytest.mark.parametrize("fault", [quirks.CutBefore("PUT"), quirks.CutAfter("PUT")])
def test_a_cut_write_is_of_unknown_outcome_and_sent_at_most_twice(fault: Behaviour) -> None:
    dav, collection = filled(fault)

    with pytest.raises(Unreachable):
        collection.create(collection.href_for("new"), todo("new"))
    assert sum(request.method == "PUT" for request in dav.requests) == 1
    listed(collection)  # now the connection is kept alive
    dav.requests.clear()
    with pytest.raises((Unreachable, PreconditionFailed)):
        collection.create(collection.href_for("newer"), todo("newer"))
    assert sum(request.method == "PUT" for request in dav.requests) == 2


def test_put_without_an_etag_in_the_answer_leaves_it_unknown() -> None:
    for quirk in (quirks.PutSaysNoEtag(), quirks.EtagWeak()):
        _, collection = filled(quirk, count=0)

        assert not collection.create(collection.href_for("new"), todo("new")).etag


def test_a_create_that_overwrote_is_not_believed() -> None:
    _, collection = filled(quirks.IfNoneMatchIgnored())

    assert not collection.create(HOME + "n0.ics", todo("n0", "mine")).etag


@pytest.mark.parametrize("quirk", [quirks.EtagMissing(), quirks.EtagWeak()])
def test_without_strong_etags_the_text_is_compared_before_writing(quirk: Behaviour) -> None:
    dav, collection = filled(quirk)
    known = listed(collection)
    collection.update(known, todo("n0", "mine"))
    assert "mine" in dav.texts()["n0.ics"]
    dav.put(HOME + "n0.ics", todo("n0", "theirs"))

    for write in (lambda: collection.update(known, todo("n0", "mine again")), lambda: collection.delete(known)):
        with pytest.raises(PreconditionFailed):
            write()
    assert "theirs" in dav.texts()["n0.ics"]


def test_without_strong_etags_a_resource_that_is_gone_is_noticed() -> None:
    dav, collection = filled(quirks.EtagMissing())
    known = listed(collection)
    dav.remove(HOME + "n0.ics")
    collection.delete(known)

    with pytest.raises(PreconditionFailed):
        collection.update(known, todo("n0", "mine"))
    assert "n0.ics" not in dav.texts()


def test_an_edit_in_between_is_noticed() -> None:
    dav, collection = filled()
    known = listed(collection)
    dav.behaviours.append(quirks.Interloper("PUT", lambda other: other.put(HOME + "n0.ics", todo("n0", "theirs"))))

    with pytest.raises(PreconditionFailed):
        collection.update(known, todo("n0", "mine"))


def test_a_put_that_finds_no_collection_says_so() -> None:
    dav, collection = filled()
    dav.behaviours.append(Answers(quirks.VANISHED, "PUT"))
    with pytest.raises(Rejected):
        collection.create(collection.href_for("new"), todo("new"))
    dav.behaviours.append(Answers(quirks.VANISHED, "PROPFIND"))

    with pytest.raises(CollectionMissing):
        collection.create(collection.href_for("new"), todo("new"))


def test_a_meeting_is_updated_by_its_schedule_tag() -> None:
    dav, collection = filled()
    meeting = listed(collection)._replace(schedule_tag='"s1"', text="BEGIN:VEVENT\r\nORGANIZER:mailto:a@b\r\n")
    collection.update(meeting, todo("n0", "mine"))

    assert dav.requests[-1].headers["if-schedule-tag-match"] == '"s1"'
    assert "if-match" not in dav.requests[-1].headers


@pytest.mark.parametrize("etag", ['"a\r\nX-Evil: 1"', "unquoted", '"a"b"', '"æ"', '"蓝"', "*"])
def test_no_etag_reaches_a_header_unless_it_is_one(etag: str) -> None:
    dav, collection = filled()
    known = listed(collection)._replace(etag=etag)

    with pytest.raises(PreconditionFailed):
        collection.update(known, todo("n0", "mine"))
    assert all("x-evil" not in request.headers for request in dav.requests)


def test_a_collection_and_an_account_are_what_the_ports_ask_for() -> None:
    dav, concrete = filled()
    collection: Collection = concrete
    account: Account = CalDavAccount(Client(dav.url, connect=dav.connect), dav.url)

    assert [found.path for found in account.discover()] == [HOME]
    assert collection.url == "http://127.0.0.1:1/kari/tasks/"
