"""The agenda says the same clocks as `list` and `add`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Program

CONFIG = """\
[me]
timezone = "Europe/Oslo"
[clients.sakura]
timezone = "Asia/Tokyo"
[clients.acme]
timezone = "America/New_York"
"""


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (("sakura", "2026-11-28"), "2026-11-28  16:00  24:00 Tokyo"),
        (("acme", "2026-11-28"), "2026-11-29  06:00  Sat 24:00 New York"),
        (("sakura", "2026-11-29 00:00"), "2026-11-28  16:00  Sun 00:00 Tokyo"),
    ],
)
def test_a_date_that_is_over_ends_at_24_there(
    program: Program, environment: dict[str, str], tmp_path: Path, task: tuple[str, str], said: str
) -> None:
    client, due = task
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    environment["DEADLINES_CONFIG"] = str(tmp_path / "config.toml")
    assert program("add", "Logo", "--client", client, "--due", due).returncode == 0
    (line,) = program("agenda", "--quiet").stdout.splitlines()

    assert line.startswith(f"{said}  {client} ")
