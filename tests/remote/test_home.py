"""What is believed of a home that is asked about all of its calendars at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http.client import IncompleteRead

import pytest
from tests.servers import quirks
from tests.servers.fake import Behaviour, FakeDav, FakeRow, Reply, Request
from tests.servers.quirks import Answers, AtHome

from deadlines.errors import CredentialsRefused, DeadlinesError, Unreachable
from deadlines.remote import davxml, home
from deadlines.remote.auth import Credentials
from deadlines.remote.base import Mark
from deadlines.remote.caldav import CalDavCollection
from deadlines.remote.http import Client
from deadlines.remote.wire import Answer, Limits, Origin, TooSlow

WORK = "http://127.0.0.1:1/kari/tasks/"
ODD = "http://127.0.0.1:1/kari/a%20b%40c%2Fd%C3%A5/"
THIRD = "http://127.0.0.1:1/kari/third/"
ALL = frozenset({WORK, ODD, THIRD})
PATHS = {WORK: "/kari/tasks/", ODD: "/kari/a b@c%2Fdå/", THIRD: "/kari/third/"}
SECONDS = 1_795_435_200
"""Monday 23 November 2026, 12:00 UTC."""


def three(*behaviours: Behaviour, password: str = "") -> FakeDav:
    dav = FakeDav(*behaviours, password=password)
    for path in ("/kari/a b@c%2Fdå/", "/kari/third/"):
        dav.calendars[path] = dav.new_calendar()
    return dav


def tokens(dav: FakeDav) -> dict[str, Mark]:
    return {url: Mark(sync_token=dav.token(path)) for url, path in PATHS.items()}


def ctags(dav: FakeDav) -> dict[str, Mark]:
    return {url: Mark(ctag=f'"{dav.token(path)}"') for url, path in PATHS.items()}


def told(dav: FakeDav, marks: Mapping[str, Mark]) -> frozenset[str]:
    credentials = Credentials(username="kari", password="secret")
    client = Client(dav.url, credentials, connect=dav.connect, pause=lambda _: None)
    return CalDavCollection(client, "/kari/tasks/").unchanged(marks)


class Doubles(Behaviour):
    """A collection has two rows, which say different things."""

    def after(self, _dav: FakeDav, _request: Request, reply: Reply) -> Reply:
        row = (
            b"<D:response><D:href>/kari/tasks/</D:href><D:propstat><D:prop><D:sync-token>x</D:sync-token></D:prop>"
            b"<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>"
        )
        return replace(reply, body=reply.body.replace(b"</D:multistatus>", row))


class Hides(Behaviour):
    """The home does not name one of its calendars, or fails to say anything about it."""

    def __init__(self, status: int = 0) -> None:
        self._status = status

    def row(self, _dav: FakeDav, request: Request, row: FakeRow) -> FakeRow | None:
        if row.href != "/kari/third/" or request.path == row.href:
            return row
        return FakeRow(href=row.href, status=self._status) if self._status else None


def test_all_that_stand_where_they_stood_are_told_in_one_request() -> None:
    dav = three()

    assert told(dav, tokens(dav)) == ALL == told(dav, ctags(dav))
    asked = [(request.method, request.path, request.headers["depth"]) for request in dav.requests]
    assert asked == [("PROPFIND", "/kari/", "1")] * 2


def test_only_what_is_compared_is_asked_for() -> None:
    dav = three()
    both = {**ctags(dav), WORK: tokens(dav)[WORK]}

    assert told(dav, both) == ALL
    told(dav, tokens(dav))
    told(dav, ctags(dav))

    assert [request.body for request in dav.requests] == [davxml.MARKS, davxml.TOKEN, davxml.CTAG]


def test_what_changed_is_not_told() -> None:
    dav = three()
    before = tokens(dav), ctags(dav)
    dav.put("/kari/third/x.ics", "BEGIN:VCALENDAR")
    calendar = dav.calendars["/kari/tasks/"] = dav.new_calendar()

    assert [told(dav, marks) for marks in before] == [frozenset({ODD})] * 2
    assert calendar.log == []


def test_a_collection_that_is_gone_or_was_never_here_is_not_told() -> None:
    dav = three()
    marks = {**tokens(dav), "http://127.0.0.1:1/elsewhere/": Mark(sync_token=dav.token("/kari/tasks/"))}
    del dav.calendars["/kari/third/"]

    assert told(dav, marks) == {WORK, ODD}


@pytest.mark.parametrize(
    "spelling",
    [
        lambda href: href.rstrip("/"),
        lambda href: href.replace("third", "%74hird").replace("@", "%40"),
        lambda href: "http://127.0.0.1:1" + href,
        lambda href: href.removeprefix("/kari/") or href,
    ],
    ids=["no slash", "encoded", "whole", "bare"],
)
def test_hrefs_may_be_spelt_in_any_way(spelling: object) -> None:
    dav = three(quirks.Spelt(spelling))  # type: ignore[arg-type]  # lambdas of the table above

    assert told(dav, tokens(dav)) == ALL


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (quirks.TokensSpeltTwoWays(), frozenset()),
        (quirks.TokensUnsupported(), frozenset()),
        (quirks.NoCtag(), ALL),
        (quirks.Gzip(), ALL),
        (Hides(), ALL - {THIRD}),
        (Hides(403), ALL - {THIRD}),
        (Hides(507), ALL - {THIRD}),
        (Doubles(), ALL - {WORK}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_token_is_compared_with_a_token_of_the_same_collection(behaviour: Behaviour, expected: frozenset[str]) -> None:
    dav = three(behaviour)

    assert told(dav, tokens(dav)) == expected


def test_a_ctag_that_is_not_told_equals_none() -> None:
    dav = three(quirks.NoCtag())

    assert told(dav, ctags(dav)) == frozenset()


@pytest.mark.parametrize("mark", [Mark(), Mark(sync_token=" ")])
def test_an_empty_mark_equals_nothing(mark: Mark) -> None:
    dav = three(quirks.TokensUnsupported(), quirks.NoCtag())

    assert told(dav, {WORK: mark}) == frozenset()


@pytest.mark.parametrize(("age", "believed"), [(0, False), (2, False), (-1, False), (3, True), (86_400, True)])
def test_a_token_that_counts_seconds_and_is_as_young_as_the_answer_proves_nothing(age: int, believed: bool) -> None:
    """Something else may have happened within that second."""
    dav = three(quirks.TokensInSeconds(seconds=SECONDS - age, date="Mon, 23 Nov 2026 12:00:00 GMT"))
    marks = {url: Mark(sync_token=str(SECONDS - age)) for url in ALL}
    tags = {url: Mark(ctag=f'"{SECONDS - age}"') for url in ALL}

    assert told(dav, marks) == told(dav, tags) == (ALL if believed else frozenset())


@pytest.mark.parametrize(
    "answer",
    [
        *(Answers(Reply(status=status)) for status in (200, 400, 403, 404, 405, 410, 412, 500, 501, 502, 507)),
        Answers(quirks.BUSY),
        Answers(quirks.TOO_MANY),
        Answers(quirks.REDIRECT_TO_LOGIN),
        Answers(quirks.HTML_PAGE),
        Answers(quirks.HTML_207),
        Answers(quirks.EMPTY_207),
        Answers(quirks.EMPTIED),
        quirks.CutXml(),
        quirks.CutBody(),
        quirks.CutBefore(),
        quirks.CutAfter(),
    ],
)
def test_a_home_that_cannot_be_asked_tells_nothing(answer: Behaviour) -> None:
    """Whether the calendars can be, shows when they are."""
    dav = three(AtHome(answer))

    assert told(dav, tokens(dav)) == frozenset()


class Fails:
    """A connection on which nothing but an error comes."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def exchange(self, _method: str, _target: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        raise self._error

    def alive(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (ConnectionRefusedError("nobody listens"), Unreachable),
        (TimeoutError("no route"), Unreachable),
        (OSError("no such host"), Unreachable),
        (TooSlow("it thinks"), None),
        (ConnectionResetError("it fell over"), None),
        (IncompleteRead(b""), None),
    ],
)
def test_only_what_the_whole_account_meets_is_raised(error: Exception, raised: type[DeadlinesError] | None) -> None:
    def connect(_origin: Origin, _limits: Limits) -> Fails:
        return Fails(error)

    def ask() -> frozenset[str]:
        client = Client("http://127.0.0.1:1/", connect=connect, pause=lambda _: None)
        return home.unchanged(client, "/kari/", tokens(three()))

    if raised is None:
        assert ask() == frozenset()
    else:
        with pytest.raises(raised):
            ask()


def test_a_wrong_password_is_told_after_one_request() -> None:
    dav = three(password="other")

    with pytest.raises(CredentialsRefused):
        told(dav, tokens(dav))

    assert len(dav.requests) == 1


@pytest.mark.parametrize(
    ("path", "expected"), [("/kari/tasks/", "/kari/"), ("/tasks/", "/"), ("/a/b%2Fc/", "/a/"), ("/", "/"), ("/kari", "/")]
)
def test_a_home_is_what_a_collection_is_in(path: str, expected: str) -> None:
    assert home.of(path) == expected
