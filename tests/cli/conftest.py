from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deadlines.cli.entry import run

NOW = "2026-11-23T12:00:00Z"
"""A Monday: 02:00 of Tuesday in Kiritimati, 07:00 in New York, 13:00 in Oslo."""
Program = Callable[..., subprocess.CompletedProcess[str]]
Configure = Callable[[str], Path]
CONFIG = """\
[me]
email = "kari@example.org"
timezone = "Europe/Oslo"
[clients.acme]
name = "Acme Inc."
timezone = "America/New_York"
"""
ONE_CALENDAR = """\
[me]
timezone = "Europe/Oslo"
default_calendar = "work"
[clients.acme]
name = "Acme Inc."
timezone = "America/New_York"
[accounts.main]
url = "{url}"
username = "kari"
password_env = "DAV_PASSWORD"
[calendars.work]
account = "main"
{where}
"""
"""A calendar by its path or name (`where`), its password in DAV_PASSWORD."""
_SERVER = """\
[accounts.main]
url = "{url}"
username = "kari"
password_command = ["echo", "{password}"]
[calendars.work]
account = "main"
path = "/kari/tasks/"
"""


@pytest.fixture(scope="session")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Compile once per session, not once per process."""
    return {"PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("bytecode"))}


@pytest.fixture
def environment(tmp_path: Path, bytecode: dict[str, str]) -> dict[str, str]:
    """A newcomer's machine: no configuration, no data, no terminal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DEADLINES_", "XDG_"))}
    gone = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LC_ALL", "PYTHONDONTWRITEBYTECODE"}
    return (
        {name: value for name, value in kept.items() if name not in gone}
        | bytecode
        | {
            "HOME": str(tmp_path),
            "DEADLINES_DATA": str(tmp_path / "data"),
            "DEADLINES_NOW": NOW,
            "TZ": "Pacific/Kiritimati",
            "LANG": "C",
        }
    )


@pytest.fixture
def program(environment: dict[str, str]) -> Program:
    """`deadlines` as a process of its own."""

    def run(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "deadlines", *arguments],
            env=environment | extra,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=180,
        )

    return run


@pytest.fixture
def program_here(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """`deadlines` in this process, which is ten times as fast; for those who look at no more than what it says and does."""

    def run_here(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        with monkeypatch.context() as patch:
            for name, value in (environment | extra).items():
                patch.setenv(name, value)
            capsys.readouterr()
            code = run(arguments)
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, out, err)

    return run_here


@pytest.fixture
def configure(environment: dict[str, str], tmp_path: Path) -> Configure:
    """Writes the configuration, `CONFIG` and what is to be added; the next programs use it."""
    path = tmp_path / "config.toml"
    environment["DEADLINES_CONFIG"] = str(path)

    def write(more: str) -> Path:
        path.write_text(CONFIG + more, encoding="utf-8")
        return path

    return write


def work_at(url: str, *, password: str = "secret") -> str:  # noqa: S107 # of servers that live for one test
    """The part of a configuration that syncs the calendar `work` with a server."""
    return _SERVER.format(url=url, password=password)
