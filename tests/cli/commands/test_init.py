"""The set-up against a real server, unattended and at a terminal; then the way from there to a phone and back."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Configure, work_at
from tests.cli.terminal import at_terminal
from tests.servers.process import RealServer

Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def account(radicale: RealServer) -> tuple[str, str]:
    """A calendar of its own: the URL of the account and the path."""
    return f"{radicale.url.rstrip('/')}{radicale.home}", radicale.new_calendar()


@pytest.fixture
def environment(environment: dict[str, str], radicale: RealServer) -> dict[str, str]:
    return environment | {"DAV": radicale.password}


def unattended(account: tuple[str, str], *password: str) -> tuple[str, ...]:
    url, path = account
    source = password or ("--password-env", "DAV")
    return ("init", "--timezone", "oslo", "--url", url, "--username", "kari", *source, "--calendar", path)


def config_in(home: Path) -> dict[str, Any]:
    return tomllib.loads((home / ".config/deadlines/config.toml").read_text(encoding="utf-8"))


def test_unattended(program: Program, account: tuple[str, str], tmp_path: Path) -> None:
    done = program(*unattended(account))

    config = config_in(tmp_path)
    name = account[1].strip("/").replace("/", "-")
    assert (done.returncode, done.stderr.splitlines()[0]) == (0, "What the first sync would do:")
    assert "Dry run: nothing was changed, here or there." in done.stdout
    assert config["me"] == {"timezone": "Europe/Oslo", "hours": "Mon-Fri 09:00-17:00", "default_calendar": name}
    assert config["accounts"] == {"main": {"url": account[0], "username": "kari", "password_env": "DAV"}}
    assert config["calendars"] == {name: {"account": "main", "path": account[1]}}


def test_twice_is_as_good_as_once(program: Program, account: tuple[str, str], tmp_path: Path) -> None:
    program(*unattended(account))
    before = config_in(tmp_path)

    assert program(*unattended(account)).returncode == 0
    assert config_in(tmp_path) == before


def test_a_wrong_password_is_corrected_by_the_next_try(program: Program, account: tuple[str, str], tmp_path: Path) -> None:
    refused = program(*unattended(account), DAV="wrong")
    assert not (tmp_path / ".config").exists()
    again = program(*unattended(account, "--password-command", "printenv DAV"))

    assert refused.returncode == 4
    assert again.returncode == 0, again.stderr
    assert config_in(tmp_path)["accounts"]["main"]["password_command"] == ["printenv", "DAV"]
    assert "password_env" not in config_in(tmp_path)["accounts"]["main"]


def test_another_server_under_the_same_name_is_refused(program: Program, account: tuple[str, str], tmp_path: Path) -> None:
    program(*unattended(account))
    before = config_in(tmp_path)

    done = program("init", "--url", "https://other.example/", "--timezone", "Asia/Tokyo")

    assert done.returncode == 2
    assert done.stderr == f"error: account main is at {account[0]}\nhint: --account gives the new one another name\n"
    assert config_in(tmp_path) == before


def test_a_calendar_that_is_not_there(program: Program, account: tuple[str, str], tmp_path: Path) -> None:
    done = program(*unattended(account)[:-1], "nope")

    assert done.returncode == 2
    assert "error: the account has no calendar nope; nothing was written\nhint: it has " in done.stderr
    assert not (tmp_path / ".config").exists()


@pytest.mark.parametrize("place", ["kari@localhost", "localhost."])
def test_an_address_is_where_discovery_begins(program: Program, place: str, tmp_path: Path) -> None:
    """RFC 6764 §6: its domain. Nothing answers there, or nothing that is CalDAV, and nothing is written."""
    done = program("init", "--url", place, "--username", "kari", "--password-env", "DAV")

    assert done.returncode in {4, 75}
    assert done.stderr.startswith(f"error: https://{place.removeprefix('kari@')}/: ")
    assert not (tmp_path / ".config").exists()


def test_without_an_account(program: Program, tmp_path: Path) -> None:
    done = program("init", "--json", "--config", str(tmp_path / "new.toml"))

    assert json.loads(done.stdout) == {
        "version": 1, "config": str(tmp_path / "new.toml"), "account": None, "calendars": [], "moved": None,
    }  # fmt: skip
    assert tomllib.loads((tmp_path / "new.toml").read_text())["me"]["timezone"] == "Pacific/Kiritimati"


def test_at_a_terminal(environment: dict[str, str], account: tuple[str, str], tmp_path: Path) -> None:
    seen = at_terminal(
        environment,
        *("init", "--password-env", "DAV"),
        answers=[
            ("Your time zone [Pacific/Kiritimati]: ", "Europe/Olso"),
            ("Your time zone [Pacific/Kiritimati]: ", "Europe/Oslo"),
            ("Your working hours [Mon-Fri 09:00-17:00]: ", "from nine to five"),
            ("Your working hours [Mon-Fri 09:00-17:00]: ", ""),
            ("Your name: ", "Kari Nordmann"),
            ("Your e-mail address: ", "kari"),
            ("Your e-mail address: ", "kari@example.org"),
            ("Your CalDAV server", account[0]),
            ("Your name there: ", "kari"),
            ("Which ones", "0"),
            ("Which ones", "1"),
        ],
    )

    assert seen.code == 0, seen.screen
    assert "did you mean Europe/Oslo or" in seen.screen
    assert "me.email: expected an address" in seen.screen
    assert "Dry run: nothing was changed, here or there." in seen.screen
    assert config_in(tmp_path)["me"]["name"] == "Kari Nordmann"
    assert config_in(tmp_path)["me"]["timezone"] == "Europe/Oslo"
    assert len(config_in(tmp_path)["calendars"]) == 1


def test_at_a_terminal_what_was_wrong_is_asked_for_again(
    environment: dict[str, str], account: tuple[str, str], tmp_path: Path
) -> None:
    """And nothing of what was answered before; nothing is written until it is right."""
    seen = at_terminal(
        environment,
        *("init", "--timezone", "Europe/Oslo", "--hours", "Mon-Fri 09:00-17:00", "--name", "Kari", "--email", "k@example.org"),
        answers=[
            ("of .ics files [none]: ", "@example.org"),
            ("of .ics files [none]: ", f"{account[0]}nowhere/"),
            ("Your name there: ", "karl"),
            ("(empty: keep it in the system's keyring): ", "echo wrong"),
            (f"of .ics files [{account[0]}nowhere/]: ", account[0]),
            ("Your name there [karl]: ", "kari"),
            ("(empty: keep it in the system's keyring): ", "printenv DAV"),
            ("Which ones", "1"),
        ],
        columns=200,
    )

    assert seen.code == 0, seen.screen
    assert "Error: '@example.org' is no e-mail address. give the URL" in seen.screen
    assert "error: " in seen.screen
    assert config_in(tmp_path)["accounts"] == {
        "main": {"url": account[0], "username": "kari", "password_command": ["printenv", "DAV"]}
    }


def test_tasks_from_before_are_moved_if_wanted(program: Program, account: tuple[str, str]) -> None:
    program("add", "Logo", "--due", "fri 17:00")
    program("add", "Site")
    left = program(*unattended(account))
    name = account[1].strip("/").replace("/", "-")
    assert f"2 tasks are kept on this computer alone: `deadlines init --move-local --yes` moves them to {name}." in left.stderr
    assert "Logo" in program("list", "--calendar", "local").stdout

    moved = program("init", "--move-local", "--yes")

    assert f"moved 2 items to calendar {name}; `deadlines undo 3` takes that back\n" in moved.stdout
    assert "sent 2 new items" in program("sync").stdout
    assert json.loads(program("init", "--yes", "--json").stdout)["moved"] is None

    assert program("undo", "3").returncode == 0
    assert "sent 2 deletions" in program("sync").stdout
    again = json.loads(program(*unattended(account), "--yes", "--json").stdout)["moved"]
    assert (again["calendar"], again["items"], again["left"]) == (name, 2, 0)


def test_a_server_that_does_not_say_what_it_takes_leaves_all_here_and_says_so(program: Program, configure: Configure) -> None:
    program("add", "Logo")
    path = configure(work_at("http://127.0.0.1:9/"))

    done = program("init", "--move-local", "--yes")

    assert done.returncode == 75
    assert done.stderr.startswith(
        f"The configuration is written to {path}, but nothing was moved. "
        "Once this is mended, `deadlines init --move-local --yes` moves it.\nerror: http://127.0.0.1:9/"
    )
    assert "Logo" in program("list", "--calendar", "local").stdout


@pytest.mark.parametrize(("answer", "calendar"), [("", "work"), ("n", "local")])
def test_at_a_terminal_the_move_is_asked_for(
    environment: dict[str, str], program: Program, account: tuple[str, str], answer: str, calendar: str
) -> None:
    program("add", "Logo")
    seen = at_terminal(
        environment,
        *unattended(account)[:-2],
        *("--hours", "Mon-Fri 09:00-17:00", "--name", "Kari", "--email", "k@example.org", "--calendar", account[1]),
        answers=[("1 task is kept on this computer alone. Move to calendar ", answer)],
        columns=200,
    )

    assert seen.code == 0, seen.screen
    name = account[1].strip("/").replace("/", "-") if calendar == "work" else calendar
    assert [task["calendar"] for task in json.loads(program("list", "--json").stdout)["tasks"]] == [name]


def test_from_set_up_to_a_phone_and_back(program: Program, account: tuple[str, str], radicale: RealServer) -> None:
    def ok(*arguments: str) -> str:
        done = program(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    ok(*unattended(account))
    ok("client", "add", "acme", "--name", "Acme Inc.", "--timezone", "America/New_York")
    added = ok("add", "Landing page", "--client", "acme", "--due", "fri 17:00")
    assert "due Fri 27 Nov 17:00 New York = Fri 27 Nov 23:00 Oslo (in 4 d 10 h)" in added
    assert "sent 1 new item" in ok("sync")

    uid = json.loads(ok("show", "1", "--json"))["task"]["uid"]
    href = f"{account[1]}{uid}.ics"
    _, text = radicale.request("GET", href)
    assert b"DUE;TZID=America/New_York:20261127T170000" in text
    status, _ = radicale.request("PUT", href, text.replace(b"20261127T170000", b"20261125T170000"))
    assert status < 300

    report = json.loads(ok("sync", "--json"))
    (moved,) = report["calendars"][0]["moved_due"]
    assert (moved["client"], moved["before"], moved["after"]) == ("acme", "2026-11-27T22:00:00Z", "2026-11-25T22:00:00Z")
    assert "due         Wed 25 Nov 17:00 New York" in ok("show", "1")

    assert ok("undo").startswith(f"run {report['run']} taken back: sync\nrestored 1: Landing page (acme)\n")
    assert "sent 1 change" in ok("sync")
    assert b"DUE;TZID=America/New_York:20261127T170000" in radicale.request("GET", href)[1]
    assert "in step (1 request," in ok("sync")


def test_an_unknown_provider_is_told_before_anything_is_written(program: Program, tmp_path: Path) -> None:
    done = program("init", "--url", "iclod", "--username", "kari")

    assert done.returncode == 2
    assert "icloud" in done.stderr
    assert not (tmp_path / ".config").exists()
