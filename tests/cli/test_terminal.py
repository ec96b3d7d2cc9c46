"""What a person sees: no foreign text that a terminal would obey, lines that fit, questions, how far a sync is."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.terminal import at_terminal
from tests.servers.fake import FakeDav
from tests.servers.http_front import serve

from deadlines.cli.entry import run
from deadlines.core.display import width

Program = Callable[..., subprocess.CompletedProcess[str]]

HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x1b]8;;http://evil\x1b\\link\x1b[2J\u009b31m\u0085\u202eevil\u2066 \u2028end"
CONFIG = """\
[me]
timezone = "Europe/Oslo"
default_calendar = "work"
[clients.acme]
timezone = "America/New_York"
[clients.acme.quota]
deliverables = 4
per = "week"
[accounts.main]
url = "{url}"
username = "kari"
password_env = "DAV"
[calendars.work]
account = "main"
path = "/kari/tasks/"
"""
MORE = """\
[clients.kathmandu]
name = "Kathmandu Trekking & Mountains"
timezone = "Asia/Kathmandu"
[clients.kea]
timezone = "Pacific/Auckland"
[feeds.a-feed-with-a-long-name]
client = "acme"
path = "~/public/of-acme/a-feed-with-a-long-name.ics"
"""
TASK = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Phone//EN
BEGIN:VTODO
UID:{uid}
DTSTAMP:20261101T000000Z
SUMMARY:{summary}
CATEGORIES:acme
DUE:{due}
END:VTODO
END:VCALENDAR
"""


class Both(io.StringIO):
    """A terminal that shows what goes to stdout and to stderr."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def dav(tmp_path: Path) -> Iterator[FakeDav]:
    server = FakeDav(password="secret")
    with serve(server) as url:
        (tmp_path / "config.toml").write_text(CONFIG.format(url=url), encoding="utf-8")
        yield server


@pytest.fixture
def environment(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return environment | {"DEADLINES_CONFIG": str(tmp_path / "config.toml"), "DAV": "secret", "LANG": "C.UTF-8"}


def put(dav: FakeDav, uid: str, summary: str, due: str = "20261127T220000Z") -> None:
    dav.put(f"/kari/tasks/{uid}.ics", TASK.format(uid=uid, summary=summary, due=due))


def test_hostile_summaries_never_reach_the_terminal(dav: FakeDav, program: Program) -> None:
    put(dav, "evil", HOSTILE)

    runs = [program(*typed.split()) for typed in (
        "sync --dry-run", "sync", "list", "show evil", "show evil --ical", "log", "log evil", "log --run 1", "done evil",
        "undo", "remove evil", "remove evil --yes", "undo 1",
    )]  # fmt: skip

    said = "".join(done.stdout + done.stderr for done in runs)
    assert "evil" in said
    assert set(re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]", said)) == set()


COMMANDS = (
    "", "list", "agenda", "agenda --days 30", "show 1", "show 2", "show 3", "log", "log 1", "log --run 1", "check",
    "check --code Q", "plan", "plan --odds", "digest", "doctor", "hours", "hours acme --week",
    "hours acme kathmandu kea --week", "slots acme --duration 45m", "slots acme kathmandu kea --duration 45m", "spent 1",
    "quota", "report", "client list", "client show acme", "account list", "account discover main", "feed list", "feed write",
    "sync --dry-run", "sync", "edit 3 --summary Another", "undo", "start 1", "stop", "done 1", "undo", "remove 2 --yes",
    "show nope", "list --client acne", "add x --due 03/04", "ack nope",
)  # fmt: skip
"""What a person sees, with its notes, errors and hints; what is to be copied (`cron show`, `show --ical`) is left as it is."""
WIDE = "A landing page in four languages, with pictures, for the spring campaign of the whole group"


@pytest.mark.parametrize("color", ["never", "always"])
@pytest.mark.parametrize("columns", [40, 80])
def test_lines_fit(  # noqa: PLR0917 # a table and five fixtures
    columns: int,
    color: str,
    dav: FakeDav,
    environment: dict[str, str],
    program_here: Program,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with (tmp_path / "config.toml").open("a", encoding="utf-8") as config:
        config.write(MORE)
    (tmp_path / "public/of-acme").mkdir(parents=True)
    put(dav, "long", WIDE)
    program_here("sync")
    program_here("meet", "kea", WIDE, "--at", "mon 9:00", "--duration", "45m")
    program_here(
        "add", "Photos", "--client", "acme", "--due", "wed 17:00", "--repeat", "weekly", "--estimate", "90h", "--note", WIDE
    )
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", str(columns))

    for command in COMMANDS:
        seen = Both()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", seen)
            patch.setattr(sys, "stderr", seen)
            code = run([*command.split(), "--color", color])
        lines = [re.sub(r".*\r\x1b\[K|\x1b\[\d+m", "", line) for line in seen.getvalue().split("\n")]
        assert code in {0, 1, 2}, (command, seen.getvalue())
        assert [line for line in lines if width(line) > columns] == [], command
        assert any(lines), command


def test_a_real_terminal_tells_its_width(dav: FakeDav, environment: dict[str, str], program: Program) -> None:
    put(dav, "long", WIDE)
    program("sync")

    assert "A landi…\n" in at_terminal(environment, "list", "--color", "never", columns=40).screen
    assert "now 13:00" in at_terminal(environment, "hours", columns=40).screen


@pytest.mark.usefixtures("dav")
def test_what_is_to_be_copied_is_not_broken(environment: dict[str, str]) -> None:
    seen = at_terminal(environment, "cron", "show", "--kind", "systemd", columns=40)

    assert re.search("^ExecStart=.{40,}$", seen.screen, re.MULTILINE)


def test_colours_are_for_terminals_that_want_them(dav: FakeDav, environment: dict[str, str], program: Program) -> None:
    put(dav, "late", "Late", due="20261120T120000Z")
    program("sync")

    assert "\x1b[31m" in at_terminal(environment, "list").screen
    assert "\x1b[31m" not in at_terminal(environment | {"NO_COLOR": "1"}, "list").screen
    assert "\x1b[31m" not in at_terminal(environment, "list", "--color", "never").screen
    assert "\x1b" not in program("list").stdout
    assert "\x1b[31m" in program("list", "--color", "always").stdout


def test_quiet_is_results_only(dav: FakeDav, program: Program) -> None:
    put(dav, "one", "One")

    assert program("sync", "-q").stdout == ""
    assert program("-q", "list").stdout == "1  Fri 27 Nov 23:00  Fri 17:00 New York  4 d 10 h  acme  One\n"
    assert program("list", "-q", "--overdue").stderr == ""


def test_a_sync_tells_how_far_it_is_and_cleans_up(dav: FakeDav, environment: dict[str, str]) -> None:
    for number in range(3):
        put(dav, f"task-{number}", f"Task {number}")

    seen = at_terminal(environment, "sync", "--color", "never")

    assert seen.code == 0
    before, wiped, after = seen.screen.rpartition("\r\x1b[K")
    assert "work: 3 read" in before
    assert wiped
    assert after.startswith("work: received 3 new items (")


@pytest.mark.parametrize(("options", "asked"), [((), True), (("--dry-run",), False)], ids=["sync", "dry run"])
def test_a_conflict_is_asked_about_and_a_dry_run_asks_nothing(  # noqa: PLR0917 # a table and four fixtures
    options: tuple[str, ...], asked: bool, dav: FakeDav, environment: dict[str, str], program: Program, tmp_path: Path
) -> None:
    with (tmp_path / "config.toml").open("a", encoding="utf-8") as config:
        config.write('conflict = "ask"\n')
    put(dav, "one", "One")
    program("sync")
    program("edit", "1", "--summary", "Ours")
    put(dav, "one", "Theirs")

    question = "Keep (mine, theirs, both, later) [later]: "
    seen = at_terminal(environment, "sync", *options, answers=[(question, "mine")] if asked else [])

    assert (question in seen.screen) is asked
    assert (("SUMMARY: mine kept" if asked else "SUMMARY: waits for your answer") in seen.screen) is True
    assert ("SUMMARY:Ours" in dav.texts()["one.ics"]) is asked


@pytest.mark.parametrize(("answer", "code", "left"), [("y", 0, 0), ("n", 2, 1), ("", 2, 1)])
def test_remove_asks(  # noqa: PLR0917 # a table and three fixtures
    answer: str, code: int, left: int, dav: FakeDav, environment: dict[str, str], program: Program
) -> None:
    put(dav, "one", "One")
    program("sync")

    seen = at_terminal(environment, "remove", "1", answers=[("Remove 1 (One)? [y/N]: ", answer)])

    assert seen.code == code
    assert len(program("list", "-q").stdout.splitlines()) == left


@pytest.mark.usefixtures("dav")
def test_remove_refuses_where_nobody_can_answer(program: Program) -> None:
    program("add", "One")

    done = program("remove", "1")

    assert done.returncode == 2
    assert done.stderr == ("error: Remove 1 (One)? nobody is there to answer\nhint: add --yes to answer yes to every question\n")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("done ", ["1"]),
        ("reopen ", []),
        ("add x --client a", ["acme"]),
        ("list --calendar ", ["local", "work"]),
        ("account discover m", ["main"]),
        ("--config /nowhere list --client ", []),
    ],
)
@pytest.mark.usefixtures("dav")
def test_shells_are_offered_what_there_is(words: str, offered: list[str], program: Program) -> None:
    program("add", "One")
    typed = {"COMP_WORDS": f"deadlines {words}", "COMP_CWORD": str(len(words.split(" ")))}

    done = program(_DEADLINES_COMPLETE="bash_complete", **typed)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == [f"plain,{name}" for name in offered]


@pytest.mark.parametrize("words", ["show ", "list --client "])
def test_completion_never_fails(words: str, environment: dict[str, str], program: Program, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("no = [toml", encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/deadlines.sqlite3").write_text("no database, and long enough to be seen as none" * 20)
    typed = {"COMP_WORDS": f"deadlines {words}", "COMP_CWORD": str(len(words.split(" ")))}

    done = program(_DEADLINES_COMPLETE="bash_complete", **typed)

    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
    assert environment["LANG"]
