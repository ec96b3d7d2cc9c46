"""The contract suite, against each packaged server."""

from __future__ import annotations

from tests.remote.test_contract import *  # noqa: F403 - every test of it, under this folder's `server`
