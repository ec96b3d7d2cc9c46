"""A fresh calendar on a real server, and somebody who syncs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.e2e.person import Person, Place
from tests.servers.process import RealServer


@pytest.fixture
def at_radicale(radicale: RealServer) -> Place:
    """A fresh calendar on Radicale."""
    return Place(server=radicale, path=radicale.new_calendar())


@pytest.fixture(params=["radicale", "xandikos"])
def place(request: pytest.FixtureRequest) -> Place:
    """A fresh calendar on each real server in turn."""
    real: RealServer = request.getfixturevalue(request.param)
    return Place(server=real, path=real.new_calendar())


@pytest.fixture
def kari(place: Place, tmp_path: Path) -> Person:
    """Somebody who syncs it."""
    return place.user(tmp_path / "kari")
