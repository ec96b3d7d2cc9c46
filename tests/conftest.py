"""Servers for every test that wants one. Real ones run once per session and worker; each test gets a calendar of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from hypothesis import settings
from tests.servers import radicale as radicale_server
from tests.servers import xandikos as xandikos_server
from tests.servers.fake import FakeDav
from tests.servers.http_front import serve
from tests.servers.process import RealServer

from deadlines import clock
from deadlines.remote.auth import Credentials
from deadlines.remote.caldav import CalDavCollection
from deadlines.remote.http import Client

settings.register_profile("any machine", deadline=None)  # a property fails for what it finds, not for when a machine was busy
settings.load_profile("any machine")
clock.use_newest_zone_data()  # as every command does, before a test opens a zone


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server with one empty calendar at `path`; `other` writes to it as another client would."""

    name: str
    url: str
    path: str
    username: str
    password: str
    other: RealServer

    def collection(self) -> CalDavCollection:
        """A new client of the calendar."""
        credentials = Credentials(username=self.username, password=self.password) if self.username else None
        return CalDavCollection(Client(self.url, credentials, pause=lambda _: None), self.path)


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with radicale_server.radicale(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture(scope="session")
def xandikos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with xandikos_server.xandikos(tmp_path_factory.mktemp("xandikos")) as server:
        yield server


@pytest.fixture
def fake_dav() -> FakeDav:
    """A server in memory, correct until told otherwise."""
    return FakeDav()


@pytest.fixture(params=["fake", "radicale", "xandikos"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each server in turn."""
    with started(request) as server:
        yield server


@contextmanager
def started(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The server that the parameter of a fixture names, with a calendar of its own."""
    if request.param == "fake":
        with serve(FakeDav(password="secret")) as url:
            yield _server(RealServer(name="fake", url=url, home="/kari/", username="kari", password="secret"))
    else:
        yield _server(request.getfixturevalue(request.param))


def _server(real: RealServer) -> Server:
    path = real.new_calendar()
    return Server(name=real.name, url=real.url, path=path, username=real.username, password=real.password, other=real)
