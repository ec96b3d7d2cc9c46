"""Nobody pays for what a command does not use. A new command needs a row here, which the first test demands."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from deadlines.cli import commands
from deadlines.cli.catalogue import CATALOGUE, Entry

HEAVY = frozenset(
    [
        "asyncio",
        "caldav",
        "dateutil",
        "email",
        "holidays",
        "http.client",
        "icalendar",
        "importlib.metadata",
        "jinja2",
        "keyring",
        "lxml",
        "niquests",
        "platformdirs",
        "radicale",
        "requests",
        "rich",
        "smtplib",
        "ssl",
        "tomlkit",
        "urllib3",
        "xandikos",
    ]
)
"""What no command may import unless its row allows it."""
FRAME = HEAVY | {"deadlines.wiring", "deadlines.cli.errors", "deadlines.cli.output", "json", "sqlite3", "tomllib", "zoneinfo"}
"""What help, the version and completion do without on top of that."""


@dataclass(frozen=True, slots=True)
class Row:
    """How to run a command in an empty folder so that it does its work, and what it may import for that."""

    arguments: tuple[str, ...] = ()
    allowed: frozenset[str] = frozenset()


ROWS: dict[str, Row] = {
    "completion": Row(("bash",)),
}

_PROBE = """
import sys
from deadlines.cli.entry import run
code = run(sys.argv[1:])
sys.stderr.write("\\x1e" + str(code) + " " + " ".join(sys.modules))
"""


def imported(environment: dict[str, str], *arguments: str) -> tuple[int, set[str]]:
    """The exit code of a command and the modules it leaves behind."""
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    code, *modules = done.stderr.rpartition("\x1e")[2].split(" ")
    return int(code), set(modules)


def test_every_command_has_a_row() -> None:
    assert {entry.name for entry in CATALOGUE} == set(ROWS)


def test_every_file_is_a_command_of_the_catalogue() -> None:
    files = {path.stem for path in Path(commands.__path__[0]).glob("[a-z]*.py")}

    assert {entry.name for entry in CATALOGUE} == files


@pytest.mark.parametrize("arguments", [(), ("--json",), *[(name, "--help") for name in ROWS]], ids=" ".join)
def test_help_imports_nothing_heavy(arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    code, modules = imported(environment, *arguments)

    assert code == 0
    assert modules & (HEAVY - {"platformdirs"}) == set()


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("-h",)], ids=" ".join)
def test_the_frame_imports_no_command(arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    code, modules = imported(environment, *arguments)

    assert code == 0
    assert modules & FRAME == set()
    assert [name for name in modules if name.startswith("deadlines.cli.commands")] == []


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_a_command_imports_only_what_it_uses(entry: Entry, environment: dict[str, str]) -> None:
    row = ROWS[entry.name]

    code, modules = imported(environment, entry.name, *row.arguments)

    assert code in {0, 1}
    assert modules & (HEAVY - row.allowed) == set()
    assert {name for name in modules if name.startswith("deadlines.cli.commands.")} == {entry.module}
