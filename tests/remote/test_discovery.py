from __future__ import annotations

from dataclasses import replace

import pytest
from tests.conftest import Server
from tests.servers.fake import Behaviour, FakeDav, Reply, Request
from tests.servers.process import RealServer
from tests.servers.quirks import HTML_PAGE, Answers

from deadlines.errors import CredentialsRefused, NotCalDAV
from deadlines.remote.auth import Credentials
from deadlines.remote.discovery import discover
from deadlines.remote.http import Client


def client(url: str, username: str = "", password: str = "") -> Client:
    credentials = Credentials(username=username, password=password) if username else None
    return Client(url, credentials, pause=lambda _: None)


class Redirect(Behaviour):
    def __init__(self, source: str, target: str) -> None:
        self._source = source
        self._target = target

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        if request.path != self._source:
            return request
        return Reply(status=301, headers={"Location": self._target})


class OnlyAt(Behaviour):
    """Everything else is 404."""

    def __init__(self, *paths: str) -> None:
        self._paths = paths

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        return request if request.path in self._paths else Reply(status=404)


@pytest.mark.parametrize("start", ["", "home", "calendar", "calendar without slash", "wrong/base/"])
def test_calendars_are_found_from_any_url(server: Server, start: str) -> None:
    paths = {"home": server.other.home[1:], "calendar": server.path[1:], "calendar without slash": server.path[1:-1]}
    url = server.url + paths.get(start, start)
    connected = client(url, server.username, server.password)
    found = {calendar.path: calendar for calendar in discover(connected, url)}
    connected.close()

    assert server.path in found
    assert found[server.path].writable
    assert found[server.path].display_name


def test_a_wrong_password_is_said(radicale: RealServer) -> None:
    with pytest.raises(CredentialsRefused):
        discover(client(radicale.url, "kari", "wrong"), radicale.url)


def test_the_well_known_redirect_is_followed_within_the_host() -> None:
    dav = FakeDav(OnlyAt("/kari/", "/kari/tasks/"))
    dav.behaviours.insert(0, Redirect("/.well-known/caldav", "/kari/"))
    found = discover(Client(dav.url, connect=dav.connect, pause=lambda _: None), dav.url)

    assert [calendar.path for calendar in found] == ["/kari/tasks/"]


@pytest.mark.parametrize(
    "target", ["https://evil.example/dav/", "//evil.example/", "https://u:p@evil.example/?token=1", "/\\evil"]
)
def test_no_redirect_to_another_host_is_followed(target: str) -> None:
    dav = FakeDav(OnlyAt(), url="http://127.0.0.1:1/")
    dav.behaviours.insert(0, Redirect("/.well-known/caldav", target))

    with pytest.raises(NotCalDAV) as failed:
        discover(Client(dav.url, connect=dav.connect, pause=lambda _: None), dav.url)
    assert "/.well-known/caldav (redirects to" in str(failed.value)
    assert "u:p" not in str(failed.value)
    assert "token" not in str(failed.value)


def test_a_circle_of_redirects_ends() -> None:
    dav = FakeDav(Redirect("/", "/a"), Redirect("/a", "/"), OnlyAt())

    with pytest.raises(NotCalDAV):
        discover(Client(dav.url, connect=dav.connect, pause=lambda _: None), dav.url)
    assert len(dav.requests) < 60


def test_no_calendars_says_what_was_tried() -> None:
    dav = FakeDav(Answers(replace(HTML_PAGE, status=207)))

    with pytest.raises(NotCalDAV) as failed:
        discover(Client(dav.url, connect=dav.connect, pause=lambda _: None), dav.url + "some/base/")
    for path in ("/some/base/", "/.well-known/caldav", "/ ("):
        assert path in str(failed.value)
