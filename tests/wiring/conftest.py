from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deadlines import clock
from deadlines.wiring import Workshop, workshop

NOW = "2026-11-23T12:00:00Z"
ACME = '[me]\ntimezone = "Europe/Oslo"\n[clients.acme]\ntimezone = "America/New_York"\nholidays = "US-NY"\nhours = "{}"\n'
HOURS = "Mon-Fri 09:00-17:00"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A computer with a configuration; gives its path. `zoneinfo` is left alone."""
    monkeypatch.setattr(clock, "use_newest_zone_data", lambda: "2026f (package)")
    workshop._choose_zone_data.cache_clear()
    monkeypatch.setenv("DEADLINES_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DEADLINES_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("DEADLINES_NOW", NOW)
    monkeypatch.setenv("DAV_PASSWORD", "hunter2")
    path = tmp_path / "config.toml"
    path.write_text(ACME.format(HOURS), encoding="utf-8")
    yield path
    workshop._choose_zone_data.cache_clear()


def shop(told: list[str] | None = None, *, config: str | None = None) -> Workshop:
    heard: list[str] = [] if told is None else told
    return Workshop("typed", config=config, tell=heard.append)
