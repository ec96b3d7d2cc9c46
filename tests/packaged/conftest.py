"""Every CalDAV server that is here, those of Debian packages included, each started once. `make test-servers` runs them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import Server
from tests.packaged.deviations import ALWAYS, SOMETIMES
from tests.servers import cyrus, davical, radicale, sabre, sogo, xandikos
from tests.servers.process import RealServer


@dataclass(frozen=True)
class Package:
    """How to run a server, and why it cannot be run here."""

    run: Callable[[Path], AbstractContextManager[RealServer]]
    missing: Callable[[], str]


def _nothing() -> str:
    return ""


PACKAGES = {
    "radicale": Package(radicale.radicale, _nothing),
    "xandikos": Package(xandikos.xandikos, _nothing),
    "sabre": Package(sabre.sabre, sabre.missing),
    "davical": Package(davical.davical, davical.missing),
    "cyrus": Package(cyrus.cyrus, cyrus.missing),
    "sogo": Package(sogo.sogo, sogo.missing),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the known deviations from the contract, and nothing else. A test here that asks no packaged server is an error."""
    for item in items:
        if not isinstance(item, pytest.Function) or item.path.parent != Path(__file__).parent:
            continue
        if "packaged" not in item.fixturenames:
            message = f"{item.nodeid} runs on none of the packaged servers; a fixture of its module hides one of this folder"
            raise pytest.UsageError(message)
        item.add_marker(pytest.mark.packaged)
        name, server = item.originalname, str(item.callspec.params["packaged"])
        for table, strict in ((ALWAYS, True), (SOMETIMES, False)):
            if item.path.name == "test_contract.py" and (reason := table.get(server, {}).get(name)):
                item.add_marker(pytest.mark.xfail(reason=reason, strict=strict))


@pytest.fixture(scope="session", params=PACKAGES)
def packaged(request: pytest.FixtureRequest) -> Iterator[RealServer]:
    """Each server in turn; only one runs at a time."""
    package = PACKAGES[request.param]
    if reason := package.missing():
        pytest.skip(reason)
    folder = Path(
        tempfile.mkdtemp(prefix=f"{request.param}-")
    )  # pytest's own folders are closed to the users that servers run as
    folder.chmod(0o755)
    try:
        with package.run(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def calendar(packaged: RealServer) -> Iterator[str]:
    """An empty calendar, deleted afterwards: at Cyrus a UID may exist once in all calendars of a user."""
    path = packaged.new_calendar()
    yield path
    packaged.delete_calendar(path)


@pytest.fixture
def server(packaged: RealServer, calendar: str) -> Server:
    """The server with an empty calendar, as the contract suite wants it."""
    account = {"username": packaged.username, "password": packaged.password}
    return Server(name=packaged.name, url=packaged.url, path=calendar, other=packaged, **account)
