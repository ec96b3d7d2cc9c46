from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Program
from tests.servers.smtp import Postbox, postbox

from deadlines.digest.text import COLUMNS

MORNING = "2026-11-24T07:00:00Z"
"""Eight o'clock in Oslo."""
CONFIG = """\
[me]
name = "Kari Nordmann"
email = "kari@example.org"
timezone = "Europe/Oslo"
{me}
[clients.acme]
name = "Acme Inc."
timezone = "America/New_York"
emails = ["*@acme.example", "jane@acme.example"]
[clients.edo]
name = "Edo KK"
timezone = "Asia/Tokyo"
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
{mail}
"""
Configure = Callable[..., None]


@pytest.fixture
def program(program_here: Program) -> Program:
    return program_here


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as found:
        yield found


@pytest.fixture
def configure(environment: dict[str, str], tmp_path: Path) -> Configure:
    """Writes the configuration; the next programs use it."""
    path = tmp_path / "config.toml"
    environment["DEADLINES_CONFIG"] = str(path)

    def write(*, port: int = 9, me: str = "", mail: str = "") -> None:
        path.write_text(CONFIG.format(port=port, me=me, mail=mail), encoding="utf-8")

    return write


@pytest.fixture
def late(program: Program, configure: Configure) -> None:
    """Something was missed and something is due soon."""
    configure()
    program("add", "Landing page", "--client", "acme", "--due", "2026-11-20 17:00")
    program("add", "Logo", "--client", "edo", "--due", "2026-11-26 10:00")


@pytest.mark.usefixtures("late")
def test_a_preview_remembers_nothing(program: Program) -> None:
    seen = [program("digest", DEADLINES_NOW=MORNING) for _ in range(2)]

    assert [(one.returncode, one.stderr) for one in seen] == [(0, "")] * 2
    assert seen[0].stdout == seen[1].stdout
    assert "* Landing page (new)\n" in seen[0].stdout
    assert max(map(len, seen[0].stdout.splitlines())) <= COLUMNS


def test_nothing_to_tell_prints_nothing(program: Program, configure: Configure) -> None:
    configure()

    assert [program("digest").stdout, program("digest", "--quiet").stderr] == ["", ""]
    assert "all is well" in program("digest").stderr
    assert program("digest", "--heartbeat").stdout == "Deadlines, Mon 23 Nov 2026\nAll well.\n\n0 open tasks.\n"


@pytest.mark.usefixtures("late")
def test_it_is_printed_in_three_forms(program: Program) -> None:
    html, text, answer, same = (
        program("digest", *form, DEADLINES_NOW=MORNING).stdout
        for form in (("--format", "html"), (), ("--format", "json"), ("--json",))
    )

    assert html.startswith("<!DOCTYPE html>\n")
    assert text.startswith("Deadlines, Tue 24 Nov 2026\n")
    assert [one["summary"] for one in json.loads(answer)["findings"]] == ["Landing page", "Logo"]
    assert answer == same


@pytest.mark.usefixtures("late")
def test_cron_brings_one_mail_a_day_and_says_nothing(program: Program, configure: Configure, box: Postbox) -> None:
    configure(port=box.port, me='language = "nb"')
    moments = ("06:55", "07:00", "07:05", "07:10", "23:00")
    runs = [program("digest", "--mail", "--at", "08:00", DEADLINES_NOW=f"2026-11-24T{moment}:00Z") for moment in moments]

    assert [(one.returncode, one.stdout, one.stderr) for one in runs] == [(0, "", "")] * 5
    [got] = box.received
    assert got.recipients == ("kari@example.org",)
    assert got.message["subject"].startswith("Frister tir. 24. nov.: 1 oversittet")
    assert [part.get_content_type() for part in got.message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.usefixtures("late")
def test_twice_at_once_is_one_mail(environment: dict[str, str], configure: Configure, box: Postbox) -> None:
    configure(port=box.port)
    command = [sys.executable, "-m", "deadlines", "digest", "--mail", "--at", "08:00"]
    started = [subprocess.Popen(command, env=environment | {"DEADLINES_NOW": MORNING}) for _ in range(4)]

    assert {one.wait(60) for one in started} <= {0, 75}
    assert len(box.received) == 1


@pytest.mark.usefixtures("late")
def test_a_program_that_is_killed_before_the_server_answers_sends_nothing_twice(
    program: Program, environment: dict[str, str], configure: Configure, box: Postbox
) -> None:
    configure(port=box.port)
    box.silent = "data"
    command = [sys.executable, "-m", "deadlines", "digest", "--mail", "--at", "08:00"]
    with subprocess.Popen(command, env=environment | {"DEADLINES_NOW": MORNING}) as killed:
        assert box.taken.wait(60)
        killed.kill()
    box.silent = ""

    runs = [program("digest", "--mail", "--at", "08:00", DEADLINES_NOW=f"2026-11-24T07:{minute}:00Z") for minute in ("05", "10")]
    program("digest", "--mail", "--at", "08:00", DEADLINES_NOW="2026-11-25T07:00:00Z")

    assert [one.returncode for one in runs] == [5, 0]
    assert "was being sent when the program ended: it may have arrived, or not" in runs[0].stderr
    first, second = (str(one.message.get_body(("plain",))) for one in box.received)
    assert "(new)" in first
    assert "The digest of Tue 24 Nov may not have arrived" in second


@pytest.mark.usefixtures("late")
def test_the_configuration_may_say_when(program: Program, configure: Configure, box: Postbox) -> None:
    configure(port=box.port, mail='[digest]\nat = "8:00"')
    for moment in ("06:59", "07:00", "07:01"):
        program("digest", "--mail", DEADLINES_NOW=f"2026-11-24T{moment}:00Z")
    assert len(box.received) == 1

    now = program("digest", "--mail", "--now", DEADLINES_NOW="2026-11-24T07:02:00Z")

    assert now.stderr == "Sent to kari@example.org: Deadlines Tue 24 Nov: 1 missed, 1 due soon\n"
    assert len(box.received) == 2


@pytest.mark.usefixtures("late")
def test_everybody_gets_one_of_their_own(program: Program, configure: Configure, box: Postbox) -> None:
    configure(port=box.port, mail='to = ["kari@example.org", "per@example.org"]')
    box.recipients["kari@example.org"] = "550 5.1.1 no such user"

    done = program("digest", "--mail", "--json", DEADLINES_NOW=MORNING)

    assert done.returncode == 5
    assert [(one.recipients, one.message["to"]) for one in box.received] == [(("per@example.org",), "per@example.org")]
    posted = json.loads(done.stdout)["posted"]
    assert [(one["to"], one["outcome"]) for one in posted] == [("kari@example.org", "refused"), ("per@example.org", "sent")]
    assert "error: digest to kari@example.org: smtp://127.0.0.1:" in done.stderr


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        ({"data": "452 4.3.1 disk full"}, (75, "hint: run this again later; nothing was sent")),
        ({"data": "554 5.7.1 spam"}, (5, "554 5.7.1 spam")),
        ({"sender": "553 5.7.1 not yours"}, (5, "553 5.7.1 not yours")),
        ({"hang_up": "rcpt"}, (75, "the server hung up")),
        ({"hang_up": "data"}, (5, "hint: it is not sent again by itself; --now sends it")),
    ],
)
@pytest.mark.usefixtures("late")
def test_a_server_that_fails_is_said(
    program: Program, configure: Configure, box: Postbox, trouble: dict[str, str], outcome: tuple[int, str]
) -> None:
    configure(port=box.port)
    for name, value in trouble.items():
        setattr(box, name, value)

    done = program("digest", "--mail", "--at", "08:00", DEADLINES_NOW=MORNING)

    assert done.returncode == outcome[0]
    assert outcome[1] in done.stderr
    assert done.stderr.startswith("error: digest to kari@example.org: smtp://127.0.0.1:")


@pytest.mark.usefixtures("late")
def test_a_client_is_sent_what_is_theirs(program: Program, configure: Configure, box: Postbox) -> None:
    configure(port=box.port)

    done = program("digest", "--mail", "--client", "acme", DEADLINES_NOW=MORNING)

    [got] = box.received
    assert (got.recipients, done.returncode) == (("jane@acme.example",), 0)
    assert b"Landing page" in got.content
    assert not any(ours in got.content for ours in (b"Logo", b"Edo", b"D101", b"deadlines done"))


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--mail", "--client", "edo"), 2, "error: client edo has no address that a mail can be sent to\nhint: --to ADDRESS"),
        (("--mail", "--to", "a@b.example, x@y.example"), 2, "error: not an address to send mail to"),
        (("--to", "a@b.example"), 2, "error: --to is for mails"),
        (("--mail", "--at", "25:00"), 2, "error: no time of day: '25:00'\nhint: for example --at 08:00"),
        (("--mail", "--at", "08:00", "--now"), 2, "error: --now and --at contradict each other"),
        (("--client", "acne"), 2, "error: unknown client: acne\nhint: did you mean acme?"),
    ],
)
def test_what_cannot_be_done_is_said(
    program: Program, configure: Configure, arguments: tuple[str, ...], code: int, says: str
) -> None:
    configure()

    done = program("digest", *arguments)

    assert (done.returncode, done.stderr[: len(says)]) == (code, says)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[me]\ntimezone = 'Europe/Olso'\n", "line 2: me.timezone: unknown zone 'Europe/Olso'"),
        ("[clients.acme]\ntimezone = 'Mars/Base'\n", "line 2: clients.acme.timezone: unknown zone 'Mars/Base'"),
        ("[mail]\nhost = 'localhost'\n", "line 1: mail: from is missing, and me.email too"),
        ("", "there is no [mail] in "),
        ("[mail]\nhost = 'localhost'\nfrom = 'kari@example.org'\n", "there is nobody to send a digest to"),
    ],
)
def test_a_configuration_that_will_not_do_is_said(
    program: Program, environment: dict[str, str], tmp_path: Path, text: str, says: str
) -> None:
    environment["DEADLINES_CONFIG"] = str(tmp_path / "config.toml")
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")

    done = program("digest", "--mail", "--at", "08:00")

    assert done.returncode == 4
    assert says in done.stderr
