"""`docs/json.md` is true: every example is run in its order, in one home, and must answer what the page says.

What cannot be the same everywhere is told the same way: paths, the server's address, seconds, iCalendar texts.

`DOCS=write pytest tests/cli/test_json_docs.py` writes what the examples answer now; read the difference before it is committed.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import sys
from contextlib import redirect_stdout
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.servers.fake import FakeDav
from tests.servers.http_front import serve

from deadlines import clock
from deadlines.cli.catalogue import CATALOGUE
from deadlines.cli.entry import run
from deadlines.cli.errors import ROWS

PAGE = Path(__file__).parents[2] / "docs/json.md"
URL = "https://dav.example.org/"
HOME = "/home/kari"
_EXAMPLE = re.compile(r"```sh\ndeadlines (.*?)\n```\n\n```json\n(.*?)\n```", re.DOTALL)
_PHONE = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Phone//EN
BEGIN:VTODO
UID:phone-invoice
DTSTAMP:20261101T000000Z
SUMMARY:Send the invoice
CATEGORIES:acme
DUE;VALUE=DATE:20261202
END:VTODO
END:VCALENDAR
"""
_FEEDS = """\
[me]
timezone = "Europe/Oslo"
[clients.acme]
timezone = "America/New_York"
[feeds.acme]
client = "acme"
details = "redacted"
path = "~/acme.ics"
"""


def examples() -> list[tuple[str, str]]:
    """`(arguments, answer)` in the order of the page."""
    return _EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))


class Machine:
    """Kari's, with her server."""

    def __init__(self, home: Path, url: str) -> None:
        self._home = home
        self._url = url

    def answer(self, typed: str) -> Any:  # noqa: ANN401 # any JSON
        """What `deadlines` with these arguments says, told the same way everywhere."""
        arguments = shlex.split(typed.replace(URL, self._url).replace(HOME, str(self._home)))
        sys.argv = ["deadlines", *shlex.split(typed)]
        with redirect_stdout(io.StringIO()) as printed:
            run(arguments)
        return self._told(json.loads(printed.getvalue().replace(self._url, URL).replace(str(self._home), HOME)))

    def _told(self, value: Any) -> Any:  # noqa: ANN401 # any JSON
        match value:
            case {"level": str()}:
                return dict.fromkeys(value, "...")
            case dict():
                return {name: 0.1 if name == "seconds" else self._told(below) for name, below in value.items()}
            case list():
                return [
                    told
                    for number, below in enumerate(value)
                    if (told := self._told(below)) not in map(self._told, value[:number])
                ]
            case str() if value.startswith("BEGIN:VCALENDAR"):
                return "BEGIN:VCALENDAR..."
            case str() if value.count("\n") > 1:
                return "..."
            case _:
                return value


@pytest.fixture
def machine(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 # a generator
    for name, value in (environment | {"DAV": "secret"}).items():
        monkeypatch.setenv(name, value)
    numbers = count(1)
    monkeypatch.setattr(clock, "new_uid", lambda: f"5ee13a2e-{next(numbers):04}")
    monkeypatch.setattr(sys, "argv", sys.argv)
    (tmp_path / "feeds.toml").write_text(_FEEDS, encoding="utf-8")
    server = FakeDav(password="secret")
    server.put("/kari/tasks/phone-invoice.ics", _PHONE)
    with serve(server) as url:
        yield Machine(tmp_path, url)


@pytest.mark.skipif(os.environ.get("DOCS") != "write", reason="DOCS=write writes the page")
def test_write_the_page(machine: Machine) -> None:
    page = PAGE.read_text(encoding="utf-8")

    def answered(example: re.Match[str]) -> str:
        answer = json.dumps(machine.answer(example[1]), indent=2, ensure_ascii=False)
        return f"```sh\ndeadlines {example[1]}\n```\n\n```json\n{answer}\n```"

    PAGE.write_text(_EXAMPLE.sub(answered, page), encoding="utf-8")


def test_every_example_is_true(machine: Machine) -> None:
    for typed, expected in examples():
        assert machine.answer(typed) == json.loads(expected), typed


def test_every_code_is_named() -> None:
    named = re.search(r"`code` is one of (.*?)\.\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    assert named is not None
    assert {code for code, _, _ in ROWS.values()} == set(re.findall(r"`([a-z-]+)`", named[1]))


def test_every_command_has_an_example() -> None:
    shown = {shlex.split(typed)[0] for typed, _ in examples()}

    assert {entry.name for entry in CATALOGUE} - shown == {"demo"}
