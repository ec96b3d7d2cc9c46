from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Configure, Program, work_at
from tests.feeds.readers import by_icalendar, by_vobject, check_lines
from tests.servers.fake import FakeDav
from tests.servers.http_front import serve

HOSTILE = "Logo\r\nX-INJECTED:1\r\nEND:VEVENT\x85\u2028BEGIN:VEVENT\x0b\x0c\x1b[31m; , \\ \\n " + "å" * 90


@pytest.fixture
def program(program_here: Program) -> Program:
    return program_here


@pytest.fixture(autouse=True)
def a_feed(configure: Configure) -> None:
    """There is one, unless a test says otherwise."""
    configure('[feeds.acme]\npath = "~/acme.ics"\nclient = "acme"\ncontent = ["deadlines", "tasks"]\n')


def task(uid: str, summary: str, more: str = "") -> str:
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Phone//EN", "BEGIN:VTODO", f"UID:{uid}", "DTSTAMP:20261101T000000Z",
        f"SUMMARY:{summary}", "CATEGORIES:acme", "DUE;TZID=America/New_York:20261127T170000", *([more] if more else []),
        "END:VTODO", "END:VCALENDAR", "",
    )  # fmt: skip
    return "\r\n".join(lines)


def summaries(path: Path) -> list[str]:
    data = path.read_bytes()
    check_lines(data)
    assert by_icalendar(data) == by_vobject(data)
    return [seen[2] for seen in by_icalendar(data)]


@pytest.mark.parametrize("flags", [(), ("-O",)], ids=["python", "python -O"])
def test_hostile_text_is_a_text_in_the_feed(environment: dict[str, str], tmp_path: Path, flags: tuple[str, ...]) -> None:
    """Also where asserts are not looked at."""
    for arguments in (("add", HOSTILE, "--client", "acme", "--due", "fri 17:00", "--note", HOSTILE), ("feed", "write")):
        subprocess.run(
            [sys.executable, *flags, "-m", "deadlines", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            check=True,
            timeout=60,
        )

    first, second = summaries(tmp_path / "acme.ics")

    assert first == second
    assert first.startswith("Logo")
    lines = (tmp_path / "acme.ics").read_bytes().split(b"\r\n")
    assert [line for line in lines if line.startswith((b"BEGIN:VE", b"BEGIN:VT", b"END:V", b"X-INJECTED"))] == [
        b"BEGIN:VTIMEZONE", b"END:VTIMEZONE", b"BEGIN:VEVENT", b"END:VEVENT", b"BEGIN:VTODO", b"END:VTODO", b"END:VCALENDAR",
    ]  # fmt: skip


def test_each_sync_writes_what_changed(program: Program, configure: Configure, tmp_path: Path) -> None:
    server = FakeDav(password="secret")
    server.put("/kari/tasks/logo.ics", task("logo", "Logo"))
    with serve(server) as url:
        configure(work_at(url) + '[feeds.acme]\npath = "~/acme.ics"\nclient = "acme"\n')
        first = program("sync")
        data = (tmp_path / "acme.ics").stat()
        second = program("sync")
        assert (tmp_path / "acme.ics").stat() == data
        server.put("/kari/tasks/logo.ics", task("logo", "Signet"))
        third = json.loads(program("sync", "--json").stdout)
        rehearsed = program("sync", "--dry-run")

    assert f"feed acme: written, 1 item (1 new): {tmp_path / 'acme.ics'}\n" in first.stdout
    assert "feed" not in second.stdout + rehearsed.stdout
    assert [(feed["name"], feed["written"], feed["changed"]) for feed in third["feeds"]] == [("acme", True, 1)]
    assert summaries(tmp_path / "acme.ics") == ["Signet"]


def test_a_feed_that_fails_fails_no_sync(program: Program, configure: Configure) -> None:
    server = FakeDav(password="secret")
    server.put("/kari/tasks/logo.ics", task("logo", "Logo"))
    with serve(server) as url:
        configure(work_at(url) + '[feeds.acme]\npath = "/nowhere/below/acme.ics"\n')
        done = program("sync", "--quiet")

    assert done.returncode == 5
    assert done.stdout == (
        "feed acme: error: /nowhere/below/acme.ics: there is no folder /nowhere/below; to make it: mkdir -p /nowhere/below\n"
        "  hint: see to the folder, or give the feed another path; then run `deadlines feed write`\n"
    )
    assert "Logo" in program("list").stdout


def test_a_feed_that_fails_hides_no_password_and_no_network(program: Program, configure: Configure) -> None:
    """A script is told to try later, or that somebody has to correct something, as it is without feeds."""
    with serve(FakeDav(password="another")) as url:
        configure(work_at(url) + '[feeds.acme]\npath = "/nowhere/below/acme.ics"\n')
        refused = program("sync")
    gone = program("sync")

    assert (refused.returncode, gone.returncode) == (4, 75)
    assert all(
        "feed acme: error: /nowhere/below/acme.ics: there is no folder /nowhere/below;" in done.stdout for done in (refused, gone)
    )


def test_what_cannot_be_read_is_said(program: Program, configure: Configure) -> None:
    server = FakeDav(password="secret")
    server.put("/kari/tasks/logo.ics", task("logo", "Logo"))
    server.put("/kari/tasks/bad.ics", task("bad", "Bad").replace("END:VTODO", "END:VEVENT"))
    with serve(server) as url:
        configure(work_at(url) + '[feeds.acme]\npath = "~/acme.ics"\n')
        program("sync")
    done = program("feed", "write")

    assert (done.returncode, done.stderr) == (0, "1 item cannot be read, so no feed shows it: deadlines doctor names it.\n")
    assert json.loads(program("feed", "write", "--json").stdout)["unreadable"] == 1


def test_one_feed_is_printed(program: Program, tmp_path: Path) -> None:
    program("add", "Logo", "--client", "acme", "--due", "fri 17:00")
    program("feed", "write")

    printed = program("feed", "write", "acme", "--stdout").stdout

    assert printed.encode() == (tmp_path / "acme.ics").read_bytes()
    for odd in (("--stdout",), ("acme", "--stdout", "--dir", "x"), ("acme", "--stdout", "--rotate")):
        done = program("feed", "write", *odd)
        assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: --stdout prints one feed and writes none")


def test_the_list_shows_the_secret_name(program: Program, configure: Configure, tmp_path: Path) -> None:
    configure('[feeds.team]\npath = "~/team.ics"\nsecret_name = true\ndetails = "busy"\ncontent = ["meetings", "hours"]\n')
    before = program("feed", "list").stdout
    assert before.endswith("\n  meetings, hours; busy; everybody's; never written\n")

    program("feed", "write")

    (file,) = tmp_path.glob("team-*.ics")
    assert (
        program("feed", "list").stdout
        == f"team: {file}\n  meetings, hours; busy; everybody's; 1 item, last changed 2026-11-23 13:00\n"
    )
    rotated = program("feed", "write", "--rotate").stdout
    assert f"  revoked, deleted: {file}\n" in rotated
    assert not file.exists()


def test_without_feeds_the_way_to_one_is_told(program: Program, configure: Configure) -> None:
    path = configure("")

    assert (program("feed", "list").returncode, program("feed", "list").stdout) == (0, "")
    assert f"Describe one in {path}" in program("feed", "list").stderr
    done = program("feed", "write")
    assert done.returncode == 4
    assert "error: no feed is configured\n" in done.stderr


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ('[feeds.a]\npath = "~/a.ics"\nclient = "gone"\n', "feeds.a.client: there is no client 'gone'"),
        ('[feeds.a]\npath = "~/a.ics"\n[feeds.b]\npath = "~/x/../a.ics"\n', "feeds.b.path: feeds.a is written to the same file"),
        ('[feeds.a]\npath = "~/a.ics"\ncolor = "tomatoe"\n', "feeds.a.color: expected a colour that CSS knows by name"),
        ('[feeds.a]\npath = "a.ics"\n', "feeds.a.path: expected a file such as"),
    ],
)
def test_a_description_that_cannot_be_is_refused(program: Program, configure: Configure, config: str, said: str) -> None:
    configure(config)

    done = program("feed", "write")

    assert done.returncode == 4
    assert said in done.stderr


def test_a_client_with_a_feed_cannot_be_removed(program: Program) -> None:
    done = program("client", "remove", "acme", "--yes")

    assert done.returncode == 2
    assert "client acme has a feed: acme" in done.stderr


def test_a_full_folder_keeps_the_old_feed(
    environment: dict[str, str], program: Program, configure: Configure, tmp_path: Path
) -> None:
    if shutil.which("unshare") is None or shutil.which("mount") is None:
        pytest.skip("needs unshare and mount")
    full = tmp_path / "full"
    full.mkdir()
    configure(f'[feeds.all]\npath = "{full}/all.ics"\ndays_back = 3000\n')
    program("add", "Logo", "--due", "fri 17:00")
    script = (
        f'mount -t tmpfs -o size=24k tmpfs "{full}" || exit 99; "$0" -m deadlines feed write || exit 98;'
        f' cp "{full}/all.ics" before;'
        f' head -c 16k /dev/zero > "{full}/other"; "$0" -m deadlines add "{"x" * 9000}" --due "fri 17:00" || exit 97;'
        f' "$0" -m deadlines feed write; code=$?; cmp before "{full}/all.ics" && ls -A "{full}"; exit $code'
    )
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script, sys.executable],
        env=environment, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("may not mount here")

    assert done.returncode == 4
    assert f"all: error: {full}/all.ics: no space left on device\n" in done.stdout
    assert done.stdout.endswith("all.ics\nother\n")
    assert os.listdir(full) == []  # noqa: PTH208 # it was mounted there alone
