from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.system.fakes import recorded, recorder

from deadlines.errors import ProgramFailed
from deadlines.system.notify import CommandNotifier, DesktopNotifier
from deadlines.system.programs import run

TITLE = "Missed: $(touch pwned) `id` ; rm -rf / \"'\\ {message} <b>&"
BODY = "was due --help\nFri 17:00"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    folder = recorder(tmp_path, "tell")
    recorder(tmp_path, "notify-send")
    return {"PATH": f"{folder}:/usr/bin:/bin", "RECORD": str(tmp_path / "record")}


def test_a_command_reads_what_there_is_to_tell(environ: dict[str, str], tmp_path: Path) -> None:
    CommandNotifier(("tell", "--topic", "x"), environ).notify(TITLE, BODY)

    assert recorded(tmp_path / "record") == [(["--topic", "x"], f"{TITLE}\n{BODY}\n")]


def test_a_word_may_hold_it(environ: dict[str, str], tmp_path: Path) -> None:
    """What is told is a word of its own, and is not looked at for placeholders itself."""
    CommandNotifier(("tell", "t={title}!", "{message}", "{other}"), environ).notify(TITLE, BODY)

    words, _ = recorded(tmp_path / "record")[0]
    assert words == [f"t={TITLE}!", f"{TITLE}\n{BODY}", "{other}"]


def test_a_desktop_shows_text_and_no_markup(environ: dict[str, str], tmp_path: Path) -> None:
    DesktopNotifier(environ, runtime=tmp_path).notify(TITLE, "<b>Logo</b> & more")

    words, _ = recorded(tmp_path / "record")[0]
    assert words == ["--app-name=deadlines", "--", TITLE, "&lt;b&gt;Logo&lt;/b&gt; &amp; more"]


@pytest.mark.parametrize(
    ("given", "expected"), [({}, "unix:path={}/bus"), ({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/mine"}, "unix:path=/mine")]
)
def test_the_bus_of_the_session_is_found_from_cron(
    environ: dict[str, str], tmp_path: Path, given: dict[str, str], expected: str
) -> None:
    (tmp_path / "bus").touch()

    DesktopNotifier(environ | given, runtime=tmp_path).notify("Missed", "")

    assert (tmp_path / "record.bus").read_text() == expected.format(tmp_path)


def test_a_failure_is_told(environ: dict[str, str]) -> None:
    with pytest.raises(ProgramFailed, match="tell: it ended with status 3"):
        CommandNotifier(("tell",), environ | {"RECORDER_STATUS": "3"}).notify(TITLE, BODY)
    with pytest.raises(ProgramFailed, match=r"nowhere: it cannot be run \(no such file or directory\)"):
        CommandNotifier(("nowhere",), environ).notify(TITLE, BODY)


def test_what_hangs_is_ended() -> None:
    began = time.monotonic()

    with pytest.raises(ProgramFailed, match=r"sleep: it did not end within 0\.1 s"):
        run(("sleep", "60"), environ={"PATH": "/usr/bin:/bin"}, seconds=0.1)

    assert time.monotonic() - began < 30
