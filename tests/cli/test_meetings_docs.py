"""What `docs/meetings.md` shows is what the commands say, at a terminal of 80 columns, one after the other.

`DOCS=write pytest tests/cli/test_meetings_docs.py` writes what they say now; read the difference before it is committed.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.terminal import at_terminal
from tests.servers.smtp import Postbox, postbox

PAGE = Path(__file__).parents[2] / "docs/meetings.md"
_EXAMPLE = re.compile(r"```console\n\$ deadlines (.*?)\n(.*?)```", re.DOTALL)
_CONFIG = """\
[me]
name = "Kari Nordmann"
email = "kari@example.org"
timezone = "Europe/Oslo"
hours = "Mon-Fri 09:00-17:00"
[clients.acme]
name = "Acme Inc."
timezone = "America/New_York"
hours = "Mon-Fri 09:00-17:00"
emails = ["ann@acme.example", "*@acme.example"]
[clients.edo]
name = "Edo KK"
timezone = "Asia/Tokyo"
hours = "Mon-Fri 09:00-18:00"
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
from = "kari@example.org"
"""


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as box:
        yield box


@pytest.fixture
def machine(environment: dict[str, str], tmp_path: Path, box: Postbox) -> dict[str, str]:
    """Kari's, with a late task and one to come."""
    (tmp_path / "config.toml").write_text(_CONFIG.format(port=box.port), encoding="utf-8")
    kari = environment | {"DEADLINES_CONFIG": str(tmp_path / "config.toml"), "NO_COLOR": "1", "LANG": "C.UTF-8"}
    for typed in ('add "Send the offer" --client edo --due 2026-11-20', 'add "Landing page" --client acme --due "fri 17:00"'):
        assert at_terminal(kari, *shlex.split(typed)).code == 0
    return kari


def test_every_example_is_true(machine: dict[str, str], box: Postbox) -> None:
    page = PAGE.read_text(encoding="utf-8")

    def said(example: re.Match[str]) -> str:
        seen = at_terminal(machine, *shlex.split(example[1]))
        assert seen.code == 0, seen.screen
        return f"```console\n$ deadlines {example[1]}\n{seen.screen}```"

    told = _EXAMPLE.sub(said, page)
    assert [received.recipients for received in box.received] == [("ann@acme.example",)]
    if os.environ.get("DOCS") == "write":
        PAGE.write_text(told, encoding="utf-8")
    assert told == PAGE.read_text(encoding="utf-8")
