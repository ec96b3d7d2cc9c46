"""Bad input, named: what is said, what to type next, and the exit code (issue 2)."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.conftest import ONE_CALENDAR
from tests.cli.tls import expired, self_signed, tls_server
from tests.servers.fake import FakeDav, Reply
from tests.servers.http_front import serve
from tests.servers.quirks import Answers

from deadlines.cli.entry import run
from deadlines.store.lock import SyncLock

Program = Callable[..., subprocess.CompletedProcess[str]]
TASK = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Phone//EN
BEGIN:VTODO
UID:{uid}
DTSTAMP:20261101T000000Z
SUMMARY:{summary}
END:VTODO
END:VCALENDAR
"""


@pytest.fixture
def environment(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A home with a client, and a calendar on a server that is not there."""
    configure(tmp_path, "http://127.0.0.1:9/")
    return environment | {"DEADLINES_CONFIG": str(tmp_path / "config.toml"), "DAV_PASSWORD": "secret"}


def configure(home: Path, url: str) -> None:
    (home / "config.toml").write_text(ONE_CALENDAR.format(url=url, where='path = "/kari/tasks/"'), encoding="utf-8")


@pytest.fixture
def dav(environment: dict[str, str], tmp_path: Path) -> Iterator[FakeDav]:  # noqa: ARG001 # it configures first
    """The server of the calendar."""
    server = FakeDav(password="secret")
    with serve(server) as url:
        configure(tmp_path, url)
        yield server


@pytest.fixture
def here(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """That home, for commands within this process."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("typed", "error", "hint"),
    [
        ("add x --client acne", "unknown client: acne", "did you mean acme?"),
        ("list --client acne", "unknown client: acne", "did you mean acme?"),
        ("client show acne", "unknown client: acne", "did you mean acme?"),
        ("hours acne", "unknown client: acne", "did you mean acme?"),
        ("hours --date whenever", "time 'whenever': not understood", "for example: fri 17:00"),
        ("slots acne --duration 45m", "unknown client: acne", "did you mean acme?"),
        ("slots acme --duration soon", "duration 'soon': not understood", "for example 3h"),
        ("slots acme --duration 3d", "a meeting lasts a day at most", "for example --duration 45m"),
        ("slots acme --duration 1h --within 9999d", "slots are looked for within the length of the meeting and 366 days", ""),
        ("slots acme", "missing option '--duration'", "`deadlines slots --help` shows what there is"),
        ("add x --calendar wrok", "unknown calendar: wrok", "did you mean work?"),
        ("account discover mian", "unknown account: mian", "did you mean main?"),
        ("add x --client zz", "unknown client: zz", "deadlines client list shows them"),
        ("hours zz", "unknown client: zz", "`deadlines client list` shows them"),
        ("client show zz", "unknown client: zz", "`deadlines client list` shows them"),
        ("client edit zz --name x", "unknown client: zz", "`deadlines client list` shows them"),
        ("client remove zz", "unknown client: zz", "`deadlines client list` shows them"),
        ("add x --calendar zz", "unknown calendar: zz", "known are work, local"),
        ("sync --calendar zz", "unknown calendar: zz", "known are work, local"),
        ("plan --publish zz", "unknown calendar: zz", ""),
        ("account discover zz", "unknown account: zz", "`deadlines account list` shows them"),
        ("add x --due|fri 17:00 Toyko", "unknown zone: Toyko", "did you mean Asia/Tokyo"),
        ("add x --due|02:30 tomorow", "unknown day or zone: tomorow", "did you mean tomorrow"),
        ("add x --due|17:00 firday", "unknown day or zone: firday", "did you mean friday"),
        ("add x --due|17:00 fir", "unknown day or zone: fir", "did you mean fri"),
        ("add x --due|fri eof", "unknown time or zone: eof", "did you mean eod"),
        ("add x --due|tomorrow cbo", "unknown time or zone: cbo", "did you mean cob"),
        ("add x --due|tomorow 17:00", "time 'tomorow 17:00': not understood", "did you mean tomorrow 17:00?"),
        ("add x --due", "option '--due' requires an argument", "`deadlines add --help` shows what there is"),
        ("client add --timezone", "option '--timezone' requires an argument", "`deadlines client add --help` shows what"),
        ("add x --due|end of month", "time 'end of month': not understood", "for example: fri 17:00"),
        (
            "add Landing page",
            "got unexpected extra argument (page)",
            'what contains blanks is put in quotes, such as "Landing page"; `dead',
        ),
        (
            "list --limit x",
            "invalid value for '--limit': 'x' is not a whole number",
            "`deadlines list --help` shows what there is",
        ),
        ("undo x", "invalid value for '[RUN]': 'x' is not a whole number", "`deadlines undo --help` shows what there is"),
        ("client add acme --timezone Oslo", "there is a client 'acme' already", ""),
        ("account add main https://dav.example.org", "there is an account 'main' already", ""),
        ("add x --due|tomorrow 17:00 cbo", "unknown zone: cbo", ""),
        ("add x --due|17:00 Toyko", "unknown zone: Toyko", "did you mean Asia/Tokyo"),
        ("client add x --timezone Europe/Olso", "clients.x.timezone: unknown zone 'Europe/Olso'; did you mean 'Europe/Oslo'", ""),
        ("add x --due whenever", "time 'whenever': not understood", "for example: fri 17:00 | tomorrow cob"),
        ("add x --start fri --due wed", "it would be due before its start: ", "change --due or --start"),
        ("add x --due|fri 17:00 EST", "zone 'EST' is ambiguous: America/New_York or", "type one of: America/New_York | "),
        ("add x --estimate soon", "duration 'soon': not understood", "for example 3h"),
        ("add x --repeat daily", "a task that repeats needs a due date", 'add --due, for example --due "fri 17:00"'),
        ("add|", "a task needs a summary", "for example: deadlines add"),
        ("add x --priority 11", "invalid value for '--priority'", "`deadlines add --help` shows what there is"),
        ("show nope", "unknown task: nope", "deadlines list --all shows every task with its number"),
        ("done 99", "unknown task: 99", "deadlines list --all"),
        ("edit 1", "nothing to change was named", "`deadlines edit --help` shows the options"),
        ("log --run 7", "unknown run: 7", "deadlines log shows the runs with their numbers"),
        ("undo 7", "unknown run: 7", "deadlines log shows the runs with their numbers"),
        ("undo", "there is nothing to take back", "deadlines log shows what was changed"),
        ("log 1 --run 7", "a task and a run were both named", "`deadlines log ID` or `deadlines log --run RUN`"),
        ("restore nowhere --yes", "nowhere is not a file", ""),
        (f"undo {'9' * 25}", f"unknown run: {'9' * 25}", "deadlines log shows the runs with their numbers"),
        (f"log --run {'9' * 25}", f"unknown run: {'9' * 25}", "deadlines log shows the runs with their numbers"),
        (f"log {'9' * 25}", f"unknown task: {'9' * 25}", "deadlines list --all"),
        ("log ²", "unknown task: ²", "deadlines list --all"),
        (f"show {'9' * 5000}", "unknown task: 999", "deadlines list --all"),
    ],
)
@pytest.mark.usefixtures("here")
def test_what_was_typed_is_told_with_what_to_type(typed: str, error: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    words, _, rest = typed.partition("|")

    assert run([*words.split(), *([rest] if "|" in typed else [])]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {error}")
    assert f"\nhint: {hint}" in said or not hint


@pytest.mark.parametrize("due", ["2027-03-14 02:30", "2027-11-07 01:30", "03/04", "04/03/2027"])
@pytest.mark.usefixtures("here")
def test_every_reading_of_an_ambiguous_time_can_be_typed(due: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["add", "x", "--client", "acme", "--due", due]) == 2
    readings = capsys.readouterr().err.rpartition("hint: type one of: ")[2].strip().split(" | ")

    assert len(readings) == 2
    assert [run(["add", "x", "--client", "acme", "--due", reading]) for reading in readings] == [0, 0]
    first, second = (line for line in capsys.readouterr().out.splitlines() if line.startswith("  due "))
    assert first != second


@pytest.mark.usefixtures("here")
def test_an_ambiguous_uid_gives_numbers_to_type(dav: FakeDav, capsys: pytest.CaptureFixture[str]) -> None:
    for uid, summary in (("phone-1", "Invoice"), ("phone-2", "Photos")):
        dav.put(f"/kari/tasks/{uid}.ics", TASK.format(uid=uid, summary=summary))
    assert run(["sync"]) == 0

    assert run(["show", "phone-"]) == 2
    assert capsys.readouterr().err == ("error: task 'phone-' is ambiguous: 1 (Invoice) or 2 (Photos)\nhint: type one of: 1 | 2\n")


def test_ten_mistakes_are_ten_lines(program: Program, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[me]\ntimezone = "Europe/Olso"\nhours = "9-25"\ncolor = "red"\n[clients.acme]\ntimezone = "EST"\nwarn_before = "soon"\n'
        'all_day_due = "noon"\nemails = "x"\n[accounts.main]\nurl = "ftp://x"\npassword = "s3cret"\n[clients.b]\nname = 3\n'
        'timezone = "Asia/Tokyo"\n',
        encoding="utf-8",
    )

    done = program("list")

    error, *problems, hint = done.stderr.splitlines()
    assert done.returncode == 4
    assert error == f"error: {tmp_path}/config.toml cannot be used"
    assert [problem.partition(":")[0] for problem in problems] == [
        f"  line {number}" for number in (2, 3, 4, 6, 7, 8, 9, 11, 12, 14)
    ]
    assert hint == f"hint: correct {tmp_path}/config.toml, then run `deadlines doctor`"
    assert "s3cret" not in done.stderr


def test_no_network(program: Program) -> None:
    done = program("sync")

    assert done.returncode == 75
    assert done.stdout.splitlines() == [
        "work: error: http://127.0.0.1:9/kari/tasks/: connection refused",
        "  hint: check the network and the url of the account, then run this again",
    ]


@pytest.mark.usefixtures("dav")
def test_wrong_password_names_the_account(program: Program) -> None:
    done = program("sync", DAV_PASSWORD="wrong")

    assert done.returncode == 4
    assert "work: error: " in done.stdout
    assert "hint: correct user name and password of account main, then run `deadlines doctor`" in done.stdout


def test_errors_of_a_sync_are_errors_as_any_others(program: Program, tmp_path: Path) -> None:
    """On stderr, and with `--json` in `error`; what fails two calendars alike is said once."""
    with (tmp_path / "config.toml").open("a", encoding="utf-8") as file:
        file.write('[calendars.spare]\naccount = "main"\npath = "/kari/spare/"\n')
    text, answer = program("sync"), program("sync", "--json")
    error = json.loads(answer.stdout)["error"]
    hint = "check the network and the url of the account, then run this again"

    assert (text.returncode, answer.returncode) == (75, 75)
    message = "work, spare: http://127.0.0.1:9/kari/tasks/: connection refused"
    assert error == {"code": "unreachable", "message": message, "hint": hint}
    assert text.stderr == answer.stderr == f"error: {error['message']}\nhint: {hint}\n"


def test_what_the_report_says_is_not_said_twice_to_one_reader(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "deadlines", "sync"]
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False, timeout=60
    )

    assert done.stdout.count("connection refused") == 1


def test_no_password(program: Program) -> None:
    done = program("sync", DAV_PASSWORD="")

    assert done.returncode == 4
    assert "no password for account main: the environment variable DAV_PASSWORD is not set" in done.stdout


@pytest.mark.parametrize(
    ("make", "said"),
    [(self_signed, "the server's certificate is self-signed"), (expired, "the server's certificate has expired")],
)
def test_untrusted_certificates(make: Callable[[Path], Path], said: str, program: Program, tmp_path: Path) -> None:
    certificate = make(tmp_path)
    trusted = {"SSL_CERT_FILE": str(certificate)} if make is expired else {}
    with tls_server(certificate) as url:
        configure(tmp_path, url)
        done = program("sync", **trusted)

    assert done.returncode == 4
    assert said in done.stdout


def test_read_only_calendar(program: Program, dav: FakeDav) -> None:
    program("add", "Landing page")
    dav.behaviours.append(Answers(Reply(status=403), "PUT"))

    done = program("sync")

    assert done.returncode == 5
    assert "Landing page" in done.stdout
    assert 'writing is not allowed here; undo the change, or set mode = "read-only" for the calendar (403)' in done.stdout


def test_newer_database(program: Program, tmp_path: Path) -> None:
    program("add", "x")
    with contextlib.closing(sqlite3.connect(tmp_path / "data/deadlines.sqlite3")) as database:
        database.execute("PRAGMA user_version = 99")

    done = program("list")

    assert done.returncode == 4
    assert "database version 99 is newer than this program, which knows " in done.stderr
    assert "hint: install the newest version of deadlines; the database was not touched\n" in done.stderr


def test_not_a_database(program: Program, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/deadlines.sqlite3").write_text("certainly no database, for it is long enough not to be one" * 20)

    done = program("list")

    assert done.returncode == 4
    assert "hint: `deadlines doctor` looks closer, `deadlines restore FILE` takes a backup\n" in done.stderr


@pytest.mark.usefixtures("here")
def test_second_sync_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("deadlines.wiring.workshop.SYNC_PATIENCE", 0.0)
    (tmp_path / "data").mkdir()
    with SyncLock(tmp_path / "data").acquire(now=datetime(2026, 11, 23, 12, tzinfo=UTC)):
        assert run(["sync"]) == 75

    said = capsys.readouterr().err
    assert f"process {os.getpid()}" in said
    assert "hint: another `deadlines` is at work; run this again when it is done\n" in said


FULL = "the disk is full\nhint: make room on the disk, then run this again; nothing is lost\n"
READ_ONLY = "its folder cannot be written to\nhint: let yourself write to the folder, or set DEADLINES_DATA to another one;"


@pytest.mark.parametrize(
    ("size", "script", "said"),
    [
        ("96k", "ours add x", FULL),
        ("1m", "ours add x; cat /dev/zero > zeros 2> /dev/null; ours add y", FULL),
        ("1m", "ours add x; cat /dev/zero > zeros 2> /dev/null; ours list", FULL),
        ("1m", "ours add x; cat /dev/zero > zeros 2> /dev/null; ours undo", FULL),
        ("1m", "ours add x; mount -o remount,ro .; ours list", READ_ONLY),
        ("1m", "ours add x; mount -o remount,ro .; ours undo", READ_ONLY),
        ("1m", "mount -o remount,ro .; ours list", READ_ONLY),
    ],
)
def test_a_disk_that_cannot_be_written_to(environment: dict[str, str], tmp_path: Path, size: str, script: str, said: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    script = f'ours() {{ "$0" -m deadlines "$@"; }}; mount -t tmpfs -o size={size} none {disk} && cd {disk} && {script}'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, sys.executable]
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not here")
    done = subprocess.run(
        command, env=environment | {"DEADLINES_DATA": str(disk)}, capture_output=True, encoding="utf-8", check=False, timeout=60
    )
    if "deadlines.sqlite3" not in done.stderr:
        pytest.skip("no file system of one's own here")

    assert done.returncode == 4
    assert done.stderr.startswith(f"error: {disk}/deadlines.sqlite3: {said}")
