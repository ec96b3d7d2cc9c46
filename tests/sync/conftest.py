from __future__ import annotations

import pytest
from tests.sync.rig import LockedDav, Replica


@pytest.fixture
def dav() -> LockedDav:
    return LockedDav()


@pytest.fixture
def replica(dav: LockedDav) -> Replica:
    """A client that was never synced."""
    return Replica(dav)
