"""What every `Collection` promises, whatever is behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest
from tests.conftest import Server, started

from deadlines.errors import CollectionMissing, CredentialsRefused, NotCalDAV, PreconditionFailed, Rejected
from deadlines.remote.auth import Credentials
from deadlines.remote.base import Changes, Listed, Mark, Page
from deadlines.remote.caldav import CalDavCollection
from deadlines.remote.http import Client
from deadlines.remote.vdir import VDir


def todo(uid: str, summary: str = "Ship it") -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", "BEGIN:VTODO", f"UID:{uid}"]
    lines += ["DTSTAMP:20261101T000000Z", f"SUMMARY:{summary}", "END:VTODO", "END:VCALENDAR", ""]
    return "\r\n".join(lines)


def pages(changes: Changes) -> tuple[dict[str, Listed], set[str], Mark]:
    """Everything present by href, everything removed, and the mark to remember."""
    read = list(changes.pages)
    present = {listed.href: listed for page in read for listed in page.present}
    return present, set(chain.from_iterable(page.removed for page in read)), read[-1].mark


def fetched(rows: Iterable[Listed | str]) -> dict[str, str | None]:
    return {row if isinstance(row, str) else row.href: None if isinstance(row, str) else row.text for row in rows}


@dataclass(frozen=True)
class Folder:
    """A folder where a server is expected; `other` writes to it as another program would."""

    path: Path
    name = "vdir"

    def collection(self) -> VDir:
        return VDir(self.path, now=datetime(2100, 1, 1, tzinfo=UTC))

    @property
    def other(self) -> Folder:
        return self

    def request(self, _method: str, href: str, body: bytes) -> tuple[int, bytes]:
        Path(href + ".tmp").write_bytes(body)
        Path(href + ".tmp").replace(href)
        return 204, b""


@pytest.fixture(name="server", params=["fake", "radicale", "xandikos", "vdir"])
def _server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server | Folder]:
    """Each server in turn, and a folder; underscored, so that `import *` leaves tests/packaged the servers of its own."""
    if request.param == "vdir":
        yield Folder(tmp_path)
    else:
        with started(request) as server:
            yield server


@pytest.fixture
def collection(server: Server | Folder) -> Iterator[CalDavCollection | VDir]:
    collection = server.collection()
    yield collection
    collection.close()


def test_capabilities_name_what_the_server_can(collection: CalDavCollection | VDir) -> None:
    capabilities = collection.capabilities()

    assert capabilities.ctag
    assert capabilities.writable
    if isinstance(collection, CalDavCollection):
        assert capabilities.sync_token
        assert "VTODO" in capabilities.components


def test_an_empty_calendar_is_an_empty_full_listing(collection: CalDavCollection | VDir) -> None:
    changes = collection.changes(Mark(), full=False)

    assert changes.full
    assert pages(changes)[:2] == ({}, set())


def test_nothing_changed_is_one_request(collection: CalDavCollection | VDir) -> None:
    collection.create(collection.href_for("one"), todo("one"))
    _, _, mark = pages(collection.changes(Mark(), full=False))
    before = collection.requests
    changes = collection.changes(mark, full=False)

    assert not changes.full
    assert pages(changes) == ({}, set(), mark)
    assert collection.requests == before + 1


def test_what_stands_where_it_stood_is_told_without_asking_itself(
    server: Server | Folder, collection: CalDavCollection | VDir
) -> None:
    """By the home that it is in, if that knows; a folder is in none."""
    collection.create(collection.href_for("one"), todo("one"))
    _, _, mark = pages(collection.changes(Mark(), full=False))
    _, _, later = pages(collection.changes(mark, full=False))
    before = collection.requests
    told = [collection.unchanged({collection.url: known}) for known in (mark, later)]

    if server.name == "sogo":  # it counts seconds: so soon after a change its word proves nothing
        assert told == [frozenset()] * 2
    elif isinstance(collection, CalDavCollection):
        assert (told, collection.requests - before) == ([frozenset({collection.url})] * 2, 2)
    else:
        assert (told, collection.requests - before) == ([frozenset()] * 2, 0)

    collection.create(collection.href_for("two"), todo("two"))
    assert collection.unchanged({collection.url: mark}) == set()


def test_what_is_created_is_listed_and_fetched(collection: CalDavCollection | VDir) -> None:
    href = collection.href_for("one")
    written = collection.create(href, todo("one", "Blåbær, 蓝莓; \\n"))
    present, removed, _ = pages(collection.changes(Mark(), full=True))

    assert written.href == href
    assert list(present) == [href]
    assert removed == set()
    text = fetched(collection.fetch([href]))[href]
    assert text is not None
    assert "Blåbær" in text
    assert "\r\n" in text


def test_changes_since_a_mark_are_told_with_deletions(collection: CalDavCollection | VDir) -> None:
    hrefs = {uid: collection.href_for(uid) for uid in ("kept", "edited", "deleted", "created")}
    for uid in ("kept", "edited", "deleted"):
        collection.create(hrefs[uid], todo(uid))
    known, _, mark = pages(collection.changes(Mark(), full=False))
    collection.update(known[hrefs["edited"]], todo("edited", "New"))
    collection.delete(known[hrefs["deleted"]])
    collection.create(hrefs["created"], todo("created"))
    changes = collection.changes(mark, full=False)

    assert changes.full == isinstance(collection, VDir)
    present, removed, newer = pages(changes)
    gone = removed | (known.keys() - present.keys() if changes.full else set())
    news = {href for href, listed in present.items() if href not in known or listed.etag != known[href].etag}
    assert news == {hrefs["edited"], hrefs["created"]}
    assert gone == {hrefs["deleted"]}
    assert pages(collection.changes(newer, full=False)) == ({}, set(), newer)


def test_a_first_download_brings_the_texts(collection: CalDavCollection | VDir) -> None:
    texts = {collection.href_for(uid): todo(uid, f"Ship {uid}") for uid in ("a", "b", "c")}
    for href, text in texts.items():
        collection.create(href, text)
    changes = collection.changes(Mark(), full=False)
    present, removed, mark = pages(changes)
    missing = [href for href, listed in present.items() if listed.text is None]
    found = {href: listed.text for href, listed in present.items() if listed.text} | fetched(collection.fetch(missing))

    assert mark != Mark()
    assert removed == set()
    assert {href: "Ship" in (text or "") for href, text in found.items()} == dict.fromkeys(texts, True)


def test_a_full_listing_names_what_exists_and_nothing_else(collection: CalDavCollection | VDir) -> None:
    hrefs = [collection.href_for(uid) for uid in ("a", "b", "c")]
    for href, uid in zip(hrefs, ("a", "b", "c"), strict=True):
        collection.create(href, todo(uid))
    present, _, mark = pages(collection.changes(Mark(), full=False))
    collection.delete(present[hrefs[0]])
    changes = collection.changes(mark, full=True)

    assert changes.full
    present, _, newer = pages(changes)
    assert set(present) == set(hrefs[1:])
    assert all(listed.etag for listed in present.values())
    assert pages(collection.changes(newer, full=False))[0] == {}


@pytest.mark.parametrize("token", ["http://example.org/ns/nonsense", "data:,123", "&<\x01>", "0" * 40])
def test_an_unknown_token_leads_to_a_full_listing(collection: CalDavCollection | VDir, token: str) -> None:
    href = collection.href_for("one")
    collection.create(href, todo("one"))
    changes = collection.changes(Mark(sync_token=token), full=False)

    assert changes.full
    assert set(pages(changes)[0]) == {href}


def test_create_refuses_to_overwrite(collection: CalDavCollection | VDir) -> None:
    href = collection.href_for("one")
    collection.create(href, todo("one", "first"))

    with pytest.raises(PreconditionFailed):
        collection.create(href, todo("one", "second"))
    assert "first" in (fetched(collection.fetch([href]))[href] or "")


def test_update_refuses_a_version_that_moved_on(collection: CalDavCollection | VDir, server: Server | Folder) -> None:
    href = collection.href_for("one")
    collection.create(href, todo("one"))
    stale = pages(collection.changes(Mark(), full=False))[0][href]
    status, _ = server.other.request("PUT", href, todo("one", "theirs").encode())
    assert status in {201, 204}

    with pytest.raises(PreconditionFailed):
        collection.update(stale, todo("one", "mine"))
    with pytest.raises(PreconditionFailed):
        collection.delete(stale)
    assert "theirs" in (fetched(collection.fetch([href]))[href] or "")


def test_update_refuses_a_resource_that_is_gone(collection: CalDavCollection | VDir) -> None:
    href = collection.href_for("one")
    collection.create(href, todo("one"))
    stale = pages(collection.changes(Mark(), full=False))[0][href]
    collection.delete(stale)

    with pytest.raises(PreconditionFailed):
        collection.update(stale, todo("one", "mine"))


def test_deleting_twice_is_fine(collection: CalDavCollection | VDir) -> None:
    href = collection.href_for("one")
    collection.create(href, todo("one"))
    known = pages(collection.changes(Mark(), full=False))[0][href]
    collection.delete(known)
    with suppress(PreconditionFailed):  # RFC 9110 §13.1.1 lets a server say 412 as well; the engine looks and finds it gone
        collection.delete(known)

    assert fetched(collection.fetch([href])) == {href: None}


def test_fetch_tells_missing_from_present(collection: CalDavCollection | VDir) -> None:
    here, gone = collection.href_for("here"), collection.href_for("gone")
    collection.create(here, todo("here"))
    answer = fetched(collection.fetch([gone, here]))

    assert answer.keys() == {here, gone}
    assert answer[gone] is None
    assert "UID:here" in (answer[here] or "")


def test_fetch_of_many_uses_few_requests(collection: CalDavCollection | VDir, server: Server | Folder) -> None:
    count = 310 if server.name == "fake" else 160
    hrefs = [collection.href_for(f"n{number}") for number in range(count)]
    for number, href in enumerate(hrefs):
        collection.create(href, todo(f"n{number}"))
    before = collection.requests
    answer = fetched(collection.fetch(hrefs))

    assert answer.keys() == set(hrefs)
    assert None not in answer.values()
    assert collection.requests - before <= 2


@pytest.mark.parametrize("name", ["a b.ics", "a@b.ics", "a+b.ics", "æ.ics", "a%b.ics", "a'b(c).ics", "a:b.ics", "a&b;c=d.ics"])
def test_hrefs_are_the_same_however_the_server_spells_them(collection: CalDavCollection | VDir, name: str) -> None:
    href = collection.path + (name if isinstance(collection, VDir) else name.replace("%", "%25"))
    try:
        collection.create(href, todo("one"))
    except Rejected:
        pytest.skip("the server refuses such names (Radicale: colons and apostrophes)")
    present, _, _ = pages(collection.changes(Mark(), full=False))

    assert list(present) == [href]
    assert list(fetched(collection.fetch([href]))) == [href]
    collection.update(present[href], todo("one", "new"))
    assert "SUMMARY:new" in (fetched(collection.fetch([href]))[href] or "")


@pytest.mark.parametrize("uid", ["plain", "with/slash", "../../up", "a" * 300, "q?u#e", "kari@example.org", "con", "ÆØÅ", ""])
def test_any_uid_gets_a_harmless_href(collection: CalDavCollection | VDir, uid: str) -> None:
    href = collection.href_for(uid)

    assert href == collection.href_for(uid)
    assert href.startswith(collection.path)
    assert "/" not in href.removeprefix(collection.path)


def test_find_tells_where_a_uid_lives(collection: CalDavCollection | VDir) -> None:
    href = collection.path + "elsewhere.ics"
    collection.create(href, todo("kari-1"))
    collection.create(collection.href_for("kari-12"), todo("kari-12"))
    found = collection.find("kari-1")

    assert found is not None
    assert found.href == href
    assert "UID:kari-1\r\n" in (found.text or "")
    assert collection.find("kari") is None


def test_a_missing_collection_is_missing(server: Server | Folder) -> None:
    if isinstance(server, Folder):
        pytest.skip("test_vdir.py has it")
    collection = CalDavCollection(server.collection()._client, server.path.rstrip("/") + "-no-such/")

    with pytest.raises(CollectionMissing):
        collection.capabilities()
    with pytest.raises((CollectionMissing, NotCalDAV)):
        pages(collection.changes(Mark(sync_token="http://example.org/x"), full=False))
    collection.close()


def test_what_is_no_calendar_is_not_taken_for_one(server: Server | Folder) -> None:
    if isinstance(server, Folder):
        pytest.skip("every folder may hold calendars")
    collection = CalDavCollection(server.collection()._client, "/")

    with pytest.raises(NotCalDAV):
        collection.changes(Mark(), full=False)
    collection.close()


def test_a_wrong_password_is_refused_and_never_shown(server: Server | Folder) -> None:
    if isinstance(server, Folder):
        pytest.skip("folders ask for no password")
    if not server.username:
        pytest.skip("this server asks for no password")
    client = Client(server.url, Credentials(username="kari", password="wrong-hunter2"), pause=lambda _: None)
    collection = CalDavCollection(client, server.path)

    with pytest.raises(CredentialsRefused) as refused:
        collection.capabilities()
    assert "hunter2" not in f"{refused.value} {client!r} {collection!r}"
    collection.close()


def test_clones_work_side_by_side(collection: CalDavCollection | VDir) -> None:
    twin = collection.clone()
    collection.create(collection.href_for("a"), todo("a"))
    twin.create(twin.href_for("b"), todo("b"))

    assert len(pages(collection.changes(Mark(), full=True))[0]) == 2
    twin.close()


def test_another_request_may_be_made_while_pages_are_read(collection: CalDavCollection | VDir) -> None:
    href = collection.href_for("a")
    collection.create(href, todo("a"))
    read: list[Page] = []
    for page in collection.changes(Mark(), full=False).pages:
        read.append(page)
        assert href in fetched(collection.fetch([href]))

    assert [listed.href for page in read for listed in page.present] == [href]


def test_a_uid_that_is_there_already_is_not_written_twice(collection: CalDavCollection | VDir) -> None:
    if isinstance(collection, VDir):
        pytest.skip("a folder does not look into its files; the reading after the write does")
    collection.create(collection.path + "theirs.ics", todo("one", "theirs"))

    with pytest.raises(PreconditionFailed):
        collection.create(collection.href_for("one"), todo("one", "mine"))
    found = collection.find("one")
    assert found is not None
    assert found.href == collection.path + "theirs.ics"
    assert collection.update(found, todo("one", "merged")).href == found.href


@pytest.mark.parametrize("text", ["", "no calendar at all", "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:x\r\n"])
def test_bad_data_is_refused_for_that_item_alone(collection: CalDavCollection | VDir, text: str, server: Server | Folder) -> None:
    if server.name == "fake" and "BEGIN" in text:
        pytest.skip("it does not parse")

    with pytest.raises(Rejected):
        collection.create(collection.href_for("x"), text)
    collection.create(collection.href_for("y"), todo("y"))
