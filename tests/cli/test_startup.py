"""Nobody pays for what a command does not use. A new command needs a row here, which the first test demands."""

from __future__ import annotations

import os
import shutil
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
        "babel",
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
        "matplotlib",
        "numpy",
        "niquests",
        "platformdirs",
        "radicale",
        "requests",
        "rich",
        "smtplib",
        "ssl",
        "tomlkit",
        "urllib3",
        "urllib.request",
        "xandikos",
        "xml",
    ]
)
"""What no command may import unless its row allows it."""
FRAME = HEAVY | {
    "dataclasses",
    "deadlines.cli.errors",
    "deadlines.cli.output",
    "deadlines.wiring",
    "json",
    "sqlite3",
    "tomllib",
    "zoneinfo",
}
"""What help, the version and completion do without on top of that."""


_NETWORK = frozenset({"email", "http.client", "ssl", "xml"})
"""What our own CalDAV client is made of."""


@dataclass(frozen=True, slots=True)
class Row:
    """How to run a command so that it does its work where there is one missed task, a client, no calendar; what it may import."""

    arguments: tuple[str, ...] = ()
    allowed: frozenset[str] = frozenset()
    code: int = 0


ROWS: dict[str, Row] = {
    "account": Row(("discover", "main"), _NETWORK, code=4),  # there is no password, so nothing is asked
    "ack": Row(("D101-",)),
    "add": Row(("Logo", "--client", "acme", "--due", "fri 17:00", "--estimate", "3h")),
    "agenda": Row(),
    "backup": Row(("{folder}/copy",)),
    "check": Row(code=1),
    "client": Row(("edit", "acme", "--name", "Acme")),
    "completion": Row(("bash",)),
    "cron": Row(("show", "--kind", "crontab")),
    "demo": Row(("--help",)),  # it is a pile of other processes: test_demo.py
    "digest": Row(),
    "doctor": Row(code=1),
    "done": Row(("1",)),
    "edit": Row(("1", "--due", "mon 17:00")),
    "feed": Row(("write",)),
    "hours": Row(),
    "init": Row(("--timezone", "Europe/Oslo")),
    "list": Row(),
    "log": Row(),
    "meet": Row(("acme", "Call", "--at", "fri 10:00")),
    "plan": Row(code=1),  # what is overdue is late in every plan
    "quota": Row(),
    "remove": Row(("1", "--yes")),
    "reopen": Row(("1",)),
    "report": Row(),
    "restore": Row(("{folder}/backup", "--yes")),
    "show": Row(("1",)),
    "spent": Row(("1", "2h")),
    "start": Row(("1",)),
    "stop": Row(code=2),  # no timer runs
    "slots": Row(("acme", "--duration", "45m")),
    "snooze": Row(("D101-", "--until", "in 3 days")),
    "sync": Row(code=4),  # nothing to sync with
    "undo": Row(("1",)),
}

_CONFIG = """\
[me]
timezone = "Europe/Oslo"
email = "kari@example.org"
[mail]
host = "localhost"
[clients.acme]
name = "Acme Inc."
timezone = "America/New_York"
[accounts.main]
url = "http://127.0.0.1:9/"
username = "kari"
password_env = "NOT_SET"
[feeds.acme]
client = "acme"
path = "~/acme.ics"
"""
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


def test_every_command_has_a_row_and_is_named_once() -> None:
    assert sorted(entry.name for entry in CATALOGUE) == sorted(ROWS)


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


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, bytecode: dict[str, str]) -> Path:
    """A home with a configuration, a database and a backup."""
    home = tmp_path_factory.mktemp("prepared")
    (home / "config.toml").write_text(_CONFIG, encoding="utf-8")
    for arguments in (["add", "Page", "--client", "acme", "--due", "2026-11-20"], ["backup", str(home / "backup")]):
        environment = {
            **os.environ,
            **bytecode,
            "DEADLINES_DATA": str(home / "data"),
            "DEADLINES_CONFIG": str(home / "config.toml"),
        }
        subprocess.run(
            [sys.executable, "-m", "deadlines", *arguments], env=environment, check=True, capture_output=True, timeout=60
        )
    return home


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_a_command_imports_only_what_it_uses(entry: Entry, environment: dict[str, str], prepared: Path, tmp_path: Path) -> None:
    row = ROWS[entry.name]
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    arguments = [argument.format(folder=tmp_path) for argument in row.arguments]

    code, modules = imported(environment | {"DEADLINES_CONFIG": str(tmp_path / "config.toml")}, entry.name, *arguments)

    assert code == row.code
    assert modules & (HEAVY - row.allowed) == set()
    assert {name for name in modules if name.startswith("deadlines.cli.commands.")} == {entry.module}


def test_a_list_imports_nothing_that_writes_or_reads_a_text(environment: dict[str, str], prepared: Path, tmp_path: Path) -> None:
    """It is what people type all day: its tasks come from the index."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    environment |= {"DEADLINES_CONFIG": str(tmp_path / "config.toml")}
    unused = {
        "deadlines.core.phrase",
        "deadlines.core.task",
        "deadlines.ical.read",
        "deadlines.ical.scan",
        "deadlines.store.writer",
        "deadlines.wiring.accounts",
    }

    code, modules = imported(environment, "list")

    assert code == 0
    assert modules & (unused | {"json", "unicodedata"}) == set()


def test_a_digest_that_is_not_due_costs_no_mail(environment: dict[str, str], prepared: Path, tmp_path: Path) -> None:
    """Cron asks every few minutes."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    environment |= {"DEADLINES_CONFIG": str(tmp_path / "config.toml")}

    code, modules = imported(environment, "digest", "--mail", "--at", "23:59")

    assert code == 0
    assert modules & HEAVY == set()
