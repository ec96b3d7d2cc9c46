from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli.conftest import Configure, Program, work_at
from tests.servers.fake import FakeDav
from tests.servers.http_front import serve
from tests.servers.smtp import postbox
from tests.system.fakes import fake_crontab, recorded, recorder

from deadlines.store.lock import SyncLock

THEIRS = "MAILTO=kari\n@daily backup --name 50\\%\n"
MORNING = "2026-11-24T07:30:00Z"


@pytest.fixture
def program(program_here: Program) -> Program:
    return program_here


@pytest.fixture
def environment(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """A fresh home, with a crontab of somebody's."""
    folder = fake_crontab(tmp_path)
    recorder(tmp_path, "tell")
    recorder(tmp_path, "systemctl")
    (tmp_path / "tab").write_text(THEIRS, encoding="utf-8")
    return environment | {
        "PATH": f"{folder}:{environment['PATH']}",
        "CRONTAB_FILE": str(tmp_path / "tab"),
        "RECORD": str(tmp_path / "record"),
    }


@pytest.fixture(autouse=True)
def configured(configure: Configure) -> None:
    """There is nothing special, unless a test says otherwise."""
    configure("")


@pytest.fixture
def dav() -> Iterator[tuple[FakeDav, str]]:
    server = FakeDav(password="secret")
    with serve(server) as url:
        yield server, url


def tab(tmp_path: Path) -> str:
    return (tmp_path / "tab").read_text(encoding="utf-8")


def as_cron_does(line: str, home: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """crontab(5): the sixth field up to a bare percent sign, given to /bin/sh with hardly any environment."""
    command = line.split(" ", 5)[5].replace(r"\%", "%")
    environ = {"HOME": str(home), "LOGNAME": "kari", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin", **extra}
    return subprocess.run(
        ["/bin/sh", "-c", command],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=home,
    )


def test_what_is_installed_is_what_cron_can_run(
    program: Program, tmp_path: Path, dav: tuple[FakeDav, str], configure: Configure
) -> None:
    """From a shell with a path of its own to cron, which has none."""
    configure(work_at(dav[1]))
    assert program("add", "Logo", "--due", "2026-12-01", "--calendar", "work").returncode == 0

    done = program("cron", "install", "--every", "10m")

    assert (done.returncode, done.stdout) == (0, "installed: every 10m through your crontab\n")
    before, _, ours = tab(tmp_path).partition("# BEGIN deadlines")
    assert before == THEIRS
    _, line, end = ours.splitlines()
    assert line.startswith("*/10 * * * * env PATH=")
    assert end == "# END deadlines"
    ran = as_cron_does(line, tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert len(dav[0].texts()) == 1


def test_installing_again_changes_nothing_and_removing_is_exact(program: Program, tmp_path: Path) -> None:
    program("cron", "install")
    first = tab(tmp_path)

    assert program("cron", "install").stdout == "it was installed already: every 15m through your crontab\n"
    assert tab(tmp_path) == first
    assert program("cron", "remove").stdout == "removed from your crontab\n"

    assert tab(tmp_path) == THEIRS
    assert program("cron", "remove").stdout == "nothing is installed\n"


def test_what_is_shown_is_what_is_installed(program: Program, tmp_path: Path) -> None:
    shown = program("cron", "show", "--every", "1h").stdout
    program("cron", "install", "--every", "1h")

    assert tab(tmp_path) == THEIRS + shown


def test_systemd_takes_over_from_the_crontab(program: Program, tmp_path: Path) -> None:
    program("cron", "install")

    done = program("cron", "install", "--kind", "systemd")

    assert done.stdout == "installed: every 15m through your systemd timer\n"
    assert "loginctl enable-linger" in done.stderr
    assert tab(tmp_path) == THEIRS
    folder = tmp_path / ".config/systemd/user"
    assert sorted(path.name for path in folder.iterdir()) == ["deadlines.service", "deadlines.timer"]
    shown = json.loads(program("cron", "show", "--kind", "systemd", "--json").stdout)
    assert shown["files"] == {str(path): path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert ["--user", "enable", "--now", "deadlines.timer"] in [words for words, _ in recorded(tmp_path / "record")]
    assert program("cron", "remove").stdout == "removed from systemd\n"
    assert list(folder.iterdir()) == []


def test_somebody_elses_unit_stays(program: Program, tmp_path: Path) -> None:
    unit = tmp_path / ".config/systemd/user/deadlines.timer"
    unit.parent.mkdir(parents=True)
    unit.write_text("[Timer]\n", encoding="utf-8")

    for verb in ("install", "remove"):
        done = program("cron", verb, "--kind", "systemd")

        assert done.returncode == 2
        assert "was not written by deadlines, so it stays" in done.stderr
    assert unit.read_text(encoding="utf-8") == "[Timer]\n"


def test_a_machine_without_either_is_told_what_to_do(program: Program, environment: dict[str, str], tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "python").symlink_to(sys.executable)

    done = program("cron", "install", PATH=str(bare))

    assert done.returncode == 4
    assert "error: systemctl: it cannot be run" in done.stderr
    assert "hint: run it by hand to see why; `deadlines cron show` prints what to install" in done.stderr
    assert program("cron", "remove", PATH=str(bare)).stdout == "nothing is installed\n"
    assert environment["PATH"] != str(bare)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--every", "7m"), "no even part of an hour or a day"),
        (("--every", "soon"), "duration 'soon': not understood"),
        (("--at", "25:00"), "no time of day: '25:00'"),
        (("--at", "08:00"), "[mail] is not configured"),
    ],
)
def test_what_cannot_be_is_refused(program: Program, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = program("cron", "install", *arguments)

    assert done.returncode in {2, 4}
    assert said in done.stderr
    assert tab(tmp_path) == THEIRS


def test_a_password_that_cron_will_not_have_is_warned_of(program: Program, configure: Configure) -> None:
    configure(work_at("https://dav.example.org/", password="").replace('password_command = ["echo", ""]', 'password_env = "DAV"'))

    assert "warning: account main: DAV is not set; set DAV in the crontab too" in program("cron", "show").stderr


def test_doctor_agrees(program: Program, tmp_path: Path) -> None:
    assert "cron: nothing is installed; `deadlines cron install`" in program("doctor").stdout
    program("cron", "install")
    line = tab(tmp_path).splitlines()[-2]
    started = line.partition(" env ")[2].split()
    word = next(word for word in started if "=" not in word)

    assert f"cron: crontab starts {word} */15 * * * *" in program("doctor").stdout
    (tmp_path / "tab").write_text(tab(tmp_path).replace(word, "/gone/deadlines"), encoding="utf-8")
    assert "warning  cron: crontab starts /gone/deadlines, which is not there" in program("doctor").stdout


# What cron starts


def test_a_run_prints_new_findings_once(program: Program) -> None:
    program("add", "Logo", "--client", "acme", "--due", "2026-11-20 17:00")

    first, second = program("cron", "run"), program("cron", "run")

    assert (first.returncode, first.stderr) == (1, "")
    assert "  Logo (Acme Inc.): was due " in first.stdout
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")


def test_a_run_notifies_of_each_deadline_once(program: Program, configure: Configure, tmp_path: Path) -> None:
    configure('[notify]\ncommand = ["tell", "{title}"]\n')
    program("add", "Logo; $(id)", "--client", "acme", "--due", "2026-11-20 17:00")
    program("add", "Page", "--client", "acme", "--due", "2026-11-24 17:00")

    runs = [program("cron", "run") for _ in range(2)]

    assert [(done.returncode, done.stdout, done.stderr) for done in runs] == [(0, "", "")] * 2
    told = recorded(tmp_path / "record")
    assert sorted(words[0] for words, _ in told) == ["Due soon: Page (Acme Inc.)", "Missed: Logo; $(id) (Acme Inc.)"]
    assert all(given.startswith(f"{words[0]}\n") for words, given in told)


def test_many_are_told_as_one(program: Program, configure: Configure, tmp_path: Path) -> None:
    configure('[notify]\ncommand = ["tell"]\n')
    for number in range(5):
        program("add", f"Part {number}", "--due", "2026-11-20 17:00")

    program("cron", "run")

    ((_, given),) = recorded(tmp_path / "record")
    assert given.splitlines() == ["Deadlines: 5 missed", *(f"Missed: Part {number}" for number in range(5))]


def test_a_notification_that_failed_is_told_once_and_tried_again(program: Program, configure: Configure, tmp_path: Path) -> None:
    configure('[notify]\ncommand = ["tell"]\n')
    program("add", "Logo", "--due", "2026-11-20 17:00")

    bad = [program("cron", "run", RECORDER_STATUS="7") for _ in range(2)]
    good = program("cron", "run")

    assert [done.returncode for done in (*bad, good)] == [5, 5, 0]
    assert bad[0].stderr.startswith("notify: error: tell: it ended with status 7\n")
    assert (bad[1].stderr, good.stderr) == ("", "")
    assert len(recorded(tmp_path / "record")) == 3


def test_what_stays_wrong_is_said_once_and_again_when_it_is_back(
    program: Program, configure: Configure, dav: tuple[FakeDav, str]
) -> None:
    wrong, right = (work_at(dav[1], password=password) for password in ("wrong", "secret"))
    runs = []
    for server in (wrong, wrong, right, wrong):
        configure(server)
        runs.append(program("cron", "run"))

    assert [done.returncode for done in runs] == [4, 4, 0, 4]
    assert runs[0].stderr.startswith("work: error: ")
    assert [done.stderr for done in runs] == [runs[0].stderr, "", "", runs[0].stderr]


def test_a_server_that_is_away_is_not_said_before_it_is_long(program: Program, configure: Configure) -> None:
    with serve(FakeDav(password="secret")) as url:
        configure(work_at(url))
        assert program("cron", "run").returncode == 0

    soon, late = program("cron", "run"), program("cron", "run", DEADLINES_NOW="2026-11-30T12:00:00Z")

    assert (soon.returncode, soon.stdout, soon.stderr) == (75, "", "")
    assert (late.returncode, late.stderr) == (75, "")
    assert late.stdout.startswith("S501-")


def test_a_configuration_that_cannot_be_used_is_said_once(program: Program, configure: Configure) -> None:
    configure("[clients.acme2]\n")

    runs = [program("cron", "run") for _ in range(2)]

    assert [done.returncode for done in runs] == [4, 4]
    assert "timezone is missing" in runs[0].stderr
    assert runs[1].stderr == ""


def test_a_second_run_leaves_at_once(program: Program, tmp_path: Path) -> None:
    program("add", "Logo", "--due", "2026-11-20 17:00")
    with SyncLock(tmp_path / "data", "cron").acquire(now=datetime(2026, 11, 23, 12, tzinfo=UTC)):
        done = program("cron", "run")

        assert (done.returncode, done.stdout, done.stderr) == (75, "", "")
        assert "another cron is running" in program("cron", "run", "-v").stderr
    assert "Logo" in program("cron", "run").stdout


def test_feeds_are_written_and_what_fails_is_said(program: Program, configure: Configure, tmp_path: Path) -> None:
    configure('[feeds.good]\npath = "~/good.ics"\n[feeds.bad]\npath = "/nowhere/below/bad.ics"\n')

    runs = [program("cron", "run") for _ in range(2)]

    assert (tmp_path / "good.ics").exists()
    assert [done.returncode for done in runs] == [5, 5]
    assert runs[0].stderr.startswith("feed bad: error: /nowhere/below/bad.ics: there is no folder /nowhere/below;")
    assert runs[1].stderr == ""


@pytest.mark.parametrize("rules", ["", '[digest]\nat = "08:00"\n'], ids=["where nobody says", "as configured"])
def test_the_digest_is_mailed_when_it_is_due(program: Program, configure: Configure, rules: str) -> None:
    with postbox() as box:
        configure(f'[mail]\nhost = "127.0.0.1"\nport = {box.port}\nsecurity = "none"\n{rules}')
        program("add", "Logo", "--client", "acme", "--due", "2026-11-20 17:00")

        runs = [program("cron", "run", DEADLINES_NOW=now) for now in ("2026-11-24T06:00:00Z", MORNING, MORNING)]

        assert [(done.returncode, done.stdout, done.stderr) for done in runs] == [(0, "", "")] * 3
        assert [mail.recipients for mail in box.received] == [("kari@example.org",)]


def test_a_time_that_is_none_is_said_once(program: Program, configure: Configure) -> None:
    configure('[mail]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\n')

    runs = [program("cron", "run", "--at", "99:00") for _ in range(2)]

    assert [done.returncode for done in runs] == [2, 2]
    assert runs[0].stderr == "deadlines: error: no time of day: '99:00'\ndeadlines: hint: for example --at 08:00\n"
    assert runs[1].stderr == ""


def test_a_sync_by_hand_goes_first(
    program: Program, configure: Configure, dav: tuple[FakeDav, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(work_at(dav[1]))
    monkeypatch.setattr("deadlines.wiring.workshop.SYNC_PATIENCE", 0.0)
    with SyncLock(tmp_path / "data").acquire(now=datetime(2026, 11, 23, 12, tzinfo=UTC)):
        done = program("cron", "run")

    assert (done.returncode, done.stderr) == (75, "")


def test_a_mail_that_cannot_be_sent_is_said_once(program: Program, configure: Configure) -> None:
    configure('[mail]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\n[digest]\nat = "08:00"\n')
    program("add", "Logo", "--client", "acme", "--due", "2026-11-20 17:00")

    runs = [program("cron", "run", DEADLINES_NOW=MORNING) for _ in range(2)]

    assert runs[0].returncode == runs[1].returncode != 0
    assert runs[0].stderr.startswith("error: digest to kari@example.org: ")
    assert runs[1].stderr == ""


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_accepts_what_is_installed(program: Program, tmp_path: Path) -> None:
    program("cron", "install", "--kind", "systemd")
    folder = tmp_path / ".config/systemd/user"

    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", *map(str, sorted(folder.iterdir()))],
        check=False, capture_output=True, encoding="utf-8",
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
