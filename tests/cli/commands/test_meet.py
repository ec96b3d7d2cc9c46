from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Program
from tests.cli.terminal import at_terminal
from tests.servers.smtp import Postbox, postbox

CONFIG = """\
[me]
email = "kari@example.org"
timezone = "Europe/Oslo"
[clients.acme]
timezone = "America/New_York"
emails = ["ann@acme.example"]
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
"""
CALL = ("meet", "acme", "Call", "--at", "fri 10:00")


@pytest.fixture
def box(tmp_path: Path, environment: dict[str, str]) -> Iterator[Postbox]:
    """A mail server, and a configuration that knows it."""
    with postbox() as box:
        (tmp_path / "config.toml").write_text(CONFIG.format(port=box.port), encoding="utf-8")
        environment["DEADLINES_CONFIG"] = str(tmp_path / "config.toml")
        yield box


@pytest.mark.usefixtures("box")
def test_an_undone_edit_tells_when_the_meeting_is_again(program: Program) -> None:
    program(*CALL)
    program("edit", "1", "--start", "mon 14:00")

    said = program("undo").stdout.splitlines()
    answer = json.loads(program("undo", "3", "--json").stdout)

    when = "Fri 27 Nov 10:00-10:30 New York = Fri 27 Nov 16:00-16:30 Oslo"
    assert said[1:3] == ["restored 1: Call (acme)", f"  {when} (in 4 d 3 h)"]
    assert [meeting["summary"] for meeting in answer["meetings"]] == ["Call"]


def test_nobody_is_told_without_being_asked_to(program: Program, box: Postbox) -> None:
    done = program(*CALL)

    assert (done.returncode, done.stderr, box.received) == (0, "", [])
    assert "Fri 27 Nov 10:00-10:30 New York = Fri 27 Nov 16:00-16:30 Oslo" in done.stdout
    assert "ATTENDEE" not in program("show", "1", "--ical").stdout


def test_an_invitation_reaches_the_server_and_the_calendar(program: Program, box: Postbox) -> None:
    done = program(*CALL, "--invite", "--json")

    answer = json.loads(done.stdout)
    assert (done.returncode, answer["invited"], answer["unreached"], answer["doubt"]) == (0, ["ann@acme.example"], [], "")
    (received,) = box.received
    assert (received.sender, received.recipients) == ("kari@example.org", ("ann@acme.example",))
    assert received.message["Reply-To"] is None
    assert "SCHEDULE-AGENT=CLIENT" in program("show", "1", "--ical").stdout.replace("\n ", "")


def test_a_mail_server_that_refuses_leaves_nothing_behind(program: Program, box: Postbox) -> None:
    box.data = "554 5.7.1 no"
    done = program(*CALL, "--invite")

    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith("Nobody was invited, and the meeting was not kept.\nerror: smtp://127.0.0.1:")
    assert program("agenda").stdout == ""


def test_who_is_not_reached_is_named(program: Program, box: Postbox) -> None:
    box.recipients["bob@acme.example"] = "550 no such user"
    done = program(*CALL, "--invite", "--to", "ann@acme.example", "--to", "bob@acme.example")

    assert done.returncode == 5
    assert "warning: bob@acme.example was not reached: 550 no such user" in done.stdout


def test_who_is_busy_is_asked_before_others_are(program: Program, environment: dict[str, str], box: Postbox) -> None:
    assert program("meet", "acme", "Dentist", "--at", "fri 10:15").returncode == 0

    assert program(*CALL, "--invite").returncode == 2
    asked = at_terminal(environment, *CALL, "--invite", answers=[("Invite ann@acme.example all the same?", "n")])
    assert (asked.code, box.received) == (2, [])
    assert program(*CALL, "--invite", "--yes").returncode == 0
    assert len(box.received) == 1


def test_a_cancellation_is_told_or_not_as_it_is_asked(program: Program, box: Postbox) -> None:
    program(*CALL, "--invite")
    quiet = program("remove", "1", "--yes")
    program("undo")
    box.data = "554 5.7.1 no"
    refused = program("remove", "1", "--yes", "--tell")
    box.data = "250 taken"
    told = program("remove", "1", "--yes", "--tell")

    assert quiet.stderr == "Invited and not told: ann@acme.example. `--tell` mails a cancellation.\n"
    assert refused.returncode == 5
    assert "it is still there" in refused.stderr
    assert (told.returncode, told.stderr) == (0, "Told: ann@acme.example.\n")
    assert [received.message["Subject"].partition(":")[0] for received in box.received] == ["Invitation", "Cancelled"]


def test_to_without_invite_is_a_mistake(program: Program, box: Postbox) -> None:
    done = program(*CALL, "--to", "ann@acme.example")

    assert (done.returncode, box.received) == (2, [])
    assert "--to names somebody to be invited, and nobody is" in done.stderr


def test_a_meeting_is_changed_by_its_number(program: Program, box: Postbox) -> None:
    program(*CALL, "--invite")

    done = program("edit", "1", "--start", "fri 11:00", "--location", "Room 1")
    answer = json.loads(program("edit", "1", "--summary", "Big call", "--json").stdout)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "changed 1: Call (acme)\n"
        "  Fri 27 Nov 11:00-11:30 New York = Fri 27 Nov 17:00-17:30 Oslo (in 4 d 4 h)\n"
        "  warning: outside your hours\n"
        "  warning: nobody was told: ann@acme.example\n"
    )
    assert (answer["meeting"]["summary"], answer["untold"], answer["run"]) == ("Big call", ["ann@acme.example"], 3)
    assert "where       Room 1" in program("show", "1").stdout
    assert len(box.received) == 1


@pytest.mark.parametrize(
    ("number", "option", "why"),
    [
        ("1", "--due", "a meeting has no --due"),
        ("1", "--category", "a meeting has no --category"),
        ("2", "--end", "a task has no --end"),
    ],
)
@pytest.mark.usefixtures("box")
def test_what_a_meeting_or_a_task_has_not_is_refused(program: Program, number: str, option: str, why: str) -> None:
    program(*CALL)
    program("add", "Logo")

    done = program("edit", number, option, "fri")

    assert (done.returncode, done.stderr.splitlines()[0]) == (2, f"error: {why}")
